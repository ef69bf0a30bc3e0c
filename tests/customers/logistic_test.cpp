#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/logistic.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace tenure::customers {
namespace {

using test::threads;
using Outcomes = std::vector<std::uint8_t>;

struct Sample {
  std::vector<double> x;
  Outcomes y;
};

constexpr std::array<double, 4> kTruth = {-0.5, 1.0, -0.7, 0.0};  // intercept first

Sample draw(std::uint32_t rows, std::uint64_t seed) {
  Sample sample;
  for (std::uint32_t i = 0; i < rows; ++i) {
    RandomStream stream(seed, {Purpose::kTest, 3, i, 0});
    double odds = kTruth[0];
    double shared = draw_normal(stream);
    for (std::size_t j = 1; j < kTruth.size(); ++j) {
      const double value = 0.5 * shared + draw_normal(stream);
      sample.x.push_back(value);
      odds += kTruth[j] * value;
    }
    sample.y.push_back(draw_bernoulli(stream, logistic(odds)) ? 1 : 0);
  }
  return sample;
}

// A 2 x 2 table: intercept and slope are log odds and log odds ratio, with Woolf's standard error.
TEST(Logistic, GivesTheOddsRatioOfATwoByTwoTable) {
  std::vector<double> x;
  Outcomes y;
  const auto add = [&](int count, double value, std::uint8_t outcome) {
    for (int i = 0; i < count; ++i) {
      x.push_back(value);
      y.push_back(outcome);
    }
  };
  add(12, 0, 1);
  add(38, 0, 0);
  add(45, 1, 1);
  add(25, 1, 0);
  const LogisticFit fit = fit_logistic(threads(1), x, 1, y);
  EXPECT_NEAR(fit.intercept, std::log(12.0 / 38), 1e-8);
  EXPECT_NEAR(fit.coefficients[0], std::log(45.0 * 38 / (25 * 12)), 1e-8);
  EXPECT_NEAR(fit.standard_errors[0], std::sqrt(1.0 / 12 + 1.0 / 38), 1e-7);
  EXPECT_NEAR(fit.standard_errors[1], std::sqrt(1.0 / 12 + 1.0 / 38 + 1.0 / 45 + 1.0 / 25), 1e-7);
  EXPECT_NEAR(fit.log_likelihood,
              12 * std::log(12.0 / 50) + 38 * std::log(38.0 / 50) + 45 * std::log(45.0 / 70) +
                  25 * std::log(25.0 / 70),
              1e-9);
}

TEST(Logistic, RecoversTheTruthWithinItsStandardErrors) {
  const Sample sample = draw(20'000, 1);
  const LogisticFit fit = fit_logistic(threads(2), sample.x, 3, sample.y);
  // Four standard errors each: one false alarm in 4,000 for four of them; the seed is fixed.
  EXPECT_NEAR(fit.intercept, kTruth[0], 4 * fit.standard_errors[0]);
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(fit.coefficients[j], kTruth[j + 1], 4 * fit.standard_errors[j + 1]) << j;
    EXPECT_GT(fit.standard_errors[j + 1], 0.01);
    EXPECT_LT(fit.standard_errors[j + 1], 0.03);
  }
}

TEST(Logistic, NinetyFivePerCentIntervalsCoverTheTruth) {
  int covered = 0;
  const int samples = 300;
  for (int k = 0; k < samples; ++k) {
    const Sample sample = draw(500, 100 + static_cast<std::uint64_t>(k));
    const LogisticFit fit = fit_logistic(threads(1), sample.x, 3, sample.y);
    covered += std::abs(fit.coefficients[0] - kTruth[1]) <= 1.96 * fit.standard_errors[1] ? 1 : 0;
  }
  // Binomial standard error sqrt(.95 x .05 / 300) = .0126; three and a half of them.
  EXPECT_NEAR(covered / static_cast<double>(samples), 0.95, 0.044);
}

TEST(Logistic, APenaltyMeetsItsStationaryCondition) {
  const Sample sample = draw(800, 5);
  LogisticOptions options;
  options.l2 = 40.0;
  const LogisticFit fit = fit_logistic(threads(1), sample.x, 3, sample.y, options);
  std::array<double, 4> gradient{};
  for (std::size_t i = 0; i < sample.y.size(); ++i) {
    double odds = fit.intercept;
    for (std::size_t j = 0; j < 3; ++j) odds += fit.coefficients[j] * sample.x[3 * i + j];
    const double residual = sample.y[i] - 1 / (1 + std::exp(-odds));
    gradient[0] += residual;
    for (std::size_t j = 0; j < 3; ++j) gradient[j + 1] += residual * sample.x[3 * i + j];
  }
  EXPECT_NEAR(gradient[0], 0, 1e-5);
  for (std::size_t j = 0; j < 3; ++j) {
    EXPECT_NEAR(gradient[j + 1], options.l2 * fit.coefficients[j], 1e-5);
  }
}

TEST(Logistic, IsTheSameBytesAtAnyNumberOfThreads) {
  const Sample sample = draw(9000, 6);
  const LogisticFit one = fit_logistic(threads(1), sample.x, 3, sample.y);
  for (const int n : {2, 3, 8}) {
    const LogisticFit other = fit_logistic(threads(n), sample.x, 3, sample.y);
    EXPECT_EQ(one.coefficients, other.coefficients);
    EXPECT_EQ(one.standard_errors, other.standard_errors);
    EXPECT_EQ(one.log_likelihood, other.log_likelihood);
  }
}

TEST(Logistic, RefusesDataWithoutASingleMaximum) {
  const std::vector<double> x = {1, 2, 3, 4, 5, 6};
  EXPECT_THROW(fit_logistic(threads(1), x, 1, Outcomes{0, 0, 0, 1, 1, 1}), NumericalError);
  EXPECT_THROW(fit_logistic(threads(1), x, 1, Outcomes{1, 1, 1, 1, 1, 1}), NumericalError);
  const std::vector<double> twice = {1, 1, 2, 2, 3, 3, 4, 4};
  EXPECT_THROW(fit_logistic(threads(1), twice, 2, Outcomes{0, 1, 0, 1}), NumericalError);
  LogisticOptions penalised;  // a penalty makes the maximum single again
  penalised.l2 = 1.0;
  const LogisticFit fit = fit_logistic(threads(1), twice, 2, Outcomes{0, 1, 0, 1}, penalised);
  EXPECT_NEAR(fit.coefficients[0], fit.coefficients[1], 1e-9);
}

TEST(Logistic, ChecksItsArguments) {
  const std::vector<double> x = {1, 2, 3};
  EXPECT_THROW(fit_logistic(threads(1), {}, 0, {}), ArgumentError);
  EXPECT_THROW(fit_logistic(threads(1), x, 2, Outcomes{0, 1}), ArgumentError);
  EXPECT_THROW(fit_logistic(threads(1), x, 1, Outcomes{0, 1, 2}), ArgumentError);
  const std::vector<double> odd = {1, std::numeric_limits<double>::infinity(), 3};
  EXPECT_THROW(fit_logistic(threads(1), odd, 1, Outcomes{0, 1, 0}), ArgumentError);
  LogisticOptions options;
  options.l2 = -1;
  EXPECT_THROW(fit_logistic(threads(1), x, 1, Outcomes{0, 1, 0}, options), ArgumentError);
}

TEST(Logistic, DoesNotOverflow) {
  EXPECT_EQ(logistic(1000), 1.0);
  EXPECT_EQ(logistic(-1000), 0.0);
  EXPECT_EQ(logistic(0), 0.5);
}

}  // namespace
}  // namespace tenure::customers
