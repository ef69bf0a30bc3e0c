#include "calendar.hpp"
#include "command.hpp"
#include "lifetime_fit.hpp"
#include "stopwatch.hpp"
#include "text_table.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/simulator/backtest.hpp>

#include <fmt/format.h>

namespace tenure::apps {

namespace {

using simulator::BacktestCount;
using simulator::BacktestReport;
using simulator::BacktestWeek;
using simulator::ShopEffects;

struct Options {
  std::string store;
  std::string calibration_end;
  std::string cohort_start;
  std::string unit = "week";
  std::string effects;
  simulator::BacktestOptions backtest;
};

/// Of the closed form, over what came.
double error_percent(const BacktestCount& count) {
  return count.actual == 0 ? 0.0
                           : 100.0 * (count.expected / static_cast<double>(count.actual) - 1.0);
}

void put_count(Json& json, const BacktestCount& count) {
  json["actual"] = count.actual;
  json["expected"] = count.expected;
  json["simulated"] = count.simulated;
  json["monte_carlo_error"] = count.monte_carlo_error;
  json["mean"] = count.mean;
  json["interval"] = {count.low, count.high};
  json["inside"] = count.inside();
}

double share_inside(const BacktestReport& report) {
  return static_cast<double>(report.weeks_inside) / static_cast<double>(report.weeks.size());
}

Json effects_json(const BacktestReport& report) {
  Json json;
  json["kind"] = to_string(report.effects);
  json["week_sd"] = report.scales.week;
  json["level_sd"] = report.scales.level;
  json["season_sd"] = report.scales.season;
  json["candidates"] = Json::array();
  for (const auto& score : report.scores) {
    json["candidates"].push_back({{"kind", to_string(score.effects)},
                                  {"log_likelihood", score.log_likelihood},
                                  {"parameters", score.parameters},
                                  {"aic", score.aic}});
  }
  return json;
}

Json report_json(const BacktestReport& report) {
  Json json = fit_json(report.fit);
  json["calibration_start"] = day_text(report.calibration_start);
  json["calibration_end"] = day_text(report.calibration_end);
  json["holdout_end"] = day_text(report.holdout_end);
  json["effects"] = effects_json(report);
  json["weeks"] = Json::array();
  for (const BacktestWeek& week : report.weeks) {
    Json row;
    row["until"] = day_text(week.until);
    row["multiplier"] = week.multiplier;
    put_count(row, week);
    json["weeks"].push_back(row);
  }
  put_count(json["total"], report.total);
  json["total"]["error_percent"] = error_percent(report.total);
  json["weeks_inside"] = report.weeks_inside;
  json["share_inside"] = share_inside(report);
  json["mean_band_width"] = report.mean_band_width;
  json["interval_score"] = report.interval_score;
  const simulator::Agreement& agreement = report.agreement;
  json["agreement"] = {{"f", agreement.statistic},
                       {"degrees_of_freedom", {agreement.numerator, agreement.denominator}},
                       {"p_value", agreement.p_value},
                       {"total_z", agreement.total_z}};
  return json;
}

std::string effects_text(const BacktestReport& report) {
  std::string text;
  if (!report.scores.empty()) {
    TextTable table({"effects", "log-likelihood", "AIC", ""});
    for (const auto& score : report.scores) {
      table.add({std::string(to_string(score.effects)), fmt::format("{:.2f}", score.log_likelihood),
                 fmt::format("{:.2f}", score.aic), score.effects == report.effects ? "taken" : ""});
    }
    text = heading(fmt::format("Effects by week, judged on the {} weeks of the calibration",
                               report.calibration_weeks)) +
           table.str();
  }
  if (report.effects == ShopEffects::kNone) return text + "  no effects: weeks differ by chance\n";
  return text + fmt::format(
                    "  {}: standard deviations of a week's log multiplier: noise {:.3f}, level "
                    "{:.3f}, season {:.3f}\n",
                    to_string(report.effects), report.scales.week, report.scales.level,
                    report.scales.season);
}

std::vector<std::string> row_of(const std::string& name, const BacktestCount& count) {
  return {name,
          with_commas(count.actual),
          fmt::format("{:.1f}", count.expected),
          fmt::format("{:.1f}", count.simulated),
          fmt::format("{:.2f}", count.monte_carlo_error),
          format_interval({count.low, count.high}, 0),
          count.inside() ? "yes" : "no"};
}

std::string report_text(const BacktestReport& report) {
  TextTable table(
      {"week until", "actual", "closed form", "simulated", "MC error", "95 % band", "inside"});
  for (const BacktestWeek& week : report.weeks) table.add(row_of(day_text(week.until), week));
  table.add(row_of("all weeks", report.total));
  const simulator::Agreement& agreement = report.agreement;
  return effects_text(report) +
         heading(fmt::format("Holdout to {}: orders of the {} customers known on {}",
                             day_text(report.holdout_end), with_commas(report.fit.customers),
                             day_text(report.calibration_end))) +
         table.str() +
         fmt::format(
             "  cumulative error {:+.1f} %; {} of {} weeks inside the 95 % band ({:.1f} %), mean "
             "width {:.0f} orders, interval score {:.0f}\n"
             "  simulation against closed form: F({}, {}) = {:.3f}, p = {:.3f}; total {:+.2f} "
             "standard errors\n",
             error_percent(report.total), report.weeks_inside, report.weeks.size(),
             100.0 * share_inside(report), report.mean_band_width, report.interval_score,
             agreement.numerator, agreement.denominator, agreement.statistic, agreement.p_value,
             agreement.total_z);
}

void run_backtest(Options options, Run& run) {
  simulator::BacktestOptions& o = options.backtest;
  o.calibration_end = *parse_day("--calibration-end", options.calibration_end);
  o.cohort_start = parse_day("--cohort-start", options.cohort_start);
  o.days_per_unit = days_per_unit(options.unit);
  if (options.effects.empty()) options.effects = o.model == "pareto-nbd" ? "none" : "auto";
  o.effects = simulator::shop_effects(options.effects);
  const EventTable events = read_store(run.execution(), options.store);
  if (!events.has_time()) throw DataError(options.store, "has no times, which a backtest needs");
  const Stopwatch watch;
  const BacktestReport report = simulator::backtest(run.execution(), events, o);
  const double seconds = watch.seconds();
  run.print(fmt::format("{} on {}, calibration to {}, time in {}s{}\n",
                        customers::lifetime_kind(o.model).title, options.store,
                        day_text(report.calibration_end), options.unit,
                        report.effects == ShopEffects::kNone ? "" : " of the shop's clock") +
            fit_text(report.fit) + report_text(report));
  Json json = report_json(report);
  json["backtest_seconds"] = seconds;
  run.write_json(json);
}

}  // namespace

Command add_backtest(CLI::App& app) {
  Command command = make_command(
      app, "backtest",
      "Simulate a log's customers from a day on, and hold it against what they did",
      "  tenure backtest cdnow.h5 --calibration-end 1997-09-30\n"
      "  tenure backtest shop.h5 --calibration-end 2011-06-30 --model mbg-nbd --json -\n"
      "  tenure backtest shop.h5 --calibration-end 2011-06-30 --effects none\n");
  auto options = std::make_shared<Options>();
  simulator::BacktestOptions& o = options->backtest;
  const CommandOptions sub = command.options;
  sub.add_option("STORE", options->store, "Store with the log").required().type_name("STORE.h5");
  sub.add_option("--calibration-end", options->calibration_end,
                 "Last day the model sees, inclusive; customers known then are simulated")
      .required()
      .type_name("DATE");
  sub.add_option("--cohort-start", options->cohort_start,
                 "Leave out customers whose first order is before this date")
      .type_name("DATE");
  sub.add_option("--weeks", o.weeks, "Weeks of the holdout at most; all there are unless told")
      .range(1, 5000);
  sub.add_option("--model", o.model, "Order model").one_of(order_model_names()).show_default();
  sub.add_option("--unit", options->unit, "Time unit of the parameters")
      .one_of({"day", "week", "year"})
      .show_default();
  sub.add_option("--effects", options->effects,
                 "What all customers share by week: none, weeks (noise), level, season, "
                 "season+level, or auto (the default): the best of these by AIC on the calibration")
      .one_of({"none", "weeks", "level", "season", "season+level", "auto"});
  sub.add_option("--replications", o.replications, "Runs at the estimates, against the closed form")
      .range(2, 1000000)
      .show_default();
  sub.add_option("--parameter-draws", o.parameter_draws,
                 "Runs with drawn parameters and effects, for the band")
      .range(100, 1000000)
      .show_default();
  command.run = [options](Run& run) { run_backtest(*options, run); };
  return command;
}

}  // namespace tenure::apps
