// Simulation-based calibration (Talts et al. 2018): of a customer drawn from the prior and its
// history, the rank of the truth among draws from the posterior given that history is uniform,
// whatever the history, if and only if the draws come from the posterior.
#include <tenure/core/distributions.hpp>
#include <tenure/customers/gamma_gamma.hpp>
#include <tenure/customers/lifetime_model.hpp>

#include <gtest/gtest.h>
#include <statistics.hpp>

#include <array>
#include <string>
#include <vector>

namespace tenure::customers {
namespace {

constexpr std::uint32_t kCustomers = 20'000;
constexpr int kDraws = 19;  // 20 ranks
using Ranks = std::array<std::uint64_t, kDraws + 1>;

FitReport report_of(const std::string& model) {
  if (model == "bg-nbd") {
    BgNbdFit fit;
    fit.parameters = {0.6, 5.0, 0.8, 2.4};
    return fit_report(fit, 7);
  }
  if (model == "pareto-nbd") {
    ParetoNbdFit fit;
    fit.parameters = {0.8, 6.0, 0.7, 11.0};
    return fit_report(fit, 7);
  }
  if (model == "bg-bb") {
    BgBbFit fit;
    fit.parameters = {1.2, 0.75, 0.66, 2.8};
    return fit_report(fit, 365);
  }
  MbgCnbdFit fit;
  fit.parameters = {0.8, 5, 0.9, 1.6, model == "mbg-cnbd" ? 2 : 1};
  return fit_report(fit, 7);
}

/// Place of the truth among the draws; ties are broken at random, so that counts rank evenly, too.
class Rank {
 public:
  Rank(double truth, RandomStream& stream) : truth_(truth), stream_(stream) {}
  void add(double draw) {
    if (draw < truth_) ++below_;
    if (draw == truth_) ++ties_;
  }
  std::size_t place() {
    const double u = stream_.uniform();
    return static_cast<std::size_t>(below_ + static_cast<int>(u * (ties_ + 1)));
  }

 private:
  double truth_;
  RandomStream& stream_;
  int below_ = 0;
  int ties_ = 0;
};

double uniform_p(const Ranks& ranks) {
  const std::vector<double> expected(ranks.size(), static_cast<double>(kCustomers) / (kDraws + 1));
  return test::chi_square_p(ranks, expected);
}

struct Found {
  Ranks rate{};
  Ranks dropout{};
  Ranks future{};
};

/// `forgotten`: time that the history handed to the posterior is told to lie back further.
Found ranks_of(const std::string& kind, double forgotten = 0.0) {
  constexpr double kAge = 30;
  constexpr double kAhead = 20;
  const auto model = lifetime_model(report_of(kind));
  Found found;
  for (std::uint32_t c = 0; c < kCustomers; ++c) {
    RandomStream stream(11, {Purpose::kTest, 1, c, 0});
    const LifetimeLatent truth = model->draw_prior(stream);
    double x = 0;
    double t_x = 0;
    double future_orders = 0;
    for (const double t : model->draw_orders(stream, truth, kAge + kAhead)) {
      if (t > kAge) {
        ++future_orders;
        continue;
      }
      ++x;
      t_x = t;
    }
    Rank rate(truth.rate, stream);
    Rank dropout(truth.dropout, stream);
    Rank future(future_orders, stream);
    for (int i = 0; i < kDraws; ++i) {
      const LifetimeLatent drawn = model->draw_posterior(stream, x, t_x, kAge + forgotten);
      rate.add(drawn.rate);
      dropout.add(drawn.dropout);
      future.add(model->draw_order_count(stream, drawn, kAhead));
    }
    ++found.rate[rate.place()];
    ++found.dropout[dropout.place()];
    ++found.future[future.place()];
  }
  return found;
}

class PosteriorCalibration : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Kinds, PosteriorCalibration,
                         testing::Values("bg-nbd", "mbg-nbd", "mbg-cnbd", "pareto-nbd", "bg-bb"));

// Fifteen tests in all at p > 0.001.
TEST_P(PosteriorCalibration, RanksOfTheTruthAreUniform) {
  const Found found = ranks_of(GetParam());
  EXPECT_GT(uniform_p(found.rate), 0.001);
  EXPECT_GT(uniform_p(found.dropout), 0.001);
  EXPECT_GT(uniform_p(found.future), 0.001);
}

TEST(PosteriorCalibrationPower, AHistoryThatIsTenWeeksOffIsFound) {
  const Found found = ranks_of("bg-nbd", 10.0);
  EXPECT_LT(uniform_p(found.rate), 1e-6);
  EXPECT_LT(uniform_p(found.future), 1e-6);
}

TEST(PosteriorCalibrationSpend, RanksOfTheTrueRateAreUniform) {
  constexpr GammaGammaParameters kSpend{2.2, 3.6, 40.0};
  Ranks ranks{};
  for (std::uint32_t c = 0; c < kCustomers; ++c) {
    RandomStream stream(12, {Purpose::kTest, 2, c, 0});
    const double truth = draw_gamma_gamma_rate(stream, kSpend, 0, 0);
    const int x = static_cast<int>(c % 5);
    double sum = 0;
    for (int i = 0; i < x; ++i) sum += draw_gamma(stream, kSpend.p) / truth;
    Rank rank(truth, stream);
    for (int i = 0; i < kDraws; ++i) {
      rank.add(draw_gamma_gamma_rate(stream, kSpend, x, x > 0 ? sum / x : 0.0));
    }
    ++ranks[rank.place()];
  }
  EXPECT_GT(uniform_p(ranks), 0.001);
}

}  // namespace
}  // namespace tenure::customers
