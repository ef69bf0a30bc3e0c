#include "backtest/shop_clock.hpp"

#include <tenure/core/parallel.hpp>
#include <tenure/customers/lifetime_model.hpp>

#include <algorithm>
#include <utility>

namespace tenure::simulator {

namespace {

constexpr std::size_t kCustomersPerChunk = 1024;

/// Adds rate x (the part of [from, to], calendar days, that lies in a week) to every week.
void add_span(double from, double to, double rate, std::vector<double>& weeks) {
  if (!(to > from)) return;
  const auto last = static_cast<double>(weeks.size() - 1);
  const auto first = static_cast<std::size_t>(std::clamp(from / 7.0, 0.0, last));
  for (std::size_t w = first; w < weeks.size(); ++w) {
    const double begin = 7.0 * static_cast<double>(w);
    if (begin >= to) break;
    weeks[w] += rate * (std::min(to, begin + 7.0) - std::max(from, begin));
  }
}

}  // namespace

ShopClock::ShopClock(std::int32_t end_day, std::vector<double> multipliers)
    : end_day_(end_day), multipliers_(std::move(multipliers)), before_{0.0} {
  for (const double multiplier : multipliers_) before_.push_back(before_.back() + 7.0 * multiplier);
}

ShopClock::ShopClock(std::int32_t end_day, std::size_t weeks)
    : ShopClock(end_day, std::vector<double>(weeks, 1.0)) {}

double ShopClock::calendar(std::int32_t day) const noexcept {
  return 7.0 * static_cast<double>(weeks()) - static_cast<double>(end_day_ - day);
}

std::size_t ShopClock::week_of(std::int32_t day) const noexcept {
  return weeks() - 1 - static_cast<std::size_t>(end_day_ - day) / 7;
}

double ShopClock::at(std::int32_t day) const noexcept {
  const std::size_t week = week_of(day);
  const double into = calendar(day) - 7.0 * static_cast<double>(week);
  return before_[week] + into * multipliers_[week];
}

customers::RecencyFrequency counts_on(const ShopClock& clock,
                                      const customers::OrderHistory& history,
                                      const customers::CalibrationSummary& summary) {
  customers::RecencyFrequency counts;
  counts.days_per_unit = summary.counts.days_per_unit;
  const double end = clock.at(summary.end_day);
  for (std::size_t i = 0; i < summary.size(); ++i) {
    const auto days = history.days_of(summary.customer[i]);
    const double first = clock.at(days.front());
    const double age = end - first;
    counts.frequency.push_back(static_cast<double>(days.size() - 1));
    counts.recency.push_back(std::min(clock.at(days.back()) - first, age) / counts.days_per_unit);
    counts.age.push_back(age / counts.days_per_unit);
  }
  return counts;
}

ShopWeeks shop_weeks(const Execution& execution, const ShopClock& clock,
                     const customers::OrderHistory& history,
                     const customers::CalibrationSummary& summary,
                     const customers::RecencyFrequency& counts, const customers::FitReport& fit) {
  const auto model = customers::lifetime_model(fit);
  const double r = fit["r"];
  const double alpha = fit["alpha"];
  const std::size_t weeks = clock.weeks();
  ShopWeeks none{std::vector<double>(weeks, 0.0), std::vector<double>(weeks, 0.0),
                 std::vector<std::uint8_t>(weeks, 0)};
  const auto look = [&](const Chunk& chunk) {
    ShopWeeks sums = none;
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      const double x = counts.frequency[i];
      const double t_x = counts.recency[i];
      const double age = counts.age[i];
      // Alive with probability p; gone right after the last order otherwise.
      const double p = model->p_alive(x, t_x, age);
      const double alive = p * (r + x) / (alpha + age) / counts.days_per_unit;
      const double gone = (1.0 - p) * (r + x) / (alpha + t_x) / counts.days_per_unit;
      const auto days = history.days_of(summary.customer[i]);
      const double first = clock.calendar(days.front());
      const double last = clock.calendar(days.back());
      add_span(first, last, alive + gone, sums.exposure);
      add_span(last, clock.calendar(summary.end_day), alive, sums.exposure);
      for (const std::int32_t day : days) {
        const std::size_t week = clock.week_of(day);
        sums.open[week] = 1;
        if (day > days.front()) sums.orders[week] += 1.0;
      }
    }
    return sums;
  };
  return parallel_reduce(execution, summary.size(), kCustomersPerChunk, none, look,
                         [&](ShopWeeks& into, ShopWeeks&& from) {
                           for (std::size_t w = 0; w < weeks; ++w) {
                             into.orders[w] += from.orders[w];
                             into.exposure[w] += from.exposure[w];
                             into.open[w] = into.open[w] != 0 || from.open[w] != 0 ? 1 : 0;
                           }
                         });
}

}  // namespace tenure::simulator
