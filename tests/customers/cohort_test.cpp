#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/cohort.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenure::customers {
namespace {

using testing::ElementsAre;

// Customer 0 (region 0): 2024-01-10, 2024-01-20, 2024-03-05. Customer 1: nothing. Customer 2
// (region 1): 2024-03-31. Customer 3 (region 0): 2023-12-31, 2024-12-31.
OrderHistory small_history() {
  OrderHistory history;
  history.row_start = {0, 3, 3, 4, 6};
  for (const char* date :
       {"2024-01-10", "2024-01-20", "2024-03-05", "2024-03-31", "2023-12-31", "2024-12-31"}) {
    history.day.push_back(static_cast<std::int32_t>(test::day(date)));
  }
  history.value = {10'000'000, 20'000'000, 30'000'000, 5'000'000, 1'000'000, 6'000'000};
  history.region = {0, kNoRegion, 1, 0};
  history.has_value = true;
  history.end_day = static_cast<std::int32_t>(test::day("2024-12-31"));
  return history;
}

TEST(KeyFigures, AddUpByHand) {
  const KeyFigures k = key_figures(small_history());
  EXPECT_EQ(k.customers, 3U);
  EXPECT_EQ(k.repeat_customers, 2U);
  EXPECT_EQ(k.orders, 6U);
  EXPECT_EQ(k.revenue, 72'000'000);
  EXPECT_DOUBLE_EQ(k.average_order_value, 12);
  EXPECT_DOUBLE_EQ(k.orders_per_customer, 2);
  EXPECT_DOUBLE_EQ(k.repurchase_rate, 2.0 / 3);
  EXPECT_DOUBLE_EQ(k.mean_gap_days.value(), (10.0 + 45 + 366) / 3);
  EXPECT_EQ(k.first_day, test::day("2023-12-31"));
  EXPECT_EQ(k.last_day, test::day("2024-12-31"));
}

TEST(KeyFigures, OfRegionsAddUpToTheWhole) {
  const KeyFigures north = key_figures(small_history(), 0);
  const KeyFigures south = key_figures(small_history(), 1);
  EXPECT_EQ(north.customers + south.customers, 3U);
  EXPECT_EQ(north.revenue + south.revenue, 72'000'000);
  EXPECT_FALSE(south.mean_gap_days.has_value());
  EXPECT_EQ(south.first_day, test::day("2024-03-31"));
}

TEST(KeyFigures, AreZeroWithoutOrdersAndNeedRegionsToAskForOne) {
  EXPECT_EQ(key_figures(OrderHistory{}).customers, 0U);
  OrderHistory history = small_history();
  history.region.clear();
  EXPECT_THROW(key_figures(history, 0), ArgumentError);
  EXPECT_THROW(cohort_retention(history, 0), ArgumentError);
}

TEST(CohortRetention, CountsActiveCustomersByMonthSinceTheFirstOrder) {
  const std::vector<Cohort> cohorts = cohort_retention(small_history());
  ASSERT_EQ(cohorts.size(), 4U);  // December to March
  EXPECT_EQ(cohorts[0].year, 2023);
  EXPECT_EQ(cohorts[0].month, 12);
  EXPECT_EQ(cohorts[0].customers, 1U);
  EXPECT_THAT(cohorts[0].active, ElementsAre(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1));
  EXPECT_THAT(cohorts[1].active, ElementsAre(1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_EQ(cohorts[2].customers, 0U);
  EXPECT_EQ(cohorts[2].retention(1), 0.0);
  EXPECT_EQ(cohorts[3].active.size(), 10U);
  EXPECT_DOUBLE_EQ(cohorts[1].retention(2), 1.0);
}

TEST(Retention, LooksAtCustomersFollowedForTheWholeWindow) {
  // Window of 300 days: customers 0 (366 - 10 days followed) and 3; 2 came 275 days before the end.
  const OrderHistory history = small_history();
  EXPECT_DOUBLE_EQ(retention_after(history, 30, 300).value(), 0.5);  // 0 yes, 3 only on day 366
  EXPECT_DOUBLE_EQ(retention_after(history, 55, 300).value(), 0.0);  // more than 55 days: none
  EXPECT_DOUBLE_EQ(retention_after(history, 54, 300).value(), 0.5);
  EXPECT_DOUBLE_EQ(retention_after(history, 30, 366).value(), 1.0);  // customer 3 alone
  EXPECT_FALSE(retention_after(history, 30, 730).has_value());
  EXPECT_THROW(retention_after(history, 30, 30), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
