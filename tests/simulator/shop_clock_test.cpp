#include "io_helpers.hpp"
#include "shop_log.hpp"

#include <tenure/customers/lifetime_model.hpp>

#include <backtest/shop_clock.hpp>
#include <gtest/gtest.h>

#include <numeric>

namespace tenure::simulator {
namespace {

using tenure::test::on_threads;

TEST(ShopClock, RunsAsFastAsTheWeeksSay) {
  // Days 87 to 93 count double, 94 to 100 half.
  const ShopClock clock(100, {2.0, 0.5});
  EXPECT_EQ(clock.week_of(87), 0U);
  EXPECT_EQ(clock.week_of(93), 0U);
  EXPECT_EQ(clock.week_of(94), 1U);
  EXPECT_DOUBLE_EQ(clock.calendar(90), 4.0);
  EXPECT_DOUBLE_EQ(clock.at(90), 8.0);
  EXPECT_DOUBLE_EQ(clock.at(93), 14.0);
  EXPECT_DOUBLE_EQ(clock.at(96), 15.5);
  EXPECT_DOUBLE_EQ(clock.at(100), 17.5);
}

TEST(ShopClock, StandsStillWhileTheShopIsClosed) {
  const ShopClock clock(100, {1.0, 0.0, 1.0});
  EXPECT_DOUBLE_EQ(clock.at(86), 7.0);
  EXPECT_DOUBLE_EQ(clock.at(93), 7.0);
  EXPECT_DOUBLE_EQ(clock.at(94), 8.0);
}

class ShopWeeksOfALog : public testing::Test {
 protected:
  void SetUp() override {
    events_ = test::shop_log({}, 1);
    customers::OrderHistoryOptions options;
    options.end_day = test::calibration_end({});
    history_ = customers::make_order_history(on_threads(1), events_, options);
    summary_ = customers::summarize(on_threads(1), history_);
  }
  EventTable events_;
  customers::OrderHistory history_;
  customers::CalibrationSummary summary_;
};

TEST_F(ShopWeeksOfALog, OnTheCalendarAreTheSummaryItself) {
  const auto counts = counts_on(ShopClock(summary_.end_day, 40), history_, summary_);
  EXPECT_EQ(counts.frequency, summary_.counts.frequency);
  EXPECT_EQ(counts.recency, summary_.counts.recency);
  EXPECT_EQ(counts.age, summary_.counts.age);
}

// At the maximum of the likelihood the derivative by log alpha vanishes: the sum over customers of
// alpha E[rate] - r. So does that by log r and with them, as x is the count of a process with the
// compensator E[rate x time alive], orders less exposure.
TEST_F(ShopWeeksOfALog, ExpectAsManyOrdersAsThereWereAtTheMaximum) {
  const ShopClock clock(summary_.end_day, 40);
  const auto counts = counts_on(clock, history_, summary_);
  const auto fit = customers::fit_lifetime(on_threads(1), "bg-nbd", counts);
  const ShopWeeks weeks = shop_weeks(on_threads(1), clock, history_, summary_, counts, fit);
  const double orders = std::accumulate(weeks.orders.begin(), weeks.orders.end(), 0.0);
  const double exposure = std::accumulate(weeks.exposure.begin(), weeks.exposure.end(), 0.0);
  EXPECT_EQ(orders, std::accumulate(counts.frequency.begin(), counts.frequency.end(), 0.0));
  EXPECT_NEAR(exposure, orders, 1e-4 * orders);
}

}  // namespace
}  // namespace tenure::simulator
