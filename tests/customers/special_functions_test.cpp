#include "../../customers/src/special_functions.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tenure::customers::detail {
namespace {

// ln (z)_x, psi(z + x) - psi(z), psi'(z + x) - psi'(z) as sums of x terms with 120 digits (Python's
// decimal module).
struct Rise {
  double z, x, log_rising, digamma, trigamma;
};
class GammaDifferences : public testing::TestWithParam<Rise> {};

TEST_P(GammaDifferences, MatchSumsWithManyDigits) {
  const Rise& r = GetParam();
  // Against the size of the terms that are subtracted where z is too small for Stirling's series.
  EXPECT_NEAR(log_rising(r.z, r.x), r.log_rising, 2e-14 * std::abs(r.log_rising) + 2e-14);
  EXPECT_NEAR(digamma_rise(r.z, r.x), r.digamma, 2e-15 + 2e-14 * std::abs(r.digamma));
  EXPECT_NEAR(trigamma_rise(r.z, r.x), r.trigamma, 1e-15 + 2e-14 * std::abs(r.trigamma));
}

INSTANTIATE_TEST_SUITE_P(
    SmallToHuge, GammaDifferences,
    testing::Values(
        Rise{0.01, 3, -3.89708513306393911e+00, 1.01487611447711942e+02, -1.00012278146751833e+04},
        Rise{0.7, 1, -3.56674943938732392e-01, 1.42857142857142860e+00, -2.04081632653061229e+00},
        Rise{15.9, 7, 2.05345508935911880e+01, 3.74600900782085966e-01, -2.02768336700531009e-02},
        Rise{16.1, 7, 2.06090684728941547e+01, 3.70589450621202521e-01, -1.98400717649302970e-02},
        Rise{1e4, 12, 1.10530681935165191e+02, 1.19934050556479935e-03, -1.19868151625959641e-07},
        Rise{1e8, 5, 9.21034038197618230e+01, 4.99999990000000272e-08, -4.99999980000000930e-16},
        Rise{2.5, 200, 8.70904124267442967e+02, 4.60511207789329990e+00,
             -4.85407271160957221e-01}));

TEST(GammaDifferences, KeepRelativeAccuracyAtHugeArguments) {
  // Plain differences would be left with no digit here.
  EXPECT_NEAR(digamma_rise(1e8, 5) / 4.99999990000000272e-08, 1.0, 1e-13);
  EXPECT_NEAR(trigamma_rise(1e8, 5) / -4.99999980000000930e-16, 1.0, 1e-13);
}

TEST(LogBeta, MatchesKnownValues) {
  EXPECT_NEAR(log_beta(2, 3), std::log(1.0 / 12), 1e-14);
  EXPECT_NEAR(log_beta(0.5, 0.5), std::log(std::acos(-1.0)), 1e-14);
  EXPECT_NEAR(log_beta(1, 1e12), -std::log(1e12), 1e-13);
}

TEST(Softplus, IsExactInBothTails) {
  EXPECT_DOUBLE_EQ(softplus(800), 800);
  EXPECT_DOUBLE_EQ(softplus(-700), std::exp(-700));
  EXPECT_NEAR(softplus(0), std::log(2.0), 1e-16);
}

}  // namespace
}  // namespace tenure::customers::detail
