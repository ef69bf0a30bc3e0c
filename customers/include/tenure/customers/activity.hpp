#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tenure::customers {

/// Lengths of the windows that end with the evening looked at, in days, >= 1. An event of day d is
/// inside a window of W days as of day D where D - W < d <= D.
struct ActivityWindows {
  int window_days = 365;     ///< orders, revenue, items, shares and reviews "of the last year"
  int engagement_days = 90;  ///< views, carts, favourites and visits
  friend bool operator==(const ActivityWindows&, const ActivityWindows&) = default;
};

/// What a customer did beside ordering, as known on the evening of a day.
struct Activity {
  bool known = false;             ///< any event by then
  std::uint32_t items = 0;        ///< distinct goods bought in the window, returned or not
  std::uint32_t engagements = 0;  ///< views, carts, favourites and visits in their window
  std::uint32_t shares = 0;       ///< in the window
  std::uint32_t reviews = 0;      ///< in the window
  double units_bought = 0.0;      ///< goods, since ever
  double units_returned = 0.0;    ///< goods, since ever, matched with a purchase or not
};

/// One Activity a customer code, and what the log can tell at all by that day.
struct ActivityTable {
  std::vector<Activity> customer;  ///< length events.customers.size()
  std::int32_t as_of = 0;
  bool several_items = false;   ///< at least two different goods were bought
  bool has_returns = false;     ///< a return of goods
  bool has_engagement = false;  ///< a view, cart, favourite or visit
  bool has_shares = false;
  bool has_reviews = false;
};

/// Day of the last event of any kind (days since 1970-01-01); empty without events.
/// @throws ArgumentError where the events have no time or one beyond the dates.
std::optional<std::int32_t> last_event_day(const EventTable& events);

/// Looks at events up to the evening of `as_of` alone. Services (postage, fees) are no goods.
/// @throws ArgumentError where the events have no time, a column does not fit, a quantity is
/// negative or not finite, or a window is under 1 day; Cancelled.
ActivityTable make_activity(const Execution& execution, const EventTable& events,
                            std::int32_t as_of, const ActivityWindows& windows = {});

}  // namespace tenure::customers
