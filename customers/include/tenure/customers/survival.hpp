#pragma once

#include <tenure/customers/order_history.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// How long customers stay: the Kaplan-Meier curve and its bands.
namespace tenure::customers {

/// Ways to a band about the curve. With v = sum over times of left / (at_risk (at_risk - left)):
enum class SurvivalBand {
  kGreenwood,  ///< S -+ z S sqrt(v), cut to 0..1 (Greenwood 1926)
  kLogLog,     ///< S^exp(-+ z sqrt(v) / ln S), always inside 0..1 (Kalbfleisch and Prentice 1980)
};

/// The curve steps down at one time.
struct SurvivalStep {
  double time = 0.0;
  std::uint64_t at_risk = 0;    ///< followed up to this time and not gone before
  std::uint64_t left = 0;       ///< > 0
  double survival = 1.0;        ///< share that stays longer than `time`
  double standard_error = 0.0;  ///< Greenwood's: survival x sqrt(v)
  double lower = 1.0;           ///< of the band, pointwise
  double upper = 1.0;           ///< where survival is 0 the log-log band keeps the step before's
};

struct SurvivalCurve {
  std::vector<SurvivalStep> steps;  ///< by time, increasing; before the first the curve is 1
  std::uint64_t customers = 0;
  std::uint64_t left = 0;  ///< the others are censored
  double last_time = 0.0;  ///< longest anybody was followed: the curve ends there

  /// Share that stays longer than t. Empty beyond last_time, unless the curve reached 0.
  std::optional<double> at(double t) const;
  /// The step in force at t; empty before the first or beyond the end.
  std::optional<SurvivalStep> step_at(double t) const;
  /// Smallest time with survival <= 1 - p, e.g. the median for 0.5. Empty where the curve stays
  /// above. @throws ArgumentError unless 0 < p < 1.
  std::optional<double> quantile(double p) const;
  /// Mean time up to tau: area under the curve on [0, tau].
  /// @throws ArgumentError unless 0 <= tau <= last_time.
  double restricted_mean(double tau) const;
};

/// Kaplan and Meier (1958), Nonparametric estimation from incomplete observations. Customer i was
/// followed for time[i] >= 0 and had left then where left[i] is not 0, else was still there
/// (censored); who is censored at a time is at risk at that time.
/// @throws ArgumentError where lengths differ, a time is negative or not finite, or not
/// 0 < confidence < 1.
SurvivalCurve kaplan_meier(std::span<const double> time, std::span<const std::uint8_t> left,
                           SurvivalBand band = SurvivalBand::kLogLog, double confidence = 0.95);

/// What counts as leaving.
struct LifetimeRule {
  /// Days without an order after which a customer counts as gone; the tier *lost*'s by default.
  std::int32_t inactive_days = 365;
  /// False: a customer leaves at the last order before its first silence of inactive_days or more,
  /// and what it does after a comeback is not looked at. True: only a silence that lasts to the
  /// log's end counts, so that early customers had longer to come back than late ones.
  bool forgive_comebacks = false;
};

/// Lifetimes of customers, in days from the first order to the last one.
///
/// A silence of inactive_days is known only once it is over: a customer is seen to leave at day t
/// of its life where its last order was on day t and first order + t + inactive_days <= end_day.
/// All others were there on day end_day - inactive_days, and are censored then. Customers whose
/// first order is later than that could not be seen to leave at all and take no part.
struct Lifetimes {
  std::vector<double> days;
  std::vector<std::uint8_t> left;
  std::uint64_t too_recent = 0;  ///< customers who take no part
  std::uint64_t comebacks = 0;   ///< customers with an order after a silence of inactive_days
};

/// All customers, or those of one region.
/// @throws ArgumentError unless inactive_days > 0, or where a region is asked of a history without
/// regions.
Lifetimes customer_lifetimes(const OrderHistory& history, const LifetimeRule& rule = {},
                             std::optional<std::uint32_t> region = {});

}  // namespace tenure::customers
