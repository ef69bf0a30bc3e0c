#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/key_figures.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tenure::customers {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

struct Row {
  const char* customer;
  const char* time;
  double price;
  EventKind kind;
  const char* region;
  const char* channel;
};

EventTable table_of(const std::vector<Row>& rows) {
  EventTable events;
  DictionaryBuilder customers;
  DictionaryBuilder regions;
  DictionaryBuilder channels;
  DictionaryBuilder items;
  for (const Row& row : rows) {
    events.customer.push_back(customers.code(row.customer));
    events.item.push_back(items.code("item"));
    events.time.push_back(parse_time(row.time).value());
    events.unit_price.push_back(row.price);
    events.kind.push_back(row.kind);
    events.region.push_back(regions.code(row.region));
    events.channel.push_back(channels.code(row.channel));
  }
  events.customers = std::move(customers).take();
  events.items = std::move(items).take();
  events.regions = std::move(regions).take();
  events.channels = std::move(channels).take();
  return events;
}

constexpr EventKind kBuy = EventKind::kPurchase;

// January 2024 has 31 days, February 29; the log ends on February 29.
EventTable small_log() {
  return table_of({{"a", "2024-01-01", 10, kBuy, "north", "web"},
                   {"a", "2024-01-01T05:00", 5, kBuy, "north", "app"},
                   {"a", "2024-01-20", 20, kBuy, "north", "app"},
                   {"b", "2024-01-31T23:00", 30, kBuy, "south", "web"},
                   {"b", "2024-01-31T08:00", 1, kBuy, "south", "app"},
                   {"c", "2024-02-10", 7, kBuy, "south", "app"},
                   {"a", "2024-02-29", 40, kBuy, "south", "web"},
                   {"d", "2024-02-15", 0, EventKind::kView, "south", "web"}});
}

OrderHistory history_of(const EventTable& events) {
  return make_order_history(test::threads(1), events);
}

TEST(CustomerGroups, ByChannelOfTheEarliestPurchaseAndByCohort) {
  const EventTable events = small_log();
  const OrderHistory history = history_of(events);
  const CustomerGroups channels = channel_groups(events, history);
  EXPECT_THAT(channels.names, ElementsAre("web", "app"));
  EXPECT_THAT(channels.code, ElementsAre(0, 1, 1, kNoRegion));
  const CustomerGroups cohorts = cohort_groups(history);
  EXPECT_THAT(cohorts.names, ElementsAre("2024-01", "2024-02"));
  EXPECT_THAT(cohorts.code, ElementsAre(0, 0, 1, kNoRegion));
  EXPECT_EQ(region_groups(events, history).code[1], 1U);
  EXPECT_THAT(cohort_groups(OrderHistory{}).names, IsEmpty());
  EXPECT_THAT(event_groups(events, GroupColumn::kRegion).code, ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(event_groups(events, GroupColumn::kChannel).code, ElementsAre(0, 1, 1, 0));
}

TEST(CustomerGroups, StandInForRegions) {
  const EventTable events = small_log();
  const OrderHistory history = history_of(events);
  const OrderHistory by_channel = regrouped(history, channel_groups(events, history));
  EXPECT_EQ(key_figures(by_channel, 0).orders, 3U);  // a
  EXPECT_EQ(key_figures(by_channel, 1).orders, 2U);  // b, c
  EXPECT_THROW(regrouped(history, CustomerGroups{{"x"}, {0}}), ArgumentError);
}

TEST(NewReturning, SplitsOrdersAndRevenueByHand) {
  const OrderHistory history = history_of(small_log());
  const NewReturning all = new_returning(history);
  EXPECT_EQ(all.first_orders, 3U);
  EXPECT_EQ(all.later_orders, 2U);
  EXPECT_EQ(all.first_revenue, to_money(10 + 5 + 31 + 7));
  EXPECT_EQ(all.later_revenue, to_money(60));
  EXPECT_EQ(all.first_revenue + all.later_revenue, key_figures(history).revenue);
  EXPECT_EQ(new_returning(history, 1).first_orders, 2U);
}

TEST(PeriodFigures, OfMonthsAddUpByHand) {
  const PeriodFigures f = period_figures(history_of(small_log()), PeriodUnit::kMonth);
  EXPECT_THAT(f.first_day, ElementsAre(test::day("2024-01-01"), test::day("2024-02-01")));
  EXPECT_THAT(f.orders, ElementsAre(3, 2));
  EXPECT_THAT(f.active_customers, ElementsAre(2, 2));
  EXPECT_THAT(f.new_customers, ElementsAre(2, 1));
  EXPECT_THAT(f.revenue, ElementsAre(to_money(66), to_money(47)));
  EXPECT_THAT(f.new_revenue, ElementsAre(to_money(46), to_money(7)));
  EXPECT_THAT(series_of(f, Figure::kAverageOrderValue), ElementsAre(22.0, 23.5));
  EXPECT_THAT(series_of(f, Figure::kReturningShare), ElementsAre(0.0, 0.5));
  EXPECT_THAT(series_of(f, Figure::kReturningCustomers), ElementsAre(0.0, 1.0));
  EXPECT_THAT(series_of(f, Figure::kOrdersPerCustomer), ElementsAre(1.5, 1.0));
}

TEST(PeriodFigures, LeaveOutMonthsTheLogDoesNotCover) {
  OrderHistory history = history_of(small_log());
  history.end_day -= 1;  // February is no longer whole
  EXPECT_THAT(period_figures(history, PeriodUnit::kMonth).orders, ElementsAre(3));
  for (std::int32_t& day : history.day) day += 1;  // nor is January
  EXPECT_EQ(period_figures(history, PeriodUnit::kMonth).size(), 0U);
  EXPECT_EQ(period_figures(OrderHistory{}, PeriodUnit::kWeek).size(), 0U);
}

TEST(PeriodFigures, OfWeeksAreCountedBackFromTheLastDay) {
  // 60 days: 8 weeks from January 5 (first day of the oldest whole week) to February 29.
  const PeriodFigures f = period_figures(history_of(small_log()), PeriodUnit::kWeek);
  ASSERT_EQ(f.size(), 8U);
  EXPECT_EQ(f.first_day.front(), test::day("2024-01-05"));
  EXPECT_EQ(f.first_day.back(), test::day("2024-02-23"));
  EXPECT_THAT(f.orders, ElementsAre(0, 0, 1, 1, 0, 1, 0, 1));
  EXPECT_THAT(f.new_customers, ElementsAre(0, 0, 0, 1, 0, 1, 0, 0));
  EXPECT_FALSE(series_of(f, Figure::kAverageOrderValue)[0].has_value());
}

TEST(PeriodFigures, OfRegionsAddUpToTheWhole) {
  const OrderHistory history = history_of(small_log());
  const PeriodFigures all = period_figures(history, PeriodUnit::kWeek);
  const PeriodFigures north = period_figures(history, PeriodUnit::kWeek, 0);
  const PeriodFigures south = period_figures(history, PeriodUnit::kWeek, 1);
  for (std::size_t i = 0; i < all.size(); ++i) {
    EXPECT_EQ(north.orders[i] + south.orders[i], all.orders[i]);
    EXPECT_EQ(north.revenue[i] + south.revenue[i], all.revenue[i]);
  }
}

TEST(Figures, HaveNamesThatLeadBack) {
  for (const std::string& name : figure_names()) {
    EXPECT_EQ(to_string(figure_from_string(name).value()), name);
  }
  EXPECT_FALSE(figure_from_string("profit").has_value());
}

TEST(Funnel, CountsCustomersStageByStage) {
  const EventTable events = table_of({{"a", "2024-01-01", 0, EventKind::kView, "n", "w"},
                                      {"a", "2024-01-02", 0, EventKind::kCart, "n", "w"},
                                      {"a", "2024-01-03", 9, kBuy, "n", "w"},
                                      {"b", "2024-01-01", 0, EventKind::kView, "n", "w"},
                                      {"b", "2024-01-01", 0, EventKind::kView, "n", "w"},
                                      {"b", "2024-01-02", 0, EventKind::kCart, "n", "w"},
                                      {"c", "2024-01-02", 9, kBuy, "s", "w"},
                                      {"d", "2024-01-02", 0, EventKind::kView, "s", "w"},
                                      {"c", "2024-01-03", 9, EventKind::kReturn, "s", "w"}});
  const std::vector<FunnelStage> stages = funnel(events);
  ASSERT_EQ(stages.size(), 3U);
  EXPECT_EQ(stages[0].kind, EventKind::kView);
  EXPECT_EQ(stages[0].events, 4U);
  EXPECT_EQ(stages[0].customers, 3U);
  EXPECT_FALSE(stages[0].conversion.has_value());
  EXPECT_EQ(stages[1].kind, EventKind::kCart);
  EXPECT_DOUBLE_EQ(stages[1].conversion.value(), 2.0 / 3);
  EXPECT_EQ(stages[2].customers, 2U);      // a and c
  EXPECT_EQ(stages[2].with_previous, 1U);  // c never had a cart
  EXPECT_DOUBLE_EQ(stages[2].conversion.value(), 0.5);
  const CustomerGroups groups{{"first", "second"}, {0, 1, 0, 1}};
  EXPECT_EQ(funnel(events, groups, 0)[0].customers, 1U);
  EXPECT_THROW(funnel(events, CustomerGroups{{"x"}, {0}}, 0), ArgumentError);
}

TEST(Funnel, IsEmptyForALogOfPurchases) {
  EXPECT_THAT(funnel(table_of({{"a", "2024-01-01", 1, kBuy, "n", "w"},
                               {"a", "2024-01-02", 1, EventKind::kReturn, "n", "w"}})),
              IsEmpty());
}

}  // namespace
}  // namespace tenure::customers
