#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/survival.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tenure::customers {
namespace {

using testing::ElementsAre;

// Weeks of remission under 6-MP (Freireich and others 1963, as in Gehan 1965).
const std::vector<double> kWeeks = {6,  6,  6,  6,  7,  9,  10, 10, 11, 13, 16,
                                    17, 19, 20, 22, 23, 25, 32, 32, 34, 35};
const std::vector<std::uint8_t> kRelapsed = {1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1,
                                             0, 0, 0, 1, 1, 0, 0, 0, 0, 0};

TEST(KaplanMeier, ReproducesThePublishedRemissionCurve) {
  const SurvivalCurve curve = kaplan_meier(kWeeks, kRelapsed);
  struct Row {
    double time;
    std::uint64_t at_risk;
    std::uint64_t left;
    double survival, error, lower, upper;
  };
  // Published in four decimals, with the log-log limits of Kalbfleisch and Prentice.
  const std::vector<Row> published = {
      {6, 21, 3, .8571, .0764, .6197, .9516},  {7, 17, 1, .8067, .0869, .5631, .9228},
      {10, 15, 1, .7529, .0963, .5032, .8894}, {13, 12, 1, .6902, .1068, .4316, .8491},
      {16, 11, 1, .6275, .1141, .3675, .8049}, {22, 7, 1, .5378, .1282, .2678, .7468},
      {23, 6, 1, .4482, .1346, .1881, .6801}};
  ASSERT_EQ(curve.steps.size(), published.size());
  for (std::size_t i = 0; i < published.size(); ++i) {
    const SurvivalStep& step = curve.steps[i];
    EXPECT_EQ(step.time, published[i].time);
    EXPECT_EQ(step.at_risk, published[i].at_risk);
    EXPECT_EQ(step.left, published[i].left);
    EXPECT_NEAR(step.survival, published[i].survival, 5e-5);
    EXPECT_NEAR(step.standard_error, published[i].error, 5e-5);
    EXPECT_NEAR(step.lower, published[i].lower, 6e-5);
    EXPECT_NEAR(step.upper, published[i].upper, 6e-5);
  }
  EXPECT_EQ(curve.customers, 21U);
  EXPECT_EQ(curve.left, 9U);
  EXPECT_EQ(curve.quantile(0.5).value(), 23);
  EXPECT_FALSE(curve.quantile(0.6).has_value());
  EXPECT_EQ(curve.at(5.9).value(), 1.0);
  EXPECT_NEAR(curve.at(12).value(), .7529, 5e-5);
  EXPECT_FALSE(curve.at(35.5).has_value());
  EXPECT_FALSE(curve.step_at(5).has_value());
}

// Five customers: two leave at 1, one is censored at 2 where another leaves, one leaves at 3.
TEST(KaplanMeier, AddsUpByHand) {
  const SurvivalCurve curve =
      kaplan_meier(std::vector<double>{3, 1, 2, 1, 2}, std::vector<std::uint8_t>{1, 1, 0, 1, 1},
                   SurvivalBand::kGreenwood, 0.95);
  ASSERT_EQ(curve.steps.size(), 3U);
  EXPECT_DOUBLE_EQ(curve.steps[0].survival, 3.0 / 5);
  EXPECT_DOUBLE_EQ(curve.steps[1].survival, 3.0 / 5 * 2 / 3);
  EXPECT_EQ(curve.steps[1].at_risk, 3U);  // the censored one is still at risk
  EXPECT_EQ(curve.steps[2].survival, 0.0);
  const double v = 2.0 / (5 * 3) + 1.0 / (3 * 2);
  EXPECT_NEAR(curve.steps[1].standard_error, 0.4 * std::sqrt(v), 1e-15);
  EXPECT_EQ(curve.steps[0].upper, 1.0);  // 0.6 + 1.96 x 0.219
  EXPECT_NEAR(curve.steps[0].lower, 0.6 - 1.959963984540054 * 0.6 * std::sqrt(2.0 / 15), 1e-12);
  EXPECT_EQ(curve.at(99).value(), 0.0);
  EXPECT_EQ(curve.quantile(0.5).value(), 2.0);
  EXPECT_NEAR(curve.restricted_mean(3), 1 + 0.6 + 0.4, 1e-15);
  EXPECT_NEAR(curve.restricted_mean(1.5), 1 + 0.3, 1e-15);
  EXPECT_THROW(curve.restricted_mean(3.1), ArgumentError);
  EXPECT_THROW(curve.quantile(1), ArgumentError);
}

TEST(KaplanMeier, BandsCoverTheTruth) {
  // Exponential lifetimes of mean 1 censored by exponential times of mean 2: at t = 1 the curve is
  // exp(-1). Of 1,000 bands at 95 %, coverage is within 3 standard errors (2.1 points) of 95 %.
  int covered = 0;
  for (std::uint32_t replication = 0; replication < 1000; ++replication) {
    RandomStream stream(5, {Purpose::kTest, 0, replication, 0});
    std::vector<double> time;
    std::vector<std::uint8_t> left;
    for (int i = 0; i < 150; ++i) {
      const double life = draw_exponential(stream);
      const double end = draw_exponential(stream, 0.5);
      time.push_back(std::min(life, end));
      left.push_back(life <= end ? 1 : 0);
    }
    const SurvivalStep step = kaplan_meier(time, left).step_at(1.0).value();
    covered += step.lower <= std::exp(-1.0) && std::exp(-1.0) <= step.upper ? 1 : 0;
  }
  EXPECT_GE(covered, 929);
  EXPECT_LE(covered, 971);
}

TEST(KaplanMeier, NeedsSoundInput) {
  const std::vector<std::uint8_t> one = {1};
  EXPECT_THROW(kaplan_meier(std::vector<double>{}, one), ArgumentError);
  EXPECT_THROW(kaplan_meier(std::vector{-1.0}, one), ArgumentError);
  EXPECT_THROW(kaplan_meier(std::vector{std::nan("")}, one), ArgumentError);
  EXPECT_THROW(kaplan_meier(std::vector{1.0}, one, SurvivalBand::kLogLog, 1.0), ArgumentError);
  const SurvivalCurve nobody = kaplan_meier(std::vector<double>{}, std::vector<std::uint8_t>{});
  EXPECT_FALSE(nobody.at(0).has_value());
}

// Log of days 0 to 100, silence of 30 days.
// 0: orders 0, 10, 20: left on day 20. 1: orders 0, 25, 50, 75: there on day 70, censored at 70.
// 2: orders 10, 60: left on day 10 of the log (life 0), came back. 3: order 71: too recent.
// 4: order 70: seen to leave on day 0 of its life just in time. 5: none.
// 6: orders 30, 55, 71: its last order is after day 70: censored at 40.
OrderHistory lives() {
  OrderHistory history;
  history.row_start = {0, 3, 7, 9, 10, 11, 11, 14};
  history.day = {0, 10, 20, 0, 25, 50, 75, 10, 60, 71, 70, 30, 55, 71};
  history.value.assign(history.day.size(), 1);
  history.region = {0, 1, 0, 0, 1, kNoRegion, 1};
  history.end_day = 100;
  return history;
}

TEST(CustomerLifetimes, FollowTheirRuleByHand) {
  const Lifetimes l = customer_lifetimes(lives(), {30, false});
  EXPECT_THAT(l.days, ElementsAre(20, 70, 0, 0, 40));
  EXPECT_THAT(l.left, ElementsAre(1, 0, 1, 1, 0));
  EXPECT_EQ(l.too_recent, 1U);
  EXPECT_EQ(l.comebacks, 1U);
}

TEST(CustomerLifetimes, MayForgiveComebacks) {
  const Lifetimes l = customer_lifetimes(lives(), {30, true});
  EXPECT_THAT(l.days, ElementsAre(20, 70, 50, 0, 40));
  EXPECT_THAT(l.left, ElementsAre(1, 0, 1, 1, 0));
}

TEST(CustomerLifetimes, OfRegionsAndBadRules) {
  EXPECT_THAT(customer_lifetimes(lives(), {30, false}, 1).days, ElementsAre(70, 0, 40));
  EXPECT_THROW(customer_lifetimes(lives(), {0, false}), ArgumentError);
  OrderHistory history = lives();
  history.region.clear();
  EXPECT_THROW(customer_lifetimes(history, {30, false}, 1), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
