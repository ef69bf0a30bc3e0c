#include "../../customers/src/ticking_orders.hpp"

#include "../../customers/src/discounted_orders.hpp"
#include "../../customers/src/hypergeometric.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace tenure::customers::detail {
namespace {

TEST(TickingOrders, AreTheHypergeometricFormsWithOneTickAnOrder) {
  for (const double r : {0.3, 4.0, 900.0}) {
    for (const double tau : {0.01, 1.0, 30.0}) {
      EXPECT_NEAR(orders_after_ticks(r, 0.9, 2.0, tau, 1, 0) /
                      expected_orders_before_dropout(r, 0.9, 2.0, tau),
                  1.0, 1e-11)
          << r << ' ' << tau;
      EXPECT_NEAR(
          survival_after_ticks(r, 0.9, 2.0, tau, 1) / no_dropout_probability(r, 0.9, 2.0, tau), 1.0,
          1e-11)
          << r << ' ' << tau;
    }
  }
}

TEST(TickingOrders, StartFurtherOnWhereTheFirstProbabilitiesUnderflow) {
  // (1 - z)^r = e^-1386: the sum begins near its mean, and agrees with one tick's closed form.
  EXPECT_NEAR(
      orders_after_ticks(2000, 0.8, 50, 1, 1, 0) / expected_orders_before_dropout(2000, 0.8, 50, 1),
      1.0, 1e-10);
}

TEST(DiscountedOrders, IsTheLaplaceTransformOfTheRate) {
  // E(t) = 1 - e^-t: the integral of e^(-d t) e^-t is 1 / (1 + d). E(t) = t: 1 / d.
  for (const double d : {1e-4, 0.01, 1.0, 100.0}) {
    EXPECT_NEAR(discounted_orders([](double t) { return -std::expm1(-t); }, d) * (1 + d), 1.0,
                1e-13);
    EXPECT_NEAR(discounted_orders([](double t) { return t; }, d) * d, 1.0, 1e-13);
  }
}

}  // namespace
}  // namespace tenure::customers::detail
