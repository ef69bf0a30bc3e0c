#include "customers_test_support.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/customers/tracking.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

namespace tenure::customers {
namespace {

using test::threads;

// Expectations that can be followed by hand: t orders by t, and x + t ahead.
LifetimeExpectations plain() {
  return {[](double t) { return t; }, [](double x, double, double, double t) { return x + t; }};
}

// Customer 0: days 0, 10, 20, 30; customer 1: day 8 only.
OrderHistory small_history() {
  OrderHistory history;
  history.row_start = {0, 4, 5};
  history.day = {0, 10, 20, 30, 8};
  history.value.assign(5, 0);
  history.end_day = 35;
  return history;
}

CalibrationSummary small_calibration() {
  CalibrationOptions options;
  options.end_day = 15;
  return summarize(threads(1), small_history(), options);
}

TEST(HoldoutReport, FollowsCumulativeOrdersFromEachCustomersOwnStart) {
  HoldoutOptions options;
  options.units = 2;
  const HoldoutReport r =
      holdout_report(threads(2), small_history(), small_calibration(), plain(), options);
  ASSERT_EQ(r.tracking.size(), 5U);  // days 1, 8, 15 | 22, 29
  const std::array<int, 5> days = {1, 8, 15, 22, 29};
  const std::array<std::uint64_t, 5> actual = {0, 0, 1, 2, 2};
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_EQ(r.tracking[k].day, days[k]);
    EXPECT_EQ(r.tracking[k].actual, actual[k]);
    EXPECT_DOUBLE_EQ(r.tracking[k].expected, days[k] / 7.0 + std::max(0, days[k] - 8) / 7.0);
  }
  EXPECT_EQ(r.holdout_end, 29);
  EXPECT_EQ(r.actual_orders, 1U);  // day 20; day 30 is after the holdout
  EXPECT_DOUBLE_EQ(r.expected_orders, 3 + 2);
  ASSERT_EQ(r.by_frequency.size(), 8U);
  EXPECT_EQ(r.by_frequency[1].customers, 1U);
  EXPECT_DOUBLE_EQ(r.by_frequency[1].actual_mean, 1);
  EXPECT_DOUBLE_EQ(r.by_frequency[1].expected_mean, 3);
  EXPECT_DOUBLE_EQ(r.by_frequency[0].expected_mean, 2);
  EXPECT_EQ(r.by_frequency[5].customers, 0U);
  EXPECT_DOUBLE_EQ(r.mean_absolute_error, (2.0 + 2.0) / 2);
}

TEST(HoldoutReport, GathersTheTopClass) {
  HoldoutOptions options;
  options.units = 1;
  options.top_frequency = 0;
  const HoldoutReport r =
      holdout_report(threads(1), small_history(), small_calibration(), plain(), options);
  ASSERT_EQ(r.by_frequency.size(), 1U);
  EXPECT_EQ(r.by_frequency[0].customers, 2U);
  EXPECT_DOUBLE_EQ(r.by_frequency[0].actual_mean, 0.5);
}

TEST(HoldoutReport, TakesAModelForEachCustomer) {
  HoldoutOptions options;
  options.units = 2;
  const LifetimeExpectations nothing = {[](double) { return 0.0; },
                                        [](double, double, double, double) { return 0.0; }};
  const std::vector<LifetimeExpectations> same = {plain(), plain()};
  const std::vector<LifetimeExpectations> second = {nothing, plain()};
  const auto report = [&](std::span<const LifetimeExpectations> models) {
    return holdout_report(threads(2), small_history(), small_calibration(), models, options);
  };
  const HoldoutReport shared =
      holdout_report(threads(2), small_history(), small_calibration(), plain(), options);
  EXPECT_DOUBLE_EQ(report(same).tracking[4].expected, shared.tracking[4].expected);
  EXPECT_EQ(report(same).expected_orders, shared.expected_orders);
  EXPECT_DOUBLE_EQ(report(second).tracking[4].expected, (29 - 8) / 7.0);
  EXPECT_DOUBLE_EQ(report(second).expected_orders, 2);
  EXPECT_THROW(report(std::span(same).first(1)), ArgumentError);
}

TEST(HoldoutReport, RefusesWhatDoesNotFit) {
  const OrderHistory history = small_history();
  CalibrationSummary calibration = small_calibration();
  HoldoutOptions options;
  options.units = 3;  // to day 36, the history ends with day 35
  EXPECT_THROW(holdout_report(threads(1), history, calibration, plain(), options), ArgumentError);
  options.units = 0;
  EXPECT_THROW(holdout_report(threads(1), history, calibration, plain(), options), ArgumentError);
  options.units = 1;
  calibration.counts.days_per_unit = 2.5;
  EXPECT_THROW(holdout_report(threads(1), history, calibration, plain(), options), ArgumentError);
  calibration = small_calibration();
  calibration.customer[1] = 7;
  EXPECT_THROW(holdout_report(threads(1), history, calibration, plain(), options), ArgumentError);
  const LifetimeExpectations broken = {
      [](double) { return std::numeric_limits<double>::quiet_NaN(); },
      [](double, double, double, double) { return 0.0; }};
  EXPECT_THROW(holdout_report(threads(2), history, small_calibration(), broken, options),
               NumericalError);
}

TEST(HoldoutReport, GivesThePublishedHoldoutOfCdnow) {
  TENURE_REQUIRE_DATA(path, "cdnow/CDNOW_sample.txt");
  const OrderHistory history = make_order_history(threads(2), test::cdnow_events(path));
  CalibrationOptions options;
  options.end_day = test::day("1997-09-30");
  const CalibrationSummary calibration = summarize(threads(2), history, options);
  const HoldoutReport one = holdout_report(threads(1), history, calibration,
                                           expectations({0.2426, 4.4136, 0.7929, 2.4259}));
  // The actual row of BTYD's table by calibration frequency.
  const std::array<double, 8> actual = {.237, .697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359};
  for (std::size_t x = 0; x < 8; ++x) {
    EXPECT_NEAR(one.by_frequency[x].actual_mean, actual[x], 0.0006) << x;
  }
  EXPECT_EQ(one.by_frequency[0].customers, 1411U);
  EXPECT_EQ(one.tracking.back().day, test::day("1998-06-30"));
  // Every repeat day of the file: 6,696 customer days less 2,357 first ones.
  EXPECT_EQ(one.tracking.back().actual, 4339U);
  EXPECT_EQ(one.tracking[one.tracking.size() - 40].day, test::day("1997-09-30"));
  EXPECT_EQ(one.tracking[one.tracking.size() - 40].actual + one.actual_orders, 4339U);
  // The paper finds the model within a few per cent of the cumulative orders at the end.
  EXPECT_NEAR(one.tracking.back().expected / 4339.0, 1.0, 0.05);
  const HoldoutReport eight = holdout_report(threads(8), history, calibration,
                                             expectations({0.2426, 4.4136, 0.7929, 2.4259}));
  EXPECT_EQ(eight.expected_orders, one.expected_orders);
  EXPECT_EQ(eight.mean_absolute_error, one.mean_absolute_error);
  EXPECT_EQ(eight.tracking.back().expected, one.tracking.back().expected);
}

// BTYD's vignette: actual and expected orders by repeat orders in the calibration.
TEST(HoldoutReport, GivesThePublishedTableOfParetoNbdOnCdnow) {
  TENURE_REQUIRE_DATA(path, "cdnow/CDNOW_sample.txt");
  const OrderHistory history = make_order_history(threads(2), test::cdnow_events(path));
  const CalibrationSummary calibration = test::cdnow_summary(path);
  const FitReport fit = fit_lifetime(threads(2), "pareto-nbd", calibration.counts);
  const HoldoutReport report =
      holdout_report(threads(2), history, calibration, expectations(lifetime_model(fit)));
  const std::array<double, 8> actual = {.237, .697, 1.393, 1.560, 2.532, 2.947, 3.862, 6.359};
  const std::array<double, 8> expected = {.138, .600, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403};
  for (std::size_t x = 0; x < 8; ++x) {
    EXPECT_NEAR(report.by_frequency[x].actual_mean, actual[x], 0.01) << x;
    EXPECT_NEAR(report.by_frequency[x].expected_mean, expected[x], 0.01) << x;
  }
}

}  // namespace
}  // namespace tenure::customers
