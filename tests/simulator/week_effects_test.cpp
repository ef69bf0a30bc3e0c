#include <tenure/core/distributions.hpp>
#include <tenure/core/random.hpp>

#include <backtest/week_effects.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace tenure::simulator {
namespace {

/// Poisson orders about exposure x exp(log_multiplier(week)).
template <class LogMultiplier>
ShopWeeks weeks_with(std::size_t count, double exposure, const LogMultiplier& log_multiplier) {
  ShopWeeks weeks;
  for (std::size_t w = 0; w < count; ++w) {
    RandomStream stream(1, {Purpose::kTest, 0, static_cast<std::uint32_t>(w), 0});
    weeks.exposure.push_back(exposure);
    weeks.open.push_back(1);
    const double mean = exposure * std::exp(log_multiplier(w));
    weeks.orders.push_back(static_cast<double>(draw_poisson(stream, mean)));
  }
  return weeks;
}

double noise(std::size_t week) {
  RandomStream stream(2, {Purpose::kTest, 0, static_cast<std::uint32_t>(week), 0});
  return draw_normal(stream);
}

double year(std::size_t week) {
  return std::sin(2.0 * std::numbers::pi * 7.0 * static_cast<double>(week) / 365.25);
}

// The estimate of a standard deviation s from n values seen with a standard error e each has a
// standard error of about (s^2 + e^2) / s / sqrt(2 n): here .0147, and four of them.
TEST(WeekEffects, NoiseIsFoundWithItsSize) {
  const ShopWeeks weeks = weeks_with(120, 200.0, [](std::size_t w) { return 0.2 * noise(w); });
  const FittedEffects fitted = fit_effects(weeks, ShopEffects::kWeeks);
  EXPECT_NEAR(fitted.scales.week, 0.2, 0.059);
  const FittedEffects none = fit_effects(weeks, ShopEffects::kNone);
  EXPECT_GT(fitted.log_likelihood, none.log_likelihood + 50.0);
}

TEST(WeekEffects, ThatAreNotThereGainNothing) {
  const ShopWeeks weeks = weeks_with(120, 200.0, [](std::size_t) { return 0.0; });
  const double none = fit_effects(weeks, ShopEffects::kNone).log_likelihood;
  for (const ShopEffects kind : {ShopEffects::kWeeks, ShopEffects::kSeasonLevel}) {
    // Twice the gain of one variance that is zero is over 10.8 in one sample of 2,000.
    EXPECT_LT(fit_effects(weeks, kind).log_likelihood, none + 5.4) << to_string(kind);
    EXPECT_GT(fit_effects(weeks, kind).log_likelihood, none - 0.1) << to_string(kind);
  }
}

TEST(WeekEffects, ASeasonComesBackTheNextYear) {
  const ShopWeeks weeks =
      weeks_with(110, 500.0, [](std::size_t w) { return 0.4 * year(w) + 0.05 * noise(w); });
  const FittedEffects fitted = fit_effects(weeks, ShopEffects::kSeason);
  constexpr std::size_t kAhead = 40;
  const PredictedEffects predicted = predict_effects(weeks, fitted.scales, kAhead);
  // Each week of the year was seen twice, with standard errors of .07, and its neighbours too.
  for (std::size_t w = 110; w < 110 + kAhead; ++w) {
    EXPECT_NEAR(predicted.mean[w] - predicted.mean[110], 0.4 * (year(w) - year(110)), 0.1) << w;
  }
}

TEST(WeekEffects, ALevelIsKeptAndForgotten) {
  // Half as high again in the last 30 weeks.
  const ShopWeeks weeks =
      weeks_with(100, 500.0, [](std::size_t w) { return w < 70 ? 0.0 : std::log(1.5); });
  const FittedEffects fitted = fit_effects(weeks, ShopEffects::kLevel);
  const PredictedEffects predicted = predict_effects(weeks, fitted.scales, 104);
  EXPECT_NEAR(predicted.mean[100], std::log(1.5), 0.1);
  EXPECT_LT(predicted.mean[203], 0.6 * predicted.mean[100]);
  // What is not known of it grows.
  EXPECT_GT(predicted.covariance[103 * 104 + 103], predicted.covariance[0]);
}

TEST(WeekEffects, OfClosedWeeksSayNothing) {
  ShopWeeks weeks = weeks_with(60, 200.0, [](std::size_t w) { return 0.1 * noise(w); });
  const double before = fit_effects(weeks, ShopEffects::kWeeks).scales.week;
  for (const std::size_t closed : {20U, 40U}) {
    weeks.orders[closed] = 0.0;
    weeks.open[closed] = 0;
  }
  const FittedEffects fitted = fit_effects(weeks, ShopEffects::kWeeks);
  EXPECT_NEAR(fitted.scales.week, before, 0.02);
  weeks.open[20] = 1;  // open, and not an order: a week like none before
  EXPECT_GT(fit_effects(weeks, ShopEffects::kWeeks).scales.week, 2.0 * before);
}

}  // namespace
}  // namespace tenure::simulator
