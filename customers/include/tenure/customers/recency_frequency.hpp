#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/customers/order_history.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tenure::customers {

/// Sufficient statistics of the lifetime models, one row a customer, parallel arrays.
struct RecencyFrequency {
  std::vector<double> frequency;  ///< x: repeat orders (orders after the first), >= 0, whole
  std::vector<double> recency;    ///< t_x: time from first to last order; 0 where x = 0
  std::vector<double> age;        ///< T: time from first order to the end of observation, >= t_x
  std::vector<double> weight;     ///< optional, > 0: customers each row stands for; empty means 1
  /// Optional: the sum of ln(gap) over a customer's x gaps between orders, gaps in time units; 0
  /// where x = 0. In a row with a weight, the mean over its customers. Only MBG/CNBD-k reads it.
  std::vector<double> log_gaps;
  double days_per_unit = 7.0;  ///< length of the time unit of recency and age

  std::size_t size() const noexcept { return frequency.size(); }
  double weight_of(std::size_t i) const noexcept { return weight.empty() ? 1.0 : weight[i]; }
  /// @throws ArgumentError naming the first row at fault (lengths, signs, t_x > T, x = 0 with
  /// t_x > 0, log_gaps with x = 0, x > 0 with fractional value, not finite).
  void validate() const;
};

/// Merges equal rows into weights, rows in increasing (x, t_x, T): the same likelihood, less work.
/// log_gaps becomes the mean over each row's customers.
/// @throws ArgumentError as validate().
RecencyFrequency compress(const RecencyFrequency& data);

struct CalibrationOptions {
  /// Last day of observation, inclusive (days since 1970-01-01); default the history's end_day.
  std::optional<std::int64_t> end_day;
  double days_per_unit = 7.0;  ///< 7 for weeks, 1 for days
};

/// The recency-frequency summary of a history as of the calibration's end, and what
/// the spend model needs. Arrays are parallel, one row a customer in increasing code.
struct CalibrationSummary {
  RecencyFrequency counts;              ///< without weights
  std::vector<std::uint32_t> customer;  ///< the store's code of each row
  std::vector<std::int32_t> first_day;  ///< day of the first order
  /// Repeat orders of positive value, and their mean in currency units (0 where there is none):
  /// frequency and mean_value of fit_gamma_gamma. Empty without prices.
  std::vector<double> spend_frequency;
  std::vector<double> mean_value;
  std::int32_t end_day = 0;

  std::size_t size() const noexcept { return customer.size(); }
};

/// Customers whose first order is after the calibration's end are left out. Returns after that end
/// have already changed a history that was made without OrderHistoryOptions::end_day; give it where
/// the summary must not know the future.
/// @throws ArgumentError where nobody has ordered by the end, or days_per_unit is not positive.
CalibrationSummary summarize(const Execution& execution, const OrderHistory& history,
                             const CalibrationOptions& options = {});

}  // namespace tenure::customers
