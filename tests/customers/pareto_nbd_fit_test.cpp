#include "../../customers/src/pareto_nbd_likelihood.hpp"
#include "customers_test_support.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/pareto_nbd.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

namespace tenure::customers {
namespace {

using test::cdnow_summary;
using test::threads;

RecencyFrequency simulate(const ParetoNbdParameters& p, std::uint32_t n, std::uint64_t seed) {
  RecencyFrequency data;
  for (std::uint32_t c = 0; c < n; ++c) {
    RandomStream stream(seed, {Purpose::kTest, 0, c, 0});
    const double age = draw_uniform(stream, 20.0, 60.0);
    const double rate = draw_gamma(stream, p.r, p.alpha);
    const double end = std::min(age, draw_exponential(stream) / draw_gamma(stream, p.s, p.beta));
    double x = 0, t_x = 0;
    double t = draw_exponential(stream) / rate;
    while (t <= end) {
      ++x;
      t_x = t;
      t += draw_exponential(stream) / rate;
    }
    data.frequency.push_back(x);
    data.recency.push_back(t_x);
    data.age.push_back(age);
  }
  return data;
}

// BTYD's vignette and CLVTools.
TEST(ParetoNbdFit, GivesThePublishedEstimatesOnTheCdnowSample) {
  TENURE_REQUIRE_DATA(path, "cdnow/CDNOW_sample.txt");
  const CalibrationSummary summary = cdnow_summary(path);
  const ParetoNbdFit fit = fit_pareto_nbd(threads(2), summary.counts);
  const auto& p = fit.parameters;
  EXPECT_NEAR(p.r, 0.5532, 0.005 * 0.5532);
  EXPECT_NEAR(p.alpha, 10.576, 0.005 * 10.576);
  EXPECT_NEAR(p.s, 0.6063, 0.005 * 0.6063);
  EXPECT_NEAR(p.beta, 11.671, 0.005 * 11.671);
  EXPECT_NEAR(fit.log_likelihood, -9594.98, 0.01);
  const auto& e = fit.standard_errors;
  EXPECT_NEAR(e.r, 0.0476, 0.02 * 0.0476);
  EXPECT_NEAR(e.alpha, 0.8427, 0.02 * 0.8427);
  EXPECT_NEAR(e.s, 0.1873, 0.02 * 0.1873);
  EXPECT_NEAR(e.beta, 6.2105, 0.02 * 6.2105);
  EXPECT_NEAR(pareto_nbd_log_likelihood(p, summary.counts), fit.log_likelihood, 1e-7);
}

TEST(ParetoNbdLikelihood, HasTheGradientAndHessianOfFiniteDifferences) {
  const RecencyFrequency data = compress(simulate({0.6, 8.0, 0.6, 12.0}, 300, 3));
  const detail::ParetoNbdLikelihood likelihood(data, 2.5);
  const Execution one = threads(1);
  const std::array<std::array<double, 4>, 5> points = {
      {{-0.5, 0.5, -0.2, 0.7}, {-2, 1, 1, 3}, {3, 4, -3, -4}, {1, -3, 3, 5}, {0, 1, 0, 1}}};
  for (const auto& theta : points) {
    const detail::Derivatives at = likelihood.evaluate(one, theta);
    for (std::size_t i = 0; i < 4; ++i) {
      const double h = 1e-4;
      auto up = theta;
      auto down = theta;
      up[i] += h;
      down[i] -= h;
      const detail::Derivatives high = likelihood.evaluate(one, up);
      const detail::Derivatives low = likelihood.evaluate(one, down);
      // Error of the central difference: h^2 times a third derivative, of the size of the value.
      const double scale = std::abs(at.value) + 1;
      EXPECT_NEAR(at.gradient[i], (high.value - low.value) / (2 * h), 1e-7 * scale) << i;
      for (std::size_t j = 0; j < 4; ++j) {
        EXPECT_NEAR(at.hessian[i * 4 + j], (high.gradient[j] - low.gradient[j]) / (2 * h),
                    1e-7 * scale)
            << i << ' ' << j;
      }
    }
  }
}

TEST(ParetoNbdFit, RecoversTheTruthWithinItsStandardErrors) {
  const std::array<ParetoNbdParameters, 2> truths = {
      {{0.8, 4.0, 0.7, 10.0}, {2.0, 6.0, 1.5, 40.0}}};
  for (std::size_t k = 0; k < truths.size(); ++k) {
    const ParetoNbdParameters& truth = truths[k];
    const ParetoNbdFit fit = fit_pareto_nbd(threads(2), simulate(truth, 10'000, 100 + k));
    const auto& p = fit.parameters;
    const auto& e = fit.standard_errors;
    // Four standard errors of the logarithm each; the seeds are fixed.
    EXPECT_NEAR(std::log(p.r / truth.r), 0, 4 * e.r / p.r);
    EXPECT_NEAR(std::log(p.alpha / truth.alpha), 0, 4 * e.alpha / p.alpha);
    EXPECT_NEAR(std::log(p.s / truth.s), 0, 4 * e.s / p.s);
    EXPECT_NEAR(std::log(p.beta / truth.beta), 0, 4 * e.beta / p.beta);
  }
}

TEST(ParetoNbdFit, IsTheSameBytesAtAnyNumberOfThreads) {
  const RecencyFrequency data = simulate({0.8, 4.0, 0.7, 10.0}, 3000, 10);
  const ParetoNbdFit reference = fit_pareto_nbd(threads(1), data);
  for (const int n : {2, 3, 8}) {
    const ParetoNbdFit fit = fit_pareto_nbd(threads(n), data);
    EXPECT_EQ(fit.parameters.r, reference.parameters.r);
    EXPECT_EQ(fit.log_covariance, reference.log_covariance);
    EXPECT_EQ(fit.log_likelihood, reference.log_likelihood);
  }
}

TEST(ParetoNbdFit, DoesNotDependOnTheUnitOfTime) {
  RecencyFrequency weeks = simulate({0.8, 4.0, 0.7, 10.0}, 1000, 8);
  RecencyFrequency seconds = weeks;
  for (double& t : seconds.recency) t *= 604800;
  for (double& t : seconds.age) t *= 604800;
  const ParetoNbdFit one = fit_pareto_nbd(threads(1), weeks);
  const ParetoNbdFit two = fit_pareto_nbd(threads(1), seconds);
  EXPECT_NEAR(two.parameters.r / one.parameters.r, 1, 1e-6);
  EXPECT_NEAR(two.parameters.beta / one.parameters.beta, 604800, 604800e-6);
}

TEST(ParetoNbdFit, RefusesDataWithoutAFiniteMaximum) {
  // Everyone orders to the very end: nobody has left.
  RecencyFrequency faithful;
  for (int i = 0; i < 500; ++i) {
    faithful.frequency.push_back(1 + i % 20);
    faithful.recency.push_back(30);
    faithful.age.push_back(30);
  }
  try {
    fit_pareto_nbd(threads(1), faithful);
    FAIL() << "no dropout can be estimated from nobody leaving";
  } catch (const NumericalError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("Pareto/NBD"));
    EXPECT_THAT(error.what(), testing::HasSubstr("reached r = "));
  }
}

// One outlier of a thousand carries the fit away; that is said, and no number is not finite.
TEST(ParetoNbdFit, SaysWhereOneCustomerWithTenMillionOrdersLeadsIt) {
  RecencyFrequency data = simulate({0.8, 4.0, 0.7, 10.0}, 1000, 14);
  data.frequency.push_back(1e7);
  data.recency.push_back(60);
  data.age.push_back(60);
  EXPECT_TRUE(std::isfinite(pareto_nbd_log_likelihood({0.1, 0.1, 0.7, 10.0}, data)));
  try {
    fit_pareto_nbd(threads(1), data);
    FAIL() << "the dropout rates' spread vanishes beside this outlier";
  } catch (const NumericalError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("no finite maximum"));
    EXPECT_THAT(error.what(), testing::HasSubstr("beta -> infinity"));
  }
}

}  // namespace
}  // namespace tenure::customers
