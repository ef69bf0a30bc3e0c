#pragma once

#include <tenure/core/distributions.hpp>
#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/import.hpp>
#include <tenure/core/random.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenure::customers::test {

inline Execution threads(int n) {
  Execution execution;
  execution.threads = n;
  return execution;
}

inline std::int64_t day(std::string_view date) { return day_of(parse_time(date).value()); }

/// A CDNOW log, master or sample layout.
inline EventTable cdnow_events(const std::string& path) {
  ImportOptions options;
  options.format = LogFormat::kCdnow;
  return read_events(threads(2), {path}, options);
}

/// One customer's life by brute force: exponential gaps, a dropout test after every repeat order.
/// Times of the repeat orders up to `until`; `left` tells whether the customer is gone by then.
struct Life {
  std::vector<double> orders;
  bool left = false;
};
inline Life live(RandomStream& stream, const BgNbdParameters& p, double until) {
  const double rate = draw_gamma(stream, p.r, p.alpha);
  const double dropout = draw_beta(stream, p.a, p.b);
  Life life;
  for (double t = draw_exponential(stream) / rate; t <= until;
       t += draw_exponential(stream) / rate) {
    life.orders.push_back(t);
    life.left = draw_bernoulli(stream, dropout);
    if (life.left) break;
  }
  return life;
}

/// Histories of `n` simulated customers, observed for 20 to 40 time units each.
inline RecencyFrequency simulate(const BgNbdParameters& p, std::uint32_t n, std::uint64_t seed) {
  RecencyFrequency data;
  for (std::uint32_t c = 0; c < n; ++c) {
    RandomStream stream(seed, {Purpose::kTest, 0, c, 0});
    const double age = draw_uniform(stream, 20.0, 40.0);
    const Life life = live(stream, p, age);
    data.frequency.push_back(static_cast<double>(life.orders.size()));
    data.recency.push_back(life.orders.empty() ? 0.0 : life.orders.back());
    data.age.push_back(age);
  }
  return data;
}

/// The summary of a CDNOW log at the end of its calibration.
inline CalibrationSummary cdnow_summary(const std::string& path) {
  const OrderHistory history = make_order_history(threads(2), cdnow_events(path));
  CalibrationOptions options;
  options.end_day = day("1997-09-30");
  return summarize(threads(2), history, options);
}

/// Mean of draws with its standard error.
struct Sample {
  double n = 0, sum = 0, squares = 0;
  void add(double value) {
    ++n;
    sum += value;
    squares += value * value;
  }
  double mean() const { return sum / n; }
  double error() const { return std::sqrt((squares / n - mean() * mean()) / n); }
};

}  // namespace tenure::customers::test
