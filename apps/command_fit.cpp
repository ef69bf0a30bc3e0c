#include "calendar.hpp"
#include "command.hpp"
#include "counts_file.hpp"
#include "lifetime_fit.hpp"
#include "lookup.hpp"
#include "stopwatch.hpp"
#include "text_table.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/tracking.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace tenure::apps {

namespace {

using customers::HoldoutReport;

constexpr std::size_t kTrackingRows = 13;

struct Options {
  std::string store;
  std::string counts;
  std::string model = "bg-nbd";
  std::string unit = "week";
  std::string calibration_end;
  std::string cohort_start;
  std::string customer;
  double horizon = 52.0;
};

std::string day_text(std::int32_t day) { return format_date(day * kSecondsPerDay); }

/// Where the log goes on for at least one unit after the calibration: the rest of it, as a test.
std::optional<HoldoutReport> hold_against_rest(const Run& run, const EventTable& events,
                                               const Calibration& calibration,
                                               const CalibrationSpec& spec,
                                               const customers::BgNbdFit& fit) {
  if (!spec.end_day) return std::nullopt;
  customers::OrderHistoryOptions history_options;
  history_options.cohort_start = spec.cohort_start;
  const auto history = make_order_history(run.execution(), events, history_options);
  customers::HoldoutOptions options;
  options.units = static_cast<int>((history.end_day - *spec.end_day) / spec.days_per_unit);
  if (options.units < 1) return std::nullopt;
  return holdout_report(run.execution(), history, calibration.summary,
                        customers::expectations(fit.parameters), options);
}

Json holdout_json(const HoldoutReport& report) {
  Json json;
  json["calibration_end"] = day_text(report.calibration_end);
  json["holdout_end"] = day_text(report.holdout_end);
  json["actual_orders"] = report.actual_orders;
  json["expected_orders"] = report.expected_orders;
  json["mean_absolute_error"] = report.mean_absolute_error;
  json["tracking"] = Json::array();
  for (const auto& point : report.tracking) {
    json["tracking"].push_back(
        {{"date", day_text(point.day)}, {"actual", point.actual}, {"expected", point.expected}});
  }
  json["by_frequency"] = Json::array();
  for (const auto& row : report.by_frequency) {
    json["by_frequency"].push_back({{"frequency", row.frequency},
                                    {"customers", row.customers},
                                    {"actual", row.actual_mean},
                                    {"expected", row.expected_mean}});
  }
  return json;
}

std::string holdout_text(const HoldoutReport& report, const std::string& unit) {
  std::vector<customers::TrackingPoint> points;
  for (const auto& point : report.tracking) {
    if (point.day > report.calibration_end) points.push_back(point);
  }
  const std::size_t step = (points.size() + kTrackingRows - 1) / kTrackingRows;
  TextTable tracking({"until", unit + "s", "actual", "expected", "error"});
  for (std::size_t i = 0; i < points.size(); ++i) {
    if ((points.size() - 1 - i) % step != 0) continue;
    const auto& point = points[i];
    const double error =
        point.actual == 0 ? 0.0 : point.expected / static_cast<double>(point.actual) - 1;
    tracking.add({day_text(point.day), fmt::format("+{}", i + 1), with_commas(point.actual),
                  fmt::format("{:.1f}", point.expected), fmt::format("{:+.1f} %", 100.0 * error)});
  }
  TextTable classes({"orders before", "customers", "actual", "expected"});
  for (const auto& row : report.by_frequency) {
    const bool last = row.frequency == report.by_frequency.back().frequency;
    classes.add({fmt::format("{}{}", row.frequency, last ? "+" : ""), with_commas(row.customers),
                 fmt::format("{:.3f}", row.actual_mean), fmt::format("{:.3f}", row.expected_mean)});
  }
  return heading(fmt::format("Holdout {} to {}: cumulative repeat orders since the first order",
                             day_text(report.calibration_end + 1), day_text(report.holdout_end))) +
         tracking.str() +
         heading("Holdout orders a customer, by repeat orders in the calibration") + classes.str() +
         fmt::format("  all customers: {} orders, expected {:.1f}; mean absolute error {:.3f}\n",
                     with_commas(report.actual_orders), report.expected_orders,
                     report.mean_absolute_error);
}

/// Row of a customer in the summary.
std::size_t row_of(const Calibration& calibration, const EventTable& events,
                   const std::string& id) {
  const std::uint32_t code = codes_of("customer", {id}, events.customers).front();
  const auto& codes = calibration.summary.customer;
  const auto found = std::lower_bound(codes.begin(), codes.end(), code);
  if (found == codes.end() || *found != code) {
    throw ArgumentError("customer '" + id + "' has no order within the calibration");
  }
  return static_cast<std::size_t>(found - codes.begin());
}

Json customer_json(const Options& options, const Calibration& calibration, std::size_t row,
                   const customers::BgNbdParameters& p) {
  const auto& counts = calibration.summary.counts;
  const double x = counts.frequency[row];
  const double t_x = counts.recency[row];
  const double age = counts.age[row];
  Json json;
  json["id"] = options.customer;
  json["frequency"] = x;
  json["recency"] = t_x;
  json["T"] = age;
  json["p_alive"] = bg_nbd_p_alive(p, x, t_x, age);
  json["horizon"] = options.horizon;
  json["expected_orders"] = bg_nbd_conditional_expected_orders(p, x, t_x, age, options.horizon);
  return json;
}

std::string customer_text(const Json& json, const std::string& unit) {
  return fmt::format(
      "  customer {}: {} repeat orders, the last {:.2f} {}s after the first, known for {:.2f} {}s\n"
      "  alive with probability {:.5f}; {:.3f} orders expected in the next {:g} {}s\n",
      json["id"].get<std::string>(), json["frequency"].get<double>(), json["recency"].get<double>(),
      unit, json["T"].get<double>(), unit, json["p_alive"].get<double>(),
      json["expected_orders"].get<double>(), json["horizon"].get<double>(), unit);
}

void fit_bg_nbd_command(const Options& options, const CalibrationSpec& spec,
                        const EventTable& events, const Calibration& calibration, Run& run) {
  const Stopwatch watch;
  const customers::BgNbdFit fit = fit_orders(run.execution(), calibration);
  const double seconds = watch.seconds();
  const customers::FitReport report = fit_report(fit, spec.days_per_unit);
  Json json = fit_json(report);
  json["fit_seconds"] = seconds;
  json["unit"] = options.unit;
  json["calibration_end"] = day_text(calibration.summary.end_day);
  run.print(fmt::format("BG/NBD on {}, calibration to {}, time in {}s ({:.3f} s)\n", options.store,
                        day_text(calibration.summary.end_day), options.unit, seconds) +
            fit_text(report));
  if (!options.customer.empty()) {
    json["customer"] = customer_json(options, calibration,
                                     row_of(calibration, events, options.customer), fit.parameters);
    run.print(customer_text(json["customer"], options.unit));
  }
  if (const auto holdout = hold_against_rest(run, events, calibration, spec, fit)) {
    json["holdout"] = holdout_json(*holdout);
    run.print(holdout_text(*holdout, options.unit));
  }
  run.write_json(json);
}

void fit_gamma_gamma_command(const Options& options, const EventTable& events,
                             const Calibration& calibration, Run& run) {
  const Stopwatch watch;
  const customers::GammaGammaFit fit = fit_spend(run.execution(), calibration, options.store);
  const double seconds = watch.seconds();
  const customers::FitReport report = customers::fit_report(fit);
  const customers::GammaGammaParameters& p = fit.parameters;
  Json json = fit_json(report);
  json["fit_seconds"] = seconds;
  json["currency"] = events.currency;
  json["mean_value"] = p.q > 1.0 ? Json(p.p * p.gamma / (p.q - 1.0)) : Json(nullptr);
  std::string text = fmt::format("Gamma-Gamma on {}, calibration to {} ({:.3f} s)\n", options.store,
                                 day_text(calibration.summary.end_day), seconds) +
                     fit_text(report);
  if (p.q > 1.0) {
    text += fmt::format("  mean order value over customers {:.2f} {}\n",
                        p.p * p.gamma / (p.q - 1.0), events.currency);
  }
  if (!options.customer.empty()) {
    const std::size_t row = row_of(calibration, events, options.customer);
    const double x = calibration.summary.spend_frequency[row];
    const double m = calibration.summary.mean_value[row];
    const double expected = gamma_gamma_expected_value(p, x, m);
    json["customer"] = {{"id", options.customer},
                        {"frequency", x},
                        {"mean_value", m},
                        {"expected_value", expected}};
    text += fmt::format("  customer {}: {} repeat orders of {:.2f} on average, {:.2f} expected\n",
                        options.customer, x, m, expected);
  }
  run.print(text);
  run.write_json(json);
}

/// A fit on customers summarised elsewhere: no log, so no holdout and no customer by id.
void fit_counts(const Options& options, Run& run) {
  if (!options.store.empty() || !options.calibration_end.empty() || !options.cohort_start.empty() ||
      !options.customer.empty()) {
    throw ArgumentError(
        "--counts stands alone: no STORE, --calibration-end, --cohort-start or --customer");
  }
  const double unit_days = days_per_unit(options.unit);
  const CountsFile file = read_counts(run.execution(), options.counts, unit_days);
  const Stopwatch watch;
  customers::FitReport report;
  if (options.model == "bg-nbd") {
    report = fit_report(customers::fit_bg_nbd(run.execution(), file.counts), unit_days);
  } else if (file.mean_value.empty()) {
    throw DataError(options.counts, 1, "no column mean_value, which a spend model needs");
  } else if (!file.counts.weight.empty()) {
    throw DataError(options.counts, 1, "the spend model takes one row a customer, without weights");
  } else {
    report = fit_report(
        customers::fit_gamma_gamma(run.execution(), file.counts.frequency, file.mean_value));
  }
  Json json = fit_json(report);
  json["fit_seconds"] = watch.seconds();
  json["unit"] = options.unit;
  run.print(fmt::format("{} on {} ({:.3f} s)\n", report.model, options.counts, watch.seconds()) +
            fit_text(report));
  run.write_json(json);
}

void run_fit(const Options& options, Run& run) {
  if (!options.counts.empty()) return fit_counts(options, run);
  if (options.store.empty()) throw ArgumentError("give a STORE.h5, or --counts CSV");
  CalibrationSpec spec;
  spec.days_per_unit = days_per_unit(options.unit);
  spec.end_day = parse_day("--calibration-end", options.calibration_end);
  spec.cohort_start = parse_day("--cohort-start", options.cohort_start);
  if (!(options.horizon > 0.0) || options.horizon > 1e6) {
    throw ArgumentError("--horizon must be above 0 and at most 1000000");
  }
  const EventTable events = read_store(run.execution(), options.store);
  const Calibration calibration = calibrate(run.execution(), events, options.store, spec);
  if (options.model == "bg-nbd") {
    fit_bg_nbd_command(options, spec, events, calibration, run);
  } else {
    fit_gamma_gamma_command(options, events, calibration, run);
  }
}

}  // namespace

Command add_fit(CLI::App& app) {
  Command command = make_command(
      app, "fit", "Fit a lifetime or spend model, and hold it against the rest of the log",
      "  tenure fit cdnow.h5 --model bg-nbd --calibration-end 1997-09-30\n"
      "  tenure fit cdnow.h5 --model bg-nbd --customer 1516 --horizon 52\n"
      "  tenure fit cdnow.h5 --model gamma-gamma --calibration-end 1997-09-30 --json -\n"
      "  tenure fit --counts counts.csv --model bg-nbd\n");
  auto options = std::make_shared<Options>();
  CLI::App& sub = *command.app;
  sub.add_option("STORE", options->store, "Store to fit on")->type_name("STORE.h5");
  sub.add_option("--counts", options->counts,
                 "Instead of a store: customers summarised in a csv with the columns frequency, "
                 "recency, T (or periods), and optionally weights, mean_value")
      ->type_name("CSV");
  sub.add_option("--model", options->model, "bg-nbd (orders) or gamma-gamma (spend per order)")
      ->check(CLI::IsMember({"bg-nbd", "gamma-gamma"}))
      ->capture_default_str();
  sub.add_option("--unit", options->unit, "Time unit of the parameters")
      ->check(CLI::IsMember({"day", "week"}))
      ->capture_default_str();
  sub.add_option("--calibration-end", options->calibration_end,
                 "Last day the model sees, inclusive; what comes after is its test")
      ->type_name("DATE");
  sub.add_option("--cohort-start", options->cohort_start,
                 "Leave out customers whose first order is before this date")
      ->type_name("DATE");
  sub.add_option("--customer", options->customer, "Also tell what the model says of this customer")
      ->type_name("ID");
  sub.add_option("--horizon", options->horizon, "Time units ahead for --customer")
      ->capture_default_str();
  command.run = [options](Run& run) { run_fit(*options, run); };
  return command;
}

}  // namespace tenure::apps
