#include "customers_test_support.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/pareto_nbd.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace tenure::customers {
namespace {

using test::Sample;
using test::threads;

const ParetoNbdParameters kCdnow{0.5532, 10.576, 0.6063, 11.671};

// Orders in (0, until] of a customer, by brute force.
struct Life {
  std::vector<double> orders;
  double end = 0;  // of the relation
};
Life live(RandomStream& stream, const LifetimeLatent& latent, double until) {
  Life life;
  life.end = latent.alive ? draw_exponential(stream) / latent.dropout : 0.0;
  double t = draw_exponential(stream) / latent.rate;
  while (t <= std::min(until, life.end)) {
    life.orders.push_back(t);
    t += draw_exponential(stream) / latent.rate;
  }
  return life;
}

// Tolerances are five standard errors: one false alarm in about two million.
TEST(ParetoNbdExpectations, MatchBruteForceLives) {
  for (const double s : {0.6, 1.0, 2.5}) {
    const ParetoNbdParameters p{0.8, 3.0, s, 12.0};
    Sample orders10, orders40, alive40, discounted;
    for (std::uint32_t c = 0; c < 100'000; ++c) {
      RandomStream stream(11, {Purpose::kTest, 1, c, 0});
      const Life life = live(stream, draw_pareto_nbd_prior(stream, p), 400.0);
      double by10 = 0, by40 = 0, sum = 0;
      for (const double t : life.orders) {
        by10 += t <= 10 ? 1 : 0;
        by40 += t <= 40 ? 1 : 0;
        sum += std::exp(-0.05 * t);
      }
      orders10.add(by10);
      orders40.add(by40);
      alive40.add(life.end > 40 ? 1.0 : 0.0);
      discounted.add(sum);
    }
    EXPECT_NEAR(pareto_nbd_expected_orders(p, 10), orders10.mean(), 5 * orders10.error());
    EXPECT_NEAR(pareto_nbd_expected_orders(p, 40), orders40.mean(), 5 * orders40.error());
    EXPECT_NEAR(pareto_nbd_survival(p, 40), alive40.mean(), 5 * alive40.error());
    EXPECT_NEAR(pareto_nbd_discounted_residual_orders(p, 0, 0, 0, 0.05), discounted.mean(),
                5 * discounted.error());
  }
}

// BTYD's vignette.
TEST(ParetoNbdConditional, GivesThePublishedFiguresOfCustomer1516) {
  const double t_x = 216.0 / 7, T = 217.0 / 7;
  EXPECT_NEAR(pareto_nbd_conditional_expected_orders(kCdnow, 26, t_x, T, 52), 25.456, 0.01);
  EXPECT_NEAR(pareto_nbd_p_alive(kCdnow, 26, t_x, T), 0.99787, 0.00001);
}

// The confluent hypergeometric form of "RFM and CLV" at weekly ln(1.15) / 52, by scipy 1.10:
// alpha^r beta^s delta^(s - 1) Gamma(r + x + 1) U(s, s, delta (beta + T)) over
// Gamma(r) (alpha + T)^(r + x + 1) L, which is p_alive (r + x) / (alpha + T) delta^(s - 1)
// (beta + T)^s U(s, s, delta (beta + T)).
TEST(ParetoNbdDiscounted, IsTheTricomiFormOfThePaper) {
  const double delta = std::log(1.15) / 52, T = 38.86;
  struct Row {
    double x, t_x, value;
  };
  for (const Row& row : {Row{0, 0, 0.47817402858358}, Row{7, 35.71, 21.037240785917}}) {
    EXPECT_NEAR(pareto_nbd_discounted_residual_orders(kCdnow, row.x, row.t_x, T, delta) / row.value,
                1.0, 1e-9);
  }
}

TEST(ParetoNbdPAlive, FallsWithSilenceAndNeverIsNotANumber) {
  EXPECT_EQ(pareto_nbd_p_alive(kCdnow, 3, 10, 10), 1.0);
  EXPECT_GT(pareto_nbd_p_alive(kCdnow, 3, 10, 11), pareto_nbd_p_alive(kCdnow, 3, 10, 30));
  EXPECT_LT(pareto_nbd_p_alive(kCdnow, 0, 0, 500), pareto_nbd_p_alive(kCdnow, 0, 0, 50));
  EXPECT_EQ(pareto_nbd_p_alive(kCdnow, 100'000, 10, 1e6), 0.0);
}

TEST(ParetoNbdConditional, IsTheUnconditionalOneForANewCustomer) {
  for (const double t : {0.0, 3.0, 300.0}) {
    EXPECT_DOUBLE_EQ(pareto_nbd_conditional_expected_orders(kCdnow, 0, 0, 0, t),
                     pareto_nbd_expected_orders(kCdnow, t));
  }
}

TEST(ParetoNbdPosterior, DrawsAgreeWithTheClosedForms) {
  struct Row {
    double x, t_x, T;
  };
  for (const Row& row : {Row{4, 12, 30}, Row{0, 0, 38}, Row{26, 30.9, 31}}) {
    Sample alive, later;
    for (std::uint32_t c = 0; c < 100'000; ++c) {
      RandomStream stream(5, {Purpose::kTest, 2, c, 0});
      const auto latent = draw_pareto_nbd_posterior(stream, kCdnow, row.x, row.t_x, row.T);
      alive.add(latent.alive ? 1.0 : 0.0);
      // Orders of one customer with known rates over 25 weeks.
      later.add(latent.alive ? -latent.rate * std::expm1(-latent.dropout * 25) / latent.dropout
                             : 0.0);
    }
    EXPECT_NEAR(alive.mean(), pareto_nbd_p_alive(kCdnow, row.x, row.t_x, row.T),
                5 * alive.error() + 1e-12);
    EXPECT_NEAR(later.mean(),
                pareto_nbd_conditional_expected_orders(kCdnow, row.x, row.t_x, row.T, 25),
                5 * later.error());
  }
}

// The posterior against the prior's own lives, customers who left among them.
TEST(ParetoNbdPosterior, IsWhatIsLeftOfThePriorAfterSeeingTheHistory) {
  const ParetoNbdParameters p{1.5, 5.0, 1.2, 8.0};
  const double T = 8;
  std::array<Sample, 4> lived, drawn;
  for (std::uint32_t c = 0; c < 200'000; ++c) {
    RandomStream stream(6, {Purpose::kTest, 3, c, 0});
    const LifetimeLatent latent = draw_pareto_nbd_prior(stream, p);
    const Life life = live(stream, latent, T);
    const auto x = static_cast<double>(life.orders.size());
    if (x > 3) continue;
    RandomStream again(6, {Purpose::kTest, 4, c, 0});
    const double t_x = life.orders.empty() ? 0.0 : life.orders.back();
    const LifetimeLatent other = draw_pareto_nbd_posterior(again, p, x, t_x, T);
    const bool alive = life.end > T;
    lived[0].add(alive ? 1 : 0);
    drawn[0].add(other.alive ? 1 : 0);
    lived[1].add(latent.rate);
    drawn[1].add(other.rate);
    lived[2].add(latent.dropout);
    drawn[2].add(other.dropout);
    if (!alive) lived[3].add(latent.rate * latent.dropout);
    if (!other.alive) drawn[3].add(other.rate * other.dropout);
  }
  for (std::size_t i = 0; i < lived.size(); ++i) {
    EXPECT_NEAR(lived[i].mean(), drawn[i].mean(),
                5 * std::hypot(lived[i].error(), drawn[i].error()))
        << i;
  }
}

TEST(ParetoNbdArguments, AreCheckedBeforeWork) {
  EXPECT_THROW(pareto_nbd_expected_orders({0, 1, 1, 1}, 1), ArgumentError);
  EXPECT_THROW(pareto_nbd_expected_orders(kCdnow, -1), ArgumentError);
  EXPECT_THROW(pareto_nbd_survival(kCdnow, std::nan("")), ArgumentError);
  EXPECT_THROW(pareto_nbd_p_alive(kCdnow, 1.5, 1, 2), ArgumentError);
  EXPECT_THROW(pareto_nbd_conditional_expected_orders(kCdnow, 1, 3, 2, 1), ArgumentError);
  EXPECT_THROW(pareto_nbd_discounted_residual_orders(kCdnow, 1, 1, 2, -0.1), ArgumentError);
  RandomStream stream(1, {});
  EXPECT_THROW(draw_pareto_nbd_posterior(stream, kCdnow, 2, 5, 4), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
