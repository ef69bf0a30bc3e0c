#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/customer_outlook.hpp>
#include <tenure/customers/lifetime_model.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tenure::customers {
namespace {

using test::Sample;
using test::threads;

FitReport orders_fit() {
  return fit_lifetime(threads(1), "bg-nbd", test::simulate({0.6, 4.0, 0.8, 2.0}, 3000, 3));
}

FitReport spend_fit() {
  GammaGammaFit fit;
  fit.parameters = {6, 4, 15};
  fit.standard_errors = {0.6, 0.4, 1.5};
  fit.log_covariance = {0.01, 0, 0, 0, 0.01, 0, 0, 0, 0.01};
  return fit_report(fit);
}

OutlookOptions options_of(double horizon) {
  OutlookOptions options;
  options.horizon = horizon;
  options.discount = 0.01;
  options.margin = 0.4;
  return options;
}

// Five standard errors of means and of standard deviations.
TEST(DrawParameters, HaveTheMomentsOfTheReport) {
  const FitReport fit = orders_fit();
  std::vector<Sample> logs(4);
  Sample product;
  for (std::uint32_t d = 0; d < 20'000; ++d) {
    RandomStream stream(1, {Purpose::kTest, 5, d, 0});
    const FitReport drawn = draw_parameters(stream, fit);
    std::vector<double> off(4);
    for (std::size_t i = 0; i < 4; ++i) {
      off[i] = std::log(drawn.estimates[i] / fit.estimates[i]);
      logs[i].add(off[i]);
    }
    product.add(off[2] * off[3]);
  }
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(logs[i].mean(), 0, 5 * logs[i].error());
    const double variance = logs[i].squares / logs[i].n;
    EXPECT_NEAR(variance / fit.log_covariance[i * 5], 1, 5 * std::sqrt(2.0 / 20'000));
  }
  EXPECT_NEAR(product.mean(), fit.log_covariance[2 * 4 + 3], 5 * product.error());
}

TEST(DrawParameters, RefuseACovarianceThatIsNone) {
  FitReport fit = orders_fit();
  RandomStream stream(1, {});
  fit.log_covariance[0] = -1;
  EXPECT_THROW(draw_parameters(stream, fit), NumericalError);
  fit.log_covariance.pop_back();
  EXPECT_THROW(draw_parameters(stream, fit), ArgumentError);
}

// Five standard errors: what happens to drawn customers is what the model expects.
TEST(DrawOrders, HaveTheConditionalExpectation) {
  for (const char* kind : {"bg-nbd", "mbg-nbd", "pareto-nbd", "mbg-cnbd", "bg-bb"}) {
    FitReport report;
    report.model = kind;
    report.names = {"r", "alpha", "a", "b"};
    if (report.model == "pareto-nbd") report.names = {"r", "alpha", "s", "beta"};
    if (report.model == "bg-bb") report.names = {"alpha", "beta", "gamma", "delta"};
    report.estimates = {0.8, 5.0, 0.9, 3.0};
    report.standard_errors.assign(4, 0.1);
    report.log_covariance.assign(16, 0.0);
    report.regularity = report.model == "mbg-cnbd" ? 3 : 1;
    const auto model = lifetime_model(report);
    Sample orders, counts, of_the_living;
    for (std::uint32_t c = 0; c < 40'000; ++c) {
      RandomStream stream(5, {Purpose::kTest, 6, c, 0});
      const auto times = model->draw_orders(stream, model->draw_posterior(stream, 3, 8, 12), 20);
      orders.add(static_cast<double>(times.size()));
      EXPECT_TRUE(times.empty() || (times.front() > 0 && times.back() <= 20));
      counts.add(model->draw_order_count(stream, model->draw_posterior(stream, 3, 8, 12), 20));
      const auto living = model->draw_alive(stream, 3, 8, 12);
      EXPECT_TRUE(living.alive);
      of_the_living.add(model->draw_order_count(stream, living, 20));
    }
    EXPECT_NEAR(counts.mean(), model->conditional_expected_orders(3, 8, 12, 20), 5 * counts.error())
        << kind;
    EXPECT_NEAR(of_the_living.mean(), model->expected_orders_if_alive(3, 8, 12, 20),
                5 * of_the_living.error())
        << kind;
    EXPECT_NEAR(model->p_alive(3, 8, 12) * model->expected_orders_if_alive(3, 8, 12, 20),
                model->conditional_expected_orders(3, 8, 12, 20), 1e-9)
        << kind;
    EXPECT_NEAR(orders.mean(), model->conditional_expected_orders(3, 8, 12, 20), 5 * orders.error())
        << kind;
  }
}

TEST(CustomerOutlook, HoldsTheClosedFormsBetweenItsBounds) {
  const FitReport fit = orders_fit();
  CustomerHistory c;
  c.frequency = 4;
  c.recency = 20;
  c.age = 26;
  c.spend_frequency = 4;
  c.mean_value = 30;
  const auto model = lifetime_model(fit);
  const OutlookOptions options = options_of(26);
  const CustomerOutlook o = customer_outlooks(threads(2), fit, spend_fit(), {&c, 1}, options)[0];
  EXPECT_EQ(o.p_alive, model->p_alive(4, 20, 26));
  EXPECT_EQ(o.expected_orders, model->conditional_expected_orders(4, 20, 26, 26));
  const auto within = [](double value, const Interval& i) {
    EXPECT_LT(i.low, value);
    EXPECT_GT(i.high, value);
  };
  within(o.p_alive, o.p_alive_interval);
  within(o.expected_orders, o.expected_orders_interval);
  within(o.discounted_residual_orders, o.discounted_residual_orders_interval);
  // Chance adds to what is not known of the parameters.
  EXPECT_LT(o.orders.low, o.expected_orders_interval.low);
  EXPECT_GT(o.orders.high, o.expected_orders_interval.high);
  ASSERT_TRUE(o.lifetime_value && o.lifetime_value_interval && o.earned);
  EXPECT_DOUBLE_EQ(*o.lifetime_value, 0.4 * gamma_gamma_expected_value({6, 4, 15}, 4, 30) *
                                          o.discounted_residual_orders);
  within(*o.lifetime_value, *o.lifetime_value_interval);
  EXPECT_EQ(o.earned->low, 0.0);
  EXPECT_GT(o.earned->high, 0.0);
}

TEST(CustomerOutlook, NarrowsWithMoreDataBehindTheFit) {
  CustomerHistory c;
  c.frequency = 4;
  c.recency = 20;
  c.age = 26;
  const auto width = [&](std::uint32_t n) {
    const FitReport fit =
        fit_lifetime(threads(2), "bg-nbd", test::simulate({0.6, 4.0, 0.8, 2.0}, n, 3));
    const auto o = customer_outlooks(threads(2), fit, {}, {&c, 1}, options_of(26))[0];
    EXPECT_FALSE(o.lifetime_value || o.earned);
    return o.expected_orders_interval.high - o.expected_orders_interval.low;
  };
  EXPECT_LT(width(20'000) * 2, width(1000));
}

TEST(CustomerOutlook, IsTheSameBytesAtAnyNumberOfThreads) {
  const FitReport fit = orders_fit();
  std::vector<CustomerHistory> customers(5);
  for (std::size_t i = 0; i < customers.size(); ++i) {
    customers[i].age = 10.0 + static_cast<double>(i);
  }
  OutlookOptions options = options_of(10);
  options.draws = 40;
  const auto one = customer_outlooks(threads(1), fit, spend_fit(), customers, options);
  const auto eight = customer_outlooks(threads(8), fit, spend_fit(), customers, options);
  for (std::size_t i = 0; i < customers.size(); ++i) {
    EXPECT_EQ(one[i].p_alive, eight[i].p_alive);
    EXPECT_EQ(one[i].expected_orders_interval.high, eight[i].expected_orders_interval.high);
    EXPECT_EQ(one[i].earned->high, eight[i].earned->high);
  }
}

TEST(CustomerOutlook, ChecksItsArguments) {
  const FitReport fit = orders_fit();
  const CustomerHistory c{1, 5, 9, 0, 0, {}, {}};
  OutlookOptions options = options_of(10);
  options.draws = 10;
  EXPECT_THROW(customer_outlooks(threads(1), fit, {}, {&c, 1}, options), ArgumentError);
  options = options_of(0);
  EXPECT_THROW(customer_outlooks(threads(1), fit, {}, {&c, 1}, options), ArgumentError);
  options = options_of(10);
  options.margin = 1.5;
  EXPECT_THROW(customer_outlooks(threads(1), fit, {}, {&c, 1}, options), ArgumentError);
  options = options_of(10);
  options.discount = 0;
  EXPECT_THROW(customer_outlooks(threads(1), fit, {}, {&c, 1}, options), ArgumentError);
  EXPECT_THROW(customer_outlooks(threads(1), fit, fit, {&c, 1}, options_of(10)), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
