#pragma once

#include "churn_factor_list.hpp"

#include <tenure/core/events.hpp>
#include <tenure/core/money.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// The factors of one customer.
namespace tenure::customers::detail {

/// The day looked from, and the window ahead.
struct FactorDates {
  std::int32_t as_of = 0;
  int window_days = 90;
};

/// Recency, frequency, gaps, weekdays and season from the days of the orders (increasing, at least
/// one, none after as_of).
void add_rhythm(const FactorDates& dates, std::span<const std::int32_t> days, FactorValues& values);

/// Spend and baskets, from the days and values of the orders.
void add_spend(const FactorDates& dates, std::span<const std::int32_t> days,
               std::span<const Money> order_values, FactorValues& values);

/// What lies in the lines: assortment, returns, visits, hours, channels. `rows` are the customer's
/// rows up to as_of by time, then position. Scratch memory is kept between customers.
class LineFactors {
 public:
  explicit LineFactors(const EventTable& events) : events_(events) {}
  void add(const FactorDates& dates, std::span<const std::uint64_t> rows, std::size_t orders,
           FactorValues& values);

 private:
  void add_purchases(std::size_t orders, FactorValues& values);
  void add_hours(FactorValues& values) const;
  void add_others(const FactorDates& dates, std::span<const std::uint64_t> rows,
                  FactorValues& values) const;
  void add_channels(FactorValues& values);

  const EventTable& events_;
  std::vector<std::uint64_t> purchases_;  // rows of goods bought
  std::vector<std::uint32_t> codes_;
  struct FirstDay {
    std::uint32_t item;
    std::int64_t day;
  };
  std::vector<FirstDay> first_day_;  // by item
};

}  // namespace tenure::customers::detail
