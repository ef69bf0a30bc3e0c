#include "../../customers/src/bg_bb_likelihood.hpp"
#include "customers_test_support.hpp"
#include "test_data.hpp"

#include <tenure/core/csv.hpp>
#include <tenure/core/error.hpp>
#include <tenure/customers/bg_bb.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>

namespace tenure::customers {
namespace {

using test::Sample;
using test::threads;

const BgBbParameters kDonations{1.2035, 0.7497, 0.6568, 2.7839};

RecencyFrequency donations(const std::string& path) {
  const CsvTable table = read_csv_table(threads(1), path);
  RecencyFrequency data;
  for (std::size_t i = 0; i < table.rows.size(); ++i) {
    data.frequency.push_back(table.number(i, table.column("frequency")));
    data.recency.push_back(table.number(i, table.column("recency")));
    data.age.push_back(table.number(i, table.column("periods")));
    data.weight.push_back(table.number(i, table.column("weights")));
  }
  return data;
}

// Fader, Hardie, Shang (2010), table 3 and BTYD's vignette.
TEST(BgBbFit, GivesThePublishedEstimatesOnTheDonations) {
  TENURE_REQUIRE_DATA(path, "donations/donations.csv");
  const RecencyFrequency data = donations(path);
  const BgBbFit fit = fit_bg_bb(threads(2), data);
  const auto& p = fit.parameters;
  EXPECT_EQ(fit.customers, 11104U);
  EXPECT_NEAR(p.alpha, 1.2035, 0.005 * 1.2035);
  EXPECT_NEAR(p.beta, 0.7497, 0.005 * 0.7497);
  EXPECT_NEAR(p.gamma, 0.6568, 0.005 * 0.6568);
  EXPECT_NEAR(p.delta, 2.7839, 0.005 * 2.7839);
  EXPECT_NEAR(fit.log_likelihood, -33225.58, 0.01);
  EXPECT_NEAR(bg_bb_log_likelihood(p, data), fit.log_likelihood, 1e-7);
  double total = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    total += data.weight[i] * bg_bb_conditional_expected_orders(p, data.frequency[i],
                                                                data.recency[i], data.age[i], 5);
  }
  EXPECT_NEAR(total, 12884.2, 1.0);
}

// What happened to a customer over n opportunities, by brute force.
struct Life {
  double x = 0, t_x = 0;
  double later = 0, discounted = 0;
};
Life live(RandomStream& stream, LifetimeLatent latent, double n, double more) {
  Life life;
  bool here = latent.alive;
  for (int period = 1; period <= static_cast<int>(n + more) && here; ++period) {
    const double i = period;
    if (draw_bernoulli(stream, latent.rate)) {
      if (i <= n) {
        ++life.x;
        life.t_x = i;
      } else {
        ++life.later;
        life.discounted += std::exp(-0.1 * (i - n));
      }
    }
    here = !draw_bernoulli(stream, latent.dropout);
  }
  return life;
}

// Tolerances are five standard errors: one false alarm in about two million.
TEST(BgBbExpectations, MatchBruteForceLives) {
  Sample six, discounted;
  for (std::uint32_t c = 0; c < 100'000; ++c) {
    RandomStream stream(11, {Purpose::kTest, 1, c, 0});
    const Life life = live(stream, draw_bg_bb_prior(stream, kDonations), 0, 6);
    six.add(life.later);
    RandomStream again(11, {Purpose::kTest, 2, c, 0});
    discounted.add(live(again, draw_bg_bb_prior(again, kDonations), 0, 300).discounted);
  }
  EXPECT_NEAR(bg_bb_expected_orders(kDonations, 6), six.mean(), 5 * six.error());
  EXPECT_NEAR(bg_bb_discounted_residual_orders(kDonations, 0, 0, 0, 0.1), discounted.mean(),
              5 * discounted.error());
}

TEST(BgBbPosterior, IsWhatIsLeftOfThePriorAfterSeeingTheHistory) {
  for (const auto& [x, t_x] : {std::array{0.0, 0.0}, std::array{2.0, 3.0}, std::array{3.0, 6.0}}) {
    Sample lived_later, lived_rate, lived_dropout, drawn_later, drawn_rate, drawn_dropout, alive;
    for (std::uint32_t c = 0; c < 150'000; ++c) {
      RandomStream stream(6, {Purpose::kTest, 3, c, 0});
      const LifetimeLatent latent = draw_bg_bb_prior(stream, kDonations);
      const Life life = live(stream, latent, 6, 5);
      if (life.x != x || life.t_x != t_x) continue;
      lived_later.add(life.later);
      lived_rate.add(latent.rate);
      lived_dropout.add(latent.dropout);
      RandomStream again(6, {Purpose::kTest, 4, c, 0});
      const LifetimeLatent drawn = draw_bg_bb_posterior(again, kDonations, x, t_x, 6);
      alive.add(drawn.alive ? 1 : 0);
      drawn_rate.add(drawn.rate);
      drawn_dropout.add(drawn.dropout);
      drawn_later.add(live(again, drawn, 0, 5).later);
    }
    const auto same = [](const Sample& l, const Sample& r) {
      EXPECT_NEAR(l.mean(), r.mean(), 5 * std::hypot(l.error(), r.error()));
    };
    ASSERT_GT(lived_later.n, 1000);
    same(lived_later, drawn_later);
    same(lived_rate, drawn_rate);
    same(lived_dropout, drawn_dropout);
    EXPECT_NEAR(bg_bb_p_alive(kDonations, x, t_x, 6), alive.mean(), 5 * alive.error());
    EXPECT_NEAR(bg_bb_conditional_expected_orders(kDonations, x, t_x, 6, 5), drawn_later.mean(),
                5 * drawn_later.error());
  }
}

TEST(BgBbLikelihood, HasTheGradientAndHessianOfFiniteDifferences) {
  RecencyFrequency data;
  data.frequency = {0, 1, 2, 4, 6};
  data.recency = {0, 1, 5, 6, 6};
  data.age = {6, 6, 6, 6, 6};
  data.weight = {5, 3, 2, 1, 4};
  const Execution one = threads(1);
  const std::array<std::array<double, 4>, 3> points = {
      {{0.2, -0.3, -0.4, 1.0}, {-3, 2, 3, -2}, {4, 5, 4, 6}}};
  for (const auto& theta : points) {
    const detail::Derivatives at = detail::bg_bb_evaluate(one, data, theta);
    for (std::size_t i = 0; i < 4; ++i) {
      const double h = 1e-4;
      auto up = theta;
      auto down = theta;
      up[i] += h;
      down[i] -= h;
      const auto high = detail::bg_bb_evaluate(one, data, up);
      const auto low = detail::bg_bb_evaluate(one, data, down);
      const double scale = std::abs(at.value) + 1;
      EXPECT_NEAR(at.gradient[i], (high.value - low.value) / (2 * h), 1e-7 * scale) << i;
      for (std::size_t j = 0; j < 4; ++j) {
        EXPECT_NEAR(at.hessian[i * 4 + j], (high.gradient[j] - low.gradient[j]) / (2 * h),
                    1e-7 * scale)
            << i << ' ' << j;
      }
    }
  }
}

TEST(BgBbArguments, AreCheckedBeforeWork) {
  RecencyFrequency data;
  data.frequency = {3};
  data.recency = {2};  // three orders by the second opportunity
  data.age = {6};
  EXPECT_THROW(fit_bg_bb(threads(1), data), ArgumentError);
  data.recency = {3.5};
  EXPECT_THROW(bg_bb_log_likelihood(kDonations, data), ArgumentError);
  EXPECT_THROW(bg_bb_expected_orders(kDonations, 1.5), ArgumentError);
  EXPECT_THROW(bg_bb_p_alive({0, 1, 1, 1}, 1, 1, 2), ArgumentError);
  EXPECT_THROW(bg_bb_discounted_residual_orders(kDonations, 1, 1, 2, 0), ArgumentError);
}

TEST(BgBbFit, RefusesDataWithoutAFiniteMaximum) {
  RecencyFrequency always;
  always.frequency = {6, 5};
  always.recency = {6, 5};
  always.age = {6, 5};
  EXPECT_THROW(fit_bg_bb(threads(1), always), NumericalError);
}

}  // namespace
}  // namespace tenure::customers
