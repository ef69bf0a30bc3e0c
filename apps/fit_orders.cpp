#include "fit_request.hpp"
#include "holdout_text.hpp"
#include "lifetime_fit.hpp"
#include "order_data.hpp"
#include "stopwatch.hpp"
#include "text_table.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/customers/customer_outlook.hpp>
#include <tenure/customers/lifetime_model.hpp>

#include <fmt/format.h>

#include <cmath>

namespace tenure::apps {

namespace {

using customers::FitReport;
using customers::RecencyFrequency;

constexpr double kDefaultHorizon = 52.0;

Json bootstrap_json(const FitReport& report, const customers::Bootstrap& bootstrap) {
  Json json;
  json["replicates"] = bootstrap.replicates;
  json["failed"] = bootstrap.failed;
  for (std::size_t i = 0; i < report.names.size(); ++i) {
    json["standard_errors"][report.names[i]] = bootstrap.standard_errors[i];
    json["intervals"][report.names[i]] = {bootstrap.low[i], bootstrap.high[i]};
  }
  return json;
}

std::string bootstrap_text(const FitReport& report, const customers::Bootstrap& bootstrap) {
  TextTable table({"bootstrap", "standard error", "2.5 %", "97.5 %"});
  for (std::size_t i = 0; i < report.names.size(); ++i) {
    table.add({report.names[i], fmt::format("{:.4f}", bootstrap.standard_errors[i]),
               fmt::format("{:.4f}", bootstrap.low[i]), fmt::format("{:.4f}", bootstrap.high[i])});
  }
  return table.str() + fmt::format("  {} resamples, {} without a maximum\n", bootstrap.replicates,
                                   bootstrap.failed);
}

Json json_of(const customers::Interval& interval) { return {interval.low, interval.high}; }

/// What is to be expected of the customer asked for, with intervals.
Json customer_json(const FitRequest& request, const OrderData& data, const FitReport& report,
                   Run& run) {
  const auto& summary = data.calibration->summary;
  const std::size_t row = row_of(*data.calibration, *data.events, data.customer);
  customers::CustomerHistory c;
  c.frequency = summary.counts.frequency[row];
  c.recency = summary.counts.recency[row];
  c.age = summary.counts.age[row];
  if (data.with_covariates()) {
    const auto values = [&](const customers::Covariates& part) {
      return part.names.empty() ? std::vector<double>()
                                : std::vector<double>(part.row(row).begin(), part.row(row).end());
    };
    c.rate_covariates = values(data.design.rate);
    c.dropout_covariates = values(data.design.dropout);
  }
  customers::OutlookOptions options;
  options.horizon = request.horizon > 0 ? request.horizon : kDefaultHorizon;
  options.discount = std::log1p(request.discount) * data.spec.days_per_unit / 365.0;
  std::optional<FitReport> spend;
  if (request.margin >= 0) {
    options.margin = request.margin;
    spend = fit_report(fit_spend(run.execution(), *data.calibration, request.store));
    run.warn(customers::prior_note(summary.counts, {&*spend}));
    c.spend_frequency = summary.spend_frequency[row];
    c.mean_value = summary.mean_value[row];
  }
  const auto o =
      customers::customer_outlooks(run.execution(), report, spend, {&c, 1}, options).front();
  Json json;
  json["id"] = data.customer;
  json["frequency"] = c.frequency;
  json["recency"] = c.recency;
  json["T"] = c.age;
  json["p_alive"] = o.p_alive;
  json["p_alive_interval"] = json_of(o.p_alive_interval);
  json["horizon"] = options.horizon;
  json["expected_orders"] = o.expected_orders;
  json["expected_orders_interval"] = json_of(o.expected_orders_interval);
  json["orders_interval"] = json_of(o.orders);
  json["discount"] = request.discount;
  json["discounted_residual_orders"] = o.discounted_residual_orders;
  json["discounted_residual_orders_interval"] = json_of(o.discounted_residual_orders_interval);
  if (!spend) return json;
  json["margin"] = request.margin;
  json["lifetime_value"] = o.lifetime_value ? Json(*o.lifetime_value) : Json(nullptr);
  json["lifetime_value_interval"] =
      o.lifetime_value_interval ? json_of(*o.lifetime_value_interval) : Json(nullptr);
  json["earned_interval"] = o.earned ? json_of(*o.earned) : Json(nullptr);
  return json;
}

std::string range_text(const Json& interval, int digits) {
  return format_interval({interval[0].get<double>(), interval[1].get<double>()}, digits);
}

std::string customer_text(const Json& json, const std::string& unit) {
  const auto number = [&](const char* key) { return json[key].get<double>(); };
  std::string text = fmt::format(
      "  customer {}: {} repeat orders, the last {:.2f} {}s after the first, known for {:.2f} {}s\n"
      "  alive with probability {:.5f} {}\n"
      "  {:.3f} orders expected in the next {:g} {}s {}, between {} as they may turn out\n"
      "  {:.3f} orders ever at {:g} % a year {}\n",
      json["id"].get<std::string>(), number("frequency"), number("recency"), unit, number("T"),
      unit, number("p_alive"), range_text(json["p_alive_interval"], 5), number("expected_orders"),
      number("horizon"), unit, range_text(json["expected_orders_interval"], 3),
      range_text(json["orders_interval"], 0), number("discounted_residual_orders"),
      100 * number("discount"), range_text(json["discounted_residual_orders_interval"], 3));
  if (!json.contains("margin")) return text;
  if (!json["lifetime_value"].is_null()) {
    text += fmt::format("  worth {:.2f} at a margin of {:g}", number("lifetime_value"),
                        number("margin"));
    if (!json["lifetime_value_interval"].is_null()) {
      text += " " + range_text(json["lifetime_value_interval"], 2);
    }
    text += "\n";
  }
  if (!json["earned_interval"].is_null()) {
    text += fmt::format("  earned within the {:g} {}s, as it may turn out: {}\n", number("horizon"),
                        unit, range_text(json["earned_interval"], 2));
  }
  return text;
}

/// Expected orders of all customers of the files within the horizon.
double total_expected(const Execution& execution, const OrderData& data, const FitReport& report,
                      double horizon) {
  const auto model = data.model(report, 0);
  const RecencyFrequency& counts = data.counts();
  return parallel_reduce(
      execution, counts.size(), 1024, 0.0,
      [&](const Chunk& chunk) {
        double sum = 0.0;
        for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
          sum += counts.weight_of(i) * model->conditional_expected_orders(counts.frequency[i],
                                                                          counts.recency[i],
                                                                          counts.age[i], horizon);
        }
        return sum;
      },
      [](double& into, double from) { into += from; });
}

void add_likelihood_ratio(const FitReport& report, Json& json, std::string& text) {
  if (!report.log_likelihood_without) return;
  const auto ratio = customers::likelihood_ratio(
      *report.log_likelihood_without, report.log_likelihood, static_cast<int>(report.coefficients));
  json["log_likelihood_without_covariates"] = *report.log_likelihood_without;
  json["likelihood_ratio"] = {{"statistic", ratio.statistic},
                              {"degrees_of_freedom", ratio.degrees_of_freedom},
                              {"p_value", ratio.p_value}};
  text += fmt::format(
      "  without covariates {:.2f}: likelihood ratio {:.2f} on {} degrees of freedom, p = {:.2g}\n",
      *report.log_likelihood_without, ratio.statistic, ratio.degrees_of_freedom, ratio.p_value);
}

}  // namespace

void fit_order_model(const FitRequest& request, Run& run) {
  const OrderData data = read_order_data(request, run);
  customers::LifetimeFitOptions options;
  options.regularity = request.regularity;
  options.prior = customers::PriorUse::kWhereNeeded;
  if (request.model == "mbg-cnbd" && data.counts().log_gaps.empty()) {
    throw DataError(data.source, "no column log_gaps, which the regularity of orders needs");
  }
  const Stopwatch watch;
  const FitReport report =
      data.with_covariates()
          ? fit_lifetime(run.execution(), request.model, data.counts(), data.design, options)
          : fit_lifetime(run.execution(), request.model, data.counts(), options);
  const double seconds = watch.seconds();
  run.warn(customers::prior_note(data.counts(), {&report}));
  Json json = fit_json(report);
  json["fit_seconds"] = seconds;
  json["unit"] = request.unit;
  if (data.calibration) json["calibration_end"] = day_text(data.calibration->summary.end_day);
  std::string text = where_text(title_of(report), request, data) +
                     fmt::format(" ({:.3f} s)\n", seconds) + fit_text(report);
  add_likelihood_ratio(report, json, text);
  if (request.bootstrap > 0) {
    const auto bootstrap =
        bootstrap_lifetime(run.execution(), report, data.counts(), request.bootstrap);
    json["bootstrap"] = bootstrap_json(report, bootstrap);
    text += bootstrap_text(report, bootstrap);
  }
  if (!request.customer.empty()) {
    json["customer"] = customer_json(request, data, report, run);
    text += customer_text(json["customer"], request.unit);
  }
  if (data.file && request.horizon > 0) {
    const double total = total_expected(run.execution(), data, report, request.horizon);
    json["expected_orders"] = {{"horizon", request.horizon}, {"total", total}};
    text += fmt::format("  {:.1f} orders expected of all customers in the next {:g} {}s\n", total,
                        request.horizon, request.unit);
  }
  if (const auto holdout = OrderRest(run.execution(), data).hold_against(report)) {
    json["holdout"] = holdout_json(*holdout);
    text += holdout_text(*holdout, request.unit);
  }
  run.print(text);
  run.write_json(json);
}

}  // namespace tenure::apps
