#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/cohort.hpp>

#include <algorithm>

namespace tenure::customers {
namespace {

void check_region(const OrderHistory& history, std::optional<std::uint32_t> region) {
  if (region && history.region.size() != history.customers()) {
    throw ArgumentError("key figures: a region was asked for and the log has none");
  }
}

bool counts(const OrderHistory& history, std::size_t c, std::optional<std::uint32_t> region) {
  return history.order_count(c) > 0 && (!region || history.region[c] == *region);
}

// Months since year 0.
std::int32_t month_of(std::int32_t day) {
  const CivilDate date = civil_from_days(day);
  return date.year * 12 + (date.month - 1);
}

}  // namespace

KeyFigures key_figures(const OrderHistory& history, std::optional<std::uint32_t> region) {
  check_region(history, region);
  KeyFigures figures;
  std::int64_t gap_days = 0;
  for (std::size_t c = 0; c < history.customers(); ++c) {
    if (!counts(history, c, region)) continue;
    const auto days = history.days_of(c);
    for (const Money value : history.values_of(c)) {
      if (__builtin_add_overflow(figures.revenue, value, &figures.revenue)) {
        throw ArgumentError("key figures: the revenue is beyond the range of money");
      }
    }
    const bool first = figures.customers == 0;
    figures.first_day = first ? days.front() : std::min(figures.first_day, days.front());
    figures.last_day = first ? days.back() : std::max(figures.last_day, days.back());
    ++figures.customers;
    figures.orders += days.size();
    figures.repeat_customers += days.size() > 1 ? 1 : 0;
    gap_days += std::int64_t{days.back()} - days.front();
  }
  if (figures.customers == 0) return figures;
  const auto customers = static_cast<double>(figures.customers);
  const auto orders = static_cast<double>(figures.orders);
  figures.average_order_value = to_units(figures.revenue) / orders;
  figures.orders_per_customer = orders / customers;
  figures.repurchase_rate = static_cast<double>(figures.repeat_customers) / customers;
  const std::uint64_t gaps = figures.orders - figures.customers;
  if (gaps > 0) figures.mean_gap_days = static_cast<double>(gap_days) / static_cast<double>(gaps);
  return figures;
}

std::optional<double> retention_after(const OrderHistory& history, int days, int window_days,
                                      std::optional<std::uint32_t> region) {
  check_region(history, region);
  if (days < 0 || days >= window_days) {
    throw ArgumentError("retention: needs 0 <= days < window_days");
  }
  std::uint64_t followed = 0;
  std::uint64_t retained = 0;
  for (std::size_t c = 0; c < history.customers(); ++c) {
    if (!counts(history, c, region)) continue;
    const auto orders = history.days_of(c);
    const std::int64_t first = orders.front();
    if (first + window_days > history.end_day) continue;
    ++followed;
    const auto next = std::upper_bound(orders.begin(), orders.end(), first + days);
    if (next != orders.end() && *next <= first + window_days) ++retained;
  }
  if (followed == 0) return std::nullopt;
  return static_cast<double>(retained) / static_cast<double>(followed);
}

std::vector<Cohort> cohort_retention(const OrderHistory& history,
                                     std::optional<std::uint32_t> region) {
  check_region(history, region);
  const KeyFigures figures = key_figures(history, region);
  if (figures.customers == 0) return {};
  const std::int32_t first = month_of(figures.first_day);
  const std::int32_t end = month_of(std::max(history.end_day, figures.last_day));
  std::int32_t last = first;  // cohort
  for (std::size_t c = 0; c < history.customers(); ++c) {
    if (counts(history, c, region)) last = std::max(last, month_of(history.days_of(c).front()));
  }
  std::vector<Cohort> cohorts;
  for (std::int32_t month = first; month <= last; ++month) {
    Cohort cohort;
    cohort.year = month / 12;
    cohort.month = month % 12 + 1;
    cohort.active.assign(static_cast<std::size_t>(end - month) + 1, 0);
    cohorts.push_back(std::move(cohort));
  }
  for (std::size_t c = 0; c < history.customers(); ++c) {
    if (!counts(history, c, region)) continue;
    const auto days = history.days_of(c);
    const std::int32_t joined = month_of(days.front());
    Cohort& cohort = cohorts[static_cast<std::size_t>(joined - first)];
    ++cohort.customers;
    std::int32_t previous = joined - 1;
    for (const std::int32_t day : days) {
      const std::int32_t month = month_of(day);
      if (month == previous) continue;
      ++cohort.active[static_cast<std::size_t>(month - joined)];
      previous = month;
    }
  }
  return cohorts;
}

}  // namespace tenure::customers
