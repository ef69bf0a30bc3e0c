#include "../../customers/src/bg_family_likelihood.hpp"
#include "customers_test_support.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/mbg_cnbd.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace tenure::customers {
namespace {

using test::cdnow_summary;
using test::threads;

// One customer's life with an Erlang-k order clock and a dropout test at the first order too.
RecencyFrequency simulate(const MbgCnbdParameters& p, std::uint32_t n, std::uint64_t seed) {
  RecencyFrequency data;
  for (std::uint32_t c = 0; c < n; ++c) {
    RandomStream stream(seed, {Purpose::kTest, 0, c, 0});
    const double age = draw_uniform(stream, 20.0, 60.0);
    const double rate = draw_gamma(stream, p.r, p.alpha);
    const double dropout = draw_beta(stream, p.a, p.b);
    double x = 0, t_x = 0, log_gaps = 0;
    while (!draw_bernoulli(stream, dropout)) {
      const double gap = draw_gamma(stream, p.k, rate);
      if (t_x + gap > age) break;
      t_x += gap;
      ++x;
      log_gaps += std::log(gap);
    }
    data.frequency.push_back(x);
    data.recency.push_back(t_x);
    data.age.push_back(age);
    data.log_gaps.push_back(log_gaps);
  }
  return data;
}

// The lifetimes library's tests (batislam's data, the CDNOW sample).
TEST(MbgNbdFit, GivesThePublishedEstimatesOnTheCdnowSample) {
  TENURE_REQUIRE_DATA(path, "cdnow/CDNOW_sample.txt");
  const CalibrationSummary summary = cdnow_summary(path);
  const MbgCnbdFit fit = fit_mbg_nbd(threads(2), summary.counts);
  EXPECT_NEAR(fit.parameters.r, 0.525, 0.005 * 0.525);
  EXPECT_NEAR(fit.parameters.alpha, 6.183, 0.005 * 6.183);
  EXPECT_NEAR(fit.parameters.a, 0.891, 0.005 * 0.891);
  EXPECT_NEAR(fit.parameters.b, 1.614, 0.005 * 1.614);
  EXPECT_NEAR(fit.log_likelihood, -9582.13, 0.01);
  EXPECT_NEAR(mbg_cnbd_log_likelihood(fit.parameters, summary.counts), fit.log_likelihood, 1e-7);
}

TEST(MbgCnbdFit, WithOneTickAnOrderIsMbgNbd) {
  const RecencyFrequency data = simulate({0.8, 4.0, 0.8, 2.0, 1}, 2000, 4);
  const MbgCnbdFit one = fit_mbg_nbd(threads(1), data);
  const MbgCnbdFit two = fit_mbg_cnbd(threads(1), data, 1);
  EXPECT_EQ(one.parameters.r, two.parameters.r);
  EXPECT_EQ(one.log_likelihood, two.log_likelihood);
}

// The likelihood of a history as the paper derives it, in plain arithmetic, k = 1 to 4.
TEST(MbgCnbdLikelihood, IsThatOfThePaper) {
  for (int k = 1; k <= 4; ++k) {
    const MbgCnbdParameters p{0.7, 3.0, 0.9, 2.2, k};
    // Gaps of one customer with three repeat orders, another with none.
    const std::vector<double> gaps = {2.0, 5.0, 3.0};
    RecencyFrequency data;
    data.frequency = {3, 0};
    data.recency = {10, 0};
    data.age = {14, 9};
    data.log_gaps = {std::log(30.0), 0};
    data.weight = {2, 1};
    const auto beta = [](double a, double b) {
      return std::tgamma(a) * std::tgamma(b) / std::tgamma(a + b);
    };
    double expected = 0;
    for (std::size_t i = 0; i < 2; ++i) {
      const double x = data.frequency[i], t_x = data.recency[i], T = data.age[i];
      double density = 1;
      if (i == 0) {
        for (const double g : gaps) density *= std::pow(g, k - 1) / std::tgamma(k);
      }
      const double n = k * x;
      double alive = 0;
      for (int j = 0; j < k; ++j) {
        alive += std::pow(T - t_x, j) / std::tgamma(j + 1) * std::tgamma(p.r + n + j) /
                 std::pow(p.alpha + T, p.r + n + j);
      }
      const double left = std::tgamma(p.r + n) / std::pow(p.alpha + t_x, p.r + n);
      const double scale = density * std::pow(p.alpha, p.r) / std::tgamma(p.r) / beta(p.a, p.b);
      expected +=
          data.weight[i] *
          std::log(scale * (beta(p.a, p.b + x + 1) * alive + beta(p.a + 1, p.b + x) * left));
    }
    EXPECT_NEAR(mbg_cnbd_log_likelihood(p, data), expected, 1e-11) << k;
  }
}

TEST(MbgCnbdLikelihood, HasTheGradientAndHessianOfFiniteDifferences) {
  const Execution one = threads(1);
  for (const int k : {1, 3}) {
    const RecencyFrequency data = compress(simulate({0.8, 2.0, 0.8, 2.0, k}, 300, 3));
    const detail::BgFamilyLikelihood likelihood(data, 2.5, {1, k});
    const std::array<std::array<double, 4>, 3> points = {
        {{-0.5, 0.5, -0.2, 0.7}, {-2, 1, 1, 3}, {1, -1, 6, 8}}};
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
        // Error of the central difference: h^2 times a third derivative, of the value's size.
        const double scale = std::abs(at.value) + 1;
        EXPECT_NEAR(at.gradient[i], (high.value - low.value) / (2 * h), 1e-7 * scale) << k << i;
        for (std::size_t j = 0; j < 4; ++j) {
          EXPECT_NEAR(at.hessian[i * 4 + j], (high.gradient[j] - low.gradient[j]) / (2 * h),
                      1e-7 * scale)
              << k << ' ' << i << ' ' << j;
        }
      }
    }
  }
}

TEST(MbgCnbdFit, FindsTheRegularityAndTheTruth) {
  const MbgCnbdParameters truth{1.2, 1.5, 0.8, 4.0, 3};
  const MbgCnbdSearch search = search_mbg_cnbd(threads(2), simulate(truth, 8000, 21), 5);
  ASSERT_EQ(search.log_likelihood.size(), 5U);
  const MbgCnbdFit& fit = search.best;
  EXPECT_EQ(fit.parameters.k, 3);
  EXPECT_EQ(fit.log_likelihood, search.log_likelihood[2].value());
  // Four standard errors of the logarithm each; the seed is fixed.
  const auto& p = fit.parameters;
  const auto& e = fit.standard_errors;
  EXPECT_NEAR(std::log(p.r / truth.r), 0, 4 * e.r / p.r);
  EXPECT_NEAR(std::log(p.alpha / truth.alpha), 0, 4 * e.alpha / p.alpha);
  EXPECT_NEAR(std::log(p.a / truth.a), 0, 4 * e.a / p.a);
  EXPECT_NEAR(std::log(p.b / truth.b), 0, 4 * e.b / p.b);
}

TEST(MbgCnbdFit, DoesNotDependOnTheUnitOfTime) {
  const RecencyFrequency weeks = simulate({0.8, 2.0, 0.8, 2.0, 2}, 1000, 8);
  RecencyFrequency days = weeks;
  for (std::size_t i = 0; i < days.size(); ++i) {
    days.recency[i] *= 7;
    days.age[i] *= 7;
    days.log_gaps[i] += days.frequency[i] * std::log(7.0);
  }
  const MbgCnbdFit one = fit_mbg_cnbd(threads(1), weeks, 2);
  const MbgCnbdFit two = fit_mbg_cnbd(threads(1), days, 2);
  EXPECT_NEAR(two.parameters.alpha / one.parameters.alpha, 7, 7e-6);
  EXPECT_NEAR(two.parameters.b / one.parameters.b, 1, 1e-6);
  double orders = 0;
  for (const double x : weeks.frequency) orders += x;
  EXPECT_NEAR(two.log_likelihood, one.log_likelihood - orders * std::log(7.0), 1e-6);
}

TEST(MbgCnbdFit, IsTheSameOnPooledAndOnCompressedCounts) {
  const RecencyFrequency data = simulate({0.8, 2.0, 0.8, 2.0, 2}, 3000, 9);
  EXPECT_EQ(fit_mbg_cnbd(threads(1), data, 2).log_likelihood,
            fit_mbg_cnbd(threads(8), compress(data), 2).log_likelihood);
}

TEST(MbgCnbdFit, ChecksItsArguments) {
  RecencyFrequency data = simulate({0.8, 2.0, 0.8, 2.0, 2}, 100, 9);
  EXPECT_THROW(fit_mbg_cnbd(threads(1), data, 0), ArgumentError);
  EXPECT_THROW(fit_mbg_cnbd(threads(1), data, 33), ArgumentError);
  data.log_gaps.clear();
  EXPECT_THROW(fit_mbg_cnbd(threads(1), data, 2), ArgumentError);
  EXPECT_THROW(search_mbg_cnbd(threads(1), data, 2), ArgumentError);
  EXPECT_THROW(mbg_cnbd_log_likelihood({1, 1, 1, 1, 2}, data), ArgumentError);
  EXPECT_TRUE(std::isfinite(fit_mbg_nbd(threads(1), data).log_likelihood));
}

}  // namespace
}  // namespace tenure::customers
