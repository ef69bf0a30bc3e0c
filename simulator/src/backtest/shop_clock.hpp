#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/customers/fit_report.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

/// Time as customers live it: a week in which everybody orders half as often again is half as long
/// again. The BG/NBD models hold on that clock as they hold on the calendar's.
namespace tenure::simulator {

/// The calibration's weeks, counted back from its end; the first may have begun before the log.
class ShopClock {
 public:
  /// A multiplier, not negative, for each week.
  ShopClock(std::int32_t end_day, std::vector<double> multipliers);
  /// The calendar.
  ShopClock(std::int32_t end_day, std::size_t weeks);

  std::size_t weeks() const noexcept { return multipliers_.size(); }
  /// Days of the calendar from the first week's start to the evening of `day`.
  double calendar(std::int32_t day) const noexcept;
  /// The same on this clock.
  double at(std::int32_t day) const noexcept;
  /// Week that holds `day`.
  std::size_t week_of(std::int32_t day) const noexcept;

 private:
  std::int32_t end_day_;
  std::vector<double> multipliers_;
  std::vector<double> before_;  ///< days on this clock before each week
};

/// The customers of a calibration as a fit reads them, times on the clock.
customers::RecencyFrequency counts_on(const ShopClock& clock,
                                      const customers::OrderHistory& history,
                                      const customers::CalibrationSummary& summary);

/// What the customers did by week of the calibration.
struct ShopWeeks {
  std::vector<double> orders;      ///< repeat orders
  std::vector<double> exposure;    ///< expected ones, were the week's multiplier 1
  std::vector<std::uint8_t> open;  ///< 0 where nobody ordered anything: the shop was closed
};

/// Exposure of week w: the sum over customers of E[rate x days of w in which it is alive | its
/// whole history], under a fit of the BG/NBD family to counts_on(clock).
ShopWeeks shop_weeks(const Execution& execution, const ShopClock& clock,
                     const customers::OrderHistory& history,
                     const customers::CalibrationSummary& summary,
                     const customers::RecencyFrequency& counts, const customers::FitReport& fit);

}  // namespace tenure::simulator
