#include "churn_customer.hpp"

#include <tenure/core/time.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <tuple>

namespace tenure::customers::detail {
namespace {

// A customer with one order has no gap: its gaps count as a year, the longest time a customer in
// the table can have been silent by default.
constexpr double kNoGap = 365.0;
constexpr double kLatenessLimit = 10.0;
constexpr double kShortestSpread = 7.0;  // days: a regular customer may still be a week late

double kept(double value) { return std::log1p(std::max(value, 0.0)); }

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Sample standard deviation; 0 below two values.
double deviation(std::span<const double> values) {
  if (values.size() < 2) return 0.0;
  const double centre = mean(values);
  double sum = 0.0;
  for (const double v : values) sum += (v - centre) * (v - centre);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

// Least-squares slope of log(1 + value) on its position; 0 below two values.
double log_trend(std::span<const double> values) {
  const auto n = static_cast<double>(values.size());
  if (n < 2) return 0.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    sum += (static_cast<double>(i) - (n - 1) / 2) * kept(values[i]);
  }
  return sum / (n * (n * n - 1) / 12);
}

// How many days lie in (after, after + length].
std::size_t count_in(std::span<const std::int32_t> days, std::int64_t after, std::int64_t length) {
  const auto first = std::upper_bound(days.begin(), days.end(), after);
  const auto last = std::upper_bound(days.begin(), days.end(), after + length);
  return static_cast<std::size_t>(last - first);
}

void add_gaps(std::span<const std::int32_t> days, double recency, FactorValues& v) {
  std::vector<double> gaps;
  for (std::size_t i = 1; i < days.size(); ++i) gaps.push_back(days[i] - days[i - 1]);
  v[kOneOrder] = gaps.empty() ? 1.0 : 0.0;
  const bool any = !gaps.empty();
  const double gap_mean = any ? mean(gaps) : kNoGap;
  const double gap_sd = deviation(gaps);
  const double last = any ? gaps.back() : kNoGap;
  std::vector<double> sorted = gaps;
  std::sort(sorted.begin(), sorted.end());
  const std::size_t half = sorted.size() / 2;
  const double median =
      !any ? kNoGap
           : (sorted.size() % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2);
  v[kGapMean] = kept(gap_mean);
  v[kGapMedian] = kept(median);
  v[kGapSd] = kept(gap_sd);
  v[kGapLast] = kept(last);
  v[kGapLongest] = kept(any ? sorted.back() : kNoGap);
  const double earlier = gaps.size() < 2 ? last : mean(std::span(gaps).first(gaps.size() - 1));
  v[kGapLastRatio] = kept(last / earlier);
  v[kGapTrend] = log_trend(gaps);
  v[kGapRatio] = kept(recency / gap_mean);
  v[kLateness] = std::clamp((recency - gap_mean) / std::max(gap_sd, kShortestSpread),
                            -kLatenessLimit, kLatenessLimit);
}

void add_weekdays(std::span<const std::int32_t> days, FactorValues& v) {
  std::array<double, 7> count{};
  // 1970-01-01 was a Thursday: 0 is Monday.
  for (const std::int32_t day : days) count[static_cast<std::size_t>(((day + 3) % 7 + 7) % 7)] += 1;
  const auto n = static_cast<double>(days.size());
  v[kWeekdayShare] = *std::max_element(count.begin(), count.end()) / n;
  v[kWeekendShare] = (count[5] + count[6]) / n;
}

}  // namespace

void add_rhythm(const FactorDates& dates, std::span<const std::int32_t> days, FactorValues& v) {
  const std::int64_t as_of = dates.as_of;
  const auto number = [&](std::int64_t back, std::int64_t length) {
    return static_cast<double>(count_in(days, as_of - back, length));
  };
  const auto n = static_cast<double>(days.size());
  const auto recency = static_cast<double>(as_of - days.back());
  const auto tenure = static_cast<double>(as_of - days.front());
  v[kRecency] = kept(recency);
  v[kTenure] = kept(tenure);
  v[kActiveShare] = tenure > 0 ? 1.0 - recency / tenure : 1.0;
  v[kOrders] = kept(n);
  v[kOrders30] = kept(number(30, 30));
  v[kOrders90] = kept(number(90, 90));
  v[kOrders180] = kept(number(180, 180));
  v[kOrders365] = kept(number(365, 365));
  v[kOrderRate] = kept(n * 30.0 / std::max(tenure, 30.0));
  double months = 0.0;
  for (int month = 1; month <= 12; ++month) months += number(30 * month, 30) > 0 ? 1.0 : 0.0;
  v[kActiveMonths] = months;
  v[kOrdersChange90] = number(90, 90) - number(180, 90);
  v[kOrdersChange180] = number(180, 180) - number(360, 180);
  v[kEarlyOrders] = kept(static_cast<double>(count_in(days, days.front(), 90)));
  add_gaps(days, recency, v);
  add_weekdays(days, v);
  const double season = number(365, dates.window_days);
  const double year = number(365, 365);
  v[kSeasonOrders] = kept(season);
  v[kSeasonShare] = year > 0 ? season / year : 0.0;
}

void add_spend(const FactorDates& dates, std::span<const std::int32_t> days,
               std::span<const Money> order_values, FactorValues& v) {
  std::vector<double> baskets;
  double total = 0.0;
  for (const Money value : order_values) {
    baskets.push_back(to_units(value));
    total += baskets.back();
  }
  const auto spend = [&](std::int64_t back, std::int64_t length) {
    const std::int64_t after = dates.as_of - back;
    double sum = 0.0;
    for (std::size_t i = 0; i < days.size(); ++i) {
      if (days[i] > after && days[i] <= after + length) sum += baskets[i];
    }
    return sum;
  };
  v[kSpend90] = kept(spend(90, 90));
  v[kSpend180] = kept(spend(180, 180));
  v[kSpend365] = kept(spend(365, 365));
  v[kSpendTotal] = kept(total);
  v[kSpendChange180] = kept(spend(180, 180)) - kept(spend(360, 180));
  const double basket = mean(baskets);
  v[kBasketMean] = kept(basket);
  v[kBasketLastRatio] = kept(basket > 0 ? baskets.back() / basket : 1.0);
  v[kBasketTrend] = log_trend(baskets);
  v[kBasketVariation] = basket > 0 ? deviation(baskets) / basket : 0.0;
  v[kFirstValue] = kept(baskets.front());
}

void LineFactors::add(const FactorDates& dates, std::span<const std::uint64_t> rows,
                      std::size_t orders, FactorValues& values) {
  purchases_.clear();
  for (const std::uint64_t row : rows) {
    if (events_.kind_of(row) == EventKind::kPurchase && !events_.is_service(events_.item[row])) {
      purchases_.push_back(row);
    }
  }
  add_purchases(orders, values);
  add_hours(values);
  add_others(dates, rows, values);
  add_channels(values);
}

void LineFactors::add_purchases(std::size_t orders, FactorValues& v) {
  double units = 0.0;
  double value = 0.0;
  first_day_.clear();
  for (const std::uint64_t row : purchases_) {
    const auto quantity = static_cast<double>(events_.quantity_of(row));
    units += quantity;
    if (events_.has_price()) value += quantity * events_.unit_price[row];
    first_day_.push_back({events_.item[row], day_of(events_.time[row])});
  }
  const auto n = static_cast<double>(orders);
  const auto lines = static_cast<double>(purchases_.size());
  v[kLinesPerOrder] = kept(lines / n);
  v[kUnitsPerOrder] = kept(units / n);
  v[kUnitPrice] = kept(units > 0 ? value / units : 0.0);
  std::sort(first_day_.begin(), first_day_.end(), [](const FirstDay& l, const FirstDay& r) {
    return std::tie(l.item, l.day) < std::tie(r.item, r.day);
  });
  first_day_.erase(
      std::unique(first_day_.begin(), first_day_.end(),
                  [](const FirstDay& l, const FirstDay& r) { return l.item == r.item; }),
      first_day_.end());
  v[kDistinctItems] = kept(static_cast<double>(first_day_.size()));
  double repeated = 0.0;
  double last_lines = 0.0;
  double last_new = 0.0;
  const std::int64_t last_day = purchases_.empty() ? 0 : day_of(events_.time[purchases_.back()]);
  for (const std::uint64_t row : purchases_) {
    const std::int64_t day = day_of(events_.time[row]);
    const auto found = std::lower_bound(
        first_day_.begin(), first_day_.end(), events_.item[row],
        [](const FirstDay& entry, std::uint32_t item) { return entry.item < item; });
    const bool before = found->day < day;
    repeated += before ? 1.0 : 0.0;
    if (day != last_day) continue;
    last_lines += 1.0;
    last_new += before ? 0.0 : 1.0;
  }
  v[kRepeatItems] = lines > 0 ? repeated / lines : 0.0;
  v[kNewItemsLast] = last_lines > 0 ? last_new / last_lines : 0.0;
}

// The hour of a day's first line stands for the order.
void LineFactors::add_hours(FactorValues& v) const {
  std::vector<double> hours;
  std::int64_t seen = 0;
  for (const std::uint64_t row : purchases_) {
    const std::int64_t day = day_of(events_.time[row]);
    if (!hours.empty() && day == seen) continue;
    seen = day;
    hours.push_back(static_cast<double>(events_.time[row] - day * kSecondsPerDay) / 3600.0);
  }
  v[kHourMean] = hours.empty() ? 12.0 : mean(hours);
  v[kHourSd] = deviation(hours);
}

void LineFactors::add_others(const FactorDates& dates, std::span<const std::uint64_t> rows,
                             FactorValues& v) const {
  double returns = 0.0;
  double returns_90 = 0.0;
  double value_back = 0.0;
  double value = 0.0;
  double visits = 0.0;
  double social = 0.0;
  std::int64_t last = dates.as_of;
  for (const std::uint64_t row : rows) {
    const std::int64_t age = dates.as_of - day_of(events_.time[row]);
    last = age;  // rows are by time: the last one stays
    const double money = events_.has_price() ? static_cast<double>(events_.quantity_of(row)) *
                                                   events_.unit_price[row]
                                             : 0.0;
    switch (events_.kind_of(row)) {
      case EventKind::kPurchase:
        value += money;
        break;
      case EventKind::kReturn:
        returns += 1;
        returns_90 += age < 90 ? 1 : 0;
        value_back += money;
        break;
      case EventKind::kShare:
      case EventKind::kReview:
        social += age < 365 ? 1 : 0;
        break;
      case EventKind::kView:
      case EventKind::kCart:
      case EventKind::kFavourite:
      case EventKind::kVisit:
        visits += age < 30 ? 1 : 0;
        break;
    }
  }
  const auto lines = static_cast<double>(purchases_.size());
  v[kReturnShare] = kept(lines > 0 ? returns / lines : 0.0);
  v[kReturnValueShare] = kept(value > 0 ? value_back / value : 0.0);
  v[kReturns90] = kept(returns_90);
  v[kVisits30] = kept(visits);
  v[kVisitRecency] = kept(static_cast<double>(last));
  v[kSocial365] = kept(social);
}

void LineFactors::add_channels(FactorValues& v) {
  codes_.clear();
  if (!events_.channel.empty()) {
    for (const std::uint64_t row : purchases_) codes_.push_back(events_.channel[row]);
  }
  std::sort(codes_.begin(), codes_.end());
  const auto end = std::unique(codes_.begin(), codes_.end());
  v[kChannels] = kept(static_cast<double>(end - codes_.begin()));
}

}  // namespace tenure::customers::detail
