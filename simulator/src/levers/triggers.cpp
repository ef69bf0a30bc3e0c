#include "levers/triggers.hpp"

#include "engine/clock.hpp"

#include <algorithm>
#include <numbers>

namespace tenure::simulator {

namespace {

using customers::Tier;

double after_days(const PlannedLever& lever, std::uint32_t number) noexcept {
  return lever.steps.size() > 1
             ? lever.steps[number].after_days
             : lever.steps.front().after_days + static_cast<double>(number) * lever.repeat_days;
}

/// First contact of a schedule that starts on `base`.
NextContact in_schedule(const PlannedLever& lever, double base, double from,
                        std::uint32_t number) noexcept {
  if (number == 0 && lever.max_times > 1 && lever.steps.size() == 1 && from > base) {
    // Straight to about the last contact not after `from`; the sums below say when it is.
    const double passed = (from - base) / lever.repeat_days - 1.0;
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
double entry_day(Tier tier, const ObservableState& seen) noexcept {
  const double last = static_cast<double>(seen.last_order);
  if (tier == Tier::kSilent) return last + kSilentDays;
  if (tier == Tier::kLost) return last + kLostDays;
  if (static_cast<unsigned>(tier) == seen.entered) return last;
  const double known = static_cast<double>(seen.first_order) + kNewDays;
  const Tier later = seen.orders >= kMatureOrders ? Tier::kMature : Tier::kGrowth;
  return tier == later && seen.warning == 0 && last < known ? known : kNoContact;
}

NextContact on_grid(double first, double every, double from, std::uint32_t number) noexcept {
  const double passed = (from - first) / every - 1.0;
  const double whole = passed > 0.0 ? static_cast<double>(static_cast<std::int64_t>(passed)) : 0.0;
  double k = std::max(static_cast<double>(number), whole);
  while (first + k * every < from) k += 1.0;
  return {first + k * every, static_cast<std::uint32_t>(k)};
}

NextContact on_days(const std::vector<double>& days, double from, std::uint32_t number) noexcept {
  const auto start = days.begin() + std::min<std::ptrdiff_t>(number, std::ssize(days));
  const auto it = std::lower_bound(start, days.end(), from);
  if (it == days.end()) return {};
  return {*it, static_cast<std::uint32_t>(it - days.begin())};
}

NextContact by_kind(const PlannedLever& lever, const ObservableState& seen, double from,
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
      return on_grid(lever.from_day, lever.every_days, from, number);
    case TriggerKind::kAlways:
      return in_schedule(lever, std::max(lever.from_day, static_cast<double>(seen.first_order)),
                         from, number);
    case TriggerKind::kRisk:
      break;
  }
  return {};
}

}  // namespace

NextContact next_contact(const PlannedLever& lever, const ObservableState& seen, double from,
                         std::uint32_t number) noexcept {
  const NextContact next = by_kind(lever, seen, from, number);
  return next.day - static_cast<double>(seen.last_order) <= lever.max_days_idle ? next
                                                                                : NextContact{};
}

ContactRules::ContactRules(const Scenario& scenario, double tick_days)
    : halvings(1.0 / scenario.fatigue.half_life_days),
      response(scenario.fatigue.response / std::numbers::ln2),
      complaint(scenario.fatigue.complaint),
      unsubscribe(scenario.fatigue.unsubscribe),
      dropout(scenario.fatigue.dropout),
      cap_contacts(scenario.fatigue.cap_contacts),
      cap_days(scenario.fatigue.cap_days),
      slack(tick_days) {
  double longest = cap_days;
  for (const LeverSpec& lever : scenario.levers) longest = std::max(longest, lever.exclusion_days);
  if (longest > 0.0) pause_unit = longest / 200.0;
}

double fatigue_on(const ContactRules& rules, const ObservableState& seen, const Ticks& ticks,
                  double day) noexcept {
  if (seen.fatigue == 0) return 0.0;
  const double passed = std::max(0.0, day - ticks.to(seen.last_contact));
  return static_cast<double>(seen.fatigue) / 16.0 * half_power(passed * rules.halvings);
}

bool ruled_out(const ContactRules& rules, const PlannedLever& lever, const ObservableState& seen,
               const Ticks& ticks, double day) noexcept {
  double age = day - ticks.to(seen.last_contact) + rules.slack;
  std::uint32_t within = 0;
  for (std::size_t i = 0; i < kRememberedContacts; ++i) {
    const unsigned who = (static_cast<unsigned>(seen.contacted) >> (4 * i)) & 15U;
    if (who == 0) break;
    if (i > 0) {
      if (seen.pauses[i - 1] == 255) break;
      age += static_cast<double>(seen.pauses[i - 1]) * rules.pause_unit;
    }
    if (age < rules.cap_days && ++within >= rules.cap_contacts) return true;
    if (((lever.excludes >> (who - 1)) & 1U) != 0 && age < lever.exclusion_days) return true;
  }
  return false;
}

void remember_contact(const ContactRules& rules, std::size_t position, double fatigue,
                      const Ticks& ticks, double day, ObservableState& seen) noexcept {
  const double passed = std::max(0.0, day - ticks.to(seen.last_contact));
  const double pause = (passed + rules.slack) / rules.pause_unit;
  for (std::size_t i = seen.pauses.size() - 1; i > 0; --i) seen.pauses[i] = seen.pauses[i - 1];
  seen.pauses[0] = pause >= 255.0 ? std::uint8_t{255} : static_cast<std::uint8_t>(pause);
  seen.contacted = static_cast<std::uint16_t>((static_cast<unsigned>(seen.contacted) << 4U) |
                                              static_cast<unsigned>(position + 1));
  seen.last_contact = ticks.from(day);
  seen.fatigue = static_cast<std::uint8_t>(std::min(255.0, (fatigue + 1.0) * 16.0 + 0.5));
}

}  // namespace tenure::simulator
