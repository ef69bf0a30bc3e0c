#include "customers_test_support.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/customers/lifetime_value.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace tenure::customers {
namespace {

const BgNbdParameters kOrders = {0.6, 8.0, 0.5, 2.5};
const GammaGammaParameters kSpend = {6.0, 4.0, 15.0};

FitReport orders_fit(double log_variance = 0.0) {
  BgNbdFit fit;
  fit.parameters = kOrders;
  for (std::size_t i = 0; i < 4; ++i) fit.log_covariance[5 * i] = log_variance;
  return fit_report(fit, 7.0);
}

FitReport spend_fit(double log_variance = 0.0, double q = kSpend.q) {
  GammaGammaFit fit;
  fit.parameters = kSpend;
  fit.parameters.q = q;
  for (std::size_t i = 0; i < 3; ++i) fit.log_covariance[4 * i] = log_variance;
  return fit_report(fit);
}

CalibrationSummary summary_of(const RecencyFrequency& counts, double mean_value = 30.0) {
  CalibrationSummary summary;
  summary.counts = counts;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    summary.customer.push_back(static_cast<std::uint32_t>(i));
    summary.first_day.push_back(0);
    summary.spend_frequency.push_back(counts.frequency[i]);
    summary.mean_value.push_back(counts.frequency[i] > 0 ? mean_value : 0.0);
  }
  return summary;
}

RecencyFrequency histories() {
  RecencyFrequency counts;
  counts.frequency = {0, 1, 5, 5, 40};
  counts.recency = {0, 10, 30, 30, 90};
  counts.age = {50, 50, 52, 104, 91};
  return counts;
}

std::vector<CustomerForecast> forecasts(const CalibrationSummary& summary,
                                        const ForecastOptions& options, double log_variance = 0.0,
                                        int threads = 2) {
  Execution execution = test::threads(threads);
  execution.seed = 3;
  return forecast_customers(execution, summary, orders_fit(log_variance), spend_fit(log_variance),
                            options);
}

TEST(LifetimeValue, ExpectationsAreTheModels) {
  const CalibrationSummary summary = summary_of(histories());
  ForecastOptions options;
  options.gross_margin = 0.4;
  const auto result = forecasts(summary, options);
  const RecencyFrequency& c = summary.counts;
  for (std::size_t i = 0; i < c.size(); ++i) {
    const double orders = bg_nbd_conditional_expected_orders(kOrders, c.frequency[i], c.recency[i],
                                                             c.age[i], 365.0 / 7);
    EXPECT_DOUBLE_EQ(result[i].p_alive,
                     bg_nbd_p_alive(kOrders, c.frequency[i], c.recency[i], c.age[i]));
    EXPECT_NEAR(result[i].expected_orders, orders, 1e-9 * orders);
    const double order = gamma_gamma_expected_value(kSpend, c.frequency[i], summary.mean_value[i]);
    EXPECT_NEAR(result[i].value.value().expected, 0.4 * orders * order, 1e-9 * orders * order);
  }
}

// Against the sum over 3,650 steps of a tenth of a day.
TEST(LifetimeValue, DiscountingIsCloseToContinuous) {
  const CalibrationSummary summary = summary_of(histories());
  ForecastOptions options;
  options.discount_rate = 0.3;
  const auto result = forecasts(summary, options);
  for (std::size_t i = 0; i < summary.size(); ++i) {
    double sum = 0;
    double before = 0;
    for (int k = 1; k <= 3650; ++k) {
      const double here = bg_nbd_conditional_expected_orders(kOrders, summary.counts.frequency[i],
                                                             summary.counts.recency[i],
                                                             summary.counts.age[i], 0.1 * k / 7);
      sum += (here - before) * std::pow(1.3, -(k - 0.5) * 0.1 / 365);
      before = here;
    }
    const double value =
        sum * gamma_gamma_expected_value(kSpend, summary.spend_frequency[i], summary.mean_value[i]);
    EXPECT_NEAR(result[i].value.value().expected, value, 1e-4 * value);
  }
}

// Future orders and spend of customers drawn by the simulator's own route: latent from the exact
// posterior, exponential gaps, a dropout test after each, Gamma spend.
struct Truth {
  double orders = 0;
  double value = 0;
};
Truth live_on(RandomStream& stream, double x, double t_x, double age, double spent) {
  const BgNbdLatent latent = draw_bg_nbd_posterior(stream, kOrders, x, t_x, age);
  Truth truth;
  if (!latent.alive) return truth;
  const double nu = draw_gamma_gamma_rate(stream, kSpend, x, x > 0 ? spent / x : 0.0);
  for (double t = draw_exponential(stream) / latent.rate; t <= 365.0 / 7;
       t += draw_exponential(stream) / latent.rate) {
    ++truth.orders;
    truth.value += draw_gamma(stream, kSpend.p, nu);
    if (draw_bernoulli(stream, latent.dropout)) break;
  }
  return truth;
}

// Parameters known: what lies above a 97.5 % quantile is 2.5 %. With 4,000 draws and 20,000 lives
// the share has a standard error of sqrt(.025 x .975 (1 / 4,000 + 1 / 20,000)) = .0027; allowed are
// four of them. Below the lower end of orders, which are whole numbers, lies at most that much.
TEST(LifetimeValue, IntervalsCoverWhatComes) {
  const CalibrationSummary summary = summary_of(histories());
  ForecastOptions options;
  options.draws = 4000;
  const auto result = forecasts(summary, options);
  const int lives = 20'000;
  for (std::size_t i = 0; i < summary.size(); ++i) {
    const RecencyFrequency& c = summary.counts;
    int orders_above = 0, orders_below = 0, value_above = 0, value_below = 0;
    for (int n = 0; n < lives; ++n) {
      RandomStream stream(
          99, {Purpose::kTest, static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(i), 0});
      const Truth truth = live_on(stream, c.frequency[i], c.recency[i], c.age[i],
                                  c.frequency[i] * summary.mean_value[i]);
      orders_above += truth.orders > result[i].orders.high ? 1 : 0;
      orders_below += truth.orders < result[i].orders.low ? 1 : 0;
      value_above += truth.value > result[i].value->interval.high ? 1 : 0;
      value_below += truth.value < result[i].value->interval.low ? 1 : 0;
    }
    const double allowed = 4 * 0.0027;
    EXPECT_LE(orders_above / static_cast<double>(lives), 0.025 + allowed) << i;
    EXPECT_LE(orders_below / static_cast<double>(lives), 0.025 + allowed) << i;
    EXPECT_NEAR(value_above / static_cast<double>(lives), 0.025, allowed) << i;
    EXPECT_LE(value_below / static_cast<double>(lives), 0.025 + allowed) << i;
  }
}

TEST(LifetimeValue, UncertainParametersWidenTheIntervals) {
  const CalibrationSummary summary = summary_of(histories());
  ForecastOptions options;
  options.draws = 2000;
  const auto known = forecasts(summary, options);
  const auto unsure = forecasts(summary, options, 0.3);
  EXPECT_GT(unsure[0].value->interval.high, 1.1 * known[0].value->interval.high);
  EXPECT_EQ(unsure[0].expected_orders, known[0].expected_orders);
}

TEST(LifetimeValue, OfACustomerWhoIsProbablyGoneIsNothingButPossible) {
  RecencyFrequency counts;
  counts.frequency = {30};
  counts.recency = {30};
  counts.age = {104};
  const auto result = forecasts(summary_of(counts), {});
  EXPECT_LT(result[0].p_alive, 0.001);
  EXPECT_GT(result[0].expected_orders, 0);
  EXPECT_EQ(result[0].orders.high, 0);
  EXPECT_EQ(result[0].value->interval.high, 0);
}

TEST(LifetimeValue, DoesNotDependOnOtherCustomersOrTheirOrder) {
  const auto all = forecasts(summary_of(histories()), {}, 0.1);
  RecencyFrequency two;
  two.frequency = {40, 5};
  two.recency = {90, 30};
  two.age = {91, 52};
  const auto some = forecasts(summary_of(two), {}, 0.1);
  EXPECT_EQ(some[0].value->interval.low, all[4].value->interval.low);
  EXPECT_EQ(some[0].orders.high, all[4].orders.high);
  EXPECT_EQ(some[1].value->interval.high, all[2].value->interval.high);
}

TEST(LifetimeValue, IsTheSameBytesAtAnyNumberOfThreads) {
  const CalibrationSummary summary = summary_of(test::simulate(kOrders, 3000, 5));
  const auto bits = [](const std::vector<CustomerForecast>& result) {
    std::vector<double> values;
    for (const CustomerForecast& one : result) {
      values.insert(values.end(),
                    {one.p_alive, one.expected_orders, one.orders.low, one.orders.high,
                     one.value->expected, one.value->interval.low, one.value->interval.high});
    }
    return values;
  };
  ForecastOptions options;
  options.discount_rate = 0.1;
  options.draws = 20;
  const auto one = bits(forecasts(summary, options, 0.1, 1));
  for (const int threads : {2, 3, 8}) {
    const auto many = bits(forecasts(summary, options, 0.1, threads));
    ASSERT_EQ(many.size(), one.size());
    EXPECT_EQ(std::memcmp(many.data(), one.data(), one.size() * sizeof(double)), 0) << threads;
  }
}

TEST(LifetimeValue, HasNoValueWithoutASpendModelOrAFiniteMean) {
  const CalibrationSummary summary = summary_of(histories());
  const FitReport model = orders_fit();
  EXPECT_FALSE(
      forecast_customers(test::threads(1), summary, model, std::nullopt)[2].value.has_value());
  const auto result = forecast_customers(test::threads(1), summary, model, spend_fit(0.0, 0.9));
  EXPECT_FALSE(result[0].value.has_value()) << "the population's mean is infinite";
  EXPECT_TRUE(result[1].value.has_value()) << "p + q is over 1";
}

TEST(LifetimeValue, RefusesOptionsOutOfRange) {
  const CalibrationSummary summary = summary_of(histories());
  const auto refused = [&](auto change) {
    ForecastOptions options;
    change(options);
    EXPECT_THROW(forecasts(summary, options), ArgumentError);
  };
  refused([](ForecastOptions& o) { o.horizon_days = 0; });
  refused([](ForecastOptions& o) { o.horizon_days = std::nan(""); });
  refused([](ForecastOptions& o) { o.gross_margin = 1.01; });
  refused([](ForecastOptions& o) { o.discount_rate = -0.1; });
  refused([](ForecastOptions& o) { o.draws = 9; });
  refused([](ForecastOptions& o) { o.level = 1; });
  CalibrationSummary days = summary;
  days.counts.days_per_unit = 1;
  EXPECT_THROW(forecasts(days, {}), ArgumentError);
  const auto refused_fit = [&](const FitReport& orders, const FitReport& spend) {
    EXPECT_THROW(forecast_customers(test::threads(1), summary, orders, spend), ArgumentError);
  };
  FitReport broken = orders_fit();
  broken.estimates[2] = -1;
  refused_fit(broken, spend_fit());
  refused_fit(spend_fit(), spend_fit());
  refused_fit(orders_fit(), orders_fit());
  FitReport periods = orders_fit();
  periods.model = "bg-bb";
  refused_fit(periods, spend_fit());
}

FitReport fit_of(const char* kind, int k = 1) {
  FitReport report = orders_fit();
  report.model = kind;
  if (report.model == "pareto-nbd") report.names = {"r", "alpha", "s", "beta"};
  report.regularity = k;
  return report;
}

// Every model in continuous time by its own functions; parameters known. Upper ends as in
// IntervalsCoverWhatComes: four standard errors of the share above, sqrt(.025 x .975 (1 / 2,000 + 1
// / 5,000)) = .0041 each; orders are whole, so that at most that share lies outside.
TEST(LifetimeValue, IsOfAnyModelInContinuousTime) {
  const CalibrationSummary summary = summary_of(histories());
  const RecencyFrequency& c = summary.counts;
  ForecastOptions options;
  options.draws = 2000;
  for (const auto& [kind, k] : std::vector<std::pair<const char*, int>>{
           {"bg-nbd", 1}, {"mbg-nbd", 1}, {"mbg-cnbd", 3}, {"pareto-nbd", 1}}) {
    const FitReport fit = fit_of(kind, k);
    const auto model = lifetime_model(fit);
    EXPECT_EQ(model->needs_recency(), k > 1) << kind;
    const auto result = forecast_customers(test::threads(2), summary, fit, spend_fit(), options);
    for (std::size_t i = 0; i < c.size(); ++i) {
      const double x = c.frequency[i], t_x = c.recency[i], age = c.age[i];
      EXPECT_EQ(result[i].p_alive, model->p_alive(x, t_x, age));
      const double expected = model->conditional_expected_orders(x, t_x, age, 365.0 / 7);
      EXPECT_NEAR(result[i].expected_orders, expected, 1e-9 * expected);
      EXPECT_NEAR(result[i].p_alive * model->expected_orders_if_alive(x, t_x, age, 365.0 / 7),
                  expected, 1e-9 * expected);
      int above = 0, below = 0;
      const int lives = 5000;
      for (int n = 0; n < lives; ++n) {
        RandomStream stream(
            98, {Purpose::kTest, static_cast<std::uint32_t>(n), static_cast<std::uint32_t>(i), 0});
        const auto latent = model->draw_posterior(stream, x, t_x, age);
        const auto orders =
            static_cast<double>(model->draw_orders(stream, latent, 365.0 / 7).size());
        above += orders > result[i].orders.high ? 1 : 0;
        below += orders < result[i].orders.low ? 1 : 0;
      }
      EXPECT_LE(above / static_cast<double>(lives), 0.025 + 4 * 0.0041) << kind << i;
      EXPECT_LE(below / static_cast<double>(lives), 0.025 + 4 * 0.0041) << kind << i;
    }
  }
}

}  // namespace
}  // namespace tenure::customers
