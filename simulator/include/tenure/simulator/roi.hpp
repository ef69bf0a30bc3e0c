#pragma once

#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/intervals.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// What each strategy pays back, against the baseline on the same draws. docs/SIMULATOR.md has the
/// equations.
namespace tenure::simulator {

/// A figure with its two intervals, which are never mixed.
struct Estimate {
  double value = 0.0;
  /// What is not known of the world: 2.5 % to 97.5 % over the outer draws, whose deviations are
  /// shrunk by sqrt(1 - within / between) to take out the inner Monte-Carlo noise; it does not
  /// narrow with replications. The point itself where nothing is uncertain; empty where one
  /// replication leaves the noise unknown.
  std::optional<Interval> interval;
  /// Monte-Carlo error at the parameters drawn: 95 % limits of Student, or of Fieller for a ratio
  /// of paired sums over replications. Empty with one replication, or where the denominator's mean
  /// could be zero.
  std::optional<Interval> mc_interval;
};

/// Days until the cumulative incremental margin first reaches the cumulative cost, once there was
/// any; empty where never within the horizon.
struct Payback {
  std::optional<std::int64_t> days;
  /// Ends of the intervals; an empty end is beyond the horizon. The first as Estimate::interval of
  /// the curves by month; the second inverts their Monte-Carlo error band.
  struct Range {
    std::optional<std::int64_t> low;
    std::optional<std::int64_t> high;
  };
  std::optional<Range> interval;
  std::optional<Range> mc_interval;
};

/// Variance of what one shop sees in one run, by where it comes from (method of moments; each part
/// unbiased, so an estimate may come out under zero: it is then 0 and named in `negative`).
struct VarianceParts {
  double parameter = 0.0;          ///< what is not known of the world
  double within = 0.0;             ///< a finite shop at known parameters: sampling + noise
  std::optional<double> sampling;  ///< which customers the shop happens to have
  std::optional<double> noise;     ///< what these customers happen to do
  std::vector<std::string> negative{};
};

/// Amounts are for the whole population and horizon, discounted, in currency units, the mean over
/// outer draws and replications.
struct StrategyReturn {
  std::string name;
  /// (incremental margin - cost) / cost, as a ratio of sums; empty where cost is zero.
  std::optional<Estimate> roi;
  /// Part of the variance of the draws' ROI that is noise of their replications, 0 to 1. Taken out
  /// of roi.interval, but where it is most of the variance what is left is known badly: more
  /// replications. Empty where nothing is uncertain, or with one replication.
  std::optional<double> noise_share;
  /// Margin, less what customers cost to win, over the baseline's; before the costs of levers.
  Estimate incremental_margin;
  Estimate cost;
  Estimate net;  ///< incremental_margin - cost
  /// Discounted gross margin a customer, before the costs of levers and of winning customers. Where
  /// the baseline's expectation is known in closed form, with the baseline as control variate.
  Estimate lifetime_value;
  /// Factor by which the control variate cuts the variance of lifetime_value; empty without it.
  std::optional<double> control_gain;
  /// Share of customers with an order more than kRetentionDays[i] days after their first, within
  /// two years, among those followed for so long; empty for today's customers and for horizons
  /// under two years.
  std::optional<std::array<Estimate, 4>> retention;
  /// Share of customers with an order after their first (today's customers: with an order) by the
  /// horizon.
  Estimate repurchase_rate;
  Payback payback;
  /// Share of outer draws, shrunk as above, with incremental margin over cost; 0 or 1 where nothing
  /// is uncertain. mc_interval: Wilson's 95 % limits for so many draws; empty where nothing is
  /// uncertain. `interval` is always empty: the figure itself speaks of what is not known.
  Estimate probability_positive;
  /// Place by net among the strategies and the baseline, from 1; the baseline's net is 0.
  std::size_t rank = 1;
  /// Share of outer draws in which its net is the greatest, ties shared, the inner noise taken out
  /// of the draws' joint distribution; 1 for the first where nothing is uncertain.
  double probability_best = 0.0;
  /// Likewise by ROI, among the strategies that have one in every draw.
  std::optional<double> probability_best_roi;
  /// Net of the first less this one's, on the same draws. Where mc_interval holds 0, more
  /// replications could change the order.
  Estimate behind_best;
  std::optional<VarianceParts> roi_variance;
  std::optional<VarianceParts> incremental_margin_variance;

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
  StrategyReturn baseline;  ///< its roi, payback and probability_positive are empty
  std::vector<StrategyReturn> strategies;
  /// The baseline's lifetime value in closed form, where it is known.
  std::optional<double> expected_lifetime_value;
};

/// What is known besides the outcome.
struct ReturnInputs {
  /// Expectation of the baseline's discounted margin (before what customers cost to win) in each
  /// run, draws x replications, currency units: see expected_baseline_margins(). May be empty.
  std::span<const double> baseline_margins{};
  /// Runs of the same customers with other luck: for the parts of the variance. May be null.
  const Outcome* other_luck = nullptr;
};

/// @throws ArgumentError where the outcome's arrays do not fit its counts.
ReturnReport assess_returns(const Outcome& outcome, const ReturnInputs& inputs = {});

/// ROI of a strategy (1 and up) in each outer draw, the noise of its replications still in it.
/// Empty where some draw costs nothing.
/// @throws ArgumentError where there is no such strategy.
std::vector<double> roi_by_draw(const Outcome& outcome, std::size_t strategy);

}  // namespace tenure::simulator
