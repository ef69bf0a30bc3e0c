#include "log_builder.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/health.hpp>
#include <tenure/customers/order_history.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace tenure::customers {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int32_t kToday = 1000;

// Gaps of 100, 300 and 60 days; values 10, 20, 30, 60.
const std::vector<std::int32_t> kDays = {500, 600, 900, 960};
const std::vector<Money> kValues = {10'000'000, 20'000'000, 30'000'000, 60'000'000};
const Activity kActivity = {true, 7, 4, 1, 2, 8.0, 2.0};

HealthScale scale_of_today() {
  HealthScale scale;
  scale.as_of = kToday;
  scale.median_revenue = 45.0;
  return scale;
}

std::optional<double> value(Indicator indicator, const std::vector<std::int32_t>& days = kDays,
                            const std::vector<Money>& values = kValues) {
  return indicator_value(indicator, {}, {}, scale_of_today(), days, values, kActivity);
}

Health health_of(const HealthScale& scale, const std::vector<std::int32_t>& days = kDays,
                 const std::vector<Money>& values = kValues) {
  return customer_health({}, {}, scale, days, values, kActivity);
}

TEST(Indicators, EachByHand) {
  EXPECT_DOUBLE_EQ(value(Indicator::kRecency).value(), 40);
  EXPECT_DOUBLE_EQ(value(Indicator::kRhythm).value(), 40 / (460.0 / 3));
  EXPECT_DOUBLE_EQ(value(Indicator::kFrequency).value(), 2);  // 900 and 960
  // Mean gap 153 1/3; squared deviations 2844.4, 21511.1, 8711.1.
  EXPECT_NEAR(value(Indicator::kRegularity).value(), 104.9868 / 153.3333, 1e-6);
  EXPECT_DOUBLE_EQ(value(Indicator::kOrderTrend).value(), 1);  // two in 821-1000, none in 641-820
  EXPECT_DOUBLE_EQ(value(Indicator::kTenure).value(), 460);
  EXPECT_DOUBLE_EQ(value(Indicator::kMonetary).value(), 2);     // 90 against a median of 45
  EXPECT_DOUBLE_EQ(value(Indicator::kBasketTrend).value(), 3);  // 60 against a mean of 20
  EXPECT_DOUBLE_EQ(value(Indicator::kVariety).value(), 7);
  EXPECT_DOUBLE_EQ(value(Indicator::kReturns).value(), 0.25);
  EXPECT_DOUBLE_EQ(value(Indicator::kEngagement).value(), 4);
  EXPECT_DOUBLE_EQ(value(Indicator::kAdvocacy).value(), 3);
}

TEST(Indicators, WindowsEndWithTodayAndStartAfterTheirLength) {
  EXPECT_DOUBLE_EQ(value(Indicator::kFrequency, {635, 636, 1000}).value(), 2);
  // 640 is the last day of neither half, 641 the first of the earlier, 821 of the later.
  EXPECT_DOUBLE_EQ(value(Indicator::kOrderTrend, {640, 641, 820, 821}).value(), -1.0 / 3);
}

TEST(Indicators, AreEmptyWhereAHistoryIsTooShort) {
  const std::vector<Money> one = {10'000'000};
  for (const Indicator indicator : {Indicator::kRhythm, Indicator::kRegularity,
                                    Indicator::kOrderTrend, Indicator::kBasketTrend}) {
    EXPECT_FALSE(value(indicator, {990}, one).has_value()) << to_string(indicator);
  }
  EXPECT_FALSE(value(Indicator::kRegularity, {900, 990}, {1, 2}).has_value());
  EXPECT_FALSE(value(Indicator::kOrderTrend, {641, 990}, {1, 2}).has_value()) << "known too short";
  EXPECT_FALSE(value(Indicator::kOrderTrend, {100, 200}, {1, 2}).has_value()) << "idle too long";
  EXPECT_FALSE(value(Indicator::kBasketTrend, {900, 990}, {-5, 10}).has_value());
}

TEST(IndicatorScore, IsLinearBetweenBadAndGoodAndFlatBeyond) {
  const IndicatorOptions falling = {1, 180, 14};
  EXPECT_DOUBLE_EQ(indicator_score(200, falling), 0);
  EXPECT_DOUBLE_EQ(indicator_score(97, falling), 0.5);
  EXPECT_DOUBLE_EQ(indicator_score(0, falling), 1);
  const IndicatorOptions rising = {1, 0, 6};
  EXPECT_DOUBLE_EQ(indicator_score(-1, rising), 0);
  EXPECT_DOUBLE_EQ(indicator_score(1.5, rising), 0.25);
  EXPECT_DOUBLE_EQ(indicator_score(60, rising), 1);
}

// Scores by hand from the values above and the default ends; the weights add up to 100.
TEST(HealthIndex, AddsUpByHand) {
  const Health health = health_of(scale_of_today());
  const double expected = 15 * (140.0 / 166)  // recency
                          + 15                // rhythm .26: better than good
                          + 12 * (2.0 / 6)    // frequency
                          + 5 * ((1.5 - 104.98677 / 153.33333) / 1.2)  // regularity
                          + 10 + 5                                     // order_trend, tenure
                          + 12 * (2.0 / 3)                             // monetary
                          + 6                                          // basket_trend
                          + 6 * (7.0 / 20)                             // variety
                          + 4 * (0.05 / 0.3)                           // returns
                          + 5 * (4.0 / 10) + 5;                        // engagement, advocacy
  EXPECT_NEAR(health.index.value(), expected, 1e-4);
  EXPECT_NEAR(health.contribution[0].value(), 15 * 140.0 / 166, 1e-5);
}

TEST(HealthIndex, IsTheSumOfItsContributions) {
  double sum = 0;
  const Health health = health_of(scale_of_today());
  for (const auto& points : health.contribution) sum += static_cast<double>(points.value());
  EXPECT_NEAR(health.index.value(), sum, 1e-4);
}

// Recency 40 of weight 15 and frequency 2 of weight 12 alone: 100 / 27 x (15 x 140/166 + 12 x 1/3).
TEST(HealthIndex, WeighsTheRestUpWhereIndicatorsAreLeftOut) {
  HealthScale scale = scale_of_today();
  for (std::size_t i = 0; i < kIndicators; ++i) {
    if (i != 0 && i != 2) scale.left_out[i] = "not here";
  }
  const Health health = health_of(scale);
  EXPECT_NEAR(health.index.value(), 100.0 / 27 * (15 * 140.0 / 166 + 4), 1e-9);
  EXPECT_FALSE(health.contribution[1].has_value());
  for (std::string& why : scale.left_out) why = "not here";
  EXPECT_FALSE(health_of(scale).index.has_value());
}

TEST(HealthIndex, OfACustomerWithOneOrderRestsOnWhatItHas) {
  const Health health = health_of(scale_of_today(), {1000}, {10'000'000});
  EXPECT_FALSE(health.contribution[1].has_value());
  EXPECT_FALSE(health.contribution[3].has_value());
  // Without rhythm, regularity, the trends: weights 15 + 12 + 5 + 12 + 6 + 4 + 5 + 5 = 64.
  const double points =
      15 + 12 / 6.0 + 0 + 12 * (10.0 / 45 / 3) + 6 * 0.35 + 4 * (0.05 / 0.3) + 5 * 0.4 + 5;
  EXPECT_NEAR(health.index.value(), 100.0 / 64 * points, 1e-9);
}

TEST(HealthIndex, StaysWithinBoundsForNegativeSpend) {
  const Health health = health_of(scale_of_today(), kDays, {-1, -2, -3'000'000, -4});
  EXPECT_GE(health.index.value(), 0);
  EXPECT_LE(health.index.value(), 100);
  EXPECT_EQ(health.contribution[6].value(), 0);
}

TEST(HealthLevel, OfTheMission) {
  EXPECT_EQ(health_level(75), HealthLevel::kHealthy);
  EXPECT_EQ(health_level(74.9), HealthLevel::kFair);
  EXPECT_EQ(health_level(50), HealthLevel::kFair);
  EXPECT_EQ(health_level(49.9), HealthLevel::kWarning);
}

HealthScale scale_of(const EventTable& events) {
  OrderHistoryOptions until;
  until.end_day = last_event_day(events);
  const OrderHistory history = make_order_history(test::threads(2), events, until);
  return make_health_scale({}, {}, history,
                           make_activity(test::threads(2), events, history.end_day));
}

std::string why(const HealthScale& scale, Indicator indicator) {
  return scale.left_out[static_cast<std::size_t>(indicator)];
}

TEST(HealthScale, NamesWhatTheLogCannotSupport) {
  const HealthScale poor = scale_of(
      test::LogBuilder(false).add("a", "x", "2024-01-01").add("b", "x", "2024-01-01").table());
  EXPECT_THAT(why(poor, Indicator::kRecency), IsEmpty());
  EXPECT_THAT(why(poor, Indicator::kFrequency), IsEmpty());
  EXPECT_THAT(why(poor, Indicator::kTenure), IsEmpty());
  EXPECT_THAT(why(poor, Indicator::kRhythm), HasSubstr("two orders"));
  EXPECT_THAT(why(poor, Indicator::kRegularity), HasSubstr("three orders"));
  EXPECT_THAT(why(poor, Indicator::kOrderTrend), HasSubstr("trend_days"));
  EXPECT_THAT(why(poor, Indicator::kMonetary), HasSubstr("prices"));
  EXPECT_THAT(why(poor, Indicator::kBasketTrend), HasSubstr("prices"));
  EXPECT_THAT(why(poor, Indicator::kVariety), HasSubstr("two goods"));
  EXPECT_THAT(why(poor, Indicator::kReturns), HasSubstr("returns"));
  EXPECT_THAT(why(poor, Indicator::kEngagement), HasSubstr("views"));
  EXPECT_THAT(why(poor, Indicator::kAdvocacy), HasSubstr("shares"));
}

TEST(HealthScale, LeavesNothingOutOfARichLog) {
  const HealthScale rich = scale_of(test::LogBuilder()
                                        .add("a", "x", "2023-01-01", EventKind::kPurchase, 2)
                                        .add("a", "y", "2023-06-01")
                                        .add("a", "y", "2024-01-01")
                                        .add("a", "y", "2024-01-02", EventKind::kView)
                                        .add("a", "y", "2024-01-03", EventKind::kReview)
                                        .add("a", "x", "2024-01-04", EventKind::kReturn)
                                        .table());
  for (const std::string& left_out : rich.left_out) EXPECT_EQ(left_out, "");
  // The order of January 2023 is out of the window: two times 10.
  EXPECT_DOUBLE_EQ(rich.median_revenue.value(), 20);
}

TEST(HealthScale, RefusesOptionsThatMeasureNothing) {
  HealthOptions options;
  for (auto& one : options.indicators) one.weight = 0;
  const OrderHistory none;
  ActivityTable activity;
  EXPECT_THROW(make_health_scale(options, {}, none, activity), ArgumentError);
  options = {};
  options.indicators[2].good = options.indicators[2].bad;
  EXPECT_THROW(make_health_scale(options, {}, none, activity), ArgumentError);
  options = {};
  activity.as_of = 5;
  EXPECT_THROW(make_health_scale(options, {}, none, activity), ArgumentError) << "another day";
}

}  // namespace
}  // namespace tenure::customers
