#pragma once

#include <tenure/simulator/engine.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// What each strategy pays back, against the baseline on the same draws.
namespace tenure::simulator {

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

/// Amounts are for the whole population and horizon, discounted, in currency units, the mean over
/// outer draws and replications.
struct StrategyReturn {
  std::string name;
  /// Margin, less what customers cost to win, over the baseline's; before the costs of levers.
  double incremental_margin = 0.0;
  double cost = 0.0;
  /// (incremental margin - cost) / cost, as a ratio of sums; empty where cost is zero.
  std::optional<double> roi;
  /// What is not known of the world: 2.5 % to 97.5 % over the outer draws, whose deviations are
  /// shrunk by sqrt(1 - within / between) to take out the inner Monte-Carlo noise; it does not
  /// narrow with replications. The point itself where nothing is uncertain; empty where cost is
  /// zero or one replication leaves the noise unknown.
  std::optional<Interval> roi_interval;
  /// Monte-Carlo error of roi at the parameters drawn: Fieller's 95 % limits for a ratio of paired
  /// sums over replications. Empty where cost is zero, with one replication, or unbounded.
  std::optional<Interval> roi_mc_interval;
  std::optional<Interval> incremental_margin_interval;     ///< as roi_interval
  std::optional<Interval> incremental_margin_mc_interval;  ///< Student's 95 % limits
  /// Share of outer draws, shrunk as above, with incremental margin over cost; 0 or 1 where nothing
  /// is uncertain.
  double probability_positive = 0.0;
  /// First day on which the cumulative incremental margin reaches the cumulative cost, once there
  /// was any; empty where never within the horizon.
  std::optional<std::int64_t> payback_days;
  /// Share of customers with an order more than kRetentionDays[i] days after their first, within
  /// two years, among those followed for so long; empty for today's customers and for horizons
  /// under two years.
  std::optional<std::array<double, 4>> retention;
  double orders = 0.0;
  double contacts = 0.0;
  double redemptions = 0.0;
  double revenue = 0.0;           ///< not discounted
  double margin = 0.0;            ///< discounted
  double acquisition_cost = 0.0;  ///< discounted
  double customers = 0.0;         ///< all who were there: of day 0, won and brought
  double returns = 0.0;           ///< orders that came back
  double complaints = 0.0;
  double stopped = 0.0;             ///< share of runs in which the levers were stopped
  double redesign = 0.0;            ///< share of runs in which the strategy was marked for redesign
  std::vector<double> lever_costs;  ///< by lever of the scenario, not discounted
};

struct ReturnReport {
  StrategyReturn baseline;  ///< its roi, intervals and payback are empty
  std::vector<StrategyReturn> strategies;
};

/// @throws ArgumentError where the outcome's arrays do not fit its counts.
ReturnReport assess_returns(const Outcome& outcome);

}  // namespace tenure::simulator
