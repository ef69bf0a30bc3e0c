#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

/// Lifecycle tiers and the value pyramid.
namespace tenure::customers {

/// Where a customer stands in its lifecycle: the first that matches, in this order.
enum class Tier : std::uint8_t {
  kLost = 0,          ///< lost_days or more without an order
  kSilent = 1,        ///< silent_days or more
  kChurnWarning = 2,  ///< each of the last gaps over warning_factor x the mean of the earlier ones
  kNew = 3,           ///< at most new_days since the first order
  kMature = 4,        ///< mature_orders or more
  kGrowth = 5,        ///< the rest
  kNone = 6,          ///< no order: nothing bought yet, or everything returned
};
inline constexpr std::size_t kTiers = 7;
/// "lost", "silent", "churn-warning", "new", "mature", "growth", "none".
std::string_view to_string(Tier tier) noexcept;

struct TierOptions {
  int lost_days = 365;
  int silent_days = 90;
  double warning_factor = 1.5;
  int warning_gaps = 2;  ///< that many last gaps; a warning needs one more gap at least
  int new_days = 30;
  int mature_orders = 6;
  friend bool operator==(const TierOptions&, const TierOptions&) = default;
};

/// Tier of a customer with orders on `days` (strictly increasing, none after `as_of`).
Tier tier_of(std::span<const std::int32_t> days, std::int32_t as_of,
             const TierOptions& options = {}) noexcept;

/// The highest kind of value a customer gives: transactions (base), word of mouth as well
/// (extended), insight as well (strategic).
enum class PyramidLevel : std::uint8_t { kBase = 0, kExtended = 1, kStrategic = 2 };
inline constexpr std::size_t kPyramidLevels = 3;
/// "base", "extended", "strategic".
std::string_view to_string(PyramidLevel level) noexcept;

struct PyramidOptions {
  int extended_shares = 1;    ///< shares in the window from which value is extended
  int strategic_reviews = 1;  ///< reviews in the window from which it is strategic
  /// The customers with the most revenue: those of whom less than this share of all have strictly
  /// more. Equal customers are all in or all out.
  double top_share = 0.15;
  friend bool operator==(const PyramidOptions&, const PyramidOptions&) = default;
};

/// Level of a customer with at least one order.
PyramidLevel pyramid_level(std::uint64_t shares, std::uint64_t reviews,
                           const PyramidOptions& options = {}) noexcept;

/// Least value within the top (see PyramidOptions::top_share).
/// @throws ArgumentError where values are empty or not finite, or not 0 < share <= 1.
double top_threshold(std::span<const double> values, double share);

}  // namespace tenure::customers
