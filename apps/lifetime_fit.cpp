#include "lifetime_fit.hpp"

#include "text_table.hpp"

#include <tenure/core/error.hpp>

#include <fmt/format.h>

#include <cmath>

namespace tenure::apps {

Calibration calibrate(const Execution& execution, const EventTable& events, const std::string& path,
                      const CalibrationSpec& spec) {
  if (!events.has_time()) throw DataError(path, "has no times, which a lifetime model needs");
  customers::OrderHistoryOptions history_options;
  history_options.cohort_start = spec.cohort_start;
  history_options.end_day = spec.end_day;
  Calibration calibration;
  calibration.history = make_order_history(execution, events, history_options);
  customers::CalibrationOptions options;
  options.end_day = spec.end_day;
  options.days_per_unit = spec.days_per_unit;
  calibration.summary = summarize(execution, calibration.history, options);
  return calibration;
}

customers::BgNbdFit fit_orders(const Execution& execution, const Calibration& calibration) {
  return customers::fit_bg_nbd(execution, calibration.summary.counts);
}

customers::GammaGammaFit fit_spend(const Execution& execution, const Calibration& calibration,
                                   const std::string& path) {
  if (!calibration.history.has_value) {
    throw DataError(path, "has no prices, which a spend model needs");
  }
  return customers::fit_gamma_gamma(execution, calibration.summary.spend_frequency,
                                    calibration.summary.mean_value);
}

Json fit_json(const customers::FitReport& report) {
  Json json;
  json["model"] = report.model;
  json["parameters"] = Json::object();
  json["standard_errors"] = Json::object();
  for (std::size_t i = 0; i < report.names.size(); ++i) {
    json["parameters"][report.names[i]] = report.estimates[i];
    json["standard_errors"][report.names[i]] = report.standard_errors[i];
  }
  json["log_likelihood"] = report.log_likelihood;
  json["customers"] = report.customers;
  json["iterations"] = report.iterations;
  return json;
}

std::string fit_text(const customers::FitReport& report) {
  TextTable table({"parameter", "estimate", "standard error"});
  for (std::size_t i = 0; i < report.names.size(); ++i) {
    table.add({report.names[i], fmt::format("{:.4f}", report.estimates[i]),
               fmt::format("{:.4f}", report.standard_errors[i])});
  }
  return table.str() + fmt::format("  log-likelihood {:.2f} over {} customers, {} iterations\n",
                                   report.log_likelihood, with_commas(report.customers),
                                   report.iterations);
}

}  // namespace tenure::apps
