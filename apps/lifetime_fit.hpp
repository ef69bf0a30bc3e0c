#pragma once

#include "run.hpp"

#include <tenure/core/events.hpp>
#include <tenure/customers/fit_report.hpp>
#include <tenure/customers/gamma_gamma.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tenure::apps {

/// What part of a log a lifetime model sees.
struct CalibrationSpec {
  std::optional<std::int64_t> end_day;       ///< inclusive; empty: the log's last day
  std::optional<std::int64_t> cohort_start;  ///< first orders before it do not count as first
  double days_per_unit = 7.0;
};

/// A log as the lifetime models see it on the evening of the calibration's end.
struct Calibration {
  customers::OrderHistory history;
  customers::CalibrationSummary summary;
};

/// @throws DataError naming `path` where the log has no times.
Calibration calibrate(const Execution& execution, const EventTable& events, const std::string& path,
                      const CalibrationSpec& spec);

/// @throws DataError naming `path` where the log has no prices.
void need_prices(const Calibration& calibration, const std::string& path);

/// With a prior where it is needed. @throws as need_prices().
customers::GammaGammaFit fit_spend(const Execution& execution, const Calibration& calibration,
                                   const std::string& path);

/// Names of the order models that a simulation can go on from.
std::vector<std::string> order_model_names();

/// Row of a customer in the summary. @throws ArgumentError where it has no order within it.
std::size_t row_of(const Calibration& calibration, const EventTable& events, const std::string& id);

/// "1997-09-30".
std::string day_text(std::int32_t day);

/// {"model","parameters","standard_errors","log_likelihood","customers","iterations","prior"};
/// mbg-cnbd has its k among the parameters.
Json fit_json(const customers::FitReport& report);

/// Parameters with standard errors, log-likelihood, customers.
std::string fit_text(const customers::FitReport& report);

}  // namespace tenure::apps
