#include <tenure/core/error.hpp>
#include <tenure/customers/fit_report.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenure::customers {
namespace {

TEST(FitReport, GoesThereAndBack) {
  BgNbdFit fit;
  fit.parameters = {0.1, 0.2, 0.3, 0.4};
  fit.standard_errors = {1, 2, 3, 4};
  for (std::size_t i = 0; i < 16; ++i) fit.log_covariance[i] = static_cast<double>(i);
  fit.log_likelihood = -5;
  fit.customers = 6;
  fit.iterations = 7;
  const FitReport report = fit_report(fit, 7);
  EXPECT_EQ(report.model, "bg-nbd");
  EXPECT_EQ(report["alpha"], 0.2);
  EXPECT_THROW(report["gamma"], ArgumentError);
  const BgNbdFit back = bg_nbd_fit(report);
  EXPECT_EQ(back.parameters.b, 0.4);
  EXPECT_EQ(back.standard_errors.a, 3);
  EXPECT_EQ(back.log_covariance, fit.log_covariance);
  EXPECT_EQ(back.customers, 6U);

  MbgCnbdFit regular;
  regular.parameters = {1, 2, 3, 4, 5};
  const FitReport regular_report = fit_report(regular, 7);
  EXPECT_EQ(regular_report.model, "mbg-cnbd");
  EXPECT_EQ(regular_report.regularity, 5);
  EXPECT_EQ(mbg_cnbd_fit(regular_report).parameters.k, 5);
  EXPECT_EQ(fit_report(MbgCnbdFit{}, 7).model, "mbg-nbd");
  EXPECT_EQ(mbg_cnbd_fit(fit_report(MbgCnbdFit{}, 7)).parameters.k, 1);

  ParetoNbdFit pareto;
  pareto.parameters = {1, 2, 3, 4};
  EXPECT_EQ(pareto_nbd_fit(fit_report(pareto, 7)).parameters.beta, 4);
  BgBbFit donors;
  donors.parameters = {1, 2, 3, 4};
  EXPECT_EQ(bg_bb_fit(fit_report(donors, 365)).parameters.delta, 4);
  SbgFit contract;
  contract.parameters = {1, 2};
  EXPECT_EQ(sbg_fit(fit_report(contract)).parameters.beta, 2);

  GammaGammaFit spend;
  spend.parameters = {6, 3, 15};
  const GammaGammaFit spend_back = gamma_gamma_fit(fit_report(spend));
  EXPECT_EQ(spend_back.parameters.gamma, 15);
}

TEST(FitReport, RefusesAnotherModelAndDamage) {
  const FitReport report = fit_report(BgNbdFit{}, 7);
  EXPECT_THROW(gamma_gamma_fit(report), ArgumentError);
  FitReport short_one = report;
  short_one.log_covariance.pop_back();
  EXPECT_THROW(bg_nbd_fit(short_one), ArgumentError);
  FitReport negative = report;
  negative.estimates[2] = -1;
  EXPECT_THROW(bg_nbd_fit(negative), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
