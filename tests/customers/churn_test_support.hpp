#pragma once

#include "customers_test_support.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/events.hpp>
#include <tenure/core/random.hpp>
#include <tenure/core/time.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tenure::customers::test {

/// A log written by hand, row by row, with every column. Customers, items, regions and channels are
/// codes; names are made up.
class HandLog {
 public:
  HandLog(std::uint32_t customers, std::uint32_t items) {
    for (std::uint32_t c = 0; c < customers; ++c) events.customers.append("c" + std::to_string(c));
    for (std::uint32_t i = 0; i < items; ++i) events.items.append("i" + std::to_string(i));
    for (const char* name : {"north", "south", "east"}) events.regions.append(name);
    for (const char* name : {"web", "app"}) events.channels.append(name);
    events.item_is_service.assign(items, 0);
  }

  void add(std::uint32_t customer, std::uint32_t item, std::int64_t seconds, float quantity,
           double price, EventKind kind = EventKind::kPurchase, std::uint32_t region = 0,
           std::uint32_t channel = 0) {
    events.customer.push_back(customer);
    events.item.push_back(item);
    events.time.push_back(seconds);
    events.quantity.push_back(quantity);
    events.unit_price.push_back(price);
    events.kind.push_back(kind);
    events.region.push_back(region);
    events.channel.push_back(channel);
  }
  void add(std::uint32_t customer, std::uint32_t item, std::string_view time, float quantity,
           double price, EventKind kind = EventKind::kPurchase) {
    add(customer, item, parse_time(time).value(), quantity, price, kind);
  }

  EventTable events;
};

/// A shop of two years, 2020 and 2021, with every column: customers arrive, order at rates of their
/// own, leave after an order with a chance of their own, return, browse.
inline EventTable synthetic_shop(std::uint32_t customers, std::uint64_t seed) {
  constexpr std::uint32_t kItems = 50;
  constexpr std::int64_t kDays = 730;
  const std::int64_t start = day("2020-01-01");
  HandLog log(customers, kItems);
  log.events.item_is_service[0] = 1;
  for (std::uint32_t c = 0; c < customers; ++c) {
    RandomStream s(seed, {Purpose::kTest, 7, c, 0});
    const double mean_gap = 1.0 / draw_gamma(s, 1.5, 45.0);
    const double leaves = draw_beta(s, 1.0, 4.0);
    const std::uint32_t region = draw_index(s, 3);
    double t = draw_uniform(s, 0.0, static_cast<double>(kDays));
    for (; t < static_cast<double>(kDays); t += draw_exponential(s) * mean_gap) {
      const auto at = static_cast<std::int64_t>((static_cast<double>(start) + t) * 86400.0);
      const std::uint32_t lines = 1 + draw_index(s, 4);
      for (std::uint32_t line = 0; line < lines; ++line) {
        const std::uint32_t item = draw_index(s, kItems);
        const auto quantity = static_cast<float>(1 + draw_index(s, 3));
        const double price = 1.0 + draw_index(s, 20);
        const std::uint32_t channel = draw_index(s, 2);
        log.add(c, item, at + 60 * line, quantity, price, EventKind::kPurchase, region, channel);
        if (draw_bernoulli(s, 0.05)) {
          log.add(c, item, at + 5 * 86400, quantity, price, EventKind::kReturn, region, channel);
        }
      }
      log.add(c, 1, at - 3600, 1.0F, 0.0, EventKind::kView, region, 0);
      if (draw_bernoulli(s, leaves)) break;
    }
  }
  return log.events;
}

}  // namespace tenure::customers::test
