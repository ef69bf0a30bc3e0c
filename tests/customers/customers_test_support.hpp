#pragma once

#include <tenure/core/distributions.hpp>
#include <tenure/core/events.hpp>
#include <tenure/core/random.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <initializer_list>
#include <sstream>
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

/// A CDNOW log: master lines "customer date cds value", sample lines with the customer's number in
/// the master before it.
inline EventTable cdnow_events(const std::string& path) {
  EventTable events;
  DictionaryBuilder customers;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream fields(line);
    std::vector<std::string> words;
    for (std::string word; fields >> word;) words.push_back(word);
    if (words.size() < 4 || words[0] == "customer_id") continue;
    const std::size_t at = words.size() - 4;
    events.customer.push_back(customers.code(words[at]));
    events.item.push_back(0);
    events.time.push_back(parse_time(words[at + 1]).value());
    events.quantity.push_back(1.0F);
    events.unit_price.push_back(std::stod(words[at + 3]));
  }
  events.customers = std::move(customers).take();
  events.items.append("cd");
  return events;
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

}  // namespace tenure::customers::test
