#include "engine/run.hpp"
#include "scenario/budget.hpp"
#include "scenario/population_config.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace tenure::simulator {

namespace {

constexpr std::size_t kMostInPart = 1U << 16U;  // whom a request can name
constexpr std::size_t kChunksInPart = 4;        // more to do for vector lanes in a week

}  // namespace

CoupledRun::CoupledRun(const Work& work, const PlannedDraw& plan, std::size_t strategy,
                       std::uint32_t run, const Money* base_margin, std::span<Sums> sums,
                       ForChunks for_chunks)
    : work_(work),
      plan_(plan),
      strategy_(plan.strategies[strategy]),
      spec_(work.scenario.strategies[strategy - 1]),
      index_(strategy),
      base_margin_(base_margin),
      for_chunks_(for_chunks),
      roster_(work.people.roster(strategy_, work.key(run))),
      margins_(sums.size()),
      costs_(sums.size()),
      part_size_(std::min(kChunksInPart * work.options.customers_per_chunk, kMostInPart)) {
  run_.context = &work.context;
  run_.strategy = &strategy_;
  run_.models = &plan.models;
  run_.run = work.key(run);
  for (std::size_t worker = 0; worker < sums.size(); ++worker) {
    margins_[worker].assign(work.outcome.months, 0);
    costs_[worker].assign(work.outcome.months, 0);
    Tally tally = sums[worker].tally(work.outcome, index_, run);
    tally.run_margin = margins_[worker].data();
    tally.run_cost = costs_[worker].data();
    tallies_.push_back(tally);
  }
  scratch_.resize(sums.size());
  for (std::size_t region = 0; region < strategy_.reach.size(); ++region) {
    float idle = -kNever;
    for (std::size_t i = 0; i < strategy_.levers.size(); ++i) {
      const unsigned asking = static_cast<unsigned>(strategy_.weekly) & strategy_.reach[region];
      if ((asking >> i & 1U) != 0)
        idle = std::max(idle, day_or_latest(strategy_.levers[i].max_days_idle));
    }
    weekly_idle_.push_back(idle);
  }
  weekly_alike_ = std::popcount(strategy_.weekly) == 1;
  for (std::size_t i = 0; i < strategy_.levers.size(); ++i) {
    if (!strategy_.levers[i].limited) at_once_ |= 1U << i;
    if (strategy_.levers[i].members_of != 0) for_members_ |= 1U << i;
  }
  for (Scratch& scratch : scratch_) scratch.counts.size_for(strategy_, strategy_.reach.size());
  people_ = roster_.total;
  parts_.resize((people_ + part_size_ - 1) / part_size_);
}

void CoupledRun::aim(OrderDraws& draws, const CustomerState& state, std::uint32_t customer,
                     std::uint32_t first) const {
  draws.reset(work_.context.seed, run_.run, customer, first, 1,
              run_.model_of(state.seen.region).spend);
}

void CoupledRun::begin() {
  for_parts([&](Part& part, std::size_t first, std::size_t worker) {
    std::vector<Arrival> arrivals;
    OrderDraws draws;
    const std::uint64_t last = std::min<std::uint64_t>(people_, first + part_size_);
    work_.people.arrive(plan_, roster_, run_.run, first, last, arrivals);
    part.crowd.reserve(arrivals.size());
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
      const std::uint64_t customer = first + i;
      receive(work_, tallies_[worker], roster_, arrivals[i], customer);
      CustomerState& state = arrivals[i].state;
      float own = state.latent.next_order;
      if (state.seen.orders > 0) {
        const auto number = static_cast<std::uint32_t>(customer);
        aim(draws, state, number, state.seen.orders - 1U);
        Life(run_, tallies_[worker], &part.outbox, state, number, draws).wind_from_start();
        own = 0.0F;
      }
      part.crowd.add(state, own, asked_until(state.seen));
    }
  });
}

/// Days on which weekly levers ask for the customer, as it is seen now, are not after this one.
float CoupledRun::asked_until(const ContactState& seen) const {
  return seen.orders == 0 ? -kNever : seen.last_order + weekly_idle_[seen.region];
}

/// The next order of each who may place one before `end`, in lanes as far as they share a table.
void CoupledRun::draw_orders_of(const Part& part, std::span<const std::uint32_t> due, float end,
                                std::size_t first, Scratch& scratch) const {
  scratch.customers.clear();
  scratch.orders.clear();
  scratch.tables.clear();
  for (const std::uint32_t place : due) part.crowd.fetch_card(place);
  for (const std::uint32_t place : due) {
    if (!(part.crowd.own[place] < end)) continue;
    part.crowd.fetch_rest(place);
    const ContactState seen = part.crowd.cards[place].seen();
    scratch.customers.push_back(static_cast<std::uint32_t>(first + place));
    scratch.orders.push_back(seen.orders);
    scratch.tables.push_back(&run_.model_of(seen.region).spend);
  }
  const std::size_t count = scratch.customers.size();
  scratch.draws.resize(count);
  for (std::size_t begin = 0, end_run = 0; begin < count; begin = end_run) {
    const QuantileTable* table = scratch.tables[begin];
    while (end_run < count && scratch.tables[end_run] == table) ++end_run;
    const std::size_t length = end_run - begin;
    draw_orders(work_.context.seed, run_.run, std::span(scratch.customers).subspan(begin, length),
                std::span(scratch.orders).subspan(begin, length), *table,
                std::span(scratch.draws).subspan(begin, length));
  }
}

/// The contacts granted at the barrier of `from`, then everything until the next one.
void CoupledRun::live(double from, double until) {
  auto end = static_cast<float>(until);
  if (static_cast<double>(end) < until) end = std::nextafter(end, kNever);
  const Moment moment(work_.context.discount, from);
  barrier_tick_ = work_.context.ticks.from(from);
  for_parts([&](Part& part, std::size_t first, std::size_t worker) {
    make_contacts(part, first, worker, moment);
    if (!(part.crowd.first_day() < end)) return;
    Scratch& scratch = scratch_[worker];
    const auto due = places_below(part.crowd.own, part.crowd.contact, end, scratch.due);
    draw_orders_of(part, due, end, first, scratch);
    auto drawn = scratch.draws.begin();
    OrderDraws draws;
    for (const std::size_t place : due) {
      const bool own = part.crowd.own[place] < end;
      if (!own && ask_alone(part, first, place, from, until)) continue;
      const auto customer = static_cast<std::uint32_t>(first + place);
      CustomerState state = part.crowd.load(place);
      aim(draws, state, customer, state.seen.orders);
      if (own) draws.begin_with(*drawn++);
      Life life(run_, tallies_[worker], &part.outbox, state, customer, draws);
      const Life::Next next = life.advance(from, until);
      part.crowd.save(place, state);
      part.crowd.own[place] = round_down(next.own);
      part.crowd.contact[place] = round_down(next.contact);
      part.crowd.asked_until[place] = asked_until(state.seen);
    }
  });
  for (std::size_t worker = 0; worker < scratch_.size(); ++worker) {
    scratch_[worker].counts.book(strategy_, moment, tallies_[worker],
                                 parts_.front().outbox.given_back);
  }
}

void CoupledRun::enter_phase(double day) {
  const auto& phases = spec_.phases;
  std::size_t now = static_cast<std::size_t>(-1);
  for (std::size_t i = 0; i < phases.size(); ++i) {
    if (phases[i].from_day <= day && day < phases[i].to_day) now = i;
  }
  if (now == phase_) return;
  phase_ = now;
  pots_.clear();
  if (now == static_cast<std::size_t>(-1)) return;
  run_.phase_from = day;
  run_.phase_to = std::numeric_limits<double>::infinity();
  const auto pots = pots_of(spec_, now, work_.scenario.levers, work_.scenario.horizon_days);
  for (std::size_t i = 0; i < pots.size(); ++i) {
    pots_.push_back(pots[i].amount - pots[i].fixed);
    for (const std::size_t position : pots[i].levers) pot_of_[position] = i;
  }
}

/// What the week gave back and spent on standing benefits.
void CoupledRun::settle_money() {
  for (Part& part : parts_) {
    for (std::size_t i = 0; i < strategy_.levers.size(); ++i) {
      if (!pots_.empty()) {
        pots_[pot_of_[i]] += part.outbox.given_back[i] - part.outbox.charged[i];
      }
      part.outbox.given_back[i] = 0;
      part.outbox.charged[i] = 0;
    }
  }
}

/// The return so far, where a month has ended since the last time.
void CoupledRun::judge(double day) {
  if (spec_.stop_below == 0.0 && spec_.redesign_below == 0.0) return;
  auto months = judged_months_;
  while (month_start(months + 1) <= day) ++months;
  if (months == judged_months_) return;
  judged_months_ = months;
  if (month_start(months) < spec_.judge_after_days) return;
  Money gained = 0;
  Money cost = 0;
  for (std::size_t m = 0; m < months; ++m) {
    gained -= base_margin_[m];
    for (std::size_t worker = 0; worker < margins_.size(); ++worker) {
      gained += margins_[worker][m];
      cost += costs_[worker][m];
    }
    if (m >= stopped_month_) continue;
    for (const PlannedLever& lever : strategy_.levers) {
      const CostSpec& fixed = work_.scenario.levers[lever.index].cost;
      cost += to_money(fixed.monthly) + (m == 0 ? to_money(fixed.build) : 0);
    }
  }
  if (cost <= 0) return;
  const double reached = static_cast<double>(gained) / static_cast<double>(cost);
  Totals& totals = *tallies_.front().totals;
  if (reached < spec_.redesign_below) totals.redesign = 1;
  if (reached < spec_.stop_below && stopped_month_ == static_cast<std::size_t>(-1)) {
    totals.stopped = 1;
    run_.open = 0;
    stopped_month_ = months;
  }
}

void CoupledRun::pay_fixed_costs() {
  const Tally& tally = tallies_.front();
  for (const PlannedLever& lever : strategy_.levers) {
    const CostSpec& cost = work_.scenario.levers[lever.index].cost;
    tally.add_cost(work_.context.discount, lever.index, 0.0, to_money(cost.build));
    for (std::size_t m = 0; m < std::min(work_.outcome.months, stopped_month_); ++m) {
      tally.add_cost(work_.context.discount, lever.index, month_start(m), to_money(cost.monthly));
    }
  }
}

/// Customers who were brought in the week, in order of who brought them.
void CoupledRun::let_in(double day) {
  std::vector<Spawn> spawns;
  for (Part& part : parts_) {
    spawns.insert(spawns.end(), part.outbox.spawns.begin(), part.outbox.spawns.end());
    part.outbox.spawns.clear();
  }
  if (day >= work_.scenario.horizon_days) return;
  const Tally& tally = tallies_.front();
  for (const Spawn& spawn : spawns) {
    const PlannedLever& lever = strategy_.levers[spawn.lever];
    const Money cost = to_money(lever.referral.cost) * static_cast<Money>(spawn.count);
    tally.add_cost(work_.context.discount, lever.index, day, cost);
    tally.cell(day, spawn.region, customers::Tier::kNew).cost += cost;
    if (!pots_.empty()) pots_[pot_of_[spawn.lever]] -= cost;
    for (std::uint32_t i = 0; i < spawn.count && people_ < kMaxCustomers; ++i) {
      if (people_ == parts_.size() * part_size_) parts_.emplace_back();
      Part& part = parts_.back();
      part.crowd.add(
          work_.people.brought(plan_, run_.run, static_cast<std::uint32_t>(people_), spawn, day),
          round_down(day), -kNever);
      ++people_;
      ++tally.totals->customers;
      ++tally.totals->brought;
    }
  }
}

void CoupledRun::simulate() {
  const double horizon = work_.scenario.horizon_days;
  begin();
  enter_phase(0.0);
  for (double day = 0.0; day < horizon;) {
    const double next = std::min(day + kWeekDays, horizon);
    live(day, next);
    settle_money();
    if (next < horizon) {
      judge(next);
      enter_phase(next);
      rank_risks(next);
      grant(day, next);
    }
    let_in(next);
    day = next;
  }
  for_parts([&](Part& part, std::size_t first, std::size_t worker) {
    OrderDraws draws;
    for (std::size_t i = 0; i < part.crowd.size(); ++i) {
      CustomerState state = part.crowd.load(i);
      Life life(run_, tallies_[worker], &part.outbox, state, static_cast<std::uint32_t>(first + i),
                draws);
      life.finish();
    }
  });
  pay_fixed_costs();
}

}  // namespace tenure::simulator
