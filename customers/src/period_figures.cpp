#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/key_figures.hpp>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace tenure::customers {
namespace {

constexpr std::int32_t kDaysPerWeek = 7;

constexpr std::array<std::pair<Figure, std::string_view>, 8> kFigures = {{
    {Figure::kOrders, "orders"},
    {Figure::kActiveCustomers, "active_customers"},
    {Figure::kNewCustomers, "new_customers"},
    {Figure::kReturningCustomers, "returning_customers"},
    {Figure::kRevenue, "revenue"},
    {Figure::kAverageOrderValue, "average_order_value"},
    {Figure::kOrdersPerCustomer, "orders_per_customer"},
    {Figure::kReturningShare, "returning_share"},
}};

// First days of the whole periods in [first, last], and the day after the last period.
std::vector<std::int32_t> period_bounds(PeriodUnit unit, std::int32_t first, std::int32_t last) {
  std::vector<std::int32_t> bounds;
  if (unit == PeriodUnit::kWeek) {
    const std::int32_t end = last + 1;
    for (std::int32_t day = end - (end - first) / kDaysPerWeek * kDaysPerWeek; day <= end;
         day += kDaysPerWeek) {
      bounds.push_back(day);
    }
    return bounds;
  }
  CivilDate month = civil_from_days(first);
  month.day = 1;
  for (;;) {
    const auto day = static_cast<std::int32_t>(days_from_civil(month));
    if (day > last + 1) return bounds;
    if (day >= first) bounds.push_back(day);
    month.month = static_cast<std::uint8_t>(month.month % 12 + 1);
    month.year += month.month == 1 ? 1 : 0;
  }
}

void add_money(Money& sum, Money value) {
  if (__builtin_add_overflow(sum, value, &sum)) {
    throw ArgumentError("key figures: the revenue is beyond the range of money");
  }
}

std::optional<double> ratio(double numerator, double denominator) {
  if (denominator == 0.0) return std::nullopt;
  return numerator / denominator;
}

std::optional<double> figure_of(const PeriodFigures& f, Figure figure, std::size_t i) {
  const auto orders = static_cast<double>(f.orders[i]);
  const auto active = static_cast<double>(f.active_customers[i]);
  const auto returning = static_cast<double>(f.active_customers[i] - f.new_customers[i]);
  switch (figure) {
    case Figure::kOrders:
      return orders;
    case Figure::kActiveCustomers:
      return active;
    case Figure::kNewCustomers:
      return static_cast<double>(f.new_customers[i]);
    case Figure::kReturningCustomers:
      return returning;
    case Figure::kRevenue:
      return to_units(f.revenue[i]);
    case Figure::kAverageOrderValue:
      return ratio(to_units(f.revenue[i]), orders);
    case Figure::kOrdersPerCustomer:
      return ratio(orders, active);
    case Figure::kReturningShare:
      return ratio(returning, active);
  }
  return std::nullopt;
}

}  // namespace

const char* to_string(PeriodUnit unit) noexcept {
  return unit == PeriodUnit::kWeek ? "week" : "month";
}

std::size_t periods_a_year(PeriodUnit unit) noexcept { return unit == PeriodUnit::kWeek ? 52 : 12; }

PeriodFigures period_figures(const OrderHistory& history, PeriodUnit unit,
                             std::optional<std::uint32_t> region) {
  if (region && history.region.size() != history.customers()) {
    throw ArgumentError("key figures: a region was asked for and the log has none");
  }
  PeriodFigures result;
  result.unit = unit;
  if (history.orders() == 0) return result;
  const std::int32_t first = *std::min_element(history.day.begin(), history.day.end());
  const std::vector<std::int32_t> bounds = period_bounds(unit, first, history.end_day);
  if (bounds.size() < 2) return result;
  const std::size_t periods = bounds.size() - 1;
  result.first_day.assign(bounds.begin(), bounds.end() - 1);
  result.orders.assign(periods, 0);
  result.active_customers.assign(periods, 0);
  result.new_customers.assign(periods, 0);
  result.revenue.assign(periods, 0);
  result.new_revenue.assign(periods, 0);
  for (std::size_t c = 0; c < history.customers(); ++c) {
    if (region && history.region[c] != *region) continue;
    const auto days = history.days_of(c);
    const auto values = history.values_of(c);
    std::size_t previous = periods;
    for (std::size_t i = 0; i < days.size(); ++i) {
      const auto after = std::upper_bound(bounds.begin(), bounds.end(), days[i]);
      if (after == bounds.begin() || after == bounds.end()) continue;  // in a broken period
      const auto period = static_cast<std::size_t>(after - bounds.begin()) - 1;
      ++result.orders[period];
      result.active_customers[period] += period != previous ? 1U : 0U;
      previous = period;
      add_money(result.revenue[period], values[i]);
      if (i == 0) {
        ++result.new_customers[period];
        add_money(result.new_revenue[period], values[i]);
      }
    }
  }
  return result;
}

const char* to_string(Figure figure) noexcept {
  for (const auto& [known, name] : kFigures) {
    if (known == figure) return name.data();
  }
  return "";
}

std::optional<Figure> figure_from_string(std::string_view name) noexcept {
  for (const auto& [figure, known] : kFigures) {
    if (known == name) return figure;
  }
  return std::nullopt;
}

std::vector<std::string> figure_names() {
  std::vector<std::string> names;
  for (const auto& [figure, name] : kFigures) names.emplace_back(name);
  return names;
}

std::vector<std::optional<double>> series_of(const PeriodFigures& figures, Figure figure) {
  std::vector<std::optional<double>> series;
  for (std::size_t i = 0; i < figures.size(); ++i) series.push_back(figure_of(figures, figure, i));
  return series;
}

}  // namespace tenure::customers
