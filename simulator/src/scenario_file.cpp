#include "population_config.hpp"

#include <tenure/simulator/scenario.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace tenure::simulator {

namespace {

constexpr ConfigRange kCost{0.0, kMaxCost, false, false};
constexpr ConfigRange kMultiplier{0.0, kMaxMultiplier, false, false};
constexpr ConfigRange kLogError{0.0, kMaxLogError, false, false};
constexpr ConfigRange kDays{0.0, kMaxHorizonDays, true, false};
constexpr ConfigRange kDaysOrForever{0.0, kMaxHorizonDays, true, true};
constexpr double kForever = std::numeric_limits<double>::infinity();

/// A covariance by either of its keys: NAME_relative_se (a diagonal) or NAME_log_covariance.
template <std::size_t kSize>
std::array<double, kSize * kSize> read_covariance(const ConfigTable& table,
                                                  const std::string& name) {
  std::array<double, kSize * kSize> covariance{};
  const std::string errors_key = name + "_relative_se";
  const std::string matrix_key = name + "_log_covariance";
  const bool has_errors = table.has(errors_key);
  if (table.has(matrix_key)) {
    if (has_errors)
      table.fail(matrix_key, "give " + errors_key + " or " + matrix_key + ", not both");
    const std::vector<double> matrix = table.square_matrix(matrix_key, kSize);
    if (!positive_semidefinite(matrix.data(), kSize)) {
      table.fail(matrix_key, "'" + matrix_key + "' is not symmetric and positive semidefinite");
    }
    std::copy(matrix.begin(), matrix.end(), covariance.begin());
  } else if (has_errors) {
    const std::vector<double> errors = table.reals(errors_key, kSize, kLogError);
    for (std::size_t i = 0; i < kSize; ++i) covariance[i * (kSize + 1)] = errors[i] * errors[i];
  }
  return covariance;
}

Population read_population(const ConfigTable& table) {
  Population population;
  population.from_store = table.boolean_or("from_store", false);
  if (population.from_store) {
    for (const char* key : {"customers", "region", "unit", "uncertainty"}) {
      if (table.has(key)) {
        table.fail(key, std::string("'") + key +
                            "' does not go with from_store = true: "
                            "customers and model come from the store");
      }
    }
    return population;
  }
  population.customers = static_cast<std::uint64_t>(
      table.integer("customers", 1, static_cast<std::int64_t>(kMaxCustomers)));
  population.regions = read_regions(table, read_days_per_unit(table));
  if (const auto uncertainty = table.table_if("uncertainty")) {
    const auto orders = read_covariance<4>(*uncertainty, "orders");
    const auto spend = read_covariance<3>(*uncertainty, "spend");
    for (RegionSpec& region : population.regions) {
      region.model.orders_log_covariance = orders;
      region.model.spend_log_covariance = spend;
    }
  }
  return population;
}

TriggerSpec read_trigger(const ConfigTable& table) {
  TriggerSpec trigger;
  trigger.days_idle = table.real("days_idle", kDays);
  trigger.max_times = static_cast<std::uint32_t>(table.integer_or("max_times", 1, 1, 255));
  if (trigger.max_times > 1) {
    trigger.repeat_days = table.real("repeat_days", kDays);
  } else if (table.has("repeat_days")) {
    table.fail("repeat_days", "'repeat_days' needs max_times over 1");
  }
  trigger.max_days_idle = table.real_or("max_days_idle", kForever, kDaysOrForever);
  if (trigger.max_days_idle < trigger.days_idle) {
    table.fail("max_days_idle", "'max_days_idle' is under days_idle: the lever never fires");
  }
  return trigger;
}

CostSpec read_cost(const ConfigTable& table) {
  CostSpec cost;
  cost.build = table.real_or("build", 0.0, kCost);
  cost.monthly = table.real_or("monthly", 0.0, kCost);
  cost.contact = table.real_or("contact", 0.0, kCost);
  cost.redemption = table.real_or("redemption", 0.0, kCost);
  cost.redemption_share = table.real_or("redemption_share", 0.0, kProbability);
  return cost;
}

EffectSpec read_effect(const ConfigTable& table) {
  EffectSpec effect;
  effect.rate = table.real_or("rate", 1.0, kMultiplier);
  effect.dropout = table.real_or("dropout", 1.0, kMultiplier);
  effect.basket = table.real_or("basket", 1.0, kMultiplier);
  effect.half_life_days = table.real("half_life_days", kDaysOrForever);
  effect.rate_log_se = table.real_or("rate_log_se", 0.0, kLogError);
  effect.dropout_log_se = table.real_or("dropout_log_se", 0.0, kLogError);
  effect.basket_log_se = table.real_or("basket_log_se", 0.0, kLogError);
  return effect;
}

LeverSpec read_lever(const ConfigTable& table, const Population& population) {
  LeverSpec lever;
  lever.name = table.text("name");
  lever.trigger = read_trigger(table.table("trigger"));
  lever.regions = table.texts_or_empty("regions");
  for (const std::string& name : lever.regions) {
    const bool known = std::any_of(population.regions.begin(), population.regions.end(),
                                   [&](const RegionSpec& region) { return region.name == name; });
    if (!known && !population.from_store) table.fail("regions", "unknown region '" + name + "'");
  }
  if (const auto cost = table.table_if("cost")) lever.cost = read_cost(*cost);
  lever.uptake = table.real_or("uptake", 1.0, kProbability);
  lever.uptake_log_odds_se = table.real_or("uptake_log_odds_se", 0.0, kLogError);
  lever.redemption_days = table.real_or("redemption_days", kForever, kDaysOrForever);
  lever.effect = read_effect(table.table("effect"));
  return lever;
}

StrategySpec read_strategy(const ConfigTable& table, const std::vector<LeverSpec>& levers) {
  StrategySpec strategy;
  strategy.name = table.text("name");
  if (strategy.name == "baseline") {
    table.fail("name", "'baseline' is the strategy without levers: it is always there");
  }
  const std::vector<std::string> names = table.texts_or_empty("levers");
  if (names.empty()) {
    table.fail("levers", "strategy '" + strategy.name + "' has no levers: that is the baseline");
  }
  if (names.size() > kMaxStrategyLevers) {
    table.fail("levers",
               "a strategy holds at most " + std::to_string(kMaxStrategyLevers) + " levers");
  }
  double lost = 0.0;
  for (const std::string& name : names) {
    const auto it = std::find_if(levers.begin(), levers.end(),
                                 [&](const LeverSpec& lever) { return lever.name == name; });
    if (it == levers.end()) {
      table.fail("levers",
                 "strategy '" + strategy.name + "' names the unknown lever '" + name + "'");
    }
    const auto index = static_cast<std::size_t>(it - levers.begin());
    if (std::count(strategy.levers.begin(), strategy.levers.end(), index) > 0) {
      table.fail("levers", "strategy '" + strategy.name + "' names the lever '" + name + "' twice");
    }
    strategy.levers.push_back(index);
    lost += std::max(0.0, 1.0 - it->effect.rate);
  }
  if (lost > 1.0) {
    table.fail("levers", "the levers of strategy '" + strategy.name +
                             "' together could make the order rate negative");
  }
  return strategy;
}

void read_levers_and_strategies(const ConfigTable& root, Scenario& scenario) {
  std::vector<std::string> names;
  for (const ConfigTable& table : root.tables("lever")) {
    scenario.levers.push_back(read_lever(table, scenario.population));
    add_unique(table, "lever", scenario.levers.back().name, names);
  }
  if (scenario.levers.size() > kMaxLevers)
    root.fail("lever", "a scenario holds at most 255 levers");
  names.clear();
  for (const ConfigTable& table : root.tables("strategy")) {
    scenario.strategies.push_back(read_strategy(table, scenario.levers));
    add_unique(table, "strategy", scenario.strategies.back().name, names);
  }
}

Scenario read_from(const ConfigFile& file) {
  const ConfigTable root = file.root();
  Scenario scenario;
  scenario.currency = root.text_or("currency", "");
  scenario.gross_margin = root.real("gross_margin", kProbability);
  scenario.discount_rate =
      root.real_or("discount_rate", 0.0, {0.0, kMaxDiscountRate, false, false});
  scenario.horizon_days = root.real("horizon_days", kDays);
  scenario.parameter_draws =
      static_cast<std::uint32_t>(root.integer_or("parameter_draws", 1, 1, 1'000'000));
  scenario.replications =
      static_cast<std::uint32_t>(root.integer_or("replications", 1, 1, 1'000'000));
  if (std::uint64_t{scenario.parameter_draws} * scenario.replications >= kMaxRuns) {
    root.fail("replications", "parameter_draws x replications must be under 2^24");
  }
  scenario.population = read_population(root.table("population"));
  read_levers_and_strategies(root, scenario);
  file.finish();
  // After finish(): a misspelt [[strategy]] is an unknown key rather than a missing strategy.
  if (scenario.strategies.empty())
    root.fail("", "no strategy: write at least one [[strategy]] table");
  scenario.validate();
  return scenario;
}

}  // namespace

Scenario read_scenario(const std::string& path) { return read_from(ConfigFile::read(path)); }

Scenario parse_scenario(std::string_view text, const std::string& path) {
  return read_from(ConfigFile::parse(text, path));
}

}  // namespace tenure::simulator
