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
