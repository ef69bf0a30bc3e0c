#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/bg_nbd.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

namespace tenure::customers {
namespace {

using test::live;
using test::Sample;

const BgNbdParameters kCdnow{0.2426, 4.4136, 0.7929, 2.4259};

// Tolerances of means are five standard errors: one false alarm in about two million.
TEST(BgNbdExpectedOrders, MatchBruteForceLives) {
  const BgNbdParameters p{0.8, 3.0, 0.9, 2.0};
  Sample orders10, orders40, alive10, alive40;
  for (std::uint32_t c = 0; c < 200'000; ++c) {
    RandomStream stream(11, {Purpose::kTest, 1, c, 0});
    const auto life = live(stream, p, 40.0);
    double early = 0;
    for (const double t : life.orders) early += t <= 10.0 ? 1 : 0;
    const auto all = static_cast<double>(life.orders.size());
    orders10.add(early);
    orders40.add(all);
    // Gone by 10 if gone at all and the last order, which the dropout follows, is by then.
    alive10.add(life.left && early == all ? 0.0 : 1.0);
    alive40.add(life.left ? 0.0 : 1.0);
  }
  EXPECT_NEAR(bg_nbd_expected_orders(p, 10), orders10.mean(), 5 * orders10.error());
  EXPECT_NEAR(bg_nbd_expected_orders(p, 40), orders40.mean(), 5 * orders40.error());
  EXPECT_NEAR(bg_nbd_survival(p, 10), alive10.mean(), 5 * alive10.error());
  EXPECT_NEAR(bg_nbd_survival(p, 40), alive40.mean(), 5 * alive40.error());
}

TEST(BgNbdExpectedOrders, StartAtTheMeanRate) {
  // d/dt E X(t) at 0 is the mean rate r / alpha.
  EXPECT_NEAR(bg_nbd_expected_orders(kCdnow, 1e-7) / 1e-7, 0.2426 / 4.4136, 1e-8);
  EXPECT_EQ(bg_nbd_expected_orders(kCdnow, 0), 0.0);
}

// Fader, Hardie, Lee (2005) and BTYD's vignette: customer 1516 of the sample.
TEST(BgNbdConditional, GivesThePublishedFiguresOfCustomer1516) {
  const double t_x = 216.0 / 7, T = 217.0 / 7;
  EXPECT_NEAR(bg_nbd_conditional_expected_orders(kCdnow, 26, t_x, T, 52), 25.757, 0.01);
  EXPECT_NEAR(bg_nbd_p_alive(kCdnow, 26, t_x, T), 0.96885, 0.0001);
}

TEST(BgNbdConditional, IsTheUnconditionalOneForANewCustomer) {
  for (const double t : {0.0, 3.0, 300.0}) {
    EXPECT_DOUBLE_EQ(bg_nbd_conditional_expected_orders(kCdnow, 0, 0, 0, t),
                     bg_nbd_expected_orders(kCdnow, t));
  }
}

TEST(BgNbdPAlive, IsOneWithoutARepeatOrderAndFallsWithSilence) {
  EXPECT_EQ(bg_nbd_p_alive(kCdnow, 0, 0, 500), 1.0);
  EXPECT_GT(bg_nbd_p_alive(kCdnow, 3, 10, 11), bg_nbd_p_alive(kCdnow, 3, 10, 30));
  EXPECT_EQ(bg_nbd_p_alive(kCdnow, 100'000, 10, 1e6), 0.0);  // e^-1150000: not NaN
}

TEST(BgNbdPosterior, DrawsAgreeWithTheClosedForms) {
  const double x = 4, t_x = 12, T = 30, t = 25;
  Sample alive, orders, rate_alive;
  for (std::uint32_t c = 0; c < 200'000; ++c) {
    RandomStream stream(5, {Purpose::kTest, 2, c, 0});
    const BgNbdLatent latent = draw_bg_nbd_posterior(stream, kCdnow, x, t_x, T);
    alive.add(latent.alive ? 1.0 : 0.0);
    if (latent.alive) rate_alive.add(latent.rate);
    // Orders of one customer with known rate and dropout: (1 - e^(-lambda p t)) / p.
    orders.add(latent.alive ? -std::expm1(-latent.rate * latent.dropout * t) / latent.dropout
                            : 0.0);
  }
  EXPECT_NEAR(alive.mean(), bg_nbd_p_alive(kCdnow, x, t_x, T), 5 * alive.error());
  EXPECT_NEAR(rate_alive.mean(), (kCdnow.r + x) / (kCdnow.alpha + T), 5 * rate_alive.error());
  EXPECT_NEAR(orders.mean(), bg_nbd_conditional_expected_orders(kCdnow, x, t_x, T, t),
              5 * orders.error());
}

// The posterior against the prior's own lives: those whose history came out as x = 1 by T.
TEST(BgNbdPosterior, IsWhatIsLeftOfThePriorAfterSeeingTheHistory) {
  const BgNbdParameters p{1.5, 5.0, 1.2, 2.5};
  const double T = 8;
  Sample lived_alive, drawn_alive, lived_rate, drawn_rate, lived_dropout, drawn_dropout;
  for (std::uint32_t c = 0; c < 200'000; ++c) {
    RandomStream stream(6, {Purpose::kTest, 3, c, 0});
    const BgNbdLatent latent = draw_bg_nbd_prior(stream, p);
    EXPECT_TRUE(latent.alive);
    const double first = draw_exponential(stream) / latent.rate;
    if (first > T) continue;
    const bool left = draw_bernoulli(stream, latent.dropout);
    if (!left && first + draw_exponential(stream) / latent.rate <= T) continue;
    lived_alive.add(left ? 0.0 : 1.0);
    lived_rate.add(latent.rate);
    lived_dropout.add(latent.dropout);
    RandomStream again(6, {Purpose::kTest, 4, c, 0});
    const BgNbdLatent drawn = draw_bg_nbd_posterior(again, p, 1, first, T);
    drawn_alive.add(drawn.alive ? 1.0 : 0.0);
    drawn_rate.add(drawn.rate);
    drawn_dropout.add(drawn.dropout);
  }
  const auto same = [](const Sample& l, const Sample& r) {
    EXPECT_NEAR(l.mean(), r.mean(), 5 * std::hypot(l.error(), r.error()));
  };
  same(lived_alive, drawn_alive);
  same(lived_rate, drawn_rate);
  same(lived_dropout, drawn_dropout);
}

TEST(BgNbdArguments, AreCheckedBeforeWork) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(bg_nbd_expected_orders({0, 1, 1, 1}, 1), ArgumentError);
  EXPECT_THROW(bg_nbd_expected_orders({1, 1, nan, 1}, 1), ArgumentError);
  EXPECT_THROW(bg_nbd_expected_orders(kCdnow, -1), ArgumentError);
  EXPECT_THROW(bg_nbd_survival(kCdnow, nan), ArgumentError);
  EXPECT_THROW(bg_nbd_p_alive(kCdnow, 1.5, 1, 2), ArgumentError);
  EXPECT_THROW(bg_nbd_p_alive(kCdnow, 1, 3, 2), ArgumentError);
  EXPECT_THROW(bg_nbd_p_alive(kCdnow, 0, 1, 2), ArgumentError);
  EXPECT_THROW(bg_nbd_conditional_expected_orders(kCdnow, -1, 0, 2, 1), ArgumentError);
  RandomStream stream(1, {});
  EXPECT_THROW(draw_bg_nbd_posterior(stream, kCdnow, 2, 5, 4), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
