#pragma once

#include "engine/plan.hpp"
#include "levers/observable.hpp"

#include <limits>

/// When a lever fires, and whom it may reach: from what the shop sees alone.
namespace tenure::simulator {

inline constexpr double kNoContact = std::numeric_limits<double>::infinity();

/// A contact to come: its day, and its number in the lever's schedule.
struct NextContact {
  double day = kNoContact;
  std::uint32_t number = 0;
};

/// The first contact of number `number` or more that is not before `from`, as the customer is seen
/// after its last order, in a region the lever is for. Risk triggers fire at barriers: never here.
NextContact next_contact(const PlannedLever& lever, const ObservableState& seen, double from,
                         std::uint32_t number) noexcept;

/// True where the lever may reach the customer on `day`, apart from contacts made before.
inline bool eligible(const PlannedLever& lever, const ObservableState& seen, double day,
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
  double halvings = 0.0;  ///< of fatigue, a day
  double response = 0.0;  ///< halvings of the uptake for each unit of fatigue
  double complaint = 0.0;
  double unsubscribe = 0.0;
  double dropout = 1.0;
  std::uint32_t cap_contacts = 0;
  double cap_days = 0.0;
  double pause_unit = 1.0;  ///< days
  double slack = 0.0;       ///< days within which two times are the same: a tick
};

/// Fatigue on `day`.
double fatigue_on(const ContactRules& rules, const ObservableState& seen, const Ticks& ticks,
                  double day) noexcept;

/// True where the frequency cap or an exclusion rules out a contact on `day`.
bool ruled_out(const ContactRules& rules, const PlannedLever& lever, const ObservableState& seen,
               const Ticks& ticks, double day) noexcept;

/// Remembers a contact of the lever at `position`: `fatigue` is that before it.
void remember_contact(const ContactRules& rules, std::size_t position, double fatigue,
                      const Ticks& ticks, double day, ObservableState& seen) noexcept;

}  // namespace tenure::simulator
