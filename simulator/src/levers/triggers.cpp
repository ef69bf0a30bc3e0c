#include "levers/triggers.hpp"

#include "engine/clock.hpp"

#include <algorithm>
#include <numbers>

namespace tenure::simulator {

namespace {

using customers::Tier;

/// First contact of a schedule that starts on `base`.
NextContact in_schedule(const PlannedLever& lever, double base, double from,
                        std::uint32_t number) noexcept {
  if (number == 0 && lever.max_times > 1 && lever.steps.size() == 1 && from > base) {
    // Straight to about the last contact not after `from`; the sums below say when it is.
    const double passed = (from - base) * lever.per_repeat - 1.0;
    const auto most = static_cast<double>(lever.max_times);
    number = passed <= 0.0 ? 0U : static_cast<std::uint32_t>(std::min(passed, most));
  }
  for (; number < lever.max_times; ++number) {
    const double day = base + after_days(lever, number);
    if (day >= from) return {day, number};
  }
  return {};
}

/// Day on which the tier is entered in the spell after the last order; kNoContact where it is not.
double entry_day(Tier tier, const ContactState& seen) noexcept {
  const double last = static_cast<double>(seen.last_order);
  if (tier == Tier::kSilent) return last + kSilentDays;
  if (tier == Tier::kLost) return last + kLostDays;
  if (static_cast<unsigned>(tier) == seen.entered) return last;
  const double known = static_cast<double>(seen.first_order) + kNewDays;
  const Tier later = seen.orders >= kMatureOrders ? Tier::kMature : Tier::kGrowth;
  return tier == later && seen.warning == 0 && last < known ? known : kNoContact;
}

NextContact on_days(const std::vector<double>& days, double from, std::uint32_t number) noexcept {
  const auto start = days.begin() + std::min<std::ptrdiff_t>(number, std::ssize(days));
  const auto it = std::lower_bound(start, days.end(), from);
  if (it == days.end()) return {};
  return {*it, static_cast<std::uint32_t>(it - days.begin())};
}

NextContact by_kind(const PlannedLever& lever, const ContactState& seen, double from,
                    std::uint32_t number) noexcept {
  const double last = static_cast<double>(seen.last_order);
  switch (lever.kind) {
    case TriggerKind::kIdle:
      return in_schedule(lever, std::max(0.0, last + lever.wait), from, number);
    case TriggerKind::kOrder:
      if (lever.order != 0 && lever.order != seen.orders) return {};
      return in_schedule(lever, last + lever.wait, from, number);
    case TriggerKind::kTier:
      return in_schedule(lever, entry_day(lever.tier, seen) + lever.wait, from, number);
    case TriggerKind::kGap:
      if (seen.warning == 0) return {};
      return in_schedule(lever, last + lever.wait, from, number);
    case TriggerKind::kCalendar:
      return on_days(lever.days, from, number);
    case TriggerKind::kWeekly:
      return on_grid(lever, from, number);
    case TriggerKind::kAlways:
      return in_schedule(lever, std::max(lever.from_day, static_cast<double>(seen.first_order)),
                         from, number);
    case TriggerKind::kRisk:
      break;
  }
  return {};
}

}  // namespace

NextContact on_grid(const PlannedLever& lever, double from, std::uint32_t number) noexcept {
  const double first = lever.from_day;
  const double every = lever.every_days;
  auto k = static_cast<double>(number);
  if (number == 0) {
    // About the last one not after `from`; the sums below say when it is.
    const double passed = (from - first) * lever.per_every - 1.0;
    if (passed > 0.0) k = static_cast<double>(static_cast<std::int64_t>(passed));
  }
  while (first + k * every < from) k += 1.0;
  return {first + k * every, static_cast<std::uint32_t>(k)};
}

NextContact next_contact(const PlannedLever& lever, const ContactState& seen, double from,
                         std::uint32_t number) noexcept {
  const NextContact next = by_kind(lever, seen, from, number);
  return next.day - static_cast<double>(seen.last_order) <= lever.max_days_idle ? next
                                                                                : NextContact{};
}

ContactRules::ContactRules(const Scenario& scenario, double tick_days)
    : response(scenario.fatigue.response / std::numbers::ln2),
      complaint(scenario.fatigue.complaint),
      unsubscribe(scenario.fatigue.unsubscribe),
      dropout(scenario.fatigue.dropout),
      cap_contacts(scenario.fatigue.cap_contacts),
      cap_ticks(static_cast<float>(scenario.fatigue.cap_days / tick_days)),
      days_per_tick(static_cast<float>(tick_days)),
      slack(tick_days) {
  // Until sixteen contacts' worth of fatigue is less than a hundredth of one.
  constexpr double kHalvingsKept = 11.0;
  const double halvings = 1.0 / scenario.fatigue.half_life_days;
  const double ticks = std::min(65535.0, kHalvingsKept / (halvings * tick_days));
  for (double tick = 0.0; tick <= ticks; tick += 1.0) {
    fatigue_left.push_back(static_cast<float>(half_power(tick * tick_days * halvings)));
  }
  double longest = scenario.fatigue.cap_days;
  for (const LeverSpec& lever : scenario.levers) longest = std::max(longest, lever.exclusion_days);
  if (longest > 0.0) pause_unit = static_cast<float>(longest / tick_days / 200.0);
  per_pause_unit = 1.0F / pause_unit;
}

}  // namespace tenure::simulator
