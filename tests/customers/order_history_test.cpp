#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/order_history.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>
#include <vector>

namespace tenure::customers {
namespace {

using test::day;
using test::threads;
using testing::ElementsAre;

// A log written by hand, one line at a time.
class Log {
 public:
  Log& buy(const char* customer, const char* item, const char* time, float quantity, double price) {
    return add(customer, item, time, quantity, price, EventKind::kPurchase);
  }
  Log& give_back(const char* customer, const char* item, const char* time, float quantity) {
    return add(customer, item, time, quantity, 0.0, EventKind::kReturn);
  }
  Log& add(const char* customer, const char* item, const char* time, float quantity, double price,
           EventKind kind) {
    events_.customer.push_back(customers_.code(customer));
    events_.item.push_back(items_.code(item));
    events_.time.push_back(parse_time(time).value());
    events_.quantity.push_back(quantity);
    events_.unit_price.push_back(price);
    events_.kind.push_back(kind);
    return *this;
  }
  Log& service(const char* item) {
    service_.push_back(items_.code(item));
    return *this;
  }
  EventTable table() const {
    EventTable events = events_;
    events.customers = customers_.dictionary();
    events.items = items_.dictionary();
    if (!service_.empty()) events.item_is_service.assign(events.items.size(), 0);
    for (const std::uint32_t item : service_) events.item_is_service[item] = 1;
    return events;
  }
  OrderHistory history(const OrderHistoryOptions& options = {}) const {
    return make_order_history(threads(2), table(), options);
  }

 private:
  EventTable events_;
  DictionaryBuilder customers_, items_;
  std::vector<std::uint32_t> service_;
};

int days(const char* date) { return static_cast<int>(day(date)); }

TEST(OrderHistory, MakesOneOrderOfACustomersDay) {
  const OrderHistory h = Log()
                             .buy("ann", "cup", "2024-03-02 23:59:59", 2, 1.25)
                             .buy("bob", "cup", "2024-03-01", 1, 4)
                             .buy("ann", "pan", "2024-03-02 00:00:00", 1, 10)
                             .buy("ann", "cup", "2024-03-01 12:00", 1, 3)
                             .history();
  ASSERT_EQ(h.customers(), 2U);
  EXPECT_THAT(h.row_start, ElementsAre(0, 2, 3));
  EXPECT_THAT(h.days_of(0), ElementsAre(days("2024-03-01"), days("2024-03-02")));
  EXPECT_THAT(h.values_of(0), ElementsAre(3'000'000, 12'500'000));
  EXPECT_THAT(h.values_of(1), ElementsAre(4'000'000));
  EXPECT_EQ(h.end_day, day("2024-03-02"));
  EXPECT_TRUE(h.has_value);
  EXPECT_TRUE(h.region.empty());
}

TEST(OrderHistory, AReturnTakesFromTheLatestEarlierPurchaseOfTheItem) {
  const OrderHistory h = Log()
                             .buy("ann", "cup", "2024-01-01", 5, 1)
                             .buy("ann", "cup", "2024-02-01", 5, 2)
                             .give_back("ann", "cup", "2024-02-10", 2)
                             .buy("ann", "cup", "2024-03-01", 5, 3)
                             .history();
  EXPECT_THAT(h.values_of(0), ElementsAre(5'000'000, 6'000'000, 15'000'000));
  EXPECT_EQ(h.returns, 1U);
  EXPECT_EQ(h.unmatched_returns, 0U);
}

TEST(OrderHistory, AReturnGoesOnToThePurchaseBefore) {
  const OrderHistory h = Log()
                             .buy("ann", "cup", "2024-01-01", 5, 1)
                             .buy("ann", "cup", "2024-02-01", 2, 2)
                             .give_back("ann", "cup", "2024-02-10", 3)
                             .history();
  // The February order is gone, January keeps four.
  EXPECT_THAT(h.days_of(0), ElementsAre(days("2024-01-01")));
  EXPECT_THAT(h.values_of(0), ElementsAre(4'000'000));
  EXPECT_EQ(h.days_without_goods, 1U);
}

TEST(OrderHistory, AnOrderReturnedInFullLeaves) {
  const OrderHistory h = Log()
                             .buy("ann", "cup", "2024-01-01", 1, 1)
                             .buy("ann", "pan", "2024-01-01", 1, 9)
                             .buy("bob", "cup", "2024-01-01", 1, 1)
                             .give_back("ann", "cup", "2024-01-05", 1)
                             .give_back("ann", "pan", "2024-01-06", 1)
                             .history();
  EXPECT_EQ(h.order_count(0), 0U);
  EXPECT_EQ(h.order_count(1), 1U);
}

TEST(OrderHistory, AReturnWithoutAnEarlierPurchaseChangesNothing) {
  const OrderHistory h = Log()
                             .give_back("ann", "cup", "2024-01-01", 1)  // before the purchase
                             .buy("ann", "cup", "2024-01-02", 2, 1)
                             .give_back("ann", "pan", "2024-01-03", 1)  // another item
                             .give_back("bob", "cup", "2024-01-03", 1)  // another customer
                             .give_back("ann", "cup", "2024-01-04", 5)  // three too many
                             .buy("ann", "cup", "2024-01-05", 2, 1)
                             .history();
  EXPECT_THAT(h.days_of(0), ElementsAre(days("2024-01-05")));
  EXPECT_EQ(h.order_count(1), 0U);
  EXPECT_EQ(h.returns, 4U);
  EXPECT_EQ(h.unmatched_returns, 4U);
}

TEST(OrderHistory, TheRowsOrderDecidesWithinOneSecond) {
  const OrderHistory before = Log()
                                  .give_back("ann", "cup", "2024-01-01 10:00", 1)
                                  .buy("ann", "cup", "2024-01-01 10:00", 1, 1)
                                  .history();
  EXPECT_EQ(before.orders(), 1U);
  const OrderHistory after = Log()
                                 .buy("ann", "cup", "2024-01-01 10:00", 1, 1)
                                 .give_back("ann", "cup", "2024-01-01 10:00", 1)
                                 .history();
  EXPECT_EQ(after.orders(), 0U);
}

TEST(OrderHistory, FractionalQuantitiesReturnedInFullLeaveNoCrumbs) {
  const OrderHistory h = Log()
                             .buy("ann", "rice", "2024-01-01", 0.3F, 10)
                             .give_back("ann", "rice", "2024-01-02", 0.1F)
                             .give_back("ann", "rice", "2024-01-03", 0.2F)
                             .history();
  EXPECT_EQ(h.orders(), 0U);
  EXPECT_EQ(h.unmatched_returns, 0U);
}

TEST(OrderHistory, ServiceLinesAddMoneyButMakeNoOrder) {
  const OrderHistory h = Log()
                             .service("postage")
                             .buy("ann", "cup", "2024-01-01", 1, 5)
                             .buy("ann", "postage", "2024-01-01", 1, 2.5)
                             .buy("ann", "postage", "2024-01-09", 1, 4)
                             .history();
  EXPECT_THAT(h.values_of(0), ElementsAre(7'500'000));
  EXPECT_EQ(h.days_without_goods, 1U);
}

TEST(OrderHistory, OtherEventsAndEmptyLinesAreNoOrders) {
  const OrderHistory h = Log()
                             .add("ann", "cup", "2024-01-01", 1, 5, EventKind::kView)
                             .add("ann", "cup", "2024-01-02", 1, 5, EventKind::kCart)
                             .buy("ann", "cup", "2024-01-03", 0, 5)
                             .history();
  EXPECT_EQ(h.orders(), 0U);
}

TEST(OrderHistory, TheEndDayHidesEverythingLater) {
  Log log;
  log.buy("ann", "cup", "2024-01-01", 1, 5)
      .buy("ann", "cup", "2024-01-31 23:00", 1, 5)
      .give_back("ann", "cup", "2024-02-01", 2)
      .buy("bob", "cup", "2024-02-02", 1, 5);
  OrderHistoryOptions options;
  options.end_day = day("2024-01-31");
  const OrderHistory h = log.history(options);
  EXPECT_EQ(h.order_count(0), 2U);
  EXPECT_EQ(h.order_count(1), 0U);
  EXPECT_EQ(h.returns, 0U);
  EXPECT_EQ(h.end_day, day("2024-01-31"));
  EXPECT_EQ(log.history().order_count(0), 0U);  // in the end both were returned
}

TEST(OrderHistory, TheCohortStartLeavesOldCustomersOut) {
  Log log;
  log.buy("old", "cup", "2024-01-31", 1, 5)
      .buy("old", "cup", "2024-03-01", 1, 5)
      .buy("new", "cup", "2024-02-01", 1, 5);
  OrderHistoryOptions options;
  options.cohort_start = day("2024-02-01");
  const OrderHistory h = log.history(options);
  EXPECT_EQ(h.order_count(0), 0U);
  EXPECT_EQ(h.order_count(1), 1U);
  EXPECT_EQ(h.left_truncated_customers, 1U);
}

TEST(OrderHistory, ARegionIsThatOfTheFirstLineKept) {
  EventTable events = Log()
                          .buy("ann", "cup", "2024-01-01", 1, 5)
                          .buy("ann", "pan", "2024-01-02", 1, 5)
                          .give_back("ann", "cup", "2024-01-03", 1)
                          .give_back("bob", "cup", "2024-01-03", 1)
                          .table();
  events.regions.append("north");
  events.regions.append("south");
  events.region = {0, 1, 0, 0};
  const OrderHistory h = make_order_history(threads(1), events);
  EXPECT_THAT(h.region, ElementsAre(1, kNoRegion));
}

TEST(OrderHistory, NeedsNoQuantitiesPricesOrKinds) {
  EventTable events =
      Log().buy("ann", "cup", "2024-01-01", 1, 5).buy("ann", "cup", "2024-01-02", 1, 5).table();
  events.quantity.clear();
  events.unit_price.clear();
  events.kind.clear();
  const OrderHistory h = make_order_history(threads(1), events);
  EXPECT_THAT(h.values_of(0), ElementsAre(0, 0));
  EXPECT_FALSE(h.has_value);
}

TEST(OrderHistory, NeedsTimes) {
  EventTable events = Log().buy("ann", "cup", "2024-01-01", 1, 5).table();
  events.time.clear();
  EXPECT_THROW(make_order_history(threads(1), events), ArgumentError);
}

TEST(OrderHistory, NamesTheRowWhoseMoneyOrQuantityCannotBe) {
  const auto message = [](const EventTable& events) -> std::string {
    try {
      make_order_history(threads(1), events);
    } catch (const ArgumentError& error) {
      return error.what();
    }
    return "";
  };
  Log log;
  log.buy("ann", "cup", "2024-01-01", 1, 5);
  EventTable events = log.buy("bob", "cup", "2024-01-01", 1e20F, 1e20).table();
  EXPECT_THAT(message(events), testing::HasSubstr("row 1"));
  events.quantity[1] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(message(events), testing::HasSubstr("row 1"));
  events.quantity[1] = -1;
  EXPECT_THAT(message(events), testing::HasSubstr("row 1"));
  events.quantity[1] = 1;
  events.unit_price[1] = 1;
  EXPECT_EQ(message(events), "");
  events.time[1] = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(message(events), testing::HasSubstr("row 1"));
}

TEST(OrderHistory, IsEmptyBeforeTheFirstEvent) {
  const EventTable one = Log().buy("ann", "cup", "2024-01-01", 1, 5).table();
  OrderHistoryOptions options;
  options.end_day = day("2023-01-01");
  const OrderHistory h = make_order_history(threads(1), one, options);
  EXPECT_EQ(h.customers(), 1U);
  EXPECT_EQ(h.orders(), 0U);
}

TEST(OrderHistory, IsTheSameAtAnyNumberOfThreadsAndMatchesAPlainCount) {
  EventTable events;
  for (int c = 0; c < 700; ++c) events.customers.append(std::to_string(c));
  for (int i = 0; i < 5; ++i) events.items.append(std::to_string(i));
  RandomStream stream(3, {});
  std::vector<std::vector<bool>> bought(700, std::vector<bool>(50, false));
  for (int row = 0; row < 20'000; ++row) {
    const std::uint32_t c = draw_index(stream, 700);
    const std::uint32_t d = draw_index(stream, 50);
    events.customer.push_back(c);
    events.item.push_back(draw_index(stream, 5));
    events.time.push_back(std::int64_t{d} * 86400 + draw_index(stream, 86400));
    events.unit_price.push_back(draw_uniform(stream, 0.0, 100.0));
    bought[c][d] = true;
  }
  const OrderHistory one = make_order_history(threads(1), events);
  for (std::size_t c = 0; c < 700; ++c) {
    std::vector<std::int32_t> expected;
    for (int d = 0; d < 50; ++d) {
      if (bought[c][static_cast<std::size_t>(d)]) expected.push_back(d);
    }
    ASSERT_THAT(one.days_of(c), testing::ElementsAreArray(expected)) << c;
  }
  Money total = 0;
  for (const double price : events.unit_price) total += to_money(price);
  Money sum = 0;
  for (const Money value : one.value) sum += value;
  EXPECT_EQ(sum, total);
  for (const int n : {2, 3, 8}) {
    const OrderHistory other = make_order_history(threads(n), events);
    EXPECT_EQ(other.row_start, one.row_start);
    EXPECT_EQ(other.day, one.day);
    EXPECT_EQ(other.value, one.value);
  }
}

}  // namespace
}  // namespace tenure::customers
