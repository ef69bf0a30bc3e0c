#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace tenure::customers {

/// What a lifetime model says of the future: enough to hold it against the orders that came.
struct LifetimeExpectations {
  /// Repeat orders of a new customer in (0, t].
  std::function<double(double t)> expected_orders;
  /// Orders in (T, T + t] given (x, t_x, T).
  std::function<double(double x, double t_x, double T, double t)> conditional_expected_orders;
};
LifetimeExpectations expectations(const BgNbdParameters& parameters);

/// Repeat orders of the calibration's customers up to the evening of `day`, all together.
struct TrackingPoint {
  std::int32_t day = 0;
  std::uint64_t actual = 0;  ///< cumulative
  double expected = 0.0;  ///< cumulative: the sum of E[X(t)] from each customer's own first order
};

/// Holdout orders of the customers with the same number of repeat orders in the calibration.
struct FrequencyClass {
  std::uint32_t frequency = 0;  ///< x; the last class holds this many and more
  std::uint64_t customers = 0;
  double actual_mean = 0.0;    ///< orders a customer in the holdout; 0 where there is no customer
  double expected_mean = 0.0;  ///< mean conditional expectation
};

struct HoldoutReport {
  std::int32_t calibration_end = 0;  ///< inclusive day
  std::int32_t holdout_end = 0;      ///< inclusive day
  /// One point a time unit, aligned on calibration_end, from the first order to holdout_end.
  std::vector<TrackingPoint> tracking;
  std::vector<FrequencyClass> by_frequency;  ///< 0, 1, ..., top_frequency and more
  std::uint64_t actual_orders = 0;           ///< in the holdout, all customers
  double expected_orders = 0.0;              ///< sum of conditional expectations
  double mean_absolute_error = 0.0;          ///< of the conditional expectation, a customer
};

struct HoldoutOptions {
  int units = 39;         ///< length of the holdout in the calibration's time units, >= 1
  int top_frequency = 7;  ///< last class of by_frequency
};

/// Holds a model fitted on `calibration` against `history`, which must reach to the holdout's end.
/// @throws ArgumentError where it does not, where days_per_unit is no whole number of days, or
/// where the calibration's customers are not the history's; NumericalError where the model gives a
/// value that is not finite.
HoldoutReport holdout_report(const Execution& execution, const OrderHistory& history,
                             const CalibrationSummary& calibration,
                             const LifetimeExpectations& model, const HoldoutOptions& options = {});

/// The same with a model for each row of the calibration (customers with covariates), in its order.
/// @throws also ArgumentError where there are not as many models as rows.
HoldoutReport holdout_report(const Execution& execution, const OrderHistory& history,
                             const CalibrationSummary& calibration,
                             std::span<const LifetimeExpectations> models,
                             const HoldoutOptions& options = {});

}  // namespace tenure::customers
