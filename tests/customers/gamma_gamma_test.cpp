#include "customers_test_support.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/gamma_gamma.hpp>
#include <tenure/customers/order_history.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tenure::customers {
namespace {

using test::threads;

const GammaGammaParameters kCdnow{6.25, 3.74, 15.44};

struct Spend {
  std::vector<double> frequency, mean;
};

// Customers with 1 to 6 orders, their values drawn one by one.
Spend simulate_spend(const GammaGammaParameters& p, std::uint32_t n, std::uint64_t seed) {
  Spend spend;
  for (std::uint32_t c = 0; c < n; ++c) {
    RandomStream stream(seed, {Purpose::kTest, 0, c, 0});
    const double nu = draw_gamma_gamma_rate(stream, p, 0, 0);
    const double x = 1 + draw_index(stream, 6);
    double sum = 0;
    for (int i = 0; i < static_cast<int>(x); ++i) sum += draw_gamma(stream, p.p, nu);
    spend.frequency.push_back(x);
    spend.mean.push_back(sum / x);
  }
  return spend;
}

// Fader and Hardie (2013), "The Gamma-Gamma model of monetary value", section 4.
TEST(GammaGammaFit, GivesThePublishedEstimatesOnTheCdnowSample) {
  TENURE_REQUIRE_DATA(path, "cdnow/CDNOW_sample.txt");
  const OrderHistory history = make_order_history(threads(2), test::cdnow_events(path));
  CalibrationOptions options;
  options.end_day = test::day("1997-09-30");
  const CalibrationSummary summary = summarize(threads(2), history, options);
  const GammaGammaFit fit =
      fit_gamma_gamma(threads(2), summary.spend_frequency, summary.mean_value);
  EXPECT_EQ(fit.customers, 946U);
  EXPECT_NEAR(fit.parameters.p, 6.25, 0.01 * 6.25);
  EXPECT_NEAR(fit.parameters.q, 3.74, 0.01 * 3.74);
  EXPECT_NEAR(fit.parameters.gamma, 15.44, 0.01 * 15.44);
  EXPECT_NEAR(fit.log_likelihood, -4055.92, 0.1);
  EXPECT_NEAR(
      gamma_gamma_log_likelihood(fit.parameters, summary.spend_frequency, summary.mean_value),
      fit.log_likelihood, 1e-7);
}

// Equation 1a as the paper writes it.
TEST(GammaGammaLikelihood, IsEquationOneA) {
  const std::vector<double> x = {1, 3, 0, 2, 5};
  const std::vector<double> m = {20, 35.5, 99, 0, 7.25};
  const auto& [p, q, gamma] = kCdnow;
  double expected = 0;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}, std::size_t{4}}) {
    const double shape = p * x[i];
    expected += std::log(std::tgamma(shape + q) / (std::tgamma(shape) * std::tgamma(q)) *
                         std::pow(gamma, q) * std::pow(m[i], shape - 1) * std::pow(x[i], shape) /
                         std::pow(gamma + m[i] * x[i], shape + q));
  }
  EXPECT_NEAR(gamma_gamma_log_likelihood(kCdnow, x, m), expected, 1e-11);
}

// The covariance against the curvature of the likelihood by finite differences.
TEST(GammaGammaFit, HasTheCovarianceOfTheLikelihoodsCurvature) {
  const Spend spend = simulate_spend(kCdnow, 3000, 2);
  const GammaGammaFit fit = fit_gamma_gamma(threads(1), spend.frequency, spend.mean);
  const auto value = [&](double dp, double dq, double dg) {
    return gamma_gamma_log_likelihood(
        {fit.parameters.p * std::exp(dp), fit.parameters.q * std::exp(dq),
         fit.parameters.gamma * std::exp(dg)},
        spend.frequency, spend.mean);
  };
  // v' H v for directions v, from H = -covariance^-1: solve by checking H C = -1 along the columns.
  const double h = 1e-3;
  double hessian[3][3];
  const auto along = [&](int i, int j, double si, double sj) {
    double d[3] = {0, 0, 0};
    d[i] += si * h;
    d[j] += sj * h;
    return value(d[0], d[1], d[2]);
  };
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      hessian[i][j] =
          (along(i, j, 1, 1) - along(i, j, 1, -1) - along(i, j, -1, 1) + along(i, j, -1, -1)) /
          (4 * h * h);
    }
  }
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      double product = 0;
      for (int k = 0; k < 3; ++k) {
        product -= hessian[i][k] * fit.log_covariance[static_cast<std::size_t>(k * 3 + j)];
      }
      EXPECT_NEAR(product, i == j ? 1.0 : 0.0, 2e-3) << i << ' ' << j;
    }
  }
}

TEST(GammaGammaFit, RecoversTheTruthWithinItsStandardErrors) {
  const GammaGammaParameters truth{3.0, 5.0, 40.0};
  const Spend spend = simulate_spend(truth, 20'000, 4);
  const GammaGammaFit fit = fit_gamma_gamma(threads(2), spend.frequency, spend.mean);
  const auto& p = fit.parameters;
  const auto& e = fit.standard_errors;
  // Four standard errors of the logarithm: one false alarm in 5,000 at a fixed seed.
  EXPECT_NEAR(std::log(p.p / truth.p), 0, 4 * e.p / p.p);
  EXPECT_NEAR(std::log(p.q / truth.q), 0, 4 * e.q / p.q);
  EXPECT_NEAR(std::log(p.gamma / truth.gamma), 0, 4 * e.gamma / p.gamma);
  EXPECT_LT(e.p / p.p, 0.2);
}

TEST(GammaGammaFit, IsTheSameBytesAtAnyNumberOfThreads) {
  const Spend spend = simulate_spend(kCdnow, 20'000, 5);
  const GammaGammaFit one = fit_gamma_gamma(threads(1), spend.frequency, spend.mean);
  for (const int n : {2, 3, 8}) {
    const GammaGammaFit fit = fit_gamma_gamma(threads(n), spend.frequency, spend.mean);
    EXPECT_EQ(fit.parameters.p, one.parameters.p);
    EXPECT_EQ(fit.parameters.gamma, one.parameters.gamma);
    EXPECT_EQ(fit.log_covariance, one.log_covariance);
    EXPECT_EQ(fit.log_likelihood, one.log_likelihood);
  }
}

TEST(GammaGammaExpectedValue, ShrinksTheCustomersMeanTowardsThePopulation) {
  const double population = kCdnow.p * kCdnow.gamma / (kCdnow.q - 1);
  EXPECT_DOUBLE_EQ(gamma_gamma_expected_value(kCdnow, 0, 0), population);
  // Equation 5 as a weighted mean.
  const double x = 3, m = 80;
  const double share = kCdnow.p * x / (kCdnow.p * x + kCdnow.q - 1);
  EXPECT_NEAR(gamma_gamma_expected_value(kCdnow, x, m), (1 - share) * population + share * m,
              1e-10);
  EXPECT_THROW(gamma_gamma_expected_value({2, 0.9, 1}, 0, 0), ArgumentError);
}

TEST(GammaGammaPosterior, DrawsHaveTheExpectedValue) {
  // An order's mean given nu is p / nu; its posterior mean is equation 5.
  for (const auto& [x, m] : {std::pair{0.0, 0.0}, std::pair{4.0, 60.0}}) {
    double sum = 0, squares = 0;
    const double n = 100'000;
    for (std::uint32_t c = 0; c < static_cast<std::uint32_t>(n); ++c) {
      RandomStream stream(7, {Purpose::kTest, 1, c, 0});
      const double value = kCdnow.p / draw_gamma_gamma_rate(stream, kCdnow, x, m);
      sum += value;
      squares += value * value;
    }
    const double error = std::sqrt((squares / n - sum / n * (sum / n)) / n);
    EXPECT_NEAR(sum / n, gamma_gamma_expected_value(kCdnow, x, m), 5 * error) << x;
  }
}

TEST(GammaGammaFit, RefusesBadAndDegenerateData) {
  const std::vector<double> none;
  EXPECT_THROW(fit_gamma_gamma(threads(1), none, none), ArgumentError);
  EXPECT_THROW(fit_gamma_gamma(threads(1), std::vector{0.0, 2.0}, std::vector{5.0, 0.0}),
               ArgumentError);
  EXPECT_THROW(fit_gamma_gamma(threads(1), std::vector{1.0}, std::vector{5.0, 1.0}), ArgumentError);
  try {
    fit_gamma_gamma(threads(1), std::vector{1.0, 2.0}, std::vector{5.0, std::nan("")});
    FAIL();
  } catch (const ArgumentError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("row 1"));
  }
  // Everyone spends the same: p -> infinity.
  const std::vector<double> x(100, 2.0);
  const std::vector<double> m(100, 30.0);
  EXPECT_THROW(fit_gamma_gamma(threads(1), x, m), NumericalError);
  EXPECT_THROW(fit_gamma_gamma(threads(1), std::vector{3.0}, std::vector{12.0}), NumericalError);
}

}  // namespace
}  // namespace tenure::customers
