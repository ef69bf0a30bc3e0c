#include "statistics.hpp"

#include <tenure/core/distributions.hpp>

#include <boost/math/distributions/poisson.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tenure {
namespace {

constexpr std::size_t kDraws = 400000;
constexpr double kSmallestP = 0.001;

// Cells that look into both tails: each outermost one expects 40 of 400,000 draws.
constexpr std::array<double, 17> kEdges = {1e-4, 1e-3, 0.01, 0.05, 0.1,  0.2,  0.3,   0.4,   0.5,
                                           0.6,  0.7,  0.8,  0.9,  0.95, 0.99, 0.999, 0.9999};

RandomStream stream_of(std::uint32_t use) {
  return RandomStream(20240229, {Purpose::kTest, 0, use});
}

template <class Draw>
std::vector<double> draws(std::uint32_t use, const Draw& draw) {
  RandomStream stream = stream_of(use);
  std::vector<double> values(kDraws);
  for (double& value : values) value = draw(stream);
  return values;
}

/// Mean and variance against the truth. The tolerance is five standard errors: of the mean
/// sqrt(variance / n), of the variance sqrt((kurtosis - 1) variance^2 / n).
void expect_moments(const std::vector<double>& values, double mean, double variance,
                    double kurtosis) {
  const auto n = static_cast<double>(values.size());
  double sum = 0.0;
  for (const double value : values) sum += value;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  EXPECT_NEAR(sum / n, mean, 5.0 * std::sqrt(variance / n));
  EXPECT_NEAR(squares / n, variance, 5.0 * variance * std::sqrt((kurtosis - 1.0) / n));
}

/// Puts each value through its distribution function and tests the result for uniformity.
template <class Cdf>
void expect_distribution(std::vector<double> values, const Cdf& cdf) {
  for (double& value : values) value = cdf(value);
  EXPECT_GT(test::uniform_cells_p(values, kEdges), kSmallestP);
  EXPECT_GT(test::kolmogorov_smirnov_p(values), kSmallestP);
}

/// P(log X < y) for X ~ Gamma(shape, 1): the leading term where exp(y) is too small to matter more.
double log_gamma_cdf(double shape, double y) {
  if (y < -40.0) return std::exp(shape * y - boost::math::lgamma(shape + 1.0));
  return boost::math::gamma_p(shape, std::exp(y));
}

// Values of scipy.special.ndtri, which is good to the last digits.
TEST(NormalQuantile, MatchesKnownValuesOverTheWholeRange) {
  const std::array<std::pair<double, double>, 19> known = {{{1e-300, -37.0470962993612},
                                                            {1e-100, -21.273453560965322},
                                                            {1e-16, -8.222082216130435},
                                                            {1e-10, -6.361340902404056},
                                                            {1e-05, -4.264890793922825},
                                                            {0.001, -3.090232306167813},
                                                            {0.0249, -1.9616778690637864},
                                                            {0.025, -1.9599639845400545},
                                                            {0.0749, -1.4402382675279635},
                                                            {0.075, -1.4395314709384563},
                                                            {0.1, -1.2815515655446004},
                                                            {0.25, -0.6744897501960817},
                                                            {0.4, -0.2533471031357997},
                                                            {0.5, 0.0},
                                                            {0.575, 0.18911842627279238},
                                                            {0.9, 1.2815515655446004},
                                                            {0.975, 1.959963984540054},
                                                            {0.999, 3.090232306167813},
                                                            {0.9999999999, 6.361340889697422}}};
  for (const auto& [p, z] : known) {
    EXPECT_NEAR(normal_quantile(p), z, 4e-15 * std::max(1.0, std::fabs(z))) << "p = " << p;
  }
}

TEST(NormalQuantile, InvertsTheDistributionFunctionAndIncreases) {
  double before = -40.0;
  for (int i = 1; i < 20000; ++i) {
    const double p = i / 20000.0;
    const double z = normal_quantile(p);
    EXPECT_GT(z, before);
    EXPECT_NEAR(0.5 * std::erfc(-z / std::sqrt(2.0)), p, 1e-14);
    before = z;
  }
  EXPECT_TRUE(std::isfinite(normal_quantile(0x1.0p-53)));
  EXPECT_TRUE(std::isfinite(normal_quantile(1.0 - 0x1.0p-53)));
}

TEST(Uniform, StaysInItsRangeAndIsFlat) {
  const auto values = draws(1, [](RandomStream& s) { return draw_uniform(s, -3.0, 5.0); });
  expect_moments(values, 1.0, 64.0 / 12.0, 1.8);
  expect_distribution(values, [](double x) { return (x + 3.0) / 8.0; });
}

TEST(Exponential, HasItsMomentsAndTails) {
  const auto values = draws(2, [](RandomStream& s) { return draw_exponential(s, 0.25); });
  expect_moments(values, 4.0, 16.0, 9.0);
  expect_distribution(values, [](double x) { return -std::expm1(-0.25 * x); });
}

TEST(Normal, HasItsMomentsAndTails) {
  const auto values = draws(3, [](RandomStream& s) { return draw_normal(s); });
  expect_moments(values, 0.0, 1.0, 3.0);
  expect_distribution(values, [](double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); });
}

class GammaOfShape : public testing::TestWithParam<double> {};

TEST_P(GammaOfShape, HasItsMomentsAndTails) {
  const double shape = GetParam();
  const double rate = 2.5;
  const auto use = static_cast<std::uint32_t>(1000.0 * shape);
  const auto values = draws(use, [&](RandomStream& s) { return draw_gamma(s, shape, rate); });
  EXPECT_TRUE(std::all_of(values.begin(), values.end(),
                          [](double x) { return x >= 0.0 && std::isfinite(x); }));
  expect_moments(values, shape / rate, shape / (rate * rate), 3.0 + 6.0 / shape);
  // Below shape 0.1 the small draws underflow to 0; their logarithm is tested in its own case.
  if (shape >= 0.1) {
    expect_distribution(values, [&](double x) { return boost::math::gamma_p(shape, rate * x); });
  }
}

TEST_P(GammaOfShape, HasALogarithmThatNeverUnderflows) {
  const double shape = GetParam();
  const auto use = static_cast<std::uint32_t>(1000.0 * shape) + 500000;
  const auto values = draws(use, [&](RandomStream& s) { return draw_log_gamma(s, shape); });
  EXPECT_TRUE(std::all_of(values.begin(), values.end(), [](double y) { return std::isfinite(y); }));
  expect_distribution(values, [&](double y) { return log_gamma_cdf(shape, y); });
}

INSTANTIATE_TEST_SUITE_P(Shapes, GammaOfShape,
                         testing::Values(0.01, 0.1, 0.2426, 0.999, 1.0, 1.5, 6.25, 400.0),
                         [](const auto& shape) {
                           std::string name = std::to_string(shape.param);
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(Gamma, IsTheExponentialOfItsLogarithmDrawForDraw) {
  for (const double shape : {0.3, 1.0, 7.0}) {
    RandomStream plain = stream_of(4);
    RandomStream logs = stream_of(4);
    for (int i = 0; i < 1000; ++i) {
      const double x = draw_gamma(plain, shape);
      EXPECT_NEAR(std::exp(draw_log_gamma(logs, shape)), x, 1e-12 * x);
    }
  }
}

class BetaOf : public testing::TestWithParam<std::pair<double, double>> {};

TEST_P(BetaOf, HasItsMomentsAndItsLowerTail) {
  const auto [a, b] = GetParam();
  const auto use = static_cast<std::uint32_t>(10000.0 * a + 100.0 * b);
  auto values = draws(use, [a = a, b = b](RandomStream& s) { return draw_beta(s, a, b); });
  const double total = a + b;
  const double variance = a * b / (total * total * (total + 1.0));
  const double excess = 6.0 * ((a - b) * (a - b) * (total + 1.0) - a * b * (total + 2.0)) /
                        (a * b * (total + 2.0) * (total + 3.0));
  expect_moments(values, a / total, variance, 3.0 + excess);
  for (double& value : values) {
    ASSERT_GE(value, 0.0);
    ASSERT_LE(value, 1.0);
    value = boost::math::ibeta(a, b, value);
  }
  // A small b puts real probability within rounding of 1, so the upper cells are coarse; the upper
  // tail is the lower tail of Beta(b, a).
  EXPECT_GT(test::uniform_cells_p(values, std::span(kEdges).first(13)), kSmallestP);
}

INSTANTIATE_TEST_SUITE_P(Shapes, BetaOf,
                         testing::Values(std::pair{0.1, 0.1}, std::pair{0.793, 2.426},
                                         std::pair{2.426, 0.793}, std::pair{1.0, 1.0},
                                         std::pair{30.0, 50.0}));

TEST(Beta, SurvivesShapesWhoseGammasUnderflow) {
  RandomStream stream = stream_of(5);
  int high = 0;
  constexpr int kN = 20000;
  for (int i = 0; i < kN; ++i) {
    const double x = draw_beta(stream, 1e-3, 1e-3);
    ASSERT_TRUE(x >= 0.0 && x <= 1.0) << x;
    high += x > 0.5 ? 1 : 0;
  }
  // Symmetric: a binomial with standard error sqrt(n) / 2; 4.5 of them.
  EXPECT_NEAR(high, kN / 2.0, 4.5 * std::sqrt(kN) / 2.0);
}

TEST(Bernoulli, HasItsProbabilityAndIsCertainAtTheEnds) {
  for (const double p : {0.001, 0.3, 0.999}) {
    RandomStream stream = stream_of(6);
    int hits = 0;
    for (std::size_t i = 0; i < kDraws; ++i) hits += draw_bernoulli(stream, p) ? 1 : 0;
    const auto n = static_cast<double>(kDraws);
    EXPECT_NEAR(hits, n * p, 4.5 * std::sqrt(n * p * (1.0 - p))) << "p = " << p;
  }
  RandomStream stream = stream_of(7);
  for (int i = 0; i < 10000; ++i) {
    ASSERT_FALSE(draw_bernoulli(stream, 0.0));
    ASSERT_TRUE(draw_bernoulli(stream, 1.0));
  }
}

class PoissonOfMean : public testing::TestWithParam<double> {};

TEST_P(PoissonOfMean, MatchesItsProbabilitiesAndMoments) {
  const double mean = GetParam();
  RandomStream stream = stream_of(static_cast<std::uint32_t>(mean * 10.0) + 90000);
  const auto cells = static_cast<std::size_t>(mean + 12.0 * std::sqrt(mean) + 20.0);
  std::vector<std::uint64_t> observed(cells, 0);
  std::vector<double> values;
  for (std::size_t i = 0; i < kDraws; ++i) {
    const std::uint64_t k = draw_poisson(stream, mean);
    ASSERT_LT(k, cells);
    ++observed[k];
    values.push_back(static_cast<double>(k));
  }
  const boost::math::poisson truth(mean);
  std::vector<double> expected;
  for (std::size_t k = 0; k < cells; ++k) {
    expected.push_back(static_cast<double>(kDraws) *
                       boost::math::pdf(truth, static_cast<double>(k)));
  }
  EXPECT_GT(test::chi_square_p(observed, expected), kSmallestP);
  expect_moments(values, mean, mean, 3.0 + 1.0 / mean);
}

INSTANTIATE_TEST_SUITE_P(Means, PoissonOfMean, testing::Values(0.01, 0.5, 9.9, 10.0, 50.0, 1e4),
                         [](const auto& shape) {
                           std::string name = std::to_string(shape.param);
                           std::replace(name.begin(), name.end(), '.', '_');
                           return name;
                         });

TEST(Poisson, OfMeanZeroIsZero) {
  RandomStream stream = stream_of(8);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(draw_poisson(stream, 0.0), 0U);
}

TEST(Index, IsFlatBelowItsBoundWithoutBias) {
  for (const std::uint32_t bound : {1U, 2U, 3U, 7U, 1000U}) {
    RandomStream stream = stream_of(bound);
    std::vector<std::uint64_t> observed(bound, 0);
    for (std::size_t i = 0; i < kDraws; ++i) ++observed.at(draw_index(stream, bound));
    if (bound == 1) continue;
    const std::vector<double> expected(bound, static_cast<double>(kDraws) / bound);
    EXPECT_GT(test::chi_square_p(observed, expected), kSmallestP) << "bound " << bound;
  }
  // At three quarters of 2^32 a plain modulus would give the lowest third twice the weight of the
  // others: with rejection each third of the range has a third of the draws.
  const std::uint32_t bound = 3U << 30;
  RandomStream stream = stream_of(9);
  std::vector<std::uint64_t> thirds(3, 0);
  for (std::size_t i = 0; i < kDraws; ++i) ++thirds[draw_index(stream, bound) >> 30];
  const std::vector<double> expected(3, static_cast<double>(kDraws) / 3.0);
  EXPECT_GT(test::chi_square_p(thirds, expected), kSmallestP);
}

}  // namespace
}  // namespace tenure
