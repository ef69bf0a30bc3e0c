#pragma once

#include "engine/plan.hpp"

#include <tenure/core/money.hpp>
#include <tenure/customers/tiers.hpp>
#include <tenure/simulator/engine.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Where events are counted. Integers only, so that any order of adding gives the same.
namespace tenure::simulator {

inline std::size_t month_of(double day) { return static_cast<std::size_t>(day / kDaysPerMonth); }

/// A factor's part of an amount, to the nearest micro-unit; neither negative.
inline Money part_of(Money amount, double factor) noexcept {
  return static_cast<Money>(static_cast<double>(amount) * factor + 0.5);
}

/// A day's month and discount.
struct Moment {
  Moment(const Discount& discount, double when)
      : day(when), month(month_of(when)), factor(discount.at(when)) {}
  double day;
  std::size_t month;
  double factor;
};

/// Sums of one strategy and run, as pointers into one worker's share.
struct Tally {
  Totals* totals = nullptr;
  LeverTotals* levers = nullptr;  ///< by index of the scenario
  DayTotals* days = nullptr;
  CubeCell* cube = nullptr;              ///< months x regions x tiers
  std::int64_t* moves = nullptr;         ///< likewise: CubeCell::customers, apart and so at hand
  Money* lever_months = nullptr;         ///< levers x months
  RegionRetention* retention = nullptr;  ///< by region
  Money* run_margin = nullptr;           ///< by month, of the run, not discounted; or none
  Money* run_cost = nullptr;             ///< likewise
  DayTotals* draw_flow = nullptr;        ///< by month, of the run's outer draw
  DayTotals* batch_flow = nullptr;       ///< by month, of the run's batch
  std::size_t regions = 1;
  std::size_t months = 1;

  CubeCell& cell(std::size_t month, std::uint32_t region, customers::Tier tier) const noexcept {
    return cube[(month * regions + region) * kCubeTiers + static_cast<std::size_t>(tier)];
  }
  CubeCell& cell(double day, std::uint32_t region, customers::Tier tier) const noexcept {
    return cell(month_of(day), region, tier);
  }
  /// Customers who come into a tier, less those who go.
  void move(double day, std::uint32_t region, customers::Tier tier, int change) const noexcept {
    moves[(month_of(day) * regions + region) * kCubeTiers + static_cast<std::size_t>(tier)] +=
        change;
  }
  /// Margin by time, discounted and not.
  void add_margin(const Moment& moment, Money discounted, Money margin) const {
    days[static_cast<std::size_t>(moment.day)].margin += discounted;
    draw_flow[moment.month].margin += discounted;
    batch_flow[moment.month].margin += discounted;
    if (run_margin != nullptr) run_margin[moment.month] += margin;
  }
  void add_cost(const Discount& discount, std::size_t lever, double day, Money amount) const {
    add_cost(Moment(discount, day), lever, amount);
  }
  /// `times` costs of one amount.
  void add_cost(const Moment& moment, std::size_t lever, Money amount, Money times = 1) const {
    const Money discounted = part_of(amount, moment.factor) * times;
    amount *= times;
    totals->cost += amount;
    totals->discounted_cost += discounted;
    levers[lever].cost += amount;
    lever_months[lever * months + moment.month] += amount;
    days[static_cast<std::size_t>(moment.day)].cost += discounted;
    draw_flow[moment.month].cost += discounted;
    batch_flow[moment.month].cost += discounted;
    if (run_cost != nullptr) run_cost[moment.month] += amount;
  }
};

/// Contacts made at a barrier by lever, step, region and tier: what follows from their number alone
/// is counted once for all.
class ContactCounts {
 public:
  void size_for(const PlannedStrategy& strategy, std::size_t regions);
  /// Of a lever: by step, region, tier.
  std::span<std::uint32_t> of(std::size_t position) noexcept {
    return std::span(counts_).subspan(steps_before_[position] * cells_);
  }
  /// Counts them as made on `moment` and forgets them. To `given_back`, by lever, what was set
  /// aside for more than they cost, and for redemptions that there may be.
  void book(const PlannedStrategy& strategy, const Moment& moment, const Tally& tally,
            std::array<Money, kMaxStrategyLevers>& given_back);

 private:
  std::vector<std::uint32_t> counts_;
  std::array<std::size_t, kMaxStrategyLevers> steps_before_{};
  std::size_t cells_ = 0;
};

/// One worker's sums.
class Sums {
 public:
  /// `by_run`: months of margin and cost by run as well, for `judged` strategies and the baseline.
  /// The runs are replications `first_replication`, ... of every outer draw.
  void size_for(const Outcome& outcome, bool by_run, std::uint32_t first_replication);
  /// Of a strategy and a run (outer draw x replications + replication).
  Tally tally(const Outcome& outcome, std::size_t strategy, std::size_t run);
  void add(const Sums& other);
  /// Moves the sums into the outcome; customers in a tier become those at each month's end.
  void hand_over(Outcome& outcome);
  /// Margin of the baseline by month of a run.
  const Money* baseline_margin(const Outcome& outcome, std::size_t run) const {
    return baseline_margin_.data() + run * outcome.months;
  }

 private:
  std::vector<Totals> totals_;
  std::vector<LeverTotals> levers_;
  std::vector<DayTotals> days_;
  std::vector<CubeCell> cube_;
  std::vector<std::int64_t> moves_;
  std::vector<Money> lever_months_;
  std::vector<RegionRetention> retention_;
  std::vector<Money> baseline_margin_;
  std::vector<DayTotals> draw_flows_;
  std::vector<DayTotals> batch_flows_;
  std::uint32_t first_replication_ = 0;
};

}  // namespace tenure::simulator
