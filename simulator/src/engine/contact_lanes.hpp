#pragma once

#include "engine/crowd.hpp"
#include "engine/plan.hpp"
#include "levers/triggers.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Contacts granted at a barrier, of one lever with many customers: in vector lanes.
namespace tenure::simulator {

/// Days that divide the tiers, as seen from one day: tier_on by comparisons of floats.
struct TierDays {
  explicit TierDays(double day) noexcept
      : lost(float_not_over(day - kLostDays)),
        silent(float_not_over(day - kSilentDays)),
        known(float_not_over(day - kNewDays)) {}
  float lost;    ///< last orders up to this day
  float silent;  ///< likewise
  float known;   ///< first orders up to this day: not new any more
};

/// What all contacts of a call have in common.
struct ContactsOfLever {
  std::uint64_t seed = 0;
  std::uint32_t run = 0;
  std::uint32_t first = 0;  ///< customer at place 0
  const ContactRules* rules = nullptr;
  const PlannedStrategy* strategy = nullptr;
  std::size_t position = 0;  ///< of the lever
  double day = 0.0;
  std::uint16_t tick = 0;  ///< of the day

  const PlannedLever& lever() const noexcept { return strategy->levers[position]; }
};

/// Customers, and each contact's number in the lever's schedule: one for all, or one each.
struct Granted {
  std::span<const std::uint32_t> places;
  std::span<const std::uint32_t> numbers;
};

/// A contact that may be answered or complained about.
struct Reply {
  std::uint32_t place = 0;
  std::uint32_t number = 0;
  customers::Tier tier{};
  float fatigue = 0.0F;  ///< before the contact
  std::array<std::uint32_t, 4> words{};
};

/// Makes the contacts, each with another customer: counts[(step x regions + region) x kCubeTiers +
/// tier] grow, and `replies` are those that something may come of, in order. Their number.
std::size_t contact_many(const ContactsOfLever& contacts, const Granted& granted, Crowd& crowd,
                         std::size_t regions, std::span<std::uint32_t> counts,
                         std::vector<Reply>& replies);

}  // namespace tenure::simulator
