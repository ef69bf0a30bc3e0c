#include "calendar.hpp"
#include "counts_file.hpp"
#include "covariates_file.hpp"
#include "fit_request.hpp"
#include "holdout_text.hpp"
#include "lifetime_fit.hpp"
#include "stopwatch.hpp"
#include "text_table.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/store.hpp>
#include <tenure/customers/customer_outlook.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/customers/tracking.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tenure::apps {

namespace {

using customers::FitReport;
using customers::HoldoutReport;
using customers::LifetimeExpectations;
using customers::LifetimeModel;
using customers::RecencyFrequency;

constexpr double kDefaultHorizon = 52.0;

/// The customers a model is fitted to, from a store or from files of counts.
struct OrderData {
  std::optional<EventTable> events;  ///< of a store
  CalibrationSpec spec;
  std::optional<Calibration> calibration;
  std::optional<CountsFile> file;
  customers::CovariateDesign design;  ///< beside the calibration's rows
  std::string source;

  const RecencyFrequency& counts() const {
    return calibration ? calibration->summary.counts : file->counts;
  }
  bool with_covariates() const {
    return !design.rate.names.empty() || !design.dropout.names.empty();
  }
  /// The model of row i, which differs from row to row where there are covariates.
  std::shared_ptr<const LifetimeModel> model(const FitReport& report, std::size_t i) const {
    const auto values = [&](const customers::Covariates& part) {
      return part.names.empty() ? std::span<const double>() : part.row(i);
    };
    return lifetime_model(report, values(design.rate), values(design.dropout));
  }
};

OrderData read_order_data(const FitRequest& request, Run& run) {
  OrderData data;
  data.spec.days_per_unit = days_per_unit(request.unit);
  data.spec.end_day = parse_day("--calibration-end", request.calibration_end);
  data.spec.cohort_start = parse_day("--cohort-start", request.cohort_start);
  if (request.store.empty()) {
    data.file = read_counts(run.execution(), request.counts, data.spec.days_per_unit);
    data.source = fmt::format("{}", fmt::join(request.counts, ", "));
    return data;
  }
  data.source = request.store;
  data.events = read_store(run.execution(), request.store);
  data.calibration = calibrate(run.execution(), *data.events, request.store, data.spec);
  if (!request.covariates.empty()) {
    const auto covariates =
        read_covariates(run.execution(), request.covariates, data.events->customers,
                        data.calibration->summary.customer);
    if (request.covariates_on != "dropout") data.design.rate = covariates;
    if (request.covariates_on != "rate") data.design.dropout = covariates;
  }
  return data;
}

/// Where the log goes on for at least one unit after the calibration: the rest of it, as a test.
class Rest {
 public:
  Rest(Run& run, const OrderData& data) : data_(data), execution_(run.execution()) {
    if (!data.calibration || !data.spec.end_day) return;
    customers::OrderHistoryOptions history_options;
    history_options.cohort_start = data.spec.cohort_start;
    history_ = make_order_history(execution_, *data.events, history_options);
    units_ = static_cast<int>((history_.end_day - *data.spec.end_day) / data.spec.days_per_unit);
  }

  std::optional<HoldoutReport> hold_against(const FitReport& report) const {
    if (units_ < 1) return std::nullopt;
    customers::HoldoutOptions options;
    options.units = units_;
    const auto& summary = data_.calibration->summary;
    if (!data_.with_covariates()) {
      return holdout_report(execution_, history_, summary,
                            customers::expectations(data_.model(report, 0)), options);
    }
    std::vector<LifetimeExpectations> models;
    for (std::size_t i = 0; i < summary.size(); ++i) {
      models.push_back(customers::expectations(data_.model(report, i)));
    }
    return holdout_report(execution_, history_, summary, models, options);
  }

 private:
  const OrderData& data_;
  const Execution& execution_;
  customers::OrderHistory history_;
  int units_ = 0;
};

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
  const std::size_t row = row_of(*data.calibration, *data.events, request.customer);
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
    c.spend_frequency = summary.spend_frequency[row];
    c.mean_value = summary.mean_value[row];
  }
  const auto o =
      customers::customer_outlooks(run.execution(), report, spend, {&c, 1}, options).front();
  Json json;
  json["id"] = request.customer;
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

std::string title(const FitReport& report) {
  const std::string name(customers::lifetime_kind(report.model).title);
  return report.model == "mbg-cnbd" ? fmt::format("{}, k = {}", name, report.regularity) : name;
}

/// "Pareto/NBD on shop.h5, calibration to 1997-09-30, time in weeks".
std::string where(const std::string& title, const FitRequest& request, const OrderData& data) {
  std::string text = fmt::format("{} on {}", title, data.source);
  if (data.calibration) {
    text += ", calibration to " + day_text(data.calibration->summary.end_day);
  }
  return text + fmt::format(", time in {}s", request.unit);
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
  if (request.model == "mbg-cnbd" && data.counts().log_gaps.empty()) {
    throw DataError(data.source, "no column log_gaps, which the regularity of orders needs");
  }
  const Stopwatch watch;
  const FitReport report =
      data.with_covariates()
          ? fit_lifetime(run.execution(), request.model, data.counts(), data.design, options)
          : fit_lifetime(run.execution(), request.model, data.counts(), options);
  const double seconds = watch.seconds();
  Json json = fit_json(report);
  json["fit_seconds"] = seconds;
  json["unit"] = request.unit;
  if (data.calibration) json["calibration_end"] = day_text(data.calibration->summary.end_day);
  std::string text = where(title(report), request, data) + fmt::format(" ({:.3f} s)\n", seconds) +
                     fit_text(report);
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
  if (const auto holdout = Rest(run, data).hold_against(report)) {
    json["holdout"] = holdout_json(*holdout);
    text += holdout_text(*holdout, request.unit);
  }
  run.print(text);
  run.write_json(json);
}

void compare_order_models(const FitRequest& request, Run& run) {
  const OrderData data = read_order_data(request, run);
  const Stopwatch watch;
  const auto scores = customers::compare_lifetime_models(run.execution(), data.counts());
  const double seconds = watch.seconds();
  const Rest rest(run, data);
  Json json;
  json["best"] = scores.front().model;
  json["models"] = Json::array();
  json["fit_seconds"] = seconds;
  json["unit"] = request.unit;
  TextTable table({"model", "parameters", "log-likelihood", "AIC", "BIC", "holdout expected",
                   "actual", "mean error"});
  std::string faults;
  for (const auto& score : scores) {
    if (!score.fit) {
      json["models"].push_back({{"model", score.model}, {"error", score.fault}});
      faults += fmt::format("  {}: {}\n", score.model, score.fault);
      continue;
    }
    Json one = fit_json(*score.fit);
    one["aic"] = score.aic;
    one["bic"] = score.bic;
    std::vector<std::string> row = {title(*score.fit), std::to_string(score.parameters),
                                    fmt::format("{:.2f}", score.fit->log_likelihood),
                                    fmt::format("{:.2f}", score.aic),
                                    fmt::format("{:.2f}", score.bic)};
    if (const auto holdout = rest.hold_against(*score.fit)) {
      one["holdout"] = {{"actual_orders", holdout->actual_orders},
                        {"expected_orders", holdout->expected_orders},
                        {"mean_absolute_error", holdout->mean_absolute_error}};
      row.insert(row.end(), {fmt::format("{:.1f}", holdout->expected_orders),
                             with_commas(holdout->actual_orders),
                             fmt::format("{:.4f}", holdout->mean_absolute_error)});
    } else {
      row.insert(row.end(), {"", "", ""});
    }
    table.add(row);
    json["models"].push_back(one);
  }
  run.print(where("Order models", request, data) + fmt::format(" ({:.3f} s)\n", seconds) +
            table.str() + faults);
  run.write_json(json);
}

}  // namespace tenure::apps
