#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/churn_metrics.hpp>
#include <tenure/customers/logistic.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <vector>

namespace tenure::customers {
namespace {

using test::threads;
using Outcomes = std::vector<std::uint8_t>;

TEST(ChurnMetrics, AreThoseOfAHandComputedExample) {
  const std::vector<double> p = {0.9, 0.8, 0.5, 0.5, 0.2};
  const Outcomes y = {1, 0, 1, 0, 0};
  // Pairs (1, 0): .9 beats .8, .5, .2; .5 loses to .8, ties .5, beats .2: 4.5 of 6.
  EXPECT_DOUBLE_EQ(area_under_curve(p, y), 4.5 / 6);
  EXPECT_NEAR(log_loss(p, y),
              -(std::log(0.9) + std::log(0.2) + std::log(0.5) + std::log(0.5) + std::log(0.8)) / 5,
              1e-15);
  EXPECT_NEAR(brier_score(p, y), (0.01 + 0.64 + 0.25 + 0.25 + 0.04) / 5, 1e-15);
  EXPECT_DOUBLE_EQ(accuracy(p, y), 3.0 / 5);  // one half says 1: wrong on 0.8 and the second 0.5
}

TEST(ChurnMetrics, PerfectAndReversedOrders) {
  const std::vector<double> p = {0.1, 0.2, 0.7, 0.9};
  EXPECT_DOUBLE_EQ(area_under_curve(p, Outcomes{0, 0, 1, 1}), 1.0);
  EXPECT_DOUBLE_EQ(area_under_curve(p, Outcomes{1, 1, 0, 0}), 0.0);
  EXPECT_DOUBLE_EQ(area_under_curve(std::vector<double>(4, 0.3), Outcomes{1, 0, 1, 0}), 0.5);
  EXPECT_TRUE(std::isfinite(log_loss(std::vector<double>{0.0, 1.0}, Outcomes{1, 0})));
}

// Two probabilities, each with two outcomes: the line goes through the observed log odds.
TEST(ChurnMetrics, CalibrationLineMeetsTwoGroupsExactly) {
  std::vector<double> p(30, 0.2);
  p.resize(70, 0.7);
  Outcomes y(70, 0);
  for (std::size_t i = 0; i < 10; ++i) y[i] = 1;        // 10 of 30
  for (std::size_t i = 30; i < 30 + 24; ++i) y[i] = 1;  // 24 of 40
  const double low = std::log(0.2 / 0.8);
  const double high = std::log(0.7 / 0.3);
  const double slope = (std::log(24.0 / 16) - std::log(10.0 / 20)) / (high - low);
  const auto line = calibration_line(p, y);
  ASSERT_TRUE(line.has_value());
  EXPECT_NEAR(line->slope, slope, 1e-9);
  EXPECT_NEAR(line->intercept, std::log(0.5) - slope * low, 1e-9);
}

TEST(ChurnMetrics, CalibrationLineIsEmptyWhereThereIsNone) {
  EXPECT_FALSE(calibration_line(std::vector<double>(4, 0.3), Outcomes{1, 0, 1, 0}));
  EXPECT_FALSE(calibration_line(std::vector<double>{0.1, 0.2, 0.8}, Outcomes{0, 0, 1}));
  EXPECT_FALSE(calibration_line(std::vector<double>{0.1, 0.2, 0.8}, Outcomes{1, 1, 1}));
}

TEST(ChurnMetrics, GroupsAreTheLiftTableAndTheCalibrationCurve) {
  // Ten customers in five groups of two, 4 of 10 positive.
  const std::vector<double> p = {0.95, 0.85, 0.75, 0.65, 0.55, 0.45, 0.35, 0.25, 0.15, 0.05};
  const Outcomes y = {1, 1, 1, 0, 0, 0, 1, 0, 0, 0};
  AssessmentOptions options;
  options.groups = 5;
  options.replicates = 200;
  const ForecastAssessment a = assess_forecast(threads(1), p, y, options);
  EXPECT_EQ(a.customers, 10U);
  EXPECT_EQ(a.positives, 4U);
  EXPECT_DOUBLE_EQ(a.base_rate, 0.4);
  EXPECT_DOUBLE_EQ(a.base_accuracy, 0.6);
  ASSERT_EQ(a.groups.size(), 5U);
  const std::array<double, 5> observed = {1.0, 0.5, 0.0, 0.5, 0.0};
  const std::array<double, 5> captured = {0.5, 0.75, 0.75, 1.0, 1.0};
  for (std::size_t g = 0; g < 5; ++g) {
    EXPECT_EQ(a.groups[g].customers, 2U);
    EXPECT_NEAR(a.groups[g].predicted, 0.9 - 0.2 * static_cast<double>(g), 1e-12);
    EXPECT_DOUBLE_EQ(a.groups[g].observed.value, observed[g]);
    EXPECT_DOUBLE_EQ(a.groups[g].lift.value, observed[g] / 0.4);
    EXPECT_DOUBLE_EQ(a.groups[g].captured, captured[g]);
  }
  EXPECT_DOUBLE_EQ(a.auc.value, area_under_curve(p, y));
  EXPECT_DOUBLE_EQ(a.brier.value, brier_score(p, y));
}

/// Probabilities, and outcomes drawn with them.
struct Calibrated {
  std::vector<double> p;
  Outcomes y;
};
Calibrated calibrated(std::uint32_t n, std::uint64_t seed, double stretch = 1.0) {
  Calibrated data;
  for (std::uint32_t i = 0; i < n; ++i) {
    RandomStream stream(seed, {Purpose::kTest, 1, i, 0});
    const double odds = 1.2 * draw_normal(stream);
    data.p.push_back(logistic(stretch * odds));
    data.y.push_back(draw_bernoulli(stream, logistic(odds)) ? 1 : 0);
  }
  return data;
}

TEST(ChurnMetrics, CalibrationFindsWhatStretchedTheLogOdds) {
  const Calibrated data = calibrated(40'000, 2, 2.0);
  const auto line = calibration_line(data.p, data.y);
  ASSERT_TRUE(line.has_value());
  // Standard error of the slope about 0.006 (information of 40,000 rows); four of them.
  EXPECT_NEAR(line->slope, 0.5, 0.025);
  EXPECT_NEAR(line->intercept, 0.0, 0.05);
}

TEST(ChurnMetrics, IntervalsCoverTheTruth) {
  // Truth from one large sample; the share of 200 small samples whose interval holds it.
  const Calibrated large = calibrated(400'000, 3);
  const double auc = area_under_curve(large.p, large.y);
  const double brier = brier_score(large.p, large.y);
  AssessmentOptions options;
  options.replicates = 200;
  int auc_covered = 0;
  int brier_covered = 0;
  int slope_covered = 0;
  const int samples = 200;
  for (int k = 0; k < samples; ++k) {
    const Calibrated data = calibrated(400, 1000 + static_cast<std::uint64_t>(k));
    const ForecastAssessment a = assess_forecast(threads(2), data.p, data.y, options);
    auc_covered += a.auc.low <= auc && auc <= a.auc.high ? 1 : 0;
    brier_covered += a.brier.low <= brier && brier <= a.brier.high ? 1 : 0;
    slope_covered += a.calibration_slope->low <= 1 && 1 <= a.calibration_slope->high ? 1 : 0;
  }
  // Binomial standard error of a share of .95: sqrt(.95 x .05 / 200) = .0154; four of them, and a
  // percentile bootstrap of 400 customers may be one percent short.
  for (const int covered : {auc_covered, brier_covered, slope_covered}) {
    EXPECT_NEAR(covered / static_cast<double>(samples), 0.95, 0.072);
  }
}

TEST(ChurnMetrics, DifferencesArePairedBySample) {
  const Calibrated data = calibrated(2000, 5);
  std::vector<double> noisy;
  for (std::size_t i = 0; i < data.p.size(); ++i) {
    RandomStream stream(6, {Purpose::kTest, 2, static_cast<std::uint32_t>(i), 0});
    noisy.push_back(logistic(std::log(data.p[i] / (1 - data.p[i])) + 0.3 * draw_normal(stream)));
  }
  AssessmentOptions options;
  options.replicates = 400;
  const ForecastDifference d = compare_forecasts(threads(2), data.p, noisy, data.y, options);
  EXPECT_DOUBLE_EQ(d.auc.value, area_under_curve(data.p, data.y) - area_under_curve(noisy, data.y));
  const ForecastAssessment a = assess_forecast(threads(2), data.p, data.y, options);
  // Forecasts of the same customers rise and fall together: the difference's interval is narrower.
  EXPECT_LT(d.auc.high - d.auc.low, 0.7 * (a.auc.high - a.auc.low));
  const ForecastDifference none = compare_forecasts(threads(1), noisy, noisy, data.y, options);
  EXPECT_EQ(none.auc.low, 0);
  EXPECT_EQ(none.auc.high, 0);
  EXPECT_EQ(none.brier.high, 0);
}

TEST(ChurnMetrics, AreTheSameBytesAtAnyNumberOfThreads) {
  const Calibrated data = calibrated(1000, 7);
  const ForecastAssessment one = assess_forecast(threads(1), data.p, data.y);
  for (const int n : {2, 3, 8}) {
    const ForecastAssessment other = assess_forecast(threads(n), data.p, data.y);
    EXPECT_EQ(std::memcmp(&one.auc, &other.auc, sizeof one.auc), 0);
    EXPECT_EQ(std::memcmp(&one.log_loss, &other.log_loss, sizeof one.auc), 0);
    EXPECT_EQ(std::memcmp(&*one.calibration_slope, &*other.calibration_slope, sizeof one.auc), 0);
    ASSERT_EQ(one.groups.size(), other.groups.size());
    for (std::size_t g = 0; g < one.groups.size(); ++g) {
      EXPECT_EQ(one.groups[g].lift.low, other.groups[g].lift.low);
      EXPECT_EQ(one.groups[g].observed.high, other.groups[g].observed.high);
    }
  }
}

TEST(ChurnMetrics, RefuseBadInput) {
  const std::vector<double> p = {0.1, 0.9, 0.4};
  const Outcomes y = {0, 1, 1};
  EXPECT_THROW(area_under_curve(p, Outcomes{1, 1, 1}), ArgumentError);
  EXPECT_THROW(log_loss({}, {}), ArgumentError);
  EXPECT_THROW(brier_score(p, Outcomes{0, 1}), ArgumentError);
  EXPECT_THROW(brier_score(p, Outcomes{0, 1, 2}), ArgumentError);
  EXPECT_THROW(accuracy(std::vector<double>{0.1, 1.1, 0.2}, y), ArgumentError);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(log_loss(std::vector<double>{0.1, nan, 0.2}, y), ArgumentError);
  AssessmentOptions options;
  options.groups = 4;
  EXPECT_THROW(assess_forecast(threads(1), p, y, options), ArgumentError);
  options.groups = 1;
  options.replicates = 0;
  EXPECT_THROW(assess_forecast(threads(1), p, y, options), ArgumentError);
  options.replicates = 10;
  options.level = 1;
  EXPECT_THROW(compare_forecasts(threads(1), p, p, y, options), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
