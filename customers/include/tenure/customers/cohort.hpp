#pragma once

#include <tenure/core/money.hpp>
#include <tenure/customers/order_history.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tenure::customers {

/// The figures a manager reads first, from an order history.
struct KeyFigures {
  std::uint64_t customers = 0;  ///< with at least one order
  std::uint64_t repeat_customers = 0;
  std::uint64_t orders = 0;
  Money revenue = 0;                 ///< of these orders, net of returns; 0 without prices
  double average_order_value = 0.0;  ///< currency units
  double orders_per_customer = 0.0;
  double repurchase_rate = 0.0;  ///< share of customers with a second order
  /// Mean days between consecutive orders of a customer, over all gaps; empty without a gap.
  std::optional<double> mean_gap_days;
  std::int32_t first_day = 0;  ///< of the orders; 0 without orders
  std::int32_t last_day = 0;
};

/// All customers, or those of one region.
/// @throws ArgumentError where a region is asked of a history without regions, or money overflows.
KeyFigures key_figures(const OrderHistory& history, std::optional<std::uint32_t> region = {});

/// Share of customers with an order more than `days` days after their first, among the customers
/// followed for `window_days` from it and looking at these days only. Empty where there is none.
/// @throws ArgumentError unless 0 <= days < window_days.
std::optional<double> retention_after(const OrderHistory& history, int days, int window_days = 730,
                                      std::optional<std::uint32_t> region = {});

/// Customers whose first order fell in one calendar month.
struct Cohort {
  std::int32_t year = 0;
  std::int32_t month = 0;  ///< 1 to 12
  std::uint64_t customers = 0;
  /// active[m]: customers with an order in the m-th calendar month after the first; active[0] =
  /// customers. Ends with the month of the history's end_day, which may be incomplete.
  std::vector<std::uint64_t> active;

  double retention(std::size_t m) const noexcept {
    return customers == 0 ? 0.0 : static_cast<double>(active[m]) / static_cast<double>(customers);
  }
};

/// One row a month from the first cohort to the last, empty months included.
/// @throws ArgumentError where a region is asked of a history without regions.
std::vector<Cohort> cohort_retention(const OrderHistory& history,
                                     std::optional<std::uint32_t> region = {});

}  // namespace tenure::customers
