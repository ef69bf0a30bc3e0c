#pragma once

#include "customers_test_support.hpp"

#include <tenure/core/events.hpp>

#include <string_view>
#include <utility>

namespace tenure::customers::test {

/// A log written by hand, row by row. Prices are there unless left out for good.
class LogBuilder {
 public:
  explicit LogBuilder(bool prices = true) : prices_(prices) {}

  LogBuilder& add(std::string_view customer, std::string_view item, std::string_view date,
                  EventKind kind = EventKind::kPurchase, float quantity = 1.0F,
                  double price = 10.0) {
    events_.customer.push_back(customers_.code(customer));
    events_.item.push_back(items_.code(item));
    events_.time.push_back(day(date) * kSecondsPerDay + 3600);
    events_.kind.push_back(kind);
    events_.quantity.push_back(quantity);
    if (prices_) events_.unit_price.push_back(price);
    return *this;
  }

  EventTable table() const {
    EventTable events = events_;
    events.customers = customers_.dictionary();
    events.items = items_.dictionary();
    return events;
  }

 private:
  bool prices_;
  EventTable events_;
  DictionaryBuilder customers_;
  DictionaryBuilder items_;
};

inline std::int32_t day32(std::string_view date) { return static_cast<std::int32_t>(day(date)); }

}  // namespace tenure::customers::test
