#include "../../customers/src/pareto_integral.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tenure::customers::detail {
namespace {

// Tanh-sinh quadrature of the integral at 50 digits (Python's decimal module).
struct Case {
  double rho, s, A, B, D, J;
};
class ParetoIntegral : public testing::TestWithParam<Case> {};

TEST_P(ParetoIntegral, MatchesQuadratureWithManyDigits) {
  const Case& c = GetParam();
  EXPECT_NEAR(pareto_integral({c.rho, c.s, c.A, c.B}, c.D) / c.J, 1.0, 2e-13);
}

INSTANTIATE_TEST_SUITE_P(
    AlphaOverBetaAndUnder, ParetoIntegral,
    testing::Values(Case{26.5532, .6063, 41.433, 42.528, .142857, 1.94113441070661884615e-03},
                    Case{.5532, .6063, 10.576, 11.671, 38.86, 4.18575371662355644187e-01},
                    Case{3.2, .5, 1000, 2, 50, 7.83724932709978561185e-01},
                    Case{3.2, .5, 2, 1000, 50, 4.53116630713280637514e-04},
                    Case{.05, .02, .001, 500, 300, 5.27620574375158284813e-03},
                    Case{40, 3, 5000, .1, 1000, 9.99600326209267864286e-01},
                    Case{5000.5, .6, 40, 30, 20, 1.59947754946675424178e-04},
                    Case{.3, 20, 1e-3, 1e-6, 10, 9.99984211666512412542e-01}));

TEST(ParetoIntegral, HasTheClosedFormOfEqualScales) {
  // A = B: s / (rho + s) (1 - (1 + D / A)^-(rho + s)).
  for (const double rho : {1e-6, 0.5, 300.0, 1e7}) {
    for (const double s : {1e-6, 1.0, 1e5}) {
      for (const double D : {1e-9, 1.0, 1e9}) {
        const double expected = -s / (rho + s) * std::expm1(-(rho + s) * std::log1p(D / 5));
        EXPECT_NEAR(pareto_integral({rho, s, 5, 5}, D) / expected, 1.0, 1e-12)
            << rho << ' ' << s << ' ' << D;
      }
    }
  }
}

TEST(ParetoIntegral, IsAShareAndTendsToOne) {
  for (const double A : {1e-6, 1.0, 1e6}) {
    for (const double B : {1e-6, 1.0, 1e6}) {
      double before = 0;
      for (const double D : {0.0, 1e-6, 1.0, 1e6}) {
        const double J = pareto_integral({0.7, 0.4, A, B}, D);
        EXPECT_TRUE(J >= before && J < 1) << A << ' ' << B << ' ' << D << ' ' << J;
        before = J;
      }
    }
  }
  EXPECT_NEAR(pareto_integral({1e-12, 2, 1, 1}, 1e9), 1.0, 1e-11);
}

TEST(ParetoIntegral, IsInvertedToTheSameShare) {
  for (const double A : {0.01, 40.0, 1e5}) {
    for (const double rho : {0.5, 30.0}) {
      for (const double share : {1e-12, 0.01, 0.5, 0.999, 1 - 1e-12}) {
        const ParetoHistory h{rho, 0.6, A, 20};
        const double v = invert_pareto_integral(h, 30, share);
        EXPECT_GT(v, 0);
        EXPECT_LE(v, 30);
        EXPECT_NEAR(pareto_integral(h, v) / (share * pareto_integral(h, 30)), 1.0, 1e-11)
            << A << ' ' << rho << ' ' << share;
      }
    }
  }
}

TEST(ParetoLogOdds, AreThoseOfAliveAtTheLastOrder) {
  EXPECT_EQ(pareto_log_odds_left({3, 0.6, 10, 20}, 0), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isfinite(pareto_log_odds_left({1e6, 0.6, 10, 20}, 1e6)));
}

}  // namespace
}  // namespace tenure::customers::detail
