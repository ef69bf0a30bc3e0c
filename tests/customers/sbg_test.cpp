#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/sbg.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <vector>

namespace tenure::customers {
namespace {

using test::Sample;
using test::threads;

const std::vector<double> kHighEnd = {1.000, .869, .743, .653, .593, .551, .517, .491};
const std::vector<double> kRegular = {1.000, .631, .468, .382, .326, .289, .262, .241};

// Fader, Hardie (2007), tables 1 and 2: seven years to fit, the next five projected.
TEST(SbgFit, GivesThePublishedEstimatesAndProjections) {
  struct Case {
    const std::vector<double>& survival;
    double alpha, beta;
    std::array<double, 5> later;
  };
  for (const Case& c : {Case{kHighEnd, .6681, 3.8061, {.460, .436, .414, .395, .378}},
                        Case{kRegular, .7041, 1.1820, {.220, .204, .191, .180, .170}}}) {
    const SbgFit fit = fit_sbg(threads(1), c.survival, 1000);
    EXPECT_NEAR(fit.parameters.alpha, c.alpha, 0.005 * c.alpha);
    EXPECT_NEAR(fit.parameters.beta, c.beta, 0.005 * c.beta);
    for (std::size_t i = 0; i < c.later.size(); ++i) {
      EXPECT_NEAR(sbg_survival(fit.parameters, static_cast<double>(8 + i)), c.later[i], 0.001);
    }
    EXPECT_NEAR(sbg_log_likelihood(fit.parameters, c.survival, 1000), fit.log_likelihood, 1e-9);
  }
}

TEST(SbgFit, GivesStandardErrorsThatShrinkWithTheCohort) {
  const SbgFit small = fit_sbg(threads(1), kHighEnd, 1000);
  const SbgFit large = fit_sbg(threads(1), kHighEnd, 100'000);
  EXPECT_NEAR(small.parameters.alpha, large.parameters.alpha, 1e-9);
  EXPECT_NEAR(small.standard_errors.beta / large.standard_errors.beta, 10, 1e-6);
  EXPECT_NEAR(small.log_likelihood * 100, large.log_likelihood, 1e-6);
}

TEST(SbgFit, RecoversTheTruthWithinItsStandardErrors) {
  const SbgParameters truth{0.8, 2.5};
  const std::uint32_t n = 20'000;
  std::vector<double> survival(9, 0.0);
  for (std::uint32_t c = 0; c < n; ++c) {
    RandomStream stream(3, {Purpose::kTest, 0, c, 0});
    const LifetimeLatent latent = draw_sbg(stream, truth);
    for (double& share : survival) {
      share += 1;
      if (draw_bernoulli(stream, latent.dropout)) break;
    }
  }
  for (double& share : survival) share /= n;
  const SbgFit fit = fit_sbg(threads(1), survival, n);
  // Four standard errors; the seed is fixed.
  EXPECT_NEAR(fit.parameters.alpha, truth.alpha, 4 * fit.standard_errors.alpha);
  EXPECT_NEAR(fit.parameters.beta, truth.beta, 4 * fit.standard_errors.beta);
}

TEST(SbgSurvival, IsTheProductOfRetentions) {
  const SbgParameters p{0.6681, 3.8061};
  double product = 1;
  EXPECT_EQ(sbg_survival(p, 0), 1.0);
  for (int period = 1; period <= 50; ++period) {
    const double t = period;
    product *= sbg_retention(p, t);
    EXPECT_NEAR(sbg_survival(p, t) / product, 1.0, 1e-13);
  }
}

TEST(SbgDiscountedRenewals, MatchDrawnLives) {
  const SbgParameters p{0.6681, 3.8061};
  Sample sample;
  for (std::uint32_t c = 0; c < 100'000; ++c) {
    RandomStream stream(5, {Purpose::kTest, 1, c, 0});
    const LifetimeLatent latent = draw_sbg(stream, p, 4);
    double value = 0;
    for (int i = 1; i < 400 && !draw_bernoulli(stream, latent.dropout); ++i) {
      value += std::exp(-0.1 * i);
    }
    sample.add(value);
  }
  // Five standard errors.
  EXPECT_NEAR(sbg_discounted_residual_renewals(p, 4, 0.1), sample.mean(), 5 * sample.error());
}

TEST(SbgFit, RefusesWhatHasNoMaximumOrIsNoCurve) {
  const std::vector<double> nobody = {1, 1, 1};
  const std::vector<double> everybody = {1, 0, 0};
  const std::vector<double> rising = {1, .5, .6};
  const std::vector<double> late = {.9, .5, .4};
  const std::vector<double> single = {1};
  // A constant share leaves: one theta for all.
  const std::vector<double> geometric = {1, .5, .25, .125, .0625};
  EXPECT_THROW(fit_sbg(threads(1), nobody, 100), NumericalError);
  EXPECT_THROW(fit_sbg(threads(1), everybody, 100), NumericalError);
  EXPECT_THROW(fit_sbg(threads(1), geometric, 100), NumericalError);
  EXPECT_THROW(fit_sbg(threads(1), rising, 100), ArgumentError);
  EXPECT_THROW(fit_sbg(threads(1), late, 100), ArgumentError);
  EXPECT_THROW(fit_sbg(threads(1), single, 100), ArgumentError);
  EXPECT_THROW(fit_sbg(threads(1), kHighEnd, 0), ArgumentError);
  EXPECT_THROW(sbg_survival({1, 1}, 1.5), ArgumentError);
  EXPECT_THROW(sbg_retention({1, 1}, 0), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
