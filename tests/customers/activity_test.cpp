#include "log_builder.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/activity.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace tenure::customers {
namespace {

EventTable mixed_log() {
  EventTable events = test::LogBuilder()
                          .add("a", "x", "2023-01-01", EventKind::kPurchase, 3)
                          .add("a", "y", "2023-12-01")
                          .add("a", "x", "2023-12-01", EventKind::kPurchase, 2)
                          .add("a", "x", "2023-12-02")
                          .add("a", "x", "2023-12-03", EventKind::kReturn, 1)
                          .add("a", "postage", "2023-12-03")
                          .add("a", "x", "2023-12-20", EventKind::kView)
                          .add("a", "x", "2023-12-20", EventKind::kCart)
                          .add("a", "y", "2023-12-21", EventKind::kShare)
                          .add("a", "y", "2023-12-22", EventKind::kReview)
                          .add("b", "x", "2023-06-01", EventKind::kVisit)
                          .add("b", "x", "2022-06-01", EventKind::kShare)
                          .add("c", "x", "2024-01-01")
                          .table();
  events.item_is_service = {0, 0, 1};
  return events;
}

TEST(Activity, CountsByHand) {
  const ActivityTable table =
      make_activity(test::threads(2), mixed_log(), test::day32("2023-12-31"));
  ASSERT_EQ(table.customer.size(), 3U);
  const Activity& a = table.customer[0];
  EXPECT_EQ(a.items, 2U);  // x and y within the year: services are no goods
  EXPECT_EQ(a.engagements, 2U);
  EXPECT_EQ(a.shares, 1U);
  EXPECT_EQ(a.reviews, 1U);
  EXPECT_EQ(a.units_bought, 7);
  EXPECT_EQ(a.units_returned, 1);
  const Activity& b = table.customer[1];
  EXPECT_TRUE(b.known);
  EXPECT_EQ(b.engagements, 0U);  // longer ago than 90 days
  EXPECT_EQ(b.shares, 0U);       // longer ago than a year
  EXPECT_FALSE(table.customer[2].known) << "comes tomorrow";
  EXPECT_TRUE(table.several_items && table.has_returns && table.has_engagement);
  EXPECT_TRUE(table.has_shares && table.has_reviews);
}

TEST(Activity, KnowsNothingOfLater) {
  const ActivityTable table =
      make_activity(test::threads(2), mixed_log(), test::day32("2023-11-30"));
  EXPECT_FALSE(table.several_items || table.has_returns || table.has_reviews);
  EXPECT_EQ(table.customer[0].units_bought, 3);
}

TEST(Activity, WindowsCountTheirLastDayAndNotTheDayBeforeTheirFirst) {
  const EventTable events = test::LogBuilder()
                                .add("a", "x", "2023-12-01", EventKind::kVisit)
                                .add("a", "x", "2023-12-02", EventKind::kVisit)
                                .add("a", "x", "2023-12-31", EventKind::kVisit)
                                .table();
  ActivityWindows windows;
  windows.engagement_days = 30;
  EXPECT_EQ(make_activity(test::threads(1), events, test::day32("2023-12-31"), windows)
                .customer[0]
                .engagements,
            2U);
  windows.engagement_days = 0;
  EXPECT_THROW(make_activity(test::threads(1), events, 0, windows), ArgumentError);
}

TEST(Activity, NeedsTimesAndQuantitiesThatAreNumbers) {
  EventTable events = mixed_log();
  events.quantity[2] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(make_activity(test::threads(1), events, test::day32("2023-12-31")), ArgumentError);
  events = mixed_log();
  events.time.clear();
  EXPECT_THROW(make_activity(test::threads(1), events, 0), ArgumentError);
  EXPECT_THROW(last_event_day(events), ArgumentError);
}

TEST(LastEventDay, IsOfAnyKindAndEmptyWithoutEvents) {
  EXPECT_EQ(last_event_day(test::LogBuilder()
                               .add("a", "x", "2023-01-01")
                               .add("a", "x", "2023-02-01", EventKind::kView)
                               .table()),
            test::day32("2023-02-01"));
  EXPECT_FALSE(last_event_day(EventTable()).has_value());
}

}  // namespace
}  // namespace tenure::customers
