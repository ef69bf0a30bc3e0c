#pragma once

#include "engine/clock.hpp"
#include "engine/plan.hpp"
#include "levers/observable.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

/// When a lever fires, and whom it may reach: from what the shop sees alone.
namespace tenure::simulator {

inline constexpr double kNoContact = std::numeric_limits<double>::infinity();

/// A contact to come: its day, and its number in the lever's schedule.
struct NextContact {
  double day = kNoContact;
  std::uint32_t number = 0;
};

/// Days from a schedule's first day to its contact `number`.
inline double after_days(const PlannedLever& lever, std::uint32_t number) noexcept {
  return lever.steps.size() > 1
             ? lever.steps[number].after_days
             : lever.steps.front().after_days + static_cast<double>(number) * lever.repeat_days;
}

/// The first contact of number `number` or more that is not before `from`, as the customer is seen
/// after its last order, in a region the lever is for. Risk triggers fire at barriers: never here.
NextContact next_contact(const PlannedLever& lever, const ContactState& seen, double from,
                         std::uint32_t number) noexcept;

/// Likewise for a weekly lever, whoever the customer is.
NextContact on_grid(const PlannedLever& lever, double from, std::uint32_t number) noexcept;

/// True where the lever may reach the customer on `day`, apart from contacts made before.
inline bool eligible(const PlannedLever& lever, const ContactState& seen, double day,
                     bool direct) noexcept {
  if (seen.orders < lever.min_orders) return false;
  if (direct && seen.unsubscribed != 0) return false;
  if (lever.members_of != 0 && (seen.responded & lever.members_of) == 0) return false;
  if (lever.tiers == 0xFF) return true;
  return (lever.tiers >> static_cast<unsigned>(tier_on(seen, day)) & 1U) != 0;
}

/// What contacts do to each other: fatigue, the frequency cap, exclusion.
struct ContactRules {
  ContactRules() = default;
  ContactRules(const Scenario& scenario, double tick_days);
  std::vector<float> fatigue_left;  ///< share of it by ticks passed; then nothing
  double response = 0.0;            ///< halvings of the uptake for each unit of fatigue
  double complaint = 0.0;
  double unsubscribe = 0.0;
  double dropout = 1.0;
  std::uint32_t cap_contacts = 0;
  float cap_ticks = 0.0F;
  float pause_unit = 1.0F;  ///< ticks
  float per_pause_unit = 1.0F;
  float days_per_tick = 1.0F;
  double slack = 0.0;  ///< days within which two times are the same: a tick
};

/// Who made the customer's contact `i` before, 0 the last: position of the lever + 1, or 0.
inline unsigned contacted_by(const ContactState& seen, std::size_t i) noexcept {
  return (static_cast<unsigned>(seen.contacted) >> (4 * i)) & 15U;
}

/// True where the frequency cap or an exclusion rules out a contact `passed` ticks after the last.
inline bool ruled_out(const ContactRules& rules, const PlannedLever& lever,
                      const ContactState& seen, std::uint32_t passed) noexcept {
  float age = static_cast<float>(static_cast<std::int32_t>(passed) + 1);  // a tick of slack
  if (rules.cap_contacts > 0 && contacted_by(seen, rules.cap_contacts - 1) != 0) {
    std::int32_t pauses = 0;
    bool longer = false;
    for (std::size_t i = 0; i + 1 < rules.cap_contacts; ++i) {
      pauses += seen.pauses[i];
      longer |= seen.pauses[i] == 255;
    }
    const float span = age + static_cast<float>(pauses) * rules.pause_unit;
    if (!longer && span < rules.cap_ticks) return true;
  }
  if (lever.excludes == 0) return false;
  for (std::size_t i = 0; i < kRememberedContacts; ++i) {
    const unsigned who = contacted_by(seen, i);
    if (who == 0 || (i > 0 && seen.pauses[i - 1] == 255)) break;
    if (i > 0) age += static_cast<float>(seen.pauses[i - 1]) * rules.pause_unit;
    if (static_cast<double>(age * rules.days_per_tick) >= lever.exclusion_days) break;
    if (((lever.excludes >> (who - 1)) & 1U) != 0) return true;
  }
  return false;
}

/// Fatigue `passed` ticks after the last contact, in sixteenths of a contact.
inline float fatigue_after(const ContactRules& rules, const ContactState& seen,
                           std::uint32_t passed) noexcept {
  if (passed >= rules.fatigue_left.size()) return 0.0F;
  return static_cast<float>(static_cast<std::int32_t>(seen.fatigue)) * rules.fatigue_left[passed];
}

/// Remembers a contact of the lever at `position` at tick `now`: `fatigue` is that before it.
inline void remember_contact(const ContactRules& rules, std::size_t position, float fatigue,
                             std::uint32_t passed, std::uint16_t now, ContactState& seen) noexcept {
  const float units =
      static_cast<float>(static_cast<std::int32_t>(passed) + 1) * rules.per_pause_unit;
  for (std::size_t i = seen.pauses.size() - 1; i > 0; --i) seen.pauses[i] = seen.pauses[i - 1];
  seen.pauses[0] = static_cast<std::uint8_t>(static_cast<std::int32_t>(std::min(255.0F, units)));
  seen.contacted = static_cast<std::uint16_t>((static_cast<unsigned>(seen.contacted) << 4U) |
                                              static_cast<unsigned>(position + 1));
  seen.last_contact = now;
  seen.fatigue =
      static_cast<std::uint8_t>(static_cast<std::int32_t>(std::min(255.0F, fatigue + 16.5F)));
}

/// True where a contact of the lever at `position`, of that number in its schedule, would be
/// admitted on `day`.
inline bool admissible(const ContactRules& rules, const PlannedStrategy& strategy,
                       const Ticks& ticks, std::size_t position, std::uint32_t number,
                       const ContactState& seen, double day) noexcept {
  const PlannedLever& lever = strategy.levers[position];
  const std::size_t step = lever.steps.size() > 1 ? number : 0;
  if (!eligible(lever, seen, day, lever.steps[step].direct)) return false;
  if (!strategy.remembers) return true;
  const std::uint16_t now = ticks.from(day);
  const std::uint32_t passed =
      now > seen.last_contact ? std::uint32_t{now} - seen.last_contact : 0U;
  return !ruled_out(rules, lever, seen, passed);
}

/// Makes a contact on `day`, which is tick `now`, as far as its customer's eligibility and memory
/// go: false where it is out of reach. `fatigue` becomes that before the contact.
inline bool admit_contact(const ContactRules& rules, const PlannedStrategy& strategy,
                          std::size_t position, bool direct, double day, std::uint16_t now,
                          ContactState& seen, double& fatigue) noexcept {
  const PlannedLever& lever = strategy.levers[position];
  fatigue = 0.0;
  if (!eligible(lever, seen, day, direct)) return false;
  if (!strategy.remembers) return true;
  const std::uint32_t passed =
      now > seen.last_contact ? std::uint32_t{now} - seen.last_contact : 0U;
  if (ruled_out(rules, lever, seen, passed)) return false;
  const float before = fatigue_after(rules, seen, passed);
  remember_contact(rules, position, before, passed, now, seen);
  fatigue = static_cast<double>(before * 0.0625F);
  return true;
}

}  // namespace tenure::simulator
