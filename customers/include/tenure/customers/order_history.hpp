#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/money.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

namespace tenure::customers {

/// Region of a customer whose log has none.
inline constexpr std::uint32_t kNoRegion = std::numeric_limits<std::uint32_t>::max();

struct OrderHistoryOptions {
  /// Customers whose first order is before this day are left out: a log's first weeks hold old
  /// customers, whose true first order nobody saw (left truncation). Days since 1970-01-01.
  std::optional<std::int64_t> cohort_start;
  /// Last day looked at, inclusive. Later events, returns among them, are as if not yet written:
  /// the history is what the shop knew on that evening. Default: everything.
  std::optional<std::int64_t> end_day;
};

/// Orders by customer. An order is everything one customer bought on one UTC day, the convention of
/// the published lifetime models.
///
/// * Only kPurchase and kReturn events take part; a missing quantity is 1.
/// * A return takes its quantity from that customer's latest earlier purchase of the same item, at
///   the purchase's price, and what is left over from the one before it, and so on. Earlier means a
///   smaller time, or the same time and an earlier row. What finds no purchase is counted in
///   `unmatched_returns` and changes nothing.
/// * An order keeps existing while one line of goods has quantity left. Service lines (postage,
///   fees) add to its value but make no order on their own: a day with nothing else is left out and
///   counted in `days_without_goods`.
/// * Value is the sum over lines of to_money(quantity left x unit price); 0 without prices.
struct OrderHistory {
  /// Orders of customer code c are [row_start[c], row_start[c + 1]): length store customers + 1. A
  /// customer without an order, or left out, has an empty range.
  std::vector<std::uint64_t> row_start{0};
  std::vector<std::int32_t> day;      ///< days since 1970-01-01, increasing within a customer
  std::vector<Money> value;           ///< beside day
  std::vector<std::uint32_t> region;  ///< by customer code: region of the first purchase line kept
                                      ///< (kNoRegion without orders); empty without regions
  bool has_value = false;             ///< the log has prices
  std::int32_t end_day = 0;           ///< options.end_day, else the last purchase or return's day

  std::uint64_t returns = 0;             ///< return events seen
  std::uint64_t unmatched_returns = 0;   ///< of these, with quantity no purchase was found for
  std::uint64_t days_without_goods = 0;  ///< days of service lines only, or returned in full
  std::uint64_t left_truncated_customers = 0;  ///< left out by cohort_start

  std::size_t customers() const noexcept { return row_start.size() - 1; }  ///< store's codes
  std::size_t orders() const noexcept { return day.size(); }
  std::size_t order_count(std::size_t c) const noexcept { return row_start[c + 1] - row_start[c]; }
  std::span<const std::int32_t> days_of(std::size_t c) const noexcept {
    return std::span(day).subspan(row_start[c], order_count(c));
  }
  std::span<const Money> values_of(std::size_t c) const noexcept {
    return std::span(value).subspan(row_start[c], order_count(c));
  }
};

/// @throws ArgumentError where the events have no time, a column does not fit
/// (EventTable::validate) or a customer's money leaves the range of Money; Cancelled.
OrderHistory make_order_history(const Execution& execution, const EventTable& events,
                                const OrderHistoryOptions& options = {});

}  // namespace tenure::customers
