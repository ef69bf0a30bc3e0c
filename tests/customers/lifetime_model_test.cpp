#include "customers_test_support.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/lifetime_model.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace tenure::customers {
namespace {

using test::Sample;
using test::threads;

// A report with CDNOW-like parameters of any kind, without a fit.
FitReport report_of(const std::string& model) {
  if (model == "bg-nbd") {
    BgNbdFit fit;
    fit.parameters = {0.25, 4.5, 0.8, 2.4};
    return fit_report(fit, 7);
  }
  if (model == "pareto-nbd") {
    ParetoNbdFit fit;
    fit.parameters = {0.55, 10.6, 0.61, 11.7};
    return fit_report(fit, 7);
  }
  if (model == "bg-bb") {
    BgBbFit fit;
    fit.parameters = {1.2, 0.75, 0.66, 2.8};
    return fit_report(fit, 365);
  }
  MbgCnbdFit fit;
  fit.parameters = {0.5, 6, 0.9, 1.6, model == "mbg-cnbd" ? 2 : 1};
  return fit_report(fit, 7);
}

class EveryLifetimeModel : public testing::TestWithParam<std::string> {};

INSTANTIATE_TEST_SUITE_P(Kinds, EveryLifetimeModel,
                         testing::Values("bg-nbd", "mbg-nbd", "mbg-cnbd", "pareto-nbd", "bg-bb"));

TEST_P(EveryLifetimeModel, AnswersWithinItsMeaning) {
  const FitReport report = report_of(GetParam());
  EXPECT_EQ(report.model, GetParam());
  const auto model = lifetime_model(report);
  double orders = -1, survival = 2;
  for (const double t : {0.0, 1.0, 10.0, 100.0}) {
    EXPECT_GT(model->expected_orders(t), orders);
    EXPECT_LT(model->survival(t), survival + 1e-15);
    orders = model->expected_orders(t);
    survival = model->survival(t);
  }
  const double alive = model->p_alive(3, 8, 12);
  EXPECT_GT(alive, 0);
  EXPECT_LT(alive, 1);
  // Discounting takes away, and less of it the less one discounts.
  const double near = model->discounted_residual_orders(3, 8, 12, 1.0);
  const double far = model->discounted_residual_orders(3, 8, 12, 0.01);
  EXPECT_GT(near, 0);
  EXPECT_GT(far, near);
  EXPECT_GT(model->conditional_expected_orders(3, 8, 12, 1000), far * 0.9);
  const LifetimeExpectations two = expectations(model);
  EXPECT_EQ(two.expected_orders(10), model->expected_orders(10));
  EXPECT_EQ(two.conditional_expected_orders(3, 8, 12, 5),
            model->conditional_expected_orders(3, 8, 12, 5));
}

// Five standard errors.
TEST_P(EveryLifetimeModel, DrawsThePosteriorItReports) {
  const auto model = lifetime_model(report_of(GetParam()));
  Sample alive;
  for (std::uint32_t c = 0; c < 20'000; ++c) {
    RandomStream stream(5, {Purpose::kTest, 2, c, 0});
    alive.add(model->draw_posterior(stream, 3, 8, 12).alive ? 1 : 0);
  }
  EXPECT_NEAR(alive.mean(), model->p_alive(3, 8, 12), 5 * alive.error());
  Sample start;
  for (std::uint32_t c = 0; c < 20'000; ++c) {
    RandomStream stream(5, {Purpose::kTest, 3, c, 0});
    start.add(model->draw_prior(stream).alive ? 1 : 0);
  }
  // BG/BB's first opportunity comes after a first chance to leave.
  const double t = GetParam() == "bg-bb" ? 1 : 0;
  EXPECT_NEAR(start.mean(), model->survival(t), 5 * start.error() + 1e-12);
}

TEST_P(EveryLifetimeModel, RefusesCovariatesItDoesNotHave) {
  const std::vector<double> z = {1.0};
  EXPECT_THROW(lifetime_model(report_of(GetParam()), z), ArgumentError);
}

TEST(LifetimeModel, IsThatOfACustomersCovariates) {
  CovariateFit<ParetoNbdParameters> fit;
  fit.parameters = {1.8, 93, 0.6, 50};
  fit.standard_errors = {1, 1, 1, 1};
  fit.rate = {0.3, 0.6};
  fit.rate_errors = {1, 1};
  fit.dropout = {-0.6};
  fit.dropout_errors = {1};
  fit.covariance.assign(49, 0.0);
  CovariateDesign design;
  design.rate.names = {"gender", "channel"};
  design.dropout.names = {"gender"};
  const FitReport report = fit_report(fit, design, 7);
  EXPECT_THAT(report.names, testing::ElementsAre("r", "alpha", "s", "beta", "rate.gender",
                                                 "rate.channel", "dropout.gender"));
  const auto model = lifetime_model(report, std::vector{1.0, 0.0}, std::vector{1.0});
  const ParetoNbdParameters p{1.8, 93 * std::exp(-0.3), 0.6, 50 * std::exp(0.6)};
  EXPECT_DOUBLE_EQ(model->expected_orders(30), pareto_nbd_expected_orders(p, 30));
  EXPECT_THROW(lifetime_model(report), ArgumentError);
  EXPECT_THROW(pareto_nbd_fit(report), ArgumentError);
}

TEST(LifetimeKinds, AreFoundByName) {
  EXPECT_EQ(lifetime_kind("pareto-nbd").title, "Pareto/NBD");
  EXPECT_THROW(lifetime_kind("nbd"), ArgumentError);
  EXPECT_THROW(fit_lifetime(threads(1), "sbg", {}), ArgumentError);
  const RecencyFrequency data = test::simulate({0.6, 4.0, 0.8, 2.0}, 100, 3);
  EXPECT_THROW(fit_lifetime(threads(1), "mbg-nbd", data, CovariateDesign{}), ArgumentError);
}

TEST(LifetimeKinds, AreFittedByName) {
  const RecencyFrequency data = test::simulate({0.6, 4.0, 0.8, 2.0}, 2000, 3);
  EXPECT_EQ(fit_lifetime(threads(1), "bg-nbd", data).log_likelihood,
            fit_bg_nbd(threads(1), data).log_likelihood);
  EXPECT_EQ(fit_lifetime(threads(1), "mbg-nbd", data).log_likelihood,
            fit_mbg_nbd(threads(1), data).log_likelihood);
  EXPECT_EQ(fit_lifetime(threads(1), "pareto-nbd", data)["beta"],
            fit_pareto_nbd(threads(1), data).parameters.beta);
}

TEST(LikelihoodRatioTest, HasChiSquareTails) {
  // The 95 % quantile of chi-square with 1 and 4 degrees of freedom.
  EXPECT_NEAR(likelihood_ratio(-100, -100 + 3.841458821 / 2, 1).p_value, 0.05, 1e-9);
  EXPECT_NEAR(likelihood_ratio(-5848.098, -5848.098 + 9.487729037 / 2, 4).p_value, 0.05, 1e-9);
  EXPECT_EQ(likelihood_ratio(-100, -100, 2).p_value, 1.0);
  EXPECT_THROW(likelihood_ratio(-100, -101, 1), ArgumentError);
  EXPECT_THROW(likelihood_ratio(-100, -99, 0), ArgumentError);
}

TEST(ModelComparison, RanksByAicAndNamesWhatFailed) {
  TENURE_REQUIRE_DATA(path, "cdnow/CDNOW_sample.txt");
  const CalibrationSummary summary = test::cdnow_summary(path);
  const auto scores = compare_lifetime_models(threads(2), summary.counts);
  ASSERT_EQ(scores.size(), 4U);
  EXPECT_EQ(scores[0].model, "mbg-nbd");  // -9582.13 against BG/NBD's -9582.43
  for (std::size_t i = 0; i < scores.size(); ++i) {
    ASSERT_TRUE(scores[i].fit) << scores[i].fault;
    const double fitted = -2 * scores[i].fit->log_likelihood;
    EXPECT_DOUBLE_EQ(scores[i].aic, fitted + 2 * scores[i].parameters);
    EXPECT_NEAR(scores[i].bic, fitted + scores[i].parameters * std::log(2357.0), 1e-9);
    EXPECT_LE(scores[i == 0 ? 0 : i - 1].aic, scores[i].aic);
  }
  RecencyFrequency no_gaps = summary.counts;
  no_gaps.log_gaps.clear();
  const auto fewer = compare_lifetime_models(threads(2), no_gaps);
  EXPECT_EQ(fewer.back().model, "mbg-cnbd");
  EXPECT_FALSE(fewer.back().fit);
  EXPECT_THAT(fewer.back().fault, testing::HasSubstr("gaps"));
  RecencyFrequency nobody;
  nobody.frequency = {0, 0};
  nobody.recency = {0, 0};
  nobody.age = {3, 4};
  EXPECT_THROW(compare_lifetime_models(threads(1), nobody), NumericalError);
}

TEST(BootstrapStandardErrors, AgreeWithTheHessianAndDoNotDependOnThreads) {
  const RecencyFrequency data = test::simulate({0.6, 4.0, 0.8, 2.0}, 5000, 17);
  const FitReport fit = fit_lifetime(threads(2), "bg-nbd", data);
  const Bootstrap one = bootstrap_lifetime(threads(1), fit, data, 100);
  const Bootstrap eight = bootstrap_lifetime(threads(8), fit, compress(data), 100);
  EXPECT_EQ(one.standard_errors, eight.standard_errors);
  EXPECT_EQ(one.high, eight.high);
  EXPECT_EQ(one.replicates + one.failed, 100);
  EXPECT_EQ(one.failed, 0);
  for (std::size_t i = 0; i < 4; ++i) {
    // A standard deviation from 100 draws has a relative standard error of 7 %, in logarithms;
    // four of them.
    EXPECT_NEAR(std::sqrt(one.log_covariance[i * 5] / fit.log_covariance[i * 5]), 1, 0.28) << i;
    EXPECT_LT(one.low[i], fit.estimates[i]);
    EXPECT_GT(one.high[i], fit.estimates[i]);
  }
}

TEST(BootstrapStandardErrors, CountWhatHasNoMaximumAndCheckTheirArguments) {
  RecencyFrequency data = test::simulate({0.6, 4.0, 0.8, 2.0}, 15, 4);
  const FitReport fit = report_of("bg-nbd");
  EXPECT_THROW(bootstrap_lifetime(threads(1), fit, data, 1), ArgumentError);
  const Bootstrap few = bootstrap_lifetime(threads(2), fit, data, 40);
  EXPECT_GT(few.failed, 0);  // fifteen customers do not tell a from b in every resample
  EXPECT_EQ(few.replicates + few.failed, 40);
  RecencyFrequency faithful;
  for (int i = 0; i < 50; ++i) {
    faithful.frequency.push_back(1 + i % 20);
    faithful.recency.push_back(30);
    faithful.age.push_back(30);
  }
  EXPECT_THROW(bootstrap_lifetime(threads(1), fit, faithful, 5), NumericalError);
}

}  // namespace
}  // namespace tenure::customers
