#pragma once

#include <tenure/core/distributions.hpp>
#include <tenure/core/events.hpp>
#include <tenure/core/random.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/bg_nbd.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace tenure::simulator::test {

/// A log of BG/NBD customers whose order rate all weeks multiply alike, week by week.
struct ShopTruth {
  customers::BgNbdParameters orders{0.6, 6.0, 0.6, 2.5};  // weeks
  std::uint32_t customers = 600;
  int calibration_weeks = 40;  ///< first orders come evenly over the first half of them
  int holdout_weeks = 20;
  double week_sd = 0.0;  ///< of a week's log multiplier
};

inline constexpr std::int64_t kFirstDay = 18000;

inline std::int64_t calibration_end(const ShopTruth& truth) {
  return kFirstDay + 7 * truth.calibration_weeks - 1;
}

/// `number` tells logs of the same truth apart.
inline EventTable shop_log(const ShopTruth& truth, std::uint32_t number) {
  const int weeks = truth.calibration_weeks + truth.holdout_weeks;
  RandomStream shop(1, {Purpose::kTest, number, 0xFFFFFFFFU, 0});
  std::vector<double> until{0.0};  // weeks on the shop's clock
  for (int w = 0; w < weeks; ++w) {
    until.push_back(until.back() + std::exp(truth.week_sd * draw_normal(shop)));
  }
  const auto day_of = [&](double clock) {
    const auto after = std::upper_bound(until.begin(), until.end(), clock) - until.begin() - 1;
    const auto w = static_cast<std::size_t>(after);
    return 7.0 * (static_cast<double>(w) + (clock - until[w]) / (until[w + 1] - until[w]));
  };
  EventTable events;
  DictionaryBuilder ids;
  DictionaryBuilder items;
  const std::uint32_t item = items.code("thing");
  const auto add = [&](std::uint32_t customer, double day) {
    events.customer.push_back(ids.code("c" + std::to_string(customer)));
    events.item.push_back(item);
    events.time.push_back((kFirstDay + static_cast<std::int64_t>(day)) * kSecondsPerDay + 3600);
  };
  for (std::uint32_t c = 0; c < truth.customers; ++c) {
    RandomStream stream(1, {Purpose::kTest, number, c, 0});
    const double rate = draw_gamma(stream, truth.orders.r, truth.orders.alpha);
    const double p = draw_beta(stream, truth.orders.a, truth.orders.b);
    // In the first week everybody's clock starts on the first day, so that the log begins there.
    const double first = c == 0 ? 0.0 : 0.5 * truth.calibration_weeks * stream.uniform();
    const auto w = static_cast<std::size_t>(first);
    double clock = until[w] + (first - static_cast<double>(w)) * (until[w + 1] - until[w]);
    add(c, 7.0 * first);
    for (;;) {
      clock += draw_exponential(stream, std::max(rate, 1e-12));
      if (!(clock < until.back())) break;
      add(c, day_of(clock));
      if (draw_bernoulli(stream, p)) break;
    }
  }
  // Somebody who comes once, on the last day: the log ends there.
  add(truth.customers, 7.0 * weeks - 0.5);
  events.customers = std::move(ids).take();
  events.items = std::move(items).take();
  return events;
}

}  // namespace tenure::simulator::test
