#include "scenario/scenario_parts.hpp"

#include <tenure/simulator/scenario.hpp>

namespace tenure::simulator {

namespace {

DropoutTests read_dropout_tests(const ConfigTable& root) {
  const std::string name = root.text_or("dropout_tests", "orders");
  if (name == "orders") return DropoutTests::kOrders;
  if (name == "baseline") return DropoutTests::kBaseline;
  root.fail("dropout_tests", "'dropout_tests' must be orders or baseline, not '" + name + "'");
}

}  // namespace

Scenario scenario_from(const ConfigFile& file) {
  const ConfigTable root = file.root();
  Scenario scenario;
  scenario.currency = root.text_or("currency", "");
  scenario.gross_margin = root.real("gross_margin", kProbability);
  scenario.discount_rate =
      root.real_or("discount_rate", 0.0, {0.0, kMaxDiscountRate, false, false});
  scenario.horizon_days = root.real("horizon_days", kDaysRange);
  scenario.parameter_draws =
      static_cast<std::uint32_t>(root.integer_or("parameter_draws", 1, 1, 1'000'000));
  scenario.replications =
      static_cast<std::uint32_t>(root.integer_or("replications", 1, 1, 1'000'000));
  if (std::uint64_t{scenario.parameter_draws} * scenario.replications >= kMaxRuns) {
    root.fail("replications", "parameter_draws x replications must be under 2^24");
  }
  scenario.start_day = read_start(root);
  scenario.return_cost = root.real_or("return_cost", 0.0, kCostRange);
  scenario.dropout_tests = read_dropout_tests(root);
  scenario.population = read_population(root.table("population"));
  scenario.seasons = read_seasons(root, scenario);
  scenario.fatigue = read_fatigue(root);
  scenario.index = read_index(root);
  scenario.levers = read_levers(root, scenario);
  scenario.strategies = read_strategies(root, scenario);
  file.finish();
  // After finish(): a misspelt [[strategy]] is an unknown key rather than a missing strategy.
  if (scenario.strategies.empty())
    root.fail("", "no strategy: write at least one [[strategy]] table");
  scenario.validate();
  return scenario;
}

Scenario read_scenario(const std::string& path) { return scenario_from(ConfigFile::read(path)); }

Scenario parse_scenario(std::string_view text, const std::string& path) {
  return scenario_from(ConfigFile::parse(text, path));
}

}  // namespace tenure::simulator
