#include "engine/run.hpp"
#include "families/families.hpp"
#include "scenario/budget.hpp"
#include "scenario/population_config.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace tenure::simulator {

namespace {

constexpr double kWeek = 7.0;
constexpr std::size_t kMostInPart = 1U << 16U;  // whom a request can name
constexpr double kRiskDays = 90.0;
constexpr std::size_t kRiskSteps = 1U << 16U;
constexpr std::size_t kAhead = 8;  // customers whose state is fetched before its turn

/// The largest float not over the day, which is not negative.
float round_down(double day) {
  if (day >= static_cast<double>(kNever)) return kNever;
  const auto near = static_cast<float>(day);
  if (!(static_cast<double>(near) > day)) return near;
  return std::bit_cast<float>(std::bit_cast<std::uint32_t>(near) - 1U);
}

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
      part_size_(std::min(work.options.customers_per_chunk, kMostInPart)) {
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
  people_ = roster_.total;
  parts_.resize((people_ + part_size_ - 1) / part_size_);
}

template <class Body>
void CoupledRun::for_parts(const Body& body) {
  const auto each = [&](std::size_t chunk, std::size_t worker) {
    body(parts_[chunk], chunk * part_size_, worker);
  };
  for_chunks_(parts_.size(), each);
}

void CoupledRun::aim(OrderDraws& draws, const CustomerState& state, std::uint32_t customer) const {
  draws.reset(work_.context.seed, run_.run, customer,
              state.seen.orders == 0 ? 0 : state.seen.orders - 1U, 1,
              run_.model_of(state.seen.region).spend);
}

void CoupledRun::begin() {
  for_parts([&](Part& part, std::size_t first, std::size_t worker) {
    std::vector<Arrival> arrivals;
    OrderDraws draws;
    const std::uint64_t last = std::min<std::uint64_t>(people_, first + part_size_);
    work_.people.arrive(plan_, roster_, run_.run, first, last, arrivals);
    part.states.reserve(arrivals.size());
    part.next.reserve(arrivals.size());
    part.rest.reserve(arrivals.size());
    for (std::size_t i = 0; i < arrivals.size(); ++i) {
      const std::uint64_t customer = first + i;
      receive(work_, tallies_[worker], roster_, arrivals[i], customer);
      part.states.push_back(arrivals[i].state);
      CustomerState& state = part.states.back();
      const auto number = static_cast<std::uint32_t>(customer);
      if (state.seen.orders == 0) {
        part.next.push_back(state.latent.next_order);
        part.rest.push_back(state.latent.next_order);
        continue;
      }
      aim(draws, state, number);
      Life life(run_, tallies_[worker], &part.outbox, state, number, draws);
      life.wind_from_start();
      part.next.push_back(0.0F);
      part.rest.push_back(0.0F);
    }
  });
}

void CoupledRun::plan_week(double from, double until) {
  asks_.clear();
  asks_after_.clear();
  for (std::size_t i = 0; i < strategy_.levers.size(); ++i) {
    if (((strategy_.weekly >> i) & 1U) == 0) continue;
    const PlannedLever& lever = strategy_.levers[i];
    const auto position = static_cast<std::uint8_t>(i);
    NextContact next = on_grid(lever, from, 0);
    for (; next.day < until; next = on_grid(lever, next.day, next.number + 1)) {
      asks_.push_back({next.day, next.number, position});
    }
    asks_after_.push_back({next.day, next.number, position});
  }
  std::stable_sort(asks_.begin(), asks_.end(),
                   [](const WeeklyAsk& a, const WeeklyAsk& b) { return a.day < b.day; });
}

/// Moves the requests that were granted out of the part, in order of customer, then lever.
void CoupledRun::take_granted(Part& part, std::size_t first, std::vector<Request>& granted) const {
  granted.clear();
  std::vector<Request>& requests = part.outbox.requests;
  for (const Request& request : requests) {
    if (part.granted[request.lever] == 0) continue;
    --part.granted[request.lever];
    granted.push_back(request);
    part.next[request.place(first)] = 0.0F;
  }
  requests.clear();
  const auto before = [first](const Request& a, const Request& b) {
    return a.low != b.low ? a.place(first) < b.place(first) : a.lever < b.lever;
  };
  if (part.mixed) {
    std::stable_sort(granted.begin(), granted.end(), before);
  } else {
    // By customer already: a customer has a few.
    for (std::size_t i = 1; i < granted.size(); ++i) {
      for (std::size_t k = i; k > 0 && before(granted[k], granted[k - 1]); --k) {
        std::swap(granted[k], granted[k - 1]);
      }
    }
  }
  part.mixed = false;
}

/// The contacts granted at the barrier of `from`, then everything until the next one.
void CoupledRun::live(double from, double until) {
  plan_week(from, until);
  auto end = static_cast<float>(until);
  if (static_cast<double>(end) < until) end = std::nextafter(end, kNever);
  const Moment moment(work_.context.discount, from);
  for_parts([&](Part& part, std::size_t first, std::size_t worker) {
    std::vector<std::uint32_t>& due = scratch_[worker].due;
    std::vector<Request>& granted = scratch_[worker].granted;
    take_granted(part, first, granted);
    due.resize(part.states.size());
    std::size_t visits = 0;
    for (std::uint32_t i = 0; i < due.size(); ++i) {
      due[visits] = i;
      visits += part.next[i] < end ? 1 : 0;
    }
    OrderDraws draws;
    std::size_t grant = 0;
    for (std::size_t visit = 0; visit < visits; ++visit) {
      const std::size_t ahead = due[std::min(visit + kAhead, visits - 1)];
      __builtin_prefetch(&part.states[ahead].latent);
      __builtin_prefetch(&part.states[ahead].seen.fatigue);
      const std::size_t i = due[visit];
      CustomerState& state = part.states[i];
      const auto customer = static_cast<std::uint32_t>(first + i);
      aim(draws, state, customer);
      Life life(run_, tallies_[worker], &part.outbox, state, customer, draws);
      for (; grant < granted.size() && granted[grant].place(first) == i; ++grant) {
        if (!life.grant(granted[grant], moment)) continue;
        part.rest[i] = std::min(part.rest[i], round_down(life.next_of_its_own()));
      }
      if (part.rest[i] < end) {
        part.next[i] = round_down(life.advance(from, until));
        part.rest[i] = round_down(life.next_but_weekly());
      } else {
        part.next[i] = std::min(part.rest[i], round_down(life.ask_weekly(asks_, asks_after_)));
      }
    }
  });
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

/// Requests for the customers at most risk, of each lever whose day has come.
void CoupledRun::rank_risks(double day) {
  for (std::size_t i = 0; i < strategy_.levers.size(); ++i) {
    const PlannedLever& lever = strategy_.levers[i];
    if (lever.kind != TriggerKind::kRisk || ((run_.open >> i) & 1U) == 0) continue;
    const double due = std::floor(day / lever.every_days);
    if (due > std::floor((day - kWeek) / lever.every_days)) rank_risk(i, day);
  }
}

void CoupledRun::rank_risk(std::size_t position, double day) {
  const PlannedLever& lever = strategy_.levers[position];
  const auto number = static_cast<std::uint32_t>(day / lever.every_days);
  for_parts([&](Part& part, std::size_t first, std::size_t worker) {
    part.risks.assign(part.states.size(), 0);
    for (std::size_t i = 0; i < part.states.size(); ++i) {
      CustomerState& state = part.states[i];
      const ObservableState& seen = state.seen;
      if (seen.orders == 0 || lever.eligible[seen.region] == 0) continue;
      const double idle = day - static_cast<double>(seen.last_order);
      if (idle > lever.max_days_idle) continue;
      OrderDraws draws;
      const Life life(run_, tallies_[worker], &part.outbox, state,
                      static_cast<std::uint32_t>(first + i), draws);
      if (!life.wants(Request(0, number, position), day)) continue;
      const double risk = order_risk(run_.model_of(seen.region).model, seen, day, kRiskDays);
      part.risks[i] = 1U + static_cast<std::uint32_t>(risk * static_cast<double>(kRiskSteps - 1));
    }
  });
  std::vector<std::uint64_t> counts(kRiskSteps + 1, 0);
  std::uint64_t asked = 0;
  for (const Part& part : parts_) {
    for (const std::uint32_t risk : part.risks) {
      if (risk > 0) ++counts[risk];
      asked += risk > 0 ? 1 : 0;
    }
  }
  auto left = static_cast<std::uint64_t>(lever.quantile * static_cast<double>(asked) + 0.5);
  std::size_t least = kRiskSteps;
  while (least > 0 && counts[least] <= left) left -= counts[least--];
  // Of those at the threshold the first ones, by index.
  for (std::size_t p = 0; p < parts_.size(); ++p) {
    Part& part = parts_[p];
    for (std::size_t i = 0; i < part.risks.size(); ++i) {
      const bool over = part.risks[i] > least;
      const bool at = least > 0 && part.risks[i] == least && left > 0;
      if (!over && !at) continue;
      if (at) --left;
      part.outbox.raise(Request(static_cast<std::uint32_t>(p * part_size_ + i), number, position));
      part.mixed = true;
    }
  }
}

std::uint64_t CoupledRun::affordable(std::size_t position) const {
  const PlannedLever& lever = strategy_.levers[position];
  std::uint64_t most = lever.capacity > 0 ? lever.capacity : kMaxCustomers;
  if (spec_.phases.empty()) return most;
  if (pots_.empty()) return 0;
  const Money each = lever.set_aside_contact + lever.set_aside_redemption;
  const Money left = std::max<Money>(0, pots_[pot_of_[position]]);
  if (each > 0) most = std::min(most, static_cast<std::uint64_t>(left / each));
  return most;
}

/// True where capacities and pots are enough for every request there is, wanted still or not.
bool CoupledRun::enough_for_all() const {
  std::vector<Money> pots = pots_;
  for (std::size_t i = 0; i < strategy_.levers.size(); ++i) {
    const PlannedLever& lever = strategy_.levers[i];
    std::uint64_t asked = 0;
    for (const Part& part : parts_) asked += part.wanted[i];
    if (asked > affordable(i)) return false;
    if (pots.empty()) continue;
    Money& pot = pots[pot_of_[i]];
    pot -= static_cast<Money>(asked) * (lever.set_aside_contact + lever.set_aside_redemption);
    if (pot < 0) return false;
  }
  return true;
}

/// Grants requests by priority of the lever, then by customer; live() makes the contacts.
void CoupledRun::grant(double day) {
  for_parts([&](Part& part, std::size_t, std::size_t) {
    part.wanted = {};
    for (const Request& request : part.outbox.requests) ++part.wanted[request.lever];
  });
  if (run_.open != 0xFFFF || !enough_for_all()) drop_unwanted(day);
  for (std::size_t i = 0; i < strategy_.levers.size(); ++i) {
    const PlannedLever& lever = strategy_.levers[i];
    if (!lever.limited) continue;
    std::uint64_t left = affordable(i);
    std::uint64_t granted = 0;
    for (Part& part : parts_) {
      part.granted[i] = std::min(left, part.wanted[i]);
      left -= part.granted[i];
      granted += part.granted[i];
    }
    if (!pots_.empty()) {
      pots_[pot_of_[i]] -=
          static_cast<Money>(granted) * (lever.set_aside_contact + lever.set_aside_redemption);
    }
  }
}

/// Leaves the requests of those who are still eligible: others shall not take their place.
void CoupledRun::drop_unwanted(double day) {
  for_parts([&](Part& part, std::size_t first, std::size_t worker) {
    part.wanted = {};
    std::size_t kept = 0;
    for (const Request& request : part.outbox.requests) {
      OrderDraws draws;
      const std::size_t place = request.place(first);
      const Life life(run_, tallies_[worker], &part.outbox, part.states[place],
                      static_cast<std::uint32_t>(first + place), draws);
      if (((run_.open >> request.lever) & 1U) == 0 || !life.wants(request, day)) continue;
      part.outbox.requests[kept++] = request;
      ++part.wanted[request.lever];
    }
    part.outbox.requests.resize(kept);
  });
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
      part.states.push_back(
          work_.people.brought(plan_, run_.run, static_cast<std::uint32_t>(people_), spawn, day));
      part.next.push_back(round_down(day));
      part.rest.push_back(round_down(day));
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
    const double next = std::min(day + kWeek, horizon);
    live(day, next);
    settle_money();
    if (next < horizon) {
      judge(next);
      enter_phase(next);
      rank_risks(next);
      grant(next);
    }
    let_in(next);
    day = next;
  }
  for_parts([&](Part& part, std::size_t first, std::size_t worker) {
    for (std::size_t i = 0; i < part.states.size(); ++i) {
      OrderDraws draws;
      Life life(run_, tallies_[worker], &part.outbox, part.states[i],
                static_cast<std::uint32_t>(first + i), draws);
      life.finish();
    }
  });
  pay_fixed_costs();
}

}  // namespace tenure::simulator
