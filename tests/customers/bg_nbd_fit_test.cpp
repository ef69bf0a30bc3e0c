#include "../../customers/src/bg_family_likelihood.hpp"
#include "customers_test_support.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/order_history.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

namespace tenure::customers {
namespace {

using test::cdnow_summary;
using test::threads;

std::string message_of(const RecencyFrequency& data) {
  try {
    fit_bg_nbd(threads(1), data);
  } catch (const NumericalError& error) {
    return error.what();
  }
  return "no NumericalError";
}

// Fader, Hardie, Lee (2005), table 2.
TEST(BgNbdFit, GivesThePublishedEstimatesOnTheCdnowSample) {
  TENURE_REQUIRE_DATA(path, "cdnow/CDNOW_sample.txt");
  const CalibrationSummary summary = cdnow_summary(path);
  ASSERT_EQ(summary.size(), 2357U);
  const BgNbdFit fit = fit_bg_nbd(threads(2), summary.counts);
  EXPECT_NEAR(fit.parameters.r, 0.2426, 0.005 * 0.2426);
  EXPECT_NEAR(fit.parameters.alpha, 4.4136, 0.005 * 4.4136);
  EXPECT_NEAR(fit.parameters.a, 0.7929, 0.005 * 0.7929);
  EXPECT_NEAR(fit.parameters.b, 2.4259, 0.005 * 2.4259);
  EXPECT_NEAR(fit.log_likelihood, -9582.43, 0.01);
  EXPECT_EQ(fit.customers, 2357U);
  EXPECT_NEAR(bg_nbd_log_likelihood(fit.parameters, summary.counts), fit.log_likelihood, 1e-7);
}

TEST(BgNbdFit, GivesThePublishedEstimatesOnAllOfCdnow) {
  TENURE_REQUIRE_DATA(path, "cdnow/CDNOW_master.txt");
  const CalibrationSummary summary = cdnow_summary(path);
  ASSERT_EQ(summary.size(), 23570U);
  const BgNbdFit fit = fit_bg_nbd(threads(2), summary.counts);
  EXPECT_NEAR(fit.parameters.r, 0.2516, 0.005 * 0.2516);
  EXPECT_NEAR(fit.parameters.alpha, 4.789, 0.005 * 4.789);
  EXPECT_NEAR(fit.parameters.a, 0.7234, 0.005 * 0.7234);
  EXPECT_NEAR(fit.parameters.b, 2.161, 0.005 * 2.161);
}

TEST(BgNbdLikelihood, HasTheGradientAndHessianOfFiniteDifferences) {
  const RecencyFrequency data = compress(test::simulate({0.6, 4.0, 0.8, 2.0}, 400, 3));
  const detail::BgFamilyLikelihood likelihood(data, 2.5);
  const Execution one = threads(1);
  const std::array<std::array<double, 4>, 4> points = {
      {{-0.5, 0.5, -0.2, 0.7}, {-2, 1, 1, 3}, {5, 6, -3, 4}, {1, -1, 6, 8}}};
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
        EXPECT_EQ(at.hessian[i * 4 + j], at.hessian[j * 4 + i]);
      }
    }
  }
}

// Equation 6 as the paper writes it, in plain arithmetic.
TEST(BgNbdLikelihood, IsEquationSix) {
  const BgNbdParameters p{0.7, 3.0, 0.9, 2.2};
  RecencyFrequency data;
  data.frequency = {0, 1, 3};
  data.recency = {0, 4, 10};
  data.age = {12, 9, 10};
  data.weight = {2, 1, 3};
  double expected = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const double x = data.frequency[i];
    const double first = std::tgamma(p.r + x) * std::pow(p.alpha, p.r) / std::tgamma(p.r);
    const double beta = std::tgamma(p.a + p.b) * std::tgamma(p.b + x) /
                        (std::tgamma(p.b) * std::tgamma(p.a + p.b + x));
    const double alive = std::pow(p.alpha + data.age[i], -(p.r + x));
    const double left =
        x > 0 ? p.a / (p.b + x - 1) * std::pow(p.alpha + data.recency[i], -(p.r + x)) : 0.0;
    expected += data.weight[i] * std::log(first * beta * (alive + left));
  }
  EXPECT_NEAR(bg_nbd_log_likelihood(p, data), expected, 1e-12);
}

TEST(BgNbdLikelihood, StaysAccurateAtHugeParameters) {
  // r and alpha to infinity at one rate, a + b to infinity at one p: one rate lambda and one
  // dropout p for all, with likelihood lambda^x (1 - p)^(x - 1) ((1 - p) e^(-lambda T) + p
  // e^(-lambda t_x)).
  const double lambda = 0.2, p = 0.3;
  RecencyFrequency data;
  data.frequency = {3};
  data.recency = {9};
  data.age = {20};
  const double expected = 3 * std::log(lambda) + 2 * std::log(1 - p) +
                          std::log((1 - p) * std::exp(-lambda * 20) + p * std::exp(-lambda * 9));
  const double size = 1e9;
  EXPECT_NEAR(bg_nbd_log_likelihood({lambda * size, size, p * size, (1 - p) * size}, data),
              expected, 1e-6);
}

TEST(BgNbdFit, RecoversTheTruthWithinItsStandardErrors) {
  const std::array<BgNbdParameters, 3> truths = {
      {{0.25, 4.5, 0.8, 2.4}, {1.5, 10.0, 0.5, 3.0}, {0.8, 2.0, 2.0, 6.0}}};
  for (std::size_t k = 0; k < truths.size(); ++k) {
    const BgNbdParameters& truth = truths[k];
    const BgNbdFit fit = fit_bg_nbd(threads(2), test::simulate(truth, 20'000, 100 + k));
    const auto& p = fit.parameters;
    const auto& e = fit.standard_errors;
    // Four standard errors of the logarithm each: one false alarm in 1,300 for twelve of them; the
    // seeds are fixed.
    EXPECT_NEAR(std::log(p.r / truth.r), 0, 4 * e.r / p.r);
    EXPECT_NEAR(std::log(p.alpha / truth.alpha), 0, 4 * e.alpha / p.alpha);
    EXPECT_NEAR(std::log(p.a / truth.a), 0, 4 * e.a / p.a);
    EXPECT_NEAR(std::log(p.b / truth.b), 0, 4 * e.b / p.b);
    for (const double relative : {e.r / p.r, e.alpha / p.alpha, e.a / p.a, e.b / p.b}) {
      EXPECT_GT(relative, 1e-3);
      EXPECT_LT(relative, 0.3);
    }
    EXPECT_DOUBLE_EQ(fit.log_covariance[0], std::pow(e.r / p.r, 2));
  }
}

TEST(BgNbdFit, NinetyFivePerCentIntervalsCoverTheTruth) {
  const BgNbdParameters truth{0.6, 4.0, 0.8, 2.0};
  const int sets = 300;
  std::array<int, 4> covered{};
  for (std::uint64_t k = 0; k < sets; ++k) {
    const BgNbdFit fit = fit_bg_nbd(threads(1), test::simulate(truth, 1000, 1000 + k));
    const auto& p = fit.parameters;
    const std::array<double, 4> off = {std::log(p.r / truth.r), std::log(p.alpha / truth.alpha),
                                       std::log(p.a / truth.a), std::log(p.b / truth.b)};
    for (std::size_t i = 0; i < 4; ++i) {
      if (std::abs(off[i]) <= 1.96 * std::sqrt(fit.log_covariance[i * 5])) ++covered[i];
    }
  }
  // Binomial standard error of the share: sqrt(.95 x .05 / 300) = .0126; three and a half of them.
  for (const int n : covered) EXPECT_NEAR(n / static_cast<double>(sets), 0.95, 0.044);
}

TEST(BgNbdFit, DoesNotDependOnTheUnitOfTime) {
  RecencyFrequency weeks = test::simulate({0.6, 4.0, 0.8, 2.0}, 3000, 8);
  RecencyFrequency seconds = weeks;
  for (double& t : seconds.recency) t *= 604800;
  for (double& t : seconds.age) t *= 604800;
  const BgNbdFit one = fit_bg_nbd(threads(1), weeks);
  const BgNbdFit two = fit_bg_nbd(threads(1), seconds);
  EXPECT_NEAR(two.parameters.r / one.parameters.r, 1, 1e-6);
  EXPECT_NEAR(two.parameters.alpha / one.parameters.alpha, 604800, 604800e-6);
  EXPECT_NEAR(two.parameters.b / one.parameters.b, 1, 1e-6);
  EXPECT_NEAR(two.standard_errors.a / one.standard_errors.a, 1, 1e-5);
}

TEST(BgNbdFit, CountsAWeightAsThatManyCustomers) {
  RecencyFrequency data = test::simulate({0.6, 4.0, 0.8, 2.0}, 1000, 9);
  RecencyFrequency twice = data;
  data.weight.assign(data.size(), 2.0);
  for (std::size_t i = 0; i < 1000; ++i) {
    twice.frequency.push_back(twice.frequency[i]);
    twice.recency.push_back(twice.recency[i]);
    twice.age.push_back(twice.age[i]);
  }
  const BgNbdFit weighted = fit_bg_nbd(threads(1), data);
  const BgNbdFit repeated = fit_bg_nbd(threads(1), twice);
  EXPECT_EQ(weighted.customers, 2000U);
  EXPECT_EQ(weighted.parameters.a, repeated.parameters.a);
  EXPECT_EQ(weighted.standard_errors.alpha, repeated.standard_errors.alpha);
}

TEST(BgNbdFit, IsTheSameBytesAtAnyNumberOfThreadsAndInAnyRowOrder) {
  RecencyFrequency data = test::simulate({0.6, 4.0, 0.8, 2.0}, 30'000, 10);  // several chunks
  const BgNbdFit reference = fit_bg_nbd(threads(1), data);
  const auto same = [&](const BgNbdFit& fit) {
    return std::memcmp(&fit.parameters, &reference.parameters, sizeof fit.parameters) == 0 &&
           fit.log_covariance == reference.log_covariance &&
           std::memcmp(&fit.standard_errors, &reference.standard_errors,
                       sizeof fit.standard_errors) == 0 &&
           fit.log_likelihood == reference.log_likelihood && fit.iterations == reference.iterations;
  };
  for (const int n : {2, 3, 8}) EXPECT_TRUE(same(fit_bg_nbd(threads(n), data))) << n;
  std::reverse(data.frequency.begin(), data.frequency.end());
  std::reverse(data.recency.begin(), data.recency.end());
  std::reverse(data.age.begin(), data.age.end());
  EXPECT_TRUE(same(fit_bg_nbd(threads(3), data)));
}

TEST(BgNbdFit, MoreStartsFindTheSameMaximum) {
  const RecencyFrequency data = test::simulate({0.6, 4.0, 0.8, 2.0}, 2000, 12);
  BgNbdOptions many;
  many.starts = 12;
  BgNbdOptions single;
  single.starts = 1;
  EXPECT_NEAR(fit_bg_nbd(threads(1), data, many).log_likelihood,
              fit_bg_nbd(threads(1), data, single).log_likelihood, 1e-8);
}

TEST(BgNbdFit, RefusesDataWithoutAFiniteMaximum) {
  RecencyFrequency nobody;
  for (int i = 0; i < 50; ++i) {
    nobody.frequency.push_back(0);
    nobody.recency.push_back(0);
    nobody.age.push_back(10 + i);
  }
  EXPECT_THAT(message_of(nobody), testing::HasSubstr("no customer has a repeat order"));

  // Everyone orders to the very end: nobody has left, a -> 0 or b -> infinity.
  RecencyFrequency faithful;
  for (int i = 0; i < 500; ++i) {
    const double x = 1 + i % 20;
    faithful.frequency.push_back(x);
    faithful.recency.push_back(30);
    faithful.age.push_back(30);
  }
  EXPECT_THAT(message_of(faithful), testing::HasSubstr("no finite maximum"));
  EXPECT_THAT(message_of(faithful), testing::HasSubstr("reached r = "));

  // One and the same history: one rate fits all, r and alpha -> infinity.
  RecencyFrequency same;
  for (int i = 0; i < 100; ++i) {
    same.frequency.push_back(4);
    same.recency.push_back(20);
    same.age.push_back(25);
  }
  EXPECT_THAT(message_of(same), testing::HasSubstr("maximum"));
  EXPECT_NE(message_of(same), "no NumericalError");

  RecencyFrequency single;
  single.frequency = {2};
  single.recency = {3};
  single.age = {5};
  EXPECT_NE(message_of(single), "no NumericalError");

  RecencyFrequency no_time;
  no_time.frequency = {1, 2};
  no_time.recency = {0, 0};
  no_time.age = {0, 0};
  EXPECT_THAT(message_of(no_time), testing::HasSubstr("no time"));
}

TEST(BgNbdFit, SaysWhereItGotWhenIterationsRunOut) {
  BgNbdOptions options;
  options.max_iterations = 1;
  const RecencyFrequency data = test::simulate({0.6, 4.0, 0.8, 2.0}, 2000, 13);
  try {
    fit_bg_nbd(threads(1), data, options);
    FAIL() << "one iteration cannot converge";
  } catch (const NumericalError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("did not converge"));
    EXPECT_THAT(error.what(), testing::HasSubstr("after 1 iterations"));
  }
}

TEST(BgNbdFit, SurvivesOneCustomerWithTenMillionOrders) {
  RecencyFrequency data = test::simulate({0.6, 4.0, 0.8, 2.0}, 2000, 14);
  data.frequency.push_back(1e7);
  data.recency.push_back(30);
  data.age.push_back(30);
  try {
    const BgNbdFit fit = fit_bg_nbd(threads(1), data);
    EXPECT_TRUE(std::isfinite(fit.log_likelihood));
    EXPECT_LT(fit.parameters.r, 0.6);  // more spread than without the outlier
  } catch (const NumericalError& error) {
    ADD_FAILURE() << error.what();
  }
}

TEST(BgNbdFit, ChecksItsArguments) {
  EXPECT_THROW(fit_bg_nbd(threads(1), {}), ArgumentError);
  const RecencyFrequency data = test::simulate({0.6, 4.0, 0.8, 2.0}, 100, 15);
  BgNbdOptions options;
  options.starts = 0;
  EXPECT_THROW(fit_bg_nbd(threads(1), data, options), ArgumentError);
  options = {};
  options.tolerance = 0;
  EXPECT_THROW(fit_bg_nbd(threads(1), data, options), ArgumentError);
  Execution stopped;
  std::stop_source source;
  source.request_stop();
  stopped.stop = source.get_token();
  EXPECT_THROW(fit_bg_nbd(stopped, data), Cancelled);
}

}  // namespace
}  // namespace tenure::customers
