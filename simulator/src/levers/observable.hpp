#pragma once

#include <tenure/customers/tiers.hpp>
#include <tenure/simulator/scenario.hpp>

#include <array>
#include <cstdint>

/// What a shop sees of a customer: all that triggers and eligibility are given.
namespace tenure::simulator {

inline constexpr std::uint32_t kMaxOrders = (1U << 16U) - 1U;  // a customer places no more

/// No latent field: code that is handed these cannot look at one. Days are days of the simulation,
/// negative before its start. "Ticks" are 1/65000 of the horizon.

/// What contacts read and write.
struct ContactState {
  float first_order = 0.0F;
  float last_order = 0.0F;
  std::uint32_t orders : 16 = 0;
  std::uint32_t entered : 3 = 6;  ///< tier entered with the last order; 6 (none) for none
  std::uint32_t region : 8 = 0;
  std::uint32_t generation : 2 = 0;  ///< 0: came by itself; 1: brought by one of those; ...
  std::uint32_t unsubscribed : 1 = 0;
  std::uint32_t complained : 1 = 0;
  std::uint32_t warning : 1 = 0;   ///< gaps_warn, as of the last order
  std::uint16_t last_contact = 0;  ///< ticks
  std::uint16_t contacted = 0;     ///< four bits a contact, the last one lowest: lever + 1, or 0
  std::uint8_t fatigue = 0;        ///< sixteenths, at last_contact
  /// Pauses between the last contacts, in units of ContactRules::pause_unit; 255 for longer.
  std::array<std::uint8_t, kRememberedContacts - 1> pauses{};
  std::uint16_t responded = 0;  ///< bit per lever of the strategy: responded_at is set
  std::uint16_t vouchers = 0;   ///< bit per lever: a response not yet redeemed
};
static_assert(sizeof(ContactState) == 24);

/// What only responses and orders do.
struct OrderState {
  std::array<std::uint16_t, kMaxStrategyLevers> responded_at{};  ///< ticks
  float spend = 0.0F;              ///< since the start, currency units
  float last_value = 0.0F;         ///< of the last order that was kept, currency units
  std::uint16_t last_gap = 0;      ///< ticks, between the last two orders; 0 where not seen
  std::uint16_t previous_gap = 0;  ///< ticks, the one before; 0 where not seen
};

struct ObservableState : ContactState, OrderState {};
static_assert(sizeof(ObservableState) == 56);

/// Length of a tick in days, and the way back.
struct Ticks {
  explicit Ticks(double horizon_days) : days(horizon_days / 65000.0), per_day(1.0 / days) {}
  double days;
  double per_day;
  std::uint16_t from(double day) const noexcept {
    const double ticks = day * per_day + 0.5;
    return ticks >= 65535.0 ? std::uint16_t{65535} : static_cast<std::uint16_t>(ticks);
  }
  double to(std::uint16_t ticks) const noexcept { return static_cast<double>(ticks) * days; }
};

/// Days that divide the tiers (docs/CUSTOMERS.md): the customers library's own defaults.
inline constexpr double kSilentDays = 90.0;
inline constexpr double kLostDays = 365.0;
inline constexpr double kNewDays = 30.0;
inline constexpr std::uint32_t kMatureOrders = 6;
inline constexpr double kWarningFactor = 1.5;

/// True where each of the last two gaps is over 1.5 x the mean of the earlier ones, of which there
/// is at least one.
inline bool gaps_warn(const ObservableState& seen, const Ticks& ticks) noexcept {
  if (seen.orders < 4 || seen.previous_gap == 0) return false;
  const double last = ticks.to(seen.last_gap);
  const double previous = ticks.to(seen.previous_gap);
  const double earlier = static_cast<double>(seen.last_order) -
                         static_cast<double>(seen.first_order) - last - previous;
  const double limit = kWarningFactor * earlier / static_cast<double>(seen.orders - 3);
  return last > limit && previous > limit;
}

/// Tier on `day`, not before the last order.
inline customers::Tier tier_on(const ContactState& seen, double day) noexcept {
  const double idle = day - static_cast<double>(seen.last_order);
  if (idle >= kSilentDays) {
    return idle >= kLostDays ? customers::Tier::kLost : customers::Tier::kSilent;
  }
  if (seen.warning != 0) return customers::Tier::kChurnWarning;
  if (day - static_cast<double>(seen.first_order) < kNewDays) return customers::Tier::kNew;
  return seen.orders >= kMatureOrders ? customers::Tier::kMature : customers::Tier::kGrowth;
}

}  // namespace tenure::simulator
