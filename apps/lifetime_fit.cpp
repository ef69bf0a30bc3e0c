#include "lifetime_fit.hpp"

#include "lookup.hpp"
#include "text_table.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>
#include <tenure/simulator/fitted_customers.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace tenure::apps {

Calibration calibrate(const Execution& execution, const EventTable& events, const std::string& path,
                      const CalibrationSpec& spec) {
  if (!events.has_time()) throw DataError(path, "has no times, which a lifetime model needs");
  customers::OrderHistoryOptions history_options;
  history_options.cohort_start = spec.cohort_start;
  history_options.end_day = spec.end_day;
  Calibration calibration;
  calibration.history = make_order_history(execution, events, history_options);
  if (calibration.history.orders() == 0) {
    std::string what = "nobody has an order by " + day_text(calibration.history.end_day);
    if (spec.cohort_start) {
      what = "--cohort-start: nobody has a first order from " +
             day_text(static_cast<std::int32_t>(*spec.cohort_start)) + " to " +
             day_text(calibration.history.end_day);
      throw ArgumentError(what);
    }
    if (spec.end_day) throw ArgumentError("--calibration-end: " + what);
    throw DataError(path, what);
  }
  customers::CalibrationOptions options;
  options.end_day = spec.end_day;
  options.days_per_unit = spec.days_per_unit;
  calibration.summary = summarize(execution, calibration.history, options);
  return calibration;
}

void need_prices(const Calibration& calibration, const std::string& path) {
  if (calibration.history.has_value) return;
  throw DataError(path, "has no prices, which a spend model needs");
}

customers::GammaGammaFit fit_spend(const Execution& execution, const Calibration& calibration,
                                   const std::string& path) {
  need_prices(calibration, path);
  return customers::fit_gamma_gamma(execution, calibration.summary.spend_frequency,
                                    calibration.summary.mean_value,
                                    customers::PriorUse::kWhereNeeded);
}

std::vector<std::string> order_model_names() {
  std::vector<std::string> names;
  names.reserve(simulator::kOrderFamilies.size());
  for (const simulator::Family family : simulator::kOrderFamilies) {
    names.emplace_back(to_string(family));
  }
  return names;
}

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

std::string day_text(std::int32_t day) { return format_date(day * kSecondsPerDay); }

Json fit_json(const customers::FitReport& report) {
  Json json;
  json["model"] = report.model;
  json["parameters"] = Json::object();
  json["standard_errors"] = Json::object();
  for (std::size_t i = 0; i < report.names.size(); ++i) {
    json["parameters"][report.names[i]] = report.estimates[i];
    json["standard_errors"][report.names[i]] = report.standard_errors[i];
  }
  if (report.model == "mbg-cnbd") json["parameters"]["k"] = report.regularity;
  json["log_likelihood"] = report.log_likelihood;
  json["customers"] = report.customers;
  json["iterations"] = report.iterations;
  json["prior"] = report.prior_reason.empty() ? Json(nullptr) : Json(report.prior_reason);
  return json;
}

std::string fit_text(const customers::FitReport& report) {
  TextTable table({"parameter", "estimate", "standard error"});
  for (std::size_t i = 0; i < report.names.size(); ++i) {
    table.add({report.names[i], fmt::format("{:.4f}", report.estimates[i]),
               fmt::format("{:.4f}", report.standard_errors[i])});
  }
  return table.str() + fmt::format("  log-likelihood {:.2f} over {} customers, {} iterations{}\n",
                                   report.log_likelihood, with_commas(report.customers),
                                   report.iterations,
                                   report.prior_reason.empty() ? "" : ", with a weak prior");
}

}  // namespace tenure::apps
