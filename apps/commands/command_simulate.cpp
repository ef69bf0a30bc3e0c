#include "command.hpp"
#include "index_report.hpp"
#include "lifetime_fit.hpp"
#include "output_file.hpp"
#include "retention_report.hpp"
#include "return_report.hpp"
#include "stand_in.hpp"
#include "stopwatch.hpp"
#include "text_table.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>
#include <tenure/customers/fit_report.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/report/report.hpp>
#include <tenure/simulator/composite_index.hpp>
#include <tenure/simulator/fitted_customers.hpp>
#include <tenure/simulator/result_file.hpp>
#include <tenure/simulator/study.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <utility>

namespace tenure::apps {

namespace {

struct Options {
  std::string scenario;
  std::string store;
  std::string model = "bg-nbd";
  std::string output;
  std::string report;
  simulator::StudyOptions study;
};

/// Today's customers of a log, with the models fitted to all of it; a scenario that names no
/// currency takes the log's.
simulator::ExistingCustomers customers_of_log(const Options& options, const EventTable& events,
                                              const std::string& name, Run& run,
                                              simulator::Scenario& scenario, Json& json) {
  if (scenario.currency.empty()) scenario.currency = events.currency;
  const Calibration calibration = calibrate(run.execution(), events, name, {});
  if (!calibration.history.has_value) {
    throw DataError(name, "has no prices, which a spend model needs");
  }
  simulator::FittedCustomers fitted = simulator::fit_customers(
      run.execution(), events, calibration.history, calibration.summary, options.model);
  json["fits"] = {fit_json(fitted.orders), fit_json(fitted.spend)};
  run.print(fmt::format("{} fitted to {} (weeks)\n", customers::lifetime_kind(options.model).title,
                        name) +
            fit_text(fitted.orders) + "Gamma-Gamma\n" + fit_text(fitted.spend) + "\n");
  return std::move(fitted.customers);
}

/// Those of the store, or of a synthetic shop that stands in for it.
simulator::ExistingCustomers customers_of_store(const Options& options, Run& run,
                                                simulator::Scenario& scenario, Json& json) {
  if (!options.store.empty()) {
    return customers_of_log(options, read_store(run.execution(), options.store), options.store, run,
                            scenario, json);
  }
  run.print(fmt::format(
      "The scenario is about the customers of a store and none was given (--store STORE.h5):\n"
      "a synthetic shop of {} customers stands in. Its figures are no finding.\n\n",
      with_commas(kStandInCustomers)));
  json["synthetic_store"] = true;
  return customers_of_log(options, stand_in_log(run.execution()), "the synthetic shop", run,
                          scenario, json);
}

Json precision_json(const std::optional<simulator::PrecisionReached>& reached) {
  if (!reached) return nullptr;
  Json json;
  json["asked"] = reached->asked;
  json["half_width"] = reached->half_width ? Json(*reached->half_width) : Json(nullptr);
  json["met"] = reached->met;
  json["max_replications"] = reached->max_replications;
  json["rounds"] = reached->rounds;
  return json;
}

std::string precision_text(const simulator::PrecisionReached& reached, std::uint32_t replications) {
  const std::string width =
      reached.half_width ? fmt::format("{:.4f}", *reached.half_width) : "no bound";
  return fmt::format("  precision {} {}: Monte-Carlo half-width of ROI {} with {} replications\n",
                     format_number(reached.asked), reached.met ? "reached" : "not reached", width,
                     replications);
}

void run_simulate(const Options& options, Run& run) {
  if (!options.report.empty()) check_text_target(options.report);
  simulator::Scenario scenario = simulator::read_scenario(options.scenario);
  if (!scenario.population.from_store && !options.store.empty()) {
    throw ArgumentError("the scenario makes its own customers: --store does not apply");
  }
  const bool stands_in = scenario.population.from_store && options.store.empty();
  // A page can say that its shop is none; a result is read later, by whoever has it.
  if (stands_in && !options.output.empty()) {
    throw ArgumentError(
        "the scenario's customers come from a store: a result to keep needs --store STORE.h5 "
        "(without -o, a synthetic shop stands in for a look)");
  }
  Json json = Json::object();
  std::optional<simulator::ExistingCustomers> existing;
  if (scenario.population.from_store) existing = customers_of_store(options, run, scenario, json);
  const Stopwatch watch;
  const simulator::Study study = simulator::run_study(
      run.execution(), scenario, existing ? &*existing : nullptr, options.study);
  const double seconds = watch.seconds();
  const simulator::Outcome& outcome = study.outcome;
  const simulator::ReturnReport& returns = study.report;
  const auto indices = simulator::assess_index(scenario.index, outcome, returns);
  if (!options.output.empty()) simulator::write_result(run.execution(), outcome, options.output);
  if (!options.report.empty()) {
    const std::string name = std::filesystem::path(options.scenario).stem().string();
    report::Report page("Retention report: " + name +
                        (stands_in ? ", on a synthetic shop: no finding" : ""));
    page.add_result(outcome, returns, indices);
    write_text_file(options.report, page.html());
  }
  run.print(fmt::format("Simulated {} in {:.2f} s: {} events ({:.1f} million/s)\n",
                        options.scenario, seconds, with_commas(outcome.events),
                        static_cast<double>(outcome.events) / seconds / 1e6) +
            return_text(outcome, returns) + retention_text(outcome) + "\n" +
            index_text(indices, returns));
  if (study.precision) run.print(precision_text(*study.precision, outcome.replications));
  if (!options.output.empty()) run.print(fmt::format("  result in {}\n", options.output));
  if (!options.report.empty()) run.print(fmt::format("  report in {}\n", options.report));
  Json result = return_json(outcome, returns);
  result["baseline"]["regions"] = retention_table_json(outcome, 0);
  for (std::size_t s = 0; s < returns.strategies.size(); ++s) {
    result["strategies"][s]["regions"] = retention_table_json(outcome, s + 1);
  }
  result["index"] = index_json(outcome, indices);
  result["precision"] = precision_json(study.precision);
  result["simulate_seconds"] = seconds;
  result.update(json);
  run.write_json(result);
}

}  // namespace

Command add_simulate(CLI::App& app) {
  Command command = make_command(
      app, "simulate",
      "Simulate customer lifetimes under each strategy and print what it pays back",
      "  tenure simulate datasets/scenarios/default.toml --report report.html\n"
      "  tenure simulate datasets/scenarios/store.toml --store shop.h5 -o result.h5 --report "
      "report.html\n");
  auto options = std::make_shared<Options>();
  CLI::App& sub = *command.app;
  sub.add_option("SCENARIO", options->scenario, "Population, levers and strategies")
      ->required()
      ->type_name("SCENARIO.toml");
  CLI::Option* store =
      sub.add_option("--store", options->store,
                     "Store whose customers are simulated, for scenarios with from_store = true; a "
                     "synthetic shop where none is given")
          ->type_name("STORE.h5");
  sub.add_option("--model", options->model, "With --store: order model fitted to its log")
      ->needs(store)
      ->check(CLI::IsMember(order_model_names()))
      ->capture_default_str();
  CLI::Option* precision =
      sub.add_option("--precision", options->study.precision,
                     "Add replications until the Monte-Carlo interval of every ROI is no wider "
                     "than so much to either side, e.g. 0.05")
          ->check(CLI::PositiveNumber);
  sub.add_option("--max-replications", options->study.max_replications,
                 "With --precision: no more than so many")
      ->needs(precision)
      ->check(CLI::Range(2, 1 << 23))
      ->capture_default_str();
  sub.add_flag("--decompose", options->study.decompose,
               "Simulate everything once more with other luck, to tell which customers there are "
               "from what they happen to do in the variance of ROI");
  sub.add_option("-o,--output", options->output,
                 "Result to write; with from_store = true it needs --store")
      ->type_name("RESULT.h5");
  sub.add_option("--report", options->report,
                 "HTML page to write; of a scenario alone too: its title says where a synthetic "
                 "shop stands in")
      ->type_name("REPORT.html");
  command.run = [options](Run& run) { run_simulate(*options, run); };
  return command;
}

}  // namespace tenure::apps
