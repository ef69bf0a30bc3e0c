#pragma once

#include <tenure/core/money.hpp>
#include <tenure/customers/activity.hpp>
#include <tenure/customers/order_history.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

/// The customer health index: twelve indicators, each a number that is scored 0 at `bad` and 1 at
/// `good`, linear between and flat beyond; the weighted mean of the scores times 100.
namespace tenure::customers {

/// D is the evening looked at; a window is of the last `window_days` days, D included.
enum class Indicator : std::uint8_t {
  kRecency = 0,      ///< days since the last order
  kRhythm = 1,       ///< days since the last order / the customer's mean gap; needs 2 orders
  kFrequency = 2,    ///< orders in the window
  kRegularity = 3,   ///< standard deviation of the gaps / their mean; needs 3 orders
  kOrderTrend = 4,   ///< (n1 - n2) / (n1 + n2): orders in the last trend_days, in those before;
                     ///< needs a first order at least 2 trend_days ago, and an order in either
  kTenure = 5,       ///< days from the first to the last order
  kMonetary = 6,     ///< revenue in the window / its median over customers with any in it
  kBasketTrend = 7,  ///< value of the last order / mean of the earlier; needs 2 orders
  kVariety = 8,      ///< distinct goods bought in the window
  kReturns = 9,      ///< units returned / units bought, since ever
  kEngagement = 10,  ///< views, carts, favourites and visits in the last engagement_days
  kAdvocacy = 11,    ///< shares and reviews in the window
};
inline constexpr std::size_t kIndicators = 12;
/// "recency", "rhythm", "frequency", "regularity", "order_trend", "tenure", "monetary",
/// "basket_trend", "variety", "returns", "engagement", "advocacy".
std::string_view to_string(Indicator indicator) noexcept;

struct IndicatorOptions {
  double weight = 0.0;  ///< >= 0; only ratios matter
  double bad = 0.0;     ///< scored 0; may be over `good`
  double good = 1.0;    ///< scored 1; not equal to bad
  friend bool operator==(const IndicatorOptions&, const IndicatorOptions&) = default;
};

struct HealthOptions {
  std::array<IndicatorOptions, kIndicators> indicators = {{
      {15, 180, 14},  // recency
      {15, 4, 1},     // rhythm
      {12, 0, 6},     // frequency
      {5, 1.5, 0.3},  // regularity
      {10, -1, 0.5},  // order_trend
      {5, 0, 365},    // tenure
      {12, 0, 3},     // monetary
      {6, 0.3, 1.2},  // basket_trend
      {6, 0, 20},     // variety
      {4, 0.3, 0},    // returns
      {5, 0, 10},     // engagement
      {5, 0, 3},      // advocacy
  }};
  int trend_days = 180;       ///< length of each half of order_trend
  double healthy_from = 75;   ///< index from which a customer is healthy
  double warning_below = 50;  ///< index under which it is a warning
  friend bool operator==(const HealthOptions&, const HealthOptions&) = default;
};

/// Score of a value, 0 to 1.
double indicator_score(double value, const IndicatorOptions& options) noexcept;

/// Which indicators a log supports by its last evening, and what they are measured against.
struct HealthScale {
  /// Empty where the indicator takes part, else why it is left out for everyone.
  std::array<std::string, kIndicators> left_out;
  std::optional<double> median_revenue;  ///< of the window, currency units
  std::int32_t as_of = 0;                ///< the history's end_day

  bool used(Indicator i) const noexcept { return left_out[static_cast<std::size_t>(i)].empty(); }
};

/// `activity` must be of the same customers and day as the history.
/// @throws ArgumentError where it is not, or an option is out of its range.
HealthScale make_health_scale(const HealthOptions& options, const ActivityWindows& windows,
                              const OrderHistory& history, const ActivityTable& activity);

/// Of one customer. Contributions are points of the index and add up to it; those of indicators
/// that the log or this customer's history does not support are empty, and the weights of the rest
/// are scaled up to 100.
struct Health {
  std::optional<double> index;  ///< 0 to 100; empty where no indicator is there
  std::array<std::optional<float>, kIndicators> contribution;
};

/// The indicator's value for one customer with at least one order; empty where its history is too
/// short for it. Does not look at HealthScale::left_out.
std::optional<double> indicator_value(Indicator indicator, const HealthOptions& options,
                                      const ActivityWindows& windows, const HealthScale& scale,
                                      std::span<const std::int32_t> days,
                                      std::span<const Money> values, const Activity& activity);

Health customer_health(const HealthOptions& options, const ActivityWindows& windows,
                       const HealthScale& scale, std::span<const std::int32_t> days,
                       std::span<const Money> values, const Activity& activity);

enum class HealthLevel : std::uint8_t { kWarning = 0, kFair = 1, kHealthy = 2 };
/// "warning", "fair", "healthy".
std::string_view to_string(HealthLevel level) noexcept;
HealthLevel health_level(double index, const HealthOptions& options = {}) noexcept;

}  // namespace tenure::customers
