#include "../../customers/src/bg_family_likelihood.hpp"
#include "../../customers/src/covariate_rows.hpp"
#include "../../customers/src/pareto_nbd_likelihood.hpp"
#include "customers_test_support.hpp"
#include "test_data.hpp"

#include <tenure/core/csv.hpp>
#include <tenure/core/error.hpp>
#include <tenure/customers/covariate_fit.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

namespace tenure::customers {
namespace {

using test::threads;

struct Apparel {
  RecencyFrequency counts;
  CovariateDesign design;
};

// 104 weeks from the cohort's first day; covariates by customer.
Apparel apparel(const std::string& transactions, const std::string& covariates) {
  ImportOptions options;
  options.format = LogFormat::kCsv;
  options.columns = {{"customer", "Id"}, {"time", "Date"}, {"price", "Price"}, {"item", "Id"}};
  const EventTable events = read_events(threads(2), {transactions}, options);
  CalibrationOptions calibration;
  calibration.end_day = test::day("2005-01-02") + 104 * 7;
  const OrderHistory history = make_order_history(threads(2), events);
  const CalibrationSummary summary = summarize(threads(2), history, calibration);
  const CsvTable table = read_csv_table(threads(1), covariates);
  std::map<std::string, std::size_t> row_of;
  for (std::size_t i = 0; i < table.rows.size(); ++i) row_of[table.rows[i][0]] = i;
  Apparel result;
  result.counts = summary.counts;
  result.design.rate.names = {"Gender", "Channel"};
  for (const std::uint32_t code : summary.customer) {
    const std::size_t row = row_of.at(std::string(events.customers[code]));
    result.design.rate.values.push_back(table.number(row, table.column("Gender")));
    result.design.rate.values.push_back(table.number(row, table.column("Channel")));
  }
  result.design.dropout = result.design.rate;
  return result;
}

// CLVTools' walkthrough.
TEST(CovariateFit, GivesThePublishedEstimatesOnTheApparelData) {
  TENURE_REQUIRE_DATA(transactions, "apparel/apparelTrans.csv");
  TENURE_REQUIRE_DATA(covariates, "apparel/apparelStaticCov.csv");
  const Apparel data = apparel(transactions, covariates);
  const ParetoNbdFit without = fit_pareto_nbd(threads(2), data.counts);
  EXPECT_NEAR(without.parameters.r, 1.4490, 0.005 * 1.4490);
  EXPECT_NEAR(without.parameters.alpha, 48.6361, 0.005 * 48.6361);
  EXPECT_NEAR(without.parameters.s, 0.5613, 0.005 * 0.5613);
  EXPECT_NEAR(without.parameters.beta, 46.8844, 0.005 * 46.8844);
  EXPECT_NEAR(without.log_likelihood, -5848.098, 0.01);
  const auto fit = fit_pareto_nbd_covariates(threads(2), data.counts, data.design);
  EXPECT_NEAR(fit.parameters.r, 1.8378, 0.005 * 1.8378);
  EXPECT_NEAR(fit.parameters.alpha, 92.912, 0.005 * 92.912);
  EXPECT_NEAR(fit.parameters.s, 0.5920, 0.005 * 0.5920);
  EXPECT_NEAR(fit.parameters.beta, 49.623, 0.005 * 49.623);
  EXPECT_NEAR(fit.dropout[0], -0.6430, 0.005 * 0.6430);
  EXPECT_NEAR(fit.dropout[1], 0.7907, 0.005 * 0.7907);
  EXPECT_NEAR(fit.rate[0], 0.2859, 0.005 * 0.2859);
  EXPECT_NEAR(fit.rate[1], 0.6241, 0.005 * 0.6241);
  EXPECT_NEAR(fit.log_likelihood, -5821.063, 0.05);
  EXPECT_EQ(fit.log_likelihood_without, without.log_likelihood);
}

struct Simulated {
  RecencyFrequency counts;
  CovariateDesign design;
};
// BG/NBD customers with one covariate in {0, 1} and one in (-50, 50).
Simulated simulate(const BgNbdParameters& base, std::uint32_t n) {
  Simulated result;
  result.design.rate.names = {"member", "age"};
  result.design.dropout.names = {"member"};
  for (std::uint32_t c = 0; c < n; ++c) {
    RandomStream stream(31, {Purpose::kTest, 0, c, 0});
    const double member = draw_bernoulli(stream, 0.4) ? 1 : 0;
    const double age = draw_uniform(stream, -50, 50);
    const std::vector<double> rate = {0.5, 0.01};
    const std::vector<double> dropout = {-0.7};
    const auto p =
        at_covariates(base, rate, std::vector{member, age}, dropout, std::vector{member});
    const double until = draw_uniform(stream, 20.0, 60.0);
    const test::Life life = test::live(stream, p, until);
    result.counts.frequency.push_back(static_cast<double>(life.orders.size()));
    result.counts.recency.push_back(life.orders.empty() ? 0.0 : life.orders.back());
    result.counts.age.push_back(until);
    result.design.rate.values.insert(result.design.rate.values.end(), {member, age});
    result.design.dropout.values.push_back(member);
  }
  return result;
}

TEST(CovariateFit, RecoversTheTruthWithinItsStandardErrors) {
  const Simulated data = simulate({0.8, 4.0, 0.8, 2.4}, 8000);
  const auto fit = fit_bg_nbd_covariates(threads(2), data.counts, data.design);
  // Four standard errors; the seed is fixed.
  EXPECT_NEAR(fit.rate[0], 0.5, 4 * fit.rate_errors[0]);
  EXPECT_NEAR(fit.rate[1], 0.01, 4 * fit.rate_errors[1]);
  EXPECT_NEAR(fit.dropout[0], -0.7, 4 * fit.dropout_errors[0]);
  EXPECT_NEAR(std::log(fit.parameters.alpha / 4.0), 0,
              4 * fit.standard_errors.alpha / fit.parameters.alpha);
  EXPECT_LT(fit.rate_errors[0], 0.1);
  EXPECT_LT(fit.rate_errors[1], 0.002);
  EXPECT_DOUBLE_EQ(fit.covariance[5 * 7 + 5], std::pow(fit.rate_errors[1], 2));
  EXPECT_GT(fit.log_likelihood, fit.log_likelihood_without + 50);
}

TEST(CovariateFit, IsTheSameBytesAtAnyNumberOfThreadsAndInAnyUnit) {
  Simulated data = simulate({0.8, 4.0, 0.8, 2.4}, 1500);
  const auto reference = fit_bg_nbd_covariates(threads(1), data.counts, data.design);
  const auto again = fit_bg_nbd_covariates(threads(8), data.counts, data.design);
  EXPECT_EQ(reference.covariance, again.covariance);
  EXPECT_EQ(reference.log_likelihood, again.log_likelihood);
  for (std::size_t i = 0; i < data.counts.size(); ++i) data.design.rate.values[2 * i + 1] *= 365;
  const auto days = fit_bg_nbd_covariates(threads(1), data.counts, data.design);
  EXPECT_NEAR(days.rate[1] * 365 / reference.rate[1], 1, 1e-6);
  EXPECT_NEAR(days.parameters.a / reference.parameters.a, 1, 1e-6);
}

TEST(CovariateRows, HaveTheGradientAndHessianOfFiniteDifferences) {
  const Simulated data = simulate({0.8, 4.0, 0.8, 2.4}, 200);
  const detail::CovariateModel model{"Pareto/NBD", detail::add_pareto_nbd_row, 1, 3, -1.0};
  const detail::CovariateRows rows(model, data.counts, data.design, 30.0);
  const std::vector<double> theta = {-0.3, 0.4, -0.5, 0.2, 0.3, -0.2, 0.4};
  const detail::Derivatives at = rows.evaluate(threads(1), theta);
  for (std::size_t i = 0; i < theta.size(); ++i) {
    const double h = 1e-4;
    auto up = theta;
    auto down = theta;
    up[i] += h;
    down[i] -= h;
    const auto high = rows.evaluate(threads(1), up);
    const auto low = rows.evaluate(threads(1), down);
    const double scale = std::abs(at.value) + 1;
    EXPECT_NEAR(at.gradient[i], (high.value - low.value) / (2 * h), 1e-7 * scale) << i;
    for (std::size_t j = 0; j < theta.size(); ++j) {
      EXPECT_NEAR(at.hessian[i * theta.size() + j], (high.gradient[j] - low.gradient[j]) / (2 * h),
                  1e-7 * scale)
          << i << ' ' << j;
    }
  }
}

TEST(CovariateFit, RefusesCovariatesThatTellNobodyApart) {
  Simulated data = simulate({0.8, 4.0, 0.8, 2.4}, 200);
  const auto message = [&] {
    try {
      fit_bg_nbd_covariates(threads(1), data.counts, data.design);
    } catch (const ArgumentError& error) {
      return std::string(error.what());
    }
    return std::string("no ArgumentError");
  };
  for (double& v : data.design.dropout.values) v = 3;
  EXPECT_THAT(message(), testing::HasSubstr("'member' is the same for all customers"));
  data.design.dropout.values[7] = std::nan("");
  EXPECT_THAT(message(), testing::HasSubstr("row 7 is not finite"));
  data.design.dropout.values.pop_back();
  EXPECT_THAT(message(), testing::HasSubstr("not those of the customers"));
  data.design = {};
  EXPECT_THAT(message(), testing::HasSubstr("no column"));
}

}  // namespace
}  // namespace tenure::customers
