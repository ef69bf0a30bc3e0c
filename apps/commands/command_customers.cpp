#include "calendar.hpp"
#include "command.hpp"
#include "customer_table.hpp"
#include "output_file.hpp"
#include "stopwatch.hpp"
#include "text_table.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/activity.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/customers/lifetime_value.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace tenure::apps {

namespace {

constexpr double kDaysPerUnit = 7.0;
constexpr std::size_t kMostForTrees = 100'000;

struct Options {
  std::string store;
  std::string output;
  std::string as_of;
  std::string config;
  std::string model = "bg-nbd";
  bool model_given = false;
  std::string risk = "auto";
  customers::ChurnStudyOptions churn;
  customers::ForecastOptions forecast = {365.0, 1.0, 0.1, 200, 0.95};
};

/// The evening looked at: asked for, or the log's last.
std::int32_t evening(const Options& options, const EventTable& events) {
  const auto asked = parse_day("--as-of", options.as_of);
  if (asked) return static_cast<std::int32_t>(*asked);  // years 0 to 9999 fit
  const auto last = customers::last_event_day(events);
  if (!last) throw DataError(options.store, "has no events");
  return *last;
}

customers::OrderHistory history_until(const Run& run, const Options& options,
                                      const EventTable& events) {
  if (!events.has_time() && events.rows() > 0) {
    throw DataError(options.store, "has no times, which tiers and lifetimes need");
  }
  customers::OrderHistoryOptions until;
  until.end_day = evening(options, events);
  customers::OrderHistory history = make_order_history(run.execution(), events, until);
  if (history.orders() > 0) return history;
  const std::string what =
      "nobody has an order left by " + format_date(history.end_day * kSecondsPerDay);
  if (!options.as_of.empty()) throw ArgumentError("--as-of: " + what);
  throw DataError(options.store, what);
}

/// What --model takes: the order models in continuous time, the best of them, or none.
std::vector<std::string> model_names() {
  std::vector<std::string> names = {"auto", "none"};
  for (const auto& kind : customers::lifetime_kinds()) {
    if (!kind.discrete) names.emplace_back(kind.name);
  }
  return names;
}

void fit_orders(const Execution& execution, const Options& options, LifetimePart& part) {
  customers::LifetimeFitOptions how;
  how.prior = customers::PriorUse::kWhereNeeded;
  if (options.model == "auto") {
    part.compared = compare_lifetime_models(execution, part.summary.counts, how);
    part.orders = part.compared.front().fit;
  } else {
    part.orders = fit_lifetime(execution, options.model, part.summary.counts, how);
  }
}

void fit_spend(const Execution& execution, LifetimePart& part) {
  const auto& frequency = part.summary.spend_frequency;
  if (frequency.empty()) {
    part.spend_left_out = "the log has no prices";
  } else if (std::none_of(frequency.begin(), frequency.end(), [](double x) { return x > 0; })) {
    part.spend_left_out = "no customer has a repeat order of positive value";
  } else {
    try {
      part.spend = fit_report(customers::fit_gamma_gamma(
          execution, frequency, part.summary.mean_value, customers::PriorUse::kWhereNeeded));
    } catch (const NumericalError& error) {
      part.spend_left_out = error.what();
    }
  }
}

LifetimePart make_lifetime(const Run& run, const Options& options,
                           const customers::OrderHistory& history) {
  LifetimePart part;
  part.options = options.forecast;
  customers::CalibrationOptions calibration;
  calibration.days_per_unit = kDaysPerUnit;
  part.summary = summarize(run.execution(), history, calibration);
  if (options.model == "none") {
    part.orders_left_out = part.spend_left_out = "--model none";
    return part;
  }
  try {
    fit_orders(run.execution(), options, part);
    fit_spend(run.execution(), part);
    part.forecasts = forecast_customers(run.execution(), part.summary, *part.orders, part.spend,
                                        options.forecast);
    run.warn(part.spend ? prior_note(part.summary.counts, {&*part.orders, &*part.spend})
                        : prior_note(part.summary.counts, {&*part.orders}));
  } catch (const NumericalError& error) {
    // Tiers and health stand without a model: only one that was asked for by name must fit.
    if (options.model_given && options.model != "auto") {
      throw NumericalError(std::string(error.what()) +
                           " (--model none writes the table without a lifetime model)");
    }
    part.orders.reset();
    part.spend.reset();
    part.compared.clear();
    part.orders_left_out = error.what();
    part.spend_left_out = "there is no model of orders";
  }
  return part;
}

/// The model `tenure churn` would take; of more customers than kMostForTrees the logistic one,
/// whose scores cost next to nothing.
std::vector<customers::ChurnModelKind> risk_models(const Options& options,
                                                   const customers::Segments& segments) {
  if (options.risk != "auto") return customers::churn_model_kinds(options.risk);
  std::size_t active = 0;
  for (const customers::SegmentRow& row : segments.rows) {
    active += row.orders > 0 && segments.as_of - row.last_day < options.churn.active_days ? 1 : 0;
  }
  return customers::churn_model_kinds(active > kMostForTrees ? "logistic" : "both");
}

RiskPart make_risk(const Run& run, const Options& options, const EventTable& events,
                   const customers::OrderHistory& history, const customers::Segments& segments) {
  RiskPart part;
  part.options = options.churn;
  if (options.risk == "none") {
    part.left_out = "--risk none";
    return part;
  }
  customers::CustomerRiskOptions risk_options;
  risk_options.study = options.churn;
  risk_options.kinds = risk_models(options, segments);
  risk_options.reasons = kReasons;
  const std::string way_out = " (--risk none writes the table without it)";
  // A log too short to learn from is no mistake of one who asked for nothing.
  try {
    part.risks = customer_risks(run.execution(), events, history, risk_options);
  } catch (const ArgumentError& error) {
    if (options.risk != "auto") throw ArgumentError(error.what() + way_out);
    part.left_out = error.what();
  } catch (const NumericalError& error) {
    if (options.risk != "auto") throw NumericalError(error.what() + way_out);
    part.left_out = error.what();
  }
  return part;
}

void run_customers(const Options& options, Run& run) {
  options.forecast.validate();
  check_text_target(options.output);
  const customers::SegmentOptions segment_options =
      options.config.empty() ? customers::SegmentOptions()
                             : customers::read_segment_options(options.config);
  const EventTable events = read_store(run.execution(), options.store);
  const Stopwatch watch;
  const customers::OrderHistory history = history_until(run, options, events);
  CustomerTable table{events, segment_options, {}, {}, {}, {}, {}, {}};
  table.segments = segment_customers(run.execution(), events, history, segment_options);
  table.lifetime = make_lifetime(run, options, history);
  table.risk = make_risk(run, options, events, history, table.segments);
  table.region = history.region;
  join_parts(table);
  write_customer_csv(run.execution(), table, options.output);
  const double seconds = watch.seconds();
  Json json = customer_summary_json(table);
  json["output"] = options.output;
  json["table_seconds"] = seconds;
  run.print(fmt::format("{} as of {}: {} customers known, {} with orders; one row each in {} "
                        "({:.2f} s)\n",
                        options.store, format_date(table.segments.as_of * kSecondsPerDay),
                        with_commas(table.segments.rows.size()),
                        with_commas(table.segments.total.customers), options.output, seconds) +
            customer_summary_text(table));
  run.write_json(json);
}

}  // namespace

Command add_customers(CLI::App& app) {
  Command command = make_command(
      app, "customers",
      "One row a customer: tier, class, health, expected orders, lifetime value, risk",
      "  tenure customers shop.h5 -o customers.csv\n"
      "  tenure customers shop.h5 -o customers.csv --as-of 2011-06-30 --gross-margin 0.35\n"
      "  tenure customers shop.h5 -o customers.csv --config segments.toml --json -\n");
  auto options = std::make_shared<Options>();
  const CommandOptions sub = command.options;
  sub.add_option("STORE", options->store, "Store of the customers")
      .required()
      .type_name("STORE.h5");
  sub.add_option("-o,--output", options->output, "Table to write")
      .required()
      .type_name("CUSTOMERS.csv");
  sub.add_option("--as-of", options->as_of,
                 "Evening to look from: nothing later is known (default: the log's last day)")
      .type_name("DATE");
  sub.add_option("--config", options->config,
                 "Thresholds and weights (default: those of datasets/segments/default.toml)")
      .type_name("SEGMENTS.toml");
  const Option model = sub.add_option("--model", options->model,
                                      "Model of orders; auto: of those that can be fitted, the one "
                                      "with the lowest AIC")
                           .one_of(model_names())
                           .show_default();
  sub.add_option("--horizon", options->forecast.horizon_days,
                 "Days ahead of expected orders and lifetime value")
      .show_default();
  sub.add_option("--gross-margin", options->forecast.gross_margin,
                 "Share of revenue that is margin; 1: lifetime value is revenue")
      .show_default();
  sub.add_option("--discount", options->forecast.discount_rate, "Discount rate a year")
      .show_default();
  sub.add_option("--draws", options->forecast.draws, "Futures drawn for each distinct history")
      .show_default();
  sub.add_option(
         "--risk", options->risk,
         "Model of the risk of leaving, with reasons: auto takes the better one, and leaves "
         "the columns empty where the log is too short to learn from")
      .one_of({"auto", "logistic", "trees", "both", "none"})
      .show_default();
  sub.add_option("--risk-window", options->churn.window_days,
                 "Days ahead of the risk: no order in so many")
      .range(1, 3650)
      .show_default();
  command.run = [options, model](Run& run) {
    options->model_given = model.given();
    run_customers(*options, run);
  };
  return command;
}

}  // namespace tenure::apps
