#pragma once

#include <tenure/simulator/engine.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// How many new customers stay, and when those of the first year leave.
namespace tenure::simulator {

/// Bounds in days of when leavers had their last order: 0 to 30, 31 to 180, 181 to 365.
inline constexpr std::array<int, 3> kLeaverDays = {30, 180, 365};

struct RetentionRow {
  std::string region;         ///< empty: customers of unknown region
  std::int64_t followed = 0;  ///< over all runs
  /// Share of the followed with an order more than kRetentionDays[i] days after their first, within
  /// kRetentionWindowDays.
  std::array<double, 4> retention{};
  /// Shares of those with no order after day 365 by the day of their last order; they add up to 1.
  /// Empty where nobody left.
  std::optional<std::array<double, 3>> leavers;
};

struct Retention {
  std::vector<RetentionRow> regions;  ///< those with anybody followed, in the outcome's order
  RetentionRow all;                   ///< its region is "all"
};

/// Over all outer draws and replications of one strategy (0: the baseline). Empty where nobody was
/// followed for two years: today's customers, and horizons under that.
/// @throws ArgumentError where the outcome's arrays do not fit its counts or there is no such
/// strategy.
std::optional<Retention> retention_by_region(const Outcome& outcome, std::size_t strategy);

}  // namespace tenure::simulator
