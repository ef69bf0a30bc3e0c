#include "churn_customer.hpp"
#include "churn_factor_list.hpp"
#include "churn_lifetime.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/order_history.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

namespace tenure::customers {
namespace {

using detail::FactorValues;

constexpr std::size_t kCustomersPerChunk = 256;
constexpr std::int64_t kYearDays = 365;
constexpr double kPriorCustomers =
    10.0;  // of all regions, in a region's share of returning customers
constexpr int kMostDays = 36500;

// Rows up to the day, by customer; within a customer by time, then position.
struct SeenRows {
  std::vector<std::uint64_t> start;  // length customers + 1
  std::vector<std::uint64_t> rows;
  unsigned holds = 0;  // bits of detail::Need
  bool any = false;
  std::int64_t first_day = std::numeric_limits<std::int64_t>::max();

  std::span<const std::uint64_t> of(std::uint32_t customer) const {
    return std::span(rows).subspan(start[customer], start[customer + 1] - start[customer]);
  }
};

unsigned held_by(const EventTable& events, std::size_t row) {
  switch (events.kind_of(row)) {
    case EventKind::kPurchase:
      return events.time[row] % kSecondsPerDay != 0 ? detail::kHours : detail::kNothing;
    case EventKind::kReturn:
      return detail::kReturns;
    default:
      return detail::kVisits;
  }
}

SeenRows rows_until(const Execution& execution, const EventTable& events, std::int64_t as_of) {
  SeenRows seen;
  seen.start.assign(std::size_t{events.customers.size()} + 1, 0);
  for (std::size_t row = 0; row < events.rows(); ++row) {
    const std::int64_t day = day_of(events.time[row]);
    if (day > as_of) continue;
    seen.any = true;
    seen.first_day = std::min(seen.first_day, day);
    seen.holds |= held_by(events, row);
    ++seen.start[events.customer[row] + 1];
  }
  std::partial_sum(seen.start.begin(), seen.start.end(), seen.start.begin());
  seen.rows.resize(seen.start.back());
  std::vector<std::uint64_t> next(seen.start.begin(), seen.start.end() - 1);
  for (std::size_t row = 0; row < events.rows(); ++row) {
    if (day_of(events.time[row]) <= as_of) seen.rows[next[events.customer[row]]++] = row;
  }
  parallel_for(execution, events.customers.size(), kCustomersPerChunk, [&](const Chunk& chunk) {
    for (std::size_t c = chunk.begin; c < chunk.end; ++c) {
      const auto earlier = [&](std::uint64_t l, std::uint64_t r) {
        return events.time[l] < events.time[r];
      };
      const auto begin = seen.rows.begin() + static_cast<std::ptrdiff_t>(seen.start[c]);
      const auto end = seen.rows.begin() + static_cast<std::ptrdiff_t>(seen.start[c + 1]);
      if (!std::is_sorted(begin, end, earlier)) std::stable_sort(begin, end, earlier);
    }
  });
  if (events.has_price()) seen.holds |= detail::kPrices;
  if (!events.quantity.empty()) seen.holds |= detail::kQuantities;
  if (!events.region.empty()) seen.holds |= detail::kRegions;
  if (!events.channel.empty()) seen.holds |= detail::kChannelColumn;
  if (seen.any && as_of - seen.first_day >= kYearDays) seen.holds |= detail::kYear;
  return seen;
}

struct NeedText {
  unsigned need;
  const char* why;
};
constexpr std::array<NeedText, 8> kNeedTexts = {
    {{detail::kPrices, "the log has no prices"},
     {detail::kQuantities, "the log has no quantities"},
     {detail::kReturns, "no return is known by then"},
     {detail::kVisits, "no view, cart, visit, share or review is known by then"},
     {detail::kHours, "no purchase has a time of day"},
     {detail::kYear, "the log does not reach a year back"},
     {detail::kRegions, "the log has no regions"},
     {detail::kChannelColumn, "the log has no channels"}}};

// Splits the factors into those the log supports and sentences about the others.
void choose_factors(unsigned holds, ChurnFactors& result) {
  for (std::size_t id = 0; id < detail::kLogFactors; ++id) {
    if ((detail::kFactorEntries[id].needs & ~holds) == 0) result.factors.push_back(id);
  }
  for (const auto& [need, why] : kNeedTexts) {
    if ((holds & need) != 0) continue;
    std::string names;
    for (const auto& entry : detail::kFactorEntries) {
      if ((entry.needs & need) == 0) continue;
      names += (names.empty() ? "" : ", ") + std::string(entry.info.name);
    }
    result.left_out.push_back(names + ": " + why);
  }
}

// A region's exact figures are the same for all its customers on one day and drift from day to day:
// a model would read the date off them, and with it how many left. Rounded they tell the region.
constexpr double kRegionStep = 0.05;
double rounded(double share) { return std::round(share / kRegionStep) * kRegionStep; }

// By region: share of all customers, and by how much the share of its customers with a second
// order, drawn towards that of all regions, lies above the latter.
struct RegionFigures {
  std::vector<double> share;
  std::vector<double> repeat;
};

RegionFigures region_figures(const OrderHistory& history, std::size_t regions) {
  RegionFigures figures;
  if (history.region.empty()) return figures;
  std::vector<std::uint64_t> customers(regions, 0);
  std::vector<std::uint64_t> repeaters(regions, 0);
  for (std::size_t c = 0; c < history.customers(); ++c) {
    if (history.order_count(c) == 0 || history.region[c] == kNoRegion) continue;
    ++customers[history.region[c]];
    repeaters[history.region[c]] += history.order_count(c) > 1 ? 1 : 0;
  }
  const auto sum = [](const std::vector<std::uint64_t>& counts) {
    return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
  };
  const double all = std::max(sum(customers), 1.0);
  const double overall = sum(repeaters) / all;
  for (std::size_t r = 0; r < regions; ++r) {
    const auto n = static_cast<double>(customers[r]);
    const double repeat =
        (static_cast<double>(repeaters[r]) + kPriorCustomers * overall) / (n + kPriorCustomers);
    figures.share.push_back(rounded(n / all));
    figures.repeat.push_back(rounded(repeat - overall));
  }
  return figures;
}

void check(const EventTable& events, const ChurnFactorOptions& options) {
  if (!events.has_time()) throw ArgumentError("churn: the log has no times");
  if (options.active_days < 1 || options.active_days > kMostDays || options.window_days < 1 ||
      options.window_days > kMostDays) {
    throw ArgumentError("churn: active days and window must be from 1 to 36500 days");
  }
  if (options.as_of != static_cast<std::int32_t>(options.as_of)) {
    throw ArgumentError("churn: the day looked from is no date");
  }
}

std::vector<std::uint32_t> active_customers(const OrderHistory& history,
                                            const ChurnFactorOptions& options) {
  std::vector<std::uint32_t> active;
  for (std::size_t c = 0; c < history.customers(); ++c) {
    const auto days = history.days_of(c);
    if (!days.empty() && options.as_of - days.back() < options.active_days) {
      active.push_back(static_cast<std::uint32_t>(c));
    }
  }
  if (active.empty()) {
    throw ArgumentError("churn: nobody has ordered in the " + std::to_string(options.active_days) +
                        " days to " + format_date(options.as_of * kSecondsPerDay));
  }
  return active;
}

}  // namespace

ChurnFactors churn_factors(const Execution& execution, const EventTable& events,
                           const ChurnFactorOptions& options) {
  check(events, options);
  OrderHistoryOptions history_options;
  history_options.end_day = options.as_of;
  return churn_factors(execution, events, make_order_history(execution, events, history_options),
                       options);
}

ChurnFactors churn_factors(const Execution& execution, const EventTable& events,
                           const OrderHistory& history, const ChurnFactorOptions& options) {
  check(events, options);
  if (history.end_day != options.as_of || history.customers() != events.customers.size()) {
    throw ArgumentError("churn: the order history is of another day or of other customers");
  }
  ChurnFactors result;
  result.as_of = static_cast<std::int32_t>(options.as_of);
  result.customer = active_customers(history, options);
  const SeenRows seen = rows_until(execution, events, options.as_of);
  choose_factors(seen.holds, result);
  const RegionFigures regions = region_figures(history, events.regions.size());
  const std::size_t columns = result.factors.size();
  result.values.resize(result.rows() * columns);
  const detail::FactorDates dates{result.as_of, options.window_days};
  parallel_for(execution, result.rows(), kCustomersPerChunk, [&](const Chunk& chunk) {
    detail::LineFactors lines(events);
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      const std::uint32_t customer = result.customer[i];
      FactorValues all{};
      detail::add_rhythm(dates, history.days_of(customer), all);
      detail::add_spend(dates, history.days_of(customer), history.values_of(customer), all);
      lines.add(dates, seen.of(customer), history.order_count(customer), all);
      if (!regions.share.empty() && history.region[customer] != kNoRegion) {
        all[detail::kRegionShare] = regions.share[history.region[customer]];
        all[detail::kRegionRepeat] = regions.repeat[history.region[customer]];
      }
      for (std::size_t j = 0; j < columns; ++j) {
        const double value = all[result.factors[j]];
        if (!std::isfinite(value)) {
          throw ArgumentError("churn: a price or quantity of customer " +
                              std::string(events.customers[customer]) + " is not finite");
        }
        result.values[i * columns + j] = value;
      }
    }
  });
  if (options.lifetime) {
    std::string why;
    result.lifetime =
        detail::lifetime_scores(execution, history, result.customer, options.window_days, why);
    if (!result.lifetime) result.left_out.push_back("p_alive, expected_orders: " + why);
  }
  return result;
}

std::vector<std::uint8_t> churn_outcomes(const Execution& execution, const EventTable& events,
                                         std::span<const std::uint32_t> customers,
                                         std::int64_t as_of, int window_days,
                                         std::optional<std::int64_t> log_end) {
  check(events, {as_of, 1, window_days, false});
  if (!log_end && events.rows() > 0) {
    log_end = day_of(*std::max_element(events.time.begin(), events.time.end()));
  }
  if (!log_end || *log_end < as_of + window_days) {
    throw ArgumentError("churn: the log ends before the window of " + std::to_string(window_days) +
                        " days after " + format_date(as_of * kSecondsPerDay));
  }
  OrderHistoryOptions options;
  options.end_day = as_of + window_days;
  const OrderHistory history = make_order_history(execution, events, options);
  std::vector<std::uint8_t> left;
  for (const std::uint32_t customer : customers) {
    if (customer >= history.customers()) {
      throw ArgumentError("churn: customer code " + std::to_string(customer) +
                          " is not in the log");
    }
    const auto days = history.days_of(customer);
    left.push_back(days.empty() || days.back() <= as_of ? 1 : 0);
  }
  return left;
}

}  // namespace tenure::customers
