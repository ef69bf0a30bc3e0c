#include "../../customers/src/hypergeometric.hpp"

#include "../../customers/src/beta_expectation.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tenure::customers::detail {
namespace {

// Closed forms with Gauss's series at 120 digits (Python's decimal module); scipy 1.10's hyp2f1
// agrees to 13 digits in all but the three cases where it returns NaN and near a = 1.
struct Case {
  double r, alpha, a, b, t, orders, survival;
};
class Hypergeometric : public testing::TestWithParam<Case> {};

TEST_P(Hypergeometric, MatchesGaussSeriesWithManyDigits) {
  const Case& c = GetParam();
  const double orders = expected_orders_before_dropout(c.r, c.a, c.b, c.t / c.alpha);
  const double survival = no_dropout_probability(c.r, c.a, c.b, c.t / c.alpha);
  EXPECT_NEAR(orders / c.orders, 1.0, 1e-11);
  EXPECT_NEAR(survival / c.survival, 1.0, 1e-11);
}

INSTANTIATE_TEST_SUITE_P(
    SeriesAndQuadrature, Hypergeometric,
    testing::Values(
        Case{0.2426, 4.4136, 0.7929, 2.4259, 39, 1.1950476815137785e+00, 7.9469307527952970e-01},
        Case{0.2426, 4.4136, 0.7929, 2.4259, 1, 5.3185541226539262e-02, 9.8720379355733345e-01},
        Case{0.2426, 4.4136, 0.7929, 2.4259, 2000, 8.6276012731607405e+00, 3.8069961173422734e-01},
        Case{0.2426, 4.4136, 0.7929, 2.4259, 100000, 2.9590055399993243e+01,
             1.5203686740037450e-01},
        Case{0.5, 2, 0.3, 0.4, 10, 1.3856292284682556e+00, 6.6601894183074184e-01},
        Case{3, 1, 1.000001, 2, 15, 6.4826691736698310e+00, 6.2499854566897786e-02},
        // a = 1 - 1e-20 at 120 digits, scipy.integrate.quad for the survival's limit
        Case{3, 1, 1.0, 2, 15, 6.48267744447956247, 0.0625},
        Case{26.2426, 35.4136, 0.7929, 28.4259, 52, 2.6585610415339314e+01, 5.1377256219021228e-01},
        Case{2000.5, 40, 0.9, 1500.5, 60, 1.7423493001133672e+03, 3.7217002258054604e-01},
        Case{0.05, 5, 40, 900, 80, 6.0327305409136556e-01, 9.7446887430625806e-01},
        Case{5, 0.5, 0.02, 0.03, 30, 1.6234484376353569e+02, 5.3100966543773609e-01},
        Case{10, 1, 2, 500, 300, 4.2389887737831032e+02, 2.5637526209049983e-02},
        Case{800, 1, 0.5, 700, 3, 1.5459336821174875e+03, 4.7530334255666218e-01}));

TEST(Hypergeometric, SeriesAndQuadratureMeet) {
  // The same expectations either side of the switch at tau = 19.
  for (const double a : {0.02, 0.8, 1.0, 5.0}) {
    const double below = expected_orders_before_dropout(0.7, a, 2.0, 19.0);
    const double above = expected_orders_before_dropout(0.7, a, 2.0, std::nextafter(19.0, 20.0));
    EXPECT_NEAR(above / below, 1.0, 1e-12) << a;
    EXPECT_NEAR(no_dropout_probability(0.7, a, 2.0, 19.0) /
                    no_dropout_probability(0.7, a, 2.0, std::nextafter(19.0, 20.0)),
                1.0, 1e-12)
        << a;
  }
}

TEST(Hypergeometric, IsZeroAndOneAtTheStart) {
  EXPECT_EQ(expected_orders_before_dropout(0.5, 0.5, 2.0, 0.0), 0.0);
  EXPECT_EQ(no_dropout_probability(0.5, 0.5, 2.0, 0.0), 1.0);
}

TEST(Hypergeometric, StaysFiniteAtExtremes) {
  for (const double r : {1e-6, 1.0, 1e7}) {
    for (const double a : {1e-6, 1.0, 1e6}) {
      for (const double tau : {1e-9, 1.0, 1e9}) {
        const double orders = expected_orders_before_dropout(r, a, 3.0, tau);
        const double survival = no_dropout_probability(r, a, 3.0, tau);
        EXPECT_TRUE(std::isfinite(orders) && orders >= 0 && orders <= r * tau * (1 + 1e-12))
            << r << ' ' << a << ' ' << tau << ' ' << orders;
        EXPECT_TRUE(survival >= 0 && survival <= 1) << r << ' ' << a << ' ' << tau;
      }
    }
  }
}

TEST(BetaExpectation, GivesTheMomentsOfTheBetaDistribution) {
  for (const double a : {0.01, 0.5, 1.0, 30.0, 1e5}) {
    for (const double b : {0.02, 2.0, 1e4}) {
      const double mean = beta_expectation(a, b, 1e-17, [](double p, double) { return p; });
      const double square = beta_expectation(a, b, 1e-17, [](double p, double) { return p * p; });
      EXPECT_NEAR(mean / (a / (a + b)), 1.0, 1e-10) << a << ' ' << b;
      EXPECT_NEAR(square / (a * (a + 1) / ((a + b) * (a + b + 1))), 1.0, 1e-10) << a << ' ' << b;
    }
  }
}

}  // namespace
}  // namespace tenure::customers::detail
