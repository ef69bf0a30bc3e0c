#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/mbg_cnbd.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tenure::customers {
namespace {

using test::Sample;

// Orders in (0, until] of a customer drawn from the prior or the posterior, by brute force: ticks
// of the order clock, the first k - phase of them to the next order.
struct Life {
  std::vector<double> orders;
  bool left = false;
};
Life live(RandomStream& stream, const LifetimeLatent& latent, int k, double until) {
  Life life;
  life.left = !latent.alive;
  double t = 0;
  int ticks = k - latent.phase;
  while (!life.left) {
    t += draw_gamma(stream, ticks, k * latent.rate);
    if (t > until) break;
    life.orders.push_back(t);
    life.left = draw_bernoulli(stream, latent.dropout);
    ticks = k;
  }
  return life;
}

class MbgCnbd : public testing::TestWithParam<int> {};

// Tolerances are five standard errors: one false alarm in about two million.
TEST_P(MbgCnbd, ExpectationsMatchBruteForceLives) {
  const MbgCnbdParameters p{0.8, 2.0, 0.9, 2.0, GetParam()};
  Sample orders10, orders40, alive40, discounted;
  const double rate = 0.05;
  for (std::uint32_t c = 0; c < 100'000; ++c) {
    RandomStream stream(11, {Purpose::kTest, 1, c, 0});
    const Life life = live(stream, draw_mbg_cnbd_prior(stream, p), p.k, 400.0);
    double early = 0, by40 = 0, sum = 0;
    for (const double t : life.orders) {
      early += t <= 10.0 ? 1 : 0;
      by40 += t <= 40.0 ? 1 : 0;
      sum += std::exp(-rate * t);
    }
    orders10.add(early);
    orders40.add(by40);
    discounted.add(sum);
    alive40.add(life.left && by40 == static_cast<double>(life.orders.size()) ? 0.0 : 1.0);
  }
  EXPECT_NEAR(mbg_cnbd_expected_orders(p, 10), orders10.mean(), 5 * orders10.error());
  EXPECT_NEAR(mbg_cnbd_expected_orders(p, 40), orders40.mean(), 5 * orders40.error());
  EXPECT_NEAR(mbg_cnbd_survival(p, 40), alive40.mean(), 5 * alive40.error());
  // A customer just seen, before the dropout test of its order: (x, t_x, T) = (0, 0, 0).
  EXPECT_NEAR(mbg_cnbd_discounted_residual_orders(p, 0, 0, 0, rate), discounted.mean(),
              5 * discounted.error());
}

TEST_P(MbgCnbd, PosteriorIsWhatIsLeftOfThePriorAfterSeeingTheHistory) {
  const MbgCnbdParameters p{1.5, 2.0, 1.2, 2.5, GetParam()};
  const double T = 8;
  Sample lived_alive, drawn_alive, lived_rate, drawn_rate, lived_dropout, drawn_dropout;
  Sample lived_later, drawn_later, closed_alive, closed_later;
  for (std::uint32_t c = 0; c < 100'000; ++c) {
    RandomStream stream(6, {Purpose::kTest, 3, c, 0});
    const LifetimeLatent latent = draw_mbg_cnbd_prior(stream, p);
    const Life life = live(stream, latent, p.k, 18.0);
    double x = 0, t_x = 0;
    for (const double t : life.orders) {
      if (t > T) break;
      t_x = t;
      ++x;
    }
    if (x > 2) continue;
    const bool left = life.left && static_cast<double>(life.orders.size()) == x;
    lived_alive.add(left ? 0.0 : 1.0);
    lived_rate.add(latent.rate);
    lived_dropout.add(latent.dropout);
    lived_later.add(static_cast<double>(life.orders.size()) - x);
    RandomStream again(6, {Purpose::kTest, 4, c, 0});
    const LifetimeLatent drawn = draw_mbg_cnbd_posterior(again, p, x, t_x, T);
    drawn_alive.add(drawn.alive ? 1.0 : 0.0);
    drawn_rate.add(drawn.rate);
    drawn_dropout.add(drawn.dropout);
    drawn_later.add(static_cast<double>(live(again, drawn, p.k, 10.0).orders.size()));
    if (c % 64 != 0) continue;
    closed_alive.add(mbg_cnbd_p_alive(p, x, t_x, T));
    closed_later.add(mbg_cnbd_conditional_expected_orders(p, x, t_x, T, 10.0));
  }
  const auto same = [](const Sample& l, const Sample& r) {
    EXPECT_NEAR(l.mean(), r.mean(), 5 * std::hypot(l.error(), r.error()));
  };
  same(lived_alive, drawn_alive);
  same(lived_rate, drawn_rate);
  same(lived_dropout, drawn_dropout);
  same(lived_later, drawn_later);
  same(lived_alive, closed_alive);
  same(lived_later, closed_later);
}

TEST_P(MbgCnbd, PosteriorDrawsAgreeWithTheClosedForms) {
  const MbgCnbdParameters p{0.8, 2.0, 0.9, 2.4, GetParam()};
  const double x = 4, t_x = 12, T = 17, t = 25;
  Sample alive, later;
  for (std::uint32_t c = 0; c < 100'000; ++c) {
    RandomStream stream(5, {Purpose::kTest, 2, c, 0});
    const LifetimeLatent latent = draw_mbg_cnbd_posterior(stream, p, x, t_x, T);
    alive.add(latent.alive ? 1.0 : 0.0);
    later.add(static_cast<double>(live(stream, latent, p.k, t).orders.size()));
  }
  EXPECT_NEAR(alive.mean(), mbg_cnbd_p_alive(p, x, t_x, T), 5 * alive.error());
  EXPECT_NEAR(later.mean(), mbg_cnbd_conditional_expected_orders(p, x, t_x, T, t),
              5 * later.error());
}

INSTANTIATE_TEST_SUITE_P(Regularity, MbgCnbd, testing::Values(1, 2, 4));

TEST(MbgCnbdLimits, AreThoseOfACustomerJustSeen) {
  const MbgCnbdParameters p{0.525, 6.183, 0.891, 1.614, 1};
  EXPECT_EQ(mbg_cnbd_expected_orders(p, 0), 0.0);
  EXPECT_NEAR(mbg_cnbd_survival(p, 0), p.b / (p.a + p.b), 1e-15);
  EXPECT_NEAR(mbg_cnbd_p_alive(p, 0, 0, 0), p.b / (p.a + p.b), 1e-15);
  EXPECT_EQ(mbg_cnbd_p_alive(p, 100'000, 10, 1e6), 0.0);
}

TEST(MbgCnbdArguments, AreCheckedBeforeWork) {
  const MbgCnbdParameters p{0.5, 6, 0.9, 1.6, 2};
  EXPECT_THROW(mbg_cnbd_expected_orders({0, 1, 1, 1, 1}, 1), ArgumentError);
  EXPECT_THROW(mbg_cnbd_expected_orders({1, 1, 1, 1, 0}, 1), ArgumentError);
  EXPECT_THROW(mbg_cnbd_expected_orders(p, -1), ArgumentError);
  EXPECT_THROW(mbg_cnbd_p_alive(p, 1, 3, 2), ArgumentError);
  EXPECT_THROW(mbg_cnbd_discounted_residual_orders(p, 0, 0, 2, 0), ArgumentError);
  RandomStream stream(1, {});
  EXPECT_THROW(draw_mbg_cnbd_posterior(stream, p, 2, 5, 4), ArgumentError);
  // Half a billion ticks are refused rather than summed for minutes.
  EXPECT_THROW(mbg_cnbd_expected_orders({1e4, 1e-3, 1, 1, 2}, 1e3), NumericalError);
}

}  // namespace
}  // namespace tenure::customers
