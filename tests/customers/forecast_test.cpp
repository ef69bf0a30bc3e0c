#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/forecast.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace tenure::customers {
namespace {

using test::threads;

// A series of the model, from a known state. Seasonal terms start as `amplitude` sin.
std::vector<double> simulated(const SmoothingFit& truth, std::size_t n, double amplitude,
                              std::uint32_t replication) {
  RandomStream stream(17, {Purpose::kTest, 0, replication, 0});
  const std::size_t m = truth.model.season;
  std::vector<double> seasonal;
  for (std::size_t s = 0; s < m; ++s) {
    seasonal.push_back(
        amplitude * std::sin(6.283185307179586 * static_cast<double>(s) / static_cast<double>(m)));
  }
  double level = truth.level;
  double slope = truth.slope;
  std::vector<double> series;
  for (std::size_t t = 0; t < n; ++t) {
    const double error = truth.sigma * draw_normal(stream);
    const double base = level + truth.phi * slope;
    series.push_back(base + (m > 0 ? seasonal[t % m] : 0.0) + error);
    level = base + truth.alpha * error;
    slope = truth.phi * slope + truth.beta * error;
    if (m > 0) seasonal[t % m] += truth.gamma * error;
  }
  return series;
}

SmoothingFit truth_of(const SmoothingModel& model, double alpha, double beta, double gamma,
                      double phi) {
  SmoothingFit fit;
  fit.model = model;
  fit.alpha = alpha;
  fit.beta = beta;
  fit.gamma = gamma;
  fit.phi = phi;
  fit.level = 100.0;
  fit.slope = model.trend == Trend::kNone ? 0.0 : 1.0;
  fit.sigma = 5.0;
  fit.seasonal.assign(model.season, 0.0);
  fit.degrees_of_freedom = 1000;
  fit.state_factor.assign(2 + model.season, 0.0);
  return fit;
}

double variance(const Forecast& ahead, std::size_t h) {
  return ahead.standard_error[h - 1] * ahead.standard_error[h - 1];
}

// Forecasting: Principles and Practice, 2nd edition, section 7.1: Saudi oil production 1996-2013.
TEST(Smoothing, ReproducesThePublishedLevelModel) {
  const std::vector<double> oil = {445.36, 453.20, 454.41, 422.38, 456.04, 440.39,
                                   425.19, 486.21, 500.43, 521.28, 508.95, 488.89,
                                   509.87, 456.72, 473.82, 525.95, 549.83, 542.34};
  const SmoothingFit fit = fit_smoothing(threads(1), oil, {});
  EXPECT_NEAR(fit.alpha, .8339, 2e-4);
  EXPECT_NEAR(fit.initial_level, 446.5868, 0.02);
  EXPECT_NEAR(fit.sigma, 29.8282, 0.002);
  // There AICc leaves out -n ln n.
  EXPECT_NEAR(fit.aicc + 18 * std::log(18.0), 179.8573, 0.002);
  const Forecast ahead = forecast(fit, 5);
  EXPECT_NEAR(ahead.mean[0], 542.68, 0.01);
  EXPECT_NEAR(ahead.mean[4], 542.68, 0.01);
}

// Section 7.2: air passengers of Australia 1990-2016. The published search stopped early, at sigma
// 2.3645, alpha .8302: least squares must be no worse, and its forecasts the same to 0.1.
TEST(Smoothing, IsNoWorseThanThePublishedTrendModel) {
  const std::vector<double> passengers = {
      17.5534, 21.8601, 23.8866, 26.9293, 26.8885, 28.8314, 30.0751, 30.9535, 30.1857,
      31.5797, 32.5776, 33.4774, 39.0216, 41.3864, 41.5966, 44.6573, 46.9518, 48.7288,
      51.4884, 50.0270, 60.6409, 63.3603, 66.3551, 68.1979, 68.1232, 69.7793, 72.5977};
  const SmoothingFit fit = fit_smoothing(threads(1), passengers, {Trend::kAdditive, 0});
  EXPECT_LE(fit.sigma, 2.3645);
  EXPECT_GT(fit.sigma, 2.36);
  EXPECT_NEAR(fit.alpha, .8302, 0.02);
  EXPECT_LT(fit.beta, 2e-4);
  const Forecast ahead = forecast(fit, 5);
  const std::vector<double> published = {74.60, 76.70, 78.80, 80.91, 83.01};
  for (std::size_t h = 0; h < 5; ++h) EXPECT_NEAR(ahead.mean[h], published[h], 0.1);
}

TEST(Smoothing, SumOfSquaresIsThatOfItsOwnRecursionAndNothingNearbyIsBetter) {
  const std::vector<double> series =
      simulated(truth_of({Trend::kDamped, 0}, 0.5, 0.2, 0, 0.9), 80, 0, 3);
  const SmoothingFit fit = fit_smoothing(threads(1), series, {Trend::kDamped, 0});
  const auto sum_of_squares = [&](double alpha, double beta, double phi, double level,
                                  double slope) {
    double sum = 0.0;
    for (const double y : series) {
      const double error = y - level - phi * slope;
      level += phi * slope + alpha * error;
      slope = phi * slope + beta * error;
      sum += error * error;
    }
    return sum;
  };
  const double best =
      sum_of_squares(fit.alpha, fit.beta, fit.phi, fit.initial_level, fit.initial_slope);
  EXPECT_NEAR(best, fit.sum_of_squares, 1e-9 * best);
  for (const double d : {-1e-3, 1e-3}) {
    const double a = fit.alpha;
    const double b = fit.beta;
    const double l = fit.initial_level;
    const double s = fit.initial_slope;
    EXPECT_GT(sum_of_squares(a, b, fit.phi, l + 10 * d, s), best);
    EXPECT_GT(sum_of_squares(a, b, fit.phi, l, s + d), best);
    if (a + d < 1 && a + d > b) {
      EXPECT_GT(sum_of_squares(a + d, b, fit.phi, l, s), best - 1e-6);
    }
    if (b + d > 0 && b + d < a) {
      EXPECT_GT(sum_of_squares(a, b + d, fit.phi, l, s), best - 1e-6);
    }
  }
}

TEST(Smoothing, ContinuesATrendWithASeasonExactly) {
  std::vector<double> series;
  const std::vector<double> season = {5, -3, 0, -2};
  for (std::size_t t = 0; t < 26; ++t) {
    series.push_back(10 + 2 * static_cast<double>(t) + season[t % 4]);
  }
  const SmoothingFit fit = fit_best_smoothing(threads(1), series, 4);
  EXPECT_EQ(fit.model, (SmoothingModel{Trend::kAdditive, 4}));
  const Forecast ahead = forecast(fit, 9);
  for (std::size_t h = 0; h < 9; ++h) {
    const std::size_t t = 26 + h;
    EXPECT_NEAR(ahead.mean[h], 10 + 2 * static_cast<double>(t) + season[t % 4], 1e-6);
    EXPECT_NEAR(ahead.standard_error[h], 0.0, 1e-6);
  }
}

TEST(Smoothing, OfAConstantSeriesIsThatConstant) {
  for (const double value : {0.0, 7.0}) {
    const SmoothingFit fit = fit_best_smoothing(threads(1), std::vector<double>(30, value), 12);
    EXPECT_EQ(fit.model, SmoothingModel{});
    const auto [low, high] = forecast(fit, 3).interval(2, 0.95);
    EXPECT_NEAR(low, value, 1e-9);
    EXPECT_NEAR(high, value, 1e-9);
  }
}

// Closed forms of Hyndman and others (2008), table 6.2, for known states.
TEST(Forecast, VarianceIsThePublishedClosedForm) {
  const double a = 0.4;
  const double b = 0.15;
  const double g = 0.3;
  const double phi = 0.9;
  const double s2 = 25.0;
  const Forecast level = forecast(truth_of({}, a, 0, 0, 1), 10);
  const Forecast trend = forecast(truth_of({Trend::kAdditive, 0}, a, b, 0, 1), 10);
  const Forecast damped = forecast(truth_of({Trend::kDamped, 0}, a, b, 0, phi), 10);
  const Forecast season = forecast(truth_of({Trend::kNone, 4}, a, 0, g, 1), 10);
  for (std::size_t i = 1; i <= 10; ++i) {
    const auto h = static_cast<double>(i);
    const double k = std::floor((h - 1) / 4);
    EXPECT_NEAR(variance(level, i), s2 * (1 + (h - 1) * a * a), 1e-9);
    EXPECT_NEAR(variance(trend, i),
                s2 * (1 + (h - 1) * (a * a + a * b * h + b * b * h * (2 * h - 1) / 6)), 1e-9);
    EXPECT_NEAR(variance(season, i), s2 * (1 + (h - 1) * a * a + g * k * (2 * a + g)), 1e-9);
    const double q = 1 - phi;
    const double ph = std::pow(phi, h);
    const double expected = 1 + a * a * (h - 1) + b * phi * h / (q * q) * (2 * a * q + b * phi) -
                            b * phi * (1 - ph) / (q * q * (1 - phi * phi)) *
                                (2 * a * (1 - phi * phi) + b * phi * (1 + 2 * phi - ph));
    EXPECT_NEAR(variance(damped, i), s2 * expected, 1e-8);
    EXPECT_NEAR(damped.mean[i - 1], 100 + phi * (1 - ph) / q, 1e-10);
  }
}

// With alpha = beta = 0 the model is a straight line: the standard error is that of regression.
TEST(Forecast, KnowsThatTheFirstStatesWereEstimated) {
  SmoothingFit truth = truth_of({Trend::kAdditive, 0}, 0, 0, 0, 1);
  bool seen = false;
  for (std::uint32_t replication = 0; replication < 40 && !seen; ++replication) {
    const std::vector<double> series = simulated(truth, 20, 0, replication);
    SmoothingFit fit = fit_smoothing(threads(1), series, {Trend::kAdditive, 0});
    fit.series.clear();              // parameters as known
    if (fit.alpha > 1e-9) continue;  // noise looked like a moving level
    seen = true;
    const double n = 20;
    for (const double h : {1.0, 8.0}) {
      const double from_middle = n + h - (n + 1) / 2;
      const double expected = 1 + 1 / n + from_middle * from_middle / (n * (n * n - 1) / 12);
      EXPECT_NEAR(variance(forecast(fit, 8), static_cast<std::size_t>(h)),
                  fit.sigma * fit.sigma * expected, 1e-6 * fit.sigma * fit.sigma);
    }
  }
  EXPECT_TRUE(seen);
}

// Mean of the estimates over 40 series of 400 within 4 standard errors of that mean, and .02 for
// the bias of order 1 / n that least squares has.
TEST(Smoothing, RecoversItsParameters) {
  const SmoothingFit truth = truth_of({Trend::kDamped, 4}, 0.5, 0.15, 0.2, 0.9);
  constexpr std::size_t kSeries = 40;
  std::vector<std::vector<double>> estimates(4);
  for (std::uint32_t r = 0; r < kSeries; ++r) {
    const SmoothingFit fit = fit_smoothing(threads(1), simulated(truth, 400, 20, r), truth.model);
    estimates[0].push_back(fit.alpha);
    estimates[1].push_back(fit.beta);
    estimates[2].push_back(fit.gamma);
    estimates[3].push_back(fit.sigma / 5.0);
  }
  const std::vector<double> expected = {0.5, 0.15, 0.2, 1.0};
  for (std::size_t i = 0; i < 4; ++i) {
    const double mean = std::accumulate(estimates[i].begin(), estimates[i].end(), 0.0) / kSeries;
    double squares = 0.0;
    for (const double e : estimates[i]) squares += (e - mean) * (e - mean);
    const double error = std::sqrt(squares / (kSeries - 1) / kSeries);
    EXPECT_NEAR(mean, expected[i], 4 * error + 0.02) << i;
  }
}

// Share of true values inside the intervals over horizons 1 to 6. Forecasts of one series go
// together: three standard errors are taken as if they were one, sqrt(p (1 - p) / 400) each.
void expect_coverage(const SmoothingFit& truth, std::size_t n, bool choose) {
  constexpr std::uint32_t kSeries = 400;
  constexpr std::size_t kHorizon = 6;
  const std::vector<double> levels = {0.80, 0.95};
  std::vector<double> inside(2, 0.0);
  for (std::uint32_t r = 0; r < kSeries; ++r) {
    const std::vector<double> all = simulated(truth, n + kHorizon, 20, 1000 + r);
    const auto past = std::span(all).first(n);
    const Forecast ahead =
        forecast(choose ? fit_best_smoothing(threads(1), past, truth.model.season)
                        : fit_smoothing(threads(1), past, truth.model),
                 kHorizon);
    for (std::size_t h = 0; h < kHorizon; ++h) {
      for (std::size_t i = 0; i < 2; ++i) {
        const auto [low, high] = ahead.interval(h, levels[i]);
        inside[i] += all[n + h] >= low && all[n + h] <= high ? 1.0 : 0.0;
      }
    }
  }
  const double c80 = inside[0] / (kSeries * kHorizon);
  const double c95 = inside[1] / (kSeries * kHorizon);
  EXPECT_NEAR(c80, 0.80, 0.06);
  EXPECT_NEAR(c95, 0.95, 0.033);
  testing::Test::RecordProperty("coverage_80", std::to_string(c80));
  testing::Test::RecordProperty("coverage_95", std::to_string(c95));
}

TEST(ForecastCoverage, OfALevel) { expect_coverage(truth_of({}, 0.4, 0, 0, 1), 40, false); }
TEST(ForecastCoverage, OfADampedTrend) {
  expect_coverage(truth_of({Trend::kDamped, 0}, 0.5, 0.1, 0, 0.9), 60, false);
}
TEST(ForecastCoverage, OfATrendWithASeason) {
  expect_coverage(truth_of({Trend::kAdditive, 4}, 0.3, 0.05, 0.2, 1), 60, false);
}
TEST(ForecastCoverage, OfAChosenModel) {
  expect_coverage(truth_of({Trend::kNone, 4}, 0.3, 0, 0.1, 1), 48, true);
}

TEST(Smoothing, RefusesWhatItCannotFit) {
  const std::vector<double> short_series = {1, 2, 3, 4};
  EXPECT_THROW(fit_smoothing(threads(1), short_series, {}), ArgumentError);
  EXPECT_THROW(fit_best_smoothing(threads(1), short_series, 12), ArgumentError);
  std::vector<double> series(30, 1.0);
  EXPECT_THROW(fit_smoothing(threads(1), series, {Trend::kNone, 1}), ArgumentError);
  EXPECT_THROW(fit_smoothing(threads(1), series, {Trend::kNone, 16}), ArgumentError);
  series[3] = std::nan("");
  EXPECT_THROW(fit_smoothing(threads(1), series, {}), ArgumentError);
  const Forecast ahead = forecast(truth_of({}, 0.4, 0, 0, 1), 2);
  EXPECT_THROW(ahead.interval(2, 0.95), ArgumentError);
  EXPECT_THROW(ahead.interval(0, 1.0), ArgumentError);
}

TEST(Backtest, ScoresTheNaiveForecastsByHand) {
  // Training: the first 8; mean absolute change (1 + 2 + 1 + 2 + 1 + 2 + 1) / 7 = 10 / 7.
  const std::vector<double> series = {10, 11, 9, 10, 12, 11, 13, 12, 15, 13};
  BacktestOptions options;
  options.horizon = 2;
  options.season = 3;
  options.minimum_training = 8;
  options.model = SmoothingModel{};
  const Backtest result = backtest(threads(1), series, options).value();
  EXPECT_EQ(result.origins, 1U);
  EXPECT_EQ(result.forecasts, 2U);
  EXPECT_NEAR(result.mase_naive, (3 + 1) / 2.0 / (10.0 / 7), 1e-12);
  EXPECT_NEAR(result.mase_seasonal_naive.value(), (4 + 0) / 2.0 / (10.0 / 7), 1e-12);
  const double forecast_value =
      forecast(fit_smoothing(threads(1), std::span(series).first(8), {}), 1).mean[0];
  EXPECT_NEAR(result.mase,
              (std::abs(15 - forecast_value) + std::abs(13 - forecast_value)) / 2 / (10.0 / 7),
              1e-9);
}

TEST(Backtest, BeatsBothNaiveForecastsOnAMovingSeasonAndIsTheSameOnAnyThreads) {
  const std::vector<double> series =
      simulated(truth_of({Trend::kNone, 4}, 0.3, 0, 0.1, 1), 80, 20, 9);
  BacktestOptions options;
  options.horizon = 4;
  options.season = 4;
  options.minimum_training = 60;
  const Backtest one = backtest(threads(1), series, options).value();
  EXPECT_LT(one.mase, one.mase_naive);
  EXPECT_LT(one.mase, one.mase_seasonal_naive.value());
  EXPECT_EQ(one.origins, 17U);
  for (const int n : {2, 3, 8}) {
    const Backtest many = backtest(threads(n), series, options).value();
    EXPECT_EQ(many.mase, one.mase);
    EXPECT_EQ(many.coverage, one.coverage);
  }
}

TEST(Backtest, IsEmptyWhereNothingCanBeJudged) {
  EXPECT_FALSE(backtest(threads(1), std::vector<double>(8, 1.0), {}).has_value());
  EXPECT_FALSE(backtest(threads(1), std::vector<double>(30, 1.0), {}).has_value());
  BacktestOptions options;
  options.horizon = 0;
  EXPECT_THROW(backtest(threads(1), std::vector<double>(30, 1.0), options), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
