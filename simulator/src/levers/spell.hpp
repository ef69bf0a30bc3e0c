#pragma once

#include "levers/observable.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

/// The contacts that a customer's last order sets off, of all levers of a strategy in one table.
namespace tenure::simulator {

struct PlannedLever;

struct SpellContact {
  double after = 0.0;       ///< days after the order
  std::uint8_t lever = 0;   ///< position in the strategy
  std::uint8_t number = 0;  ///< in the lever's schedule
};

/// Levers of the kinds idle, order, gap and tier. What else is due goes by the calendar, and what
/// depends on more than the last order goes by next_contact (`also`).
struct SpellTable {
  std::vector<SpellContact> contacts;         ///< by day, then by lever
  std::vector<double> days;                   ///< `after` of each
  std::uint16_t levers = 0;                   ///< bits of those in the table
  std::vector<std::uint16_t> by_order{0};     ///< by orders placed: bits that may fire; the last
                                              ///< entry for all higher numbers
  std::array<std::uint16_t, 8> by_entered{};  ///< by tier entered with the order
  std::uint16_t gap = 0;                      ///< bits that fire under churn-warning alone
  std::uint16_t idle = 0;                     ///< bits that count from day 0 where that is later
  std::uint16_t grown = 0;                    ///< bits that fire when `growth` is entered
  std::uint16_t matured = 0;                  ///< likewise `mature`

  /// Place of the first contact not before `from`, of who ordered last on `last`.
  std::size_t first_from(double last, double from) const noexcept {
    constexpr std::size_t kFew = 32;
    if (days.size() > kFew) {
      const auto before = [&](double after) { return last + after < from; };
      return static_cast<std::size_t>(std::partition_point(days.begin(), days.end(), before) -
                                      days.begin());
    }
    std::int64_t place = 0;  // counted without a branch
    for (const double after : days) place += last + after < from ? 1 : 0;
    return static_cast<std::size_t>(place);
  }
  /// Bits of levers whose contacts in the table the customer is in for after its last order.
  unsigned open_to(const ContactState& seen) const noexcept {
    const std::size_t order = std::min<std::size_t>(seen.orders, by_order.size() - 1);
    unsigned open = static_cast<unsigned>(by_order[order]) & by_entered[seen.entered];
    if (seen.warning == 0) open &= ~static_cast<unsigned>(gap);
    if (seen.last_order < 0.0F) open &= ~static_cast<unsigned>(idle);
    return open;
  }
  /// Bits of levers that the table cannot tell about: the tier may be entered by time.
  unsigned also(const ContactState& seen) const noexcept {
    const std::uint16_t later = seen.orders >= kMatureOrders ? matured : grown;
    const unsigned by_time = static_cast<unsigned>(later) & ~by_entered[seen.entered];
    return (0xFFFFU & ~static_cast<unsigned>(levers)) | by_time |
           (seen.last_order < 0.0F ? static_cast<unsigned>(idle) : 0U);
  }
};

SpellTable spell_table(std::span<const PlannedLever> levers);

}  // namespace tenure::simulator
