#include "engine/tally.hpp"

#include <utility>

namespace tenure::simulator {

namespace {

template <class T>
void add_all(std::vector<T>& into, const std::vector<T>& from) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i] += from[i];
}

std::size_t cells_of(const Outcome& outcome) {
  return outcome.months * outcome.region_names.size() * kCubeTiers;
}

}  // namespace

Totals& Totals::operator+=(const Totals& other) noexcept {
  orders += other.orders;
  contacts += other.contacts;
  responses += other.responses;
  redemptions += other.redemptions;
  revenue += other.revenue;
  margin += other.margin;
  cost += other.cost;
  discounted_margin += other.discounted_margin;
  discounted_cost += other.discounted_cost;
  active += other.active;
  for (std::size_t i = 0; i < retained.size(); ++i) retained[i] += other.retained[i];
  customers += other.customers;
  followed += other.followed;
  returns += other.returns;
  complaints += other.complaints;
  unsubscribed += other.unsubscribed;
  reactivated += other.reactivated;
  brought += other.brought;
  acquisition_cost += other.acquisition_cost;
  discounted_acquisition_cost += other.discounted_acquisition_cost;
  stopped += other.stopped;
  redesign += other.redesign;
  repurchased += other.repurchased;
  participants += other.participants;
  for (std::size_t i = 0; i < kChannels; ++i) {
    channel_contacts[i] += other.channel_contacts[i];
    channel_responses[i] += other.channel_responses[i];
  }
  return *this;
}

LeverTotals& LeverTotals::operator+=(const LeverTotals& other) noexcept {
  contacts += other.contacts;
  responses += other.responses;
  redemptions += other.redemptions;
  cost += other.cost;
  return *this;
}

MonthTotals& MonthTotals::operator+=(const MonthTotals& other) noexcept {
  orders += other.orders;
  contacts += other.contacts;
  revenue += other.revenue;
  margin += other.margin;
  cost += other.cost;
  return *this;
}

CubeCell& CubeCell::operator+=(const CubeCell& other) noexcept {
  customers += other.customers;
  orders += other.orders;
  revenue += other.revenue;
  margin += other.margin;
  cost += other.cost;
  contacts += other.contacts;
  complaints += other.complaints;
  return *this;
}

RegionRetention& RegionRetention::operator+=(const RegionRetention& other) noexcept {
  followed += other.followed;
  for (std::size_t i = 0; i < retained.size(); ++i) retained[i] += other.retained[i];
  return *this;
}

DayTotals& DayTotals::operator+=(const DayTotals& other) noexcept {
  margin += other.margin;
  cost += other.cost;
  return *this;
}

void ContactCounts::size_for(const PlannedStrategy& strategy, std::size_t regions) {
  std::size_t steps = 0;
  for (std::size_t i = 0; i < strategy.levers.size(); ++i) {
    steps_before_[i] = steps;
    steps += strategy.levers[i].steps.size();
  }
  cells_ = regions * kCubeTiers;
  counts_.assign(steps * cells_, 0);
}

void ContactCounts::book(const PlannedStrategy& strategy, const Moment& moment, const Tally& tally,
                         std::array<Money, kMaxStrategyLevers>& given_back) {
  std::uint32_t* counts = counts_.data();
  for (std::size_t i = 0; i < strategy.levers.size(); ++i) {
    const PlannedLever& lever = strategy.levers[i];
    for (const PlannedStep& step : lever.steps) {
      Money made = 0;
      for (std::size_t cell = 0; cell < cells_; ++cell, ++counts) {
        CubeCell& into = tally.cube[moment.month * cells_ + cell];
        into.contacts += *counts;
        into.cost += static_cast<Money>(*counts) * step.contact_cost;
        made += *counts;
        *counts = 0;
      }
      if (made == 0) continue;
      tally.totals->contacts += made;
      tally.totals->channel_contacts[step.channel] += made;
      tally.levers[lever.index].contacts += made;
      tally.add_cost(moment, lever.index, step.contact_cost, made);
      given_back[i] +=
          made * (lever.set_aside_contact - step.contact_cost + lever.set_aside_redemption);
    }
  }
}

void Sums::size_for(const Outcome& outcome, bool by_run, std::uint32_t first_replication) {
  first_replication_ = first_replication;
  const std::size_t runs = outcome.runs();
  totals_.resize(outcome.strategies() * runs);
  levers_.resize(totals_.size() * outcome.lever_names.size());
  days_.resize(outcome.strategies() * outcome.days);
  cube_.resize(outcome.strategies() * cells_of(outcome));
  moves_.resize(cube_.size());
  lever_months_.resize(outcome.strategies() * outcome.lever_names.size() * outcome.months);
  retention_.resize(outcome.strategies() * outcome.region_names.size());
  draw_flows_.resize(outcome.strategies() * outcome.parameter_draws * outcome.months);
  batch_flows_.resize(outcome.strategies() * kFlowBatches * outcome.months);
  if (by_run) baseline_margin_.resize(runs * outcome.months);
}

Tally Sums::tally(const Outcome& outcome, std::size_t strategy, std::size_t run) {
  const std::size_t runs = outcome.runs();
  const std::size_t cell = strategy * runs + run;
  Tally tally;
  tally.totals = &totals_[cell];
  tally.levers = levers_.data() + cell * outcome.lever_names.size();
  tally.days = &days_[strategy * outcome.days];
  tally.cube = &cube_[strategy * cells_of(outcome)];
  tally.moves = &moves_[strategy * cells_of(outcome)];
  tally.lever_months =
      lever_months_.data() + strategy * outcome.lever_names.size() * outcome.months;
  tally.retention = &retention_[strategy * outcome.region_names.size()];
  if (strategy == 0 && !baseline_margin_.empty()) {
    tally.run_margin = &baseline_margin_[run * outcome.months];
  }
  const std::size_t draw = run / outcome.replications;
  const std::size_t batch = (first_replication_ + run % outcome.replications) % kFlowBatches;
  tally.draw_flow = &draw_flows_[(strategy * outcome.parameter_draws + draw) * outcome.months];
  tally.batch_flow = &batch_flows_[(strategy * kFlowBatches + batch) * outcome.months];
  tally.regions = outcome.region_names.size();
  tally.months = outcome.months;
  return tally;
}

void Sums::add(const Sums& other) {
  add_all(totals_, other.totals_);
  add_all(levers_, other.levers_);
  add_all(days_, other.days_);
  add_all(cube_, other.cube_);
  add_all(moves_, other.moves_);
  add_all(lever_months_, other.lever_months_);
  add_all(retention_, other.retention_);
  add_all(baseline_margin_, other.baseline_margin_);
  add_all(draw_flows_, other.draw_flows_);
  add_all(batch_flows_, other.batch_flows_);
}

void Sums::hand_over(Outcome& outcome) {
  const std::size_t row = outcome.region_names.size() * kCubeTiers;
  outcome.month_totals.resize(outcome.strategies() * outcome.months);
  for (std::size_t i = 0; i < cube_.size(); ++i) cube_[i].customers += moves_[i];
  for (std::size_t s = 0; s < outcome.strategies(); ++s) {
    for (std::size_t m = 0; m < outcome.months; ++m) {
      CubeCell* cells = &cube_[(s * outcome.months + m) * row];
      MonthTotals& month = outcome.month_totals[s * outcome.months + m];
      for (std::size_t i = 0; i < row; ++i) {
        // Until here `customers` holds those who came less those who went in the month.
        if (m > 0) cells[i].customers += (cells - row)[i].customers;
        month.orders += cells[i].orders;
        month.contacts += cells[i].contacts;
        month.revenue += cells[i].revenue;
        month.margin += cells[i].margin;
      }
      for (std::size_t lever = 0; lever < outcome.lever_names.size(); ++lever) {
        month.cost += lever_months_[(s * outcome.lever_names.size() + lever) * outcome.months + m];
      }
    }
  }
  outcome.totals = std::move(totals_);
  outcome.lever_totals = std::move(levers_);
  outcome.day_totals = std::move(days_);
  outcome.cube = std::move(cube_);
  outcome.lever_months = std::move(lever_months_);
  outcome.retention = std::move(retention_);
  outcome.draw_flows = std::move(draw_flows_);
  outcome.batch_flows = std::move(batch_flows_);
}

std::vector<Money> lever_costs(const Outcome& outcome) {
  const std::size_t levers = outcome.lever_names.size();
  std::vector<Money> costs(outcome.strategies() * levers, 0);
  for (std::size_t i = 0; i < outcome.lever_months.size(); ++i) {
    costs[i / outcome.months] += outcome.lever_months[i];
  }
  return costs;
}

}  // namespace tenure::simulator
