#include "engine/run.hpp"
#include "families/families.hpp"
#include "scenario/population_config.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

/// Who is granted what at a barrier.
namespace tenure::simulator {

namespace {

constexpr double kRiskDays = 90.0;
constexpr std::size_t kRiskSteps = 1U << 16U;

/// Whether a weekly lever that asks is among these.
auto ask_of(unsigned levers) {
  return [levers](const WeeklyAsk& ask) { return ((levers >> ask.lever) & 1U) != 0; };
}

}  // namespace

/// Requests for the customers at most risk, of each lever whose day has come.
void CoupledRun::rank_risks(double day) {
  for (std::size_t i = 0; i < strategy_.levers.size(); ++i) {
    const PlannedLever& lever = strategy_.levers[i];
    if (lever.kind != TriggerKind::kRisk || ((run_.open >> i) & 1U) == 0) continue;
    const double due = std::floor(day / lever.every_days);
    if (due > std::floor((day - kWeekDays) / lever.every_days)) rank_risk(i, day);
  }
}

void CoupledRun::rank_risk(std::size_t position, double day) {
  const PlannedLever& lever = strategy_.levers[position];
  const auto number = static_cast<std::uint32_t>(day / lever.every_days);
  for_parts([&](Part& part, std::size_t, std::size_t) {
    part.risks.assign(part.crowd.size(), 0);
    for (std::size_t i = 0; i < part.crowd.size(); ++i) {
      const ContactState seen = part.crowd.cards[i].seen();
      if (seen.orders == 0 || lever.eligible[seen.region] == 0) continue;
      const double idle = day - static_cast<double>(seen.last_order);
      if (idle > lever.max_days_idle) continue;
      if (!admissible(number, position, seen, day)) continue;
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

/// The contacts that weekly levers ask for on days of [from, until), by lever, then by day.
void CoupledRun::plan_week(double from, double until) {
  asks_.clear();
  for (std::size_t i = 0; i < strategy_.levers.size(); ++i) {
    if (((static_cast<unsigned>(strategy_.weekly) & run_.open) >> i & 1U) == 0) continue;
    const PlannedLever& lever = strategy_.levers[i];
    NextContact next = on_grid(lever, from, 0);
    for (; next.day < until; next = on_grid(lever, next.day, next.number + 1)) {
      asks_.push_back({next.day, next.number, static_cast<std::uint8_t>(i)});
    }
  }
}

/// Counts what every lever asks for, by part: of a weekly lever more than is wanted, all customers
/// there are unless `nearly` who is asked for.
void CoupledRun::count_wanted(bool nearly) {
  for_parts([&](Part& part, std::size_t, std::size_t) {
    part.wanted = {};
    for (const Request& request : part.outbox.requests) ++part.wanted[request.lever];
    for (const WeeklyAsk& ask : asks_) {
      part.wanted[ask.lever] +=
          nearly ? count_from(part.crowd.asked_until, round_down(ask.day)) : part.crowd.size();
    }
  });
}

/// Bits of levers that may get less than they ask for: their capacity or their pot is too small.
unsigned CoupledRun::short_levers() const {
  unsigned found = 0;
  std::vector<Money> pots = pots_;
  std::vector<std::uint8_t> empty(pots_.size(), 0);
  for (std::size_t i = 0; i < strategy_.levers.size(); ++i) {
    const PlannedLever& lever = strategy_.levers[i];
    std::uint64_t asked = 0;
    for (const Part& part : parts_) asked += part.wanted[i];
    if (asked == 0) continue;
    const bool over = lever.capacity > 0 && asked > lever.capacity;
    if (over || (pots.empty() && !spec_.phases.empty())) found |= 1U << i;
    if (pots.empty()) continue;
    const Money each = lever.set_aside_contact + lever.set_aside_redemption;
    Money& pot = pots[pot_of_[i]];
    const bool enough =
        each == 0 || asked <= static_cast<std::uint64_t>(std::max<Money>(0, pot) / each);
    if (enough) pot -= static_cast<Money>(asked) * each;
    if (!enough || pot < 0) empty[pot_of_[i]] = 1;
  }
  for (std::size_t i = 0; i < strategy_.levers.size() && !pots.empty(); ++i) {
    if (empty[pot_of_[i]] != 0) found |= 1U << i;
  }
  return found;
}

/// What weekly levers ask for all, of these levers.
void CoupledRun::forget_asks(unsigned levers) {
  asks_.erase(std::remove_if(asks_.begin(), asks_.end(), ask_of(levers)), asks_.end());
}

/// Requests in place of what a weekly lever asks for all, where not everybody may get it.
void CoupledRun::ask_singly(unsigned levers) {
  const auto singly = ask_of(levers);
  if (std::none_of(asks_.begin(), asks_.end(), singly)) return;
  for_parts([&](Part& part, std::size_t first, std::size_t) {
    for (std::size_t i = 0; i < part.crowd.size(); ++i) {
      for (const WeeklyAsk& ask : asks_) {
        if (!singly(ask) || part.crowd.asked_until[i] < round_down(ask.day)) continue;
        if (!asked_for(ask, part.crowd.cards[i].seen())) continue;
        part.outbox.raise(Request(static_cast<std::uint32_t>(first + i), ask.number, ask.lever));
      }
    }
  });
  forget_asks(levers);
}

/// Whether a weekly lever asks for the customer, who was not idle for too long on the day.
bool CoupledRun::asked_for(const WeeklyAsk& ask, const ContactState& seen) const {
  const unsigned may = strategy_.reach[seen.region] & run_.open;
  return ((may >> ask.lever) & 1U) != 0 && seen.orders > 0 &&
         ask.day - static_cast<double>(seen.last_order) <=
             strategy_.levers[ask.lever].max_days_idle;
}

/// Grants requests by priority of the lever, then by customer; live() makes the contacts.
void CoupledRun::grant(double from, double day) {
  if (run_.open == 0) {
    for (Part& part : parts_) part.outbox.requests.clear();
  }
  plan_week(from, day);
  count_wanted(false);
  unsigned short_of = short_levers();
  if ((short_of & strategy_.weekly) != 0) {
    count_wanted(true);
    short_of = short_levers();
  }
  if (short_of != 0) {
    const unsigned none = levers_without(short_of);
    forget_asks(none);
    ask_singly(short_of & ~none);
    drop_unwanted(day, short_of, none);
  }
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

/// Of these levers, those that are granted nothing at all.
unsigned CoupledRun::levers_without(unsigned levers) const {
  unsigned none = 0;
  for (; levers != 0; levers &= levers - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(levers));
    if (affordable(i) == 0) none |= 1U << i;
  }
  return none;
}

/// Leaves, of requests of these levers, those of who is still eligible: others shall not take their
/// place. Leaves none of levers that are granted `none`.
void CoupledRun::drop_unwanted(double day, unsigned levers, unsigned none) {
  for_parts([&](Part& part, std::size_t first, std::size_t) {
    std::uint64_t concerned = 0;
    for (std::size_t i = 0; i < part.wanted.size(); ++i) {
      if (((levers >> i) & 1U) != 0) concerned += std::exchange(part.wanted[i], 0);
    }
    if (concerned == 0) return;
    std::size_t kept = 0;
    for (const Request& request : part.outbox.requests) {
      const bool asked = ((levers >> request.lever) & 1U) != 0;
      if (((none >> request.lever) & 1U) != 0) continue;
      if (asked) {
        const ContactState seen = part.crowd.cards[request.place(first)].seen();
        if (!admissible(request.number, request.lever, seen, day)) continue;
        ++part.wanted[request.lever];
      }
      part.outbox.requests[kept++] = request;
    }
    part.outbox.requests.resize(kept);
  });
}

}  // namespace tenure::simulator
