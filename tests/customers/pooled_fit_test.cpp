#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/pooled_fit.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tenure::customers {
namespace {

using test::threads;

const BgNbdParameters kCentre{0.6, 4.0, 0.8, 2.0};

// Groups whose parameters scatter about the centre with a standard deviation of `spread`.
std::vector<BgNbdParameters> truths(int groups, double spread) {
  std::vector<BgNbdParameters> result;
  for (int g = 0; g < groups; ++g) {
    RandomStream stream(77, {Purpose::kTest, 0, static_cast<std::uint32_t>(g), 9});
    const auto about = [&](double v) { return v * std::exp(spread * draw_normal(stream)); };
    result.push_back({about(kCentre.r), about(kCentre.alpha), about(kCentre.a), about(kCentre.b)});
  }
  return result;
}

std::vector<RecencyFrequency> simulate(const std::vector<BgNbdParameters>& parameters,
                                       const std::vector<std::uint32_t>& sizes) {
  std::vector<RecencyFrequency> groups;
  for (std::size_t g = 0; g < sizes.size(); ++g) {
    groups.push_back(test::simulate(parameters[g], sizes[g], 500 + g));
  }
  return groups;
}

double squared_error(const FitReport& fit, const BgNbdParameters& truth) {
  const double r = std::log(fit["r"] / truth.r), alpha = std::log(fit["alpha"] / truth.alpha);
  const double a = std::log(fit["a"] / truth.a), b = std::log(fit["b"] / truth.b);
  return r * r + alpha * alpha + a * a + b * b;
}

TEST(FitGroups, LeavesLargeGroupsAloneAndPullsSmallOnesIn) {
  const auto parameters = truths(6, 0.3);
  const std::vector<std::uint32_t> sizes = {20'000, 150, 150, 150, 20'000, 150};
  const auto groups = simulate(parameters, sizes);
  const PooledFit fit = fit_groups(threads(2), "bg-nbd", groups);
  ASSERT_EQ(fit.groups.size(), 6U);
  double pooled = 0, alone = 0;
  for (std::size_t g = 0; g < 6; ++g) {
    EXPECT_EQ(fit.groups[g].customers, sizes[g]);
    if (sizes[g] > 1000) {
      ASSERT_TRUE(fit.alone[g]);
      // Within half a standard error of what its own data say.
      for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_NEAR(fit.groups[g].estimates[i], fit.alone[g]->estimates[i],
                    0.5 * fit.alone[g]->standard_errors[i]);
      }
      continue;
    }
    pooled += squared_error(fit.groups[g], parameters[g]);
    // One that has no maximum of its own counts as infinitely wrong; it is left out here.
    if (fit.alone[g]) {
      alone += squared_error(*fit.alone[g], parameters[g]);
      EXPECT_GE(fit.alone[g]->log_likelihood, fit.groups[g].log_likelihood - 1e-9);
      for (std::size_t i = 0; i < 4; ++i) {
        EXPECT_LT(fit.groups[g].log_covariance[i * 5], fit.alone[g]->log_covariance[i * 5]);
      }
    }
  }
  EXPECT_LT(pooled, alone);
}

TEST(FitGroups, GivesTheMeanToAGroupThatSaysNothing) {
  auto groups = simulate(truths(4, 0.2), {3000, 3000, 3000, 3000});
  RecencyFrequency silent;  // one customer, one order, just now
  silent.frequency = {0};
  silent.recency = {0};
  silent.age = {1e-9};
  groups.push_back(silent);
  const PooledFit fit = fit_groups(threads(2), "bg-nbd", groups);
  EXPECT_FALSE(fit.alone[4]);
  for (std::size_t i = 0; i < 4; ++i) {
    // As far as the rounds have settled.
    EXPECT_NEAR(std::log(fit.groups[4].estimates[i]), fit.mean[i], 1e-3);
    EXPECT_NEAR(fit.groups[4].log_covariance[i * 5], fit.covariance[i * 5],
                0.02 * fit.covariance[i * 5]);
  }
}

TEST(FitGroups, FindsTheSpreadBetweenThem) {
  const std::vector<std::uint32_t> sizes(12, 4000);
  const PooledFit wide = fit_groups(threads(2), "bg-nbd", simulate(truths(12, 0.4), sizes));
  const PooledFit narrow = fit_groups(threads(2), "bg-nbd", simulate(truths(12, 0.0), sizes));
  // r is well determined (standard error .03 in its logarithm): the spread of twelve draws of .4,
  // known to one part in five, against that of none, beside the imaginary group's .1 / sqrt(13).
  EXPECT_NEAR(std::sqrt(wide.covariance[0]), 0.4, 3 * 0.4 / std::sqrt(22.0));
  EXPECT_LT(std::sqrt(narrow.covariance[0]), 0.1);
  EXPECT_NEAR(narrow.mean[0], std::log(kCentre.r), 0.05);
}

TEST(FitGroups, IsTheSameBytesAtAnyNumberOfThreadsForEveryKind) {
  const auto groups = simulate(truths(3, 0.2), {800, 800, 400});
  for (const char* kind : {"bg-nbd", "mbg-nbd", "pareto-nbd"}) {
    const PooledFit one = fit_groups(threads(1), kind, groups);
    const PooledFit eight = fit_groups(threads(8), kind, groups);
    EXPECT_EQ(one.covariance, eight.covariance) << kind;
    EXPECT_EQ(one.groups[2].estimates, eight.groups[2].estimates) << kind;
    EXPECT_EQ(one.groups[2].model, kind);
  }
}

TEST(FitGroups, ChecksItsArguments) {
  auto groups = simulate(truths(2, 0.2), {500, 500});
  EXPECT_THROW(fit_groups(threads(1), "bg-nbd", std::span(groups).first(1)), ArgumentError);
  EXPECT_THROW(fit_groups(threads(1), "bg-bb", groups), ArgumentError);
  groups[1].days_per_unit = 1;
  EXPECT_THROW(fit_groups(threads(1), "bg-nbd", groups), ArgumentError);
  groups[1] = {};
  EXPECT_THROW(fit_groups(threads(1), "bg-nbd", groups), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
