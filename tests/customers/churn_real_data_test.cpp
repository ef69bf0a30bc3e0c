#include "customers_test_support.hpp"
#include "test_data.hpp"

#include <tenure/core/import.hpp>
#include <tenure/customers/churn_study.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

namespace tenure::customers {
namespace {

using test::threads;

// Two years of Online Retail II: learned on the evening of 2011-09-10, tested on the 90 days after.
TEST(ChurnOnlineRetail, IsBetterThanRecencyAndPAliveAndCalibrated) {
  TENURE_REQUIRE_DATA(path, "online-retail-2/online_retail_II.csv");
  const EventTable events = read_events(threads(2), {path}, ImportOptions());
  ChurnStudy study(events, ChurnStudyOptions());
  std::vector<ChurnModelKind> kinds = {ChurnModelKind::kLogistic};
  if (churn_trees_available()) kinds.push_back(ChurnModelKind::kTrees);
  const ChurnEvaluation e = evaluate_churn(threads(2), study, study.last_day() - 90, kinds);
  EXPECT_GT(e.customers, 3000U);
  for (const ChurnModel& model : e.models) EXPECT_GE(model.factors.size(), 30U);
  for (const ChurnComparison& pair : e.comparisons) {
    if (pair.baseline != "recency" && pair.baseline != "p_alive") continue;
    EXPECT_GT(pair.difference.auc.low, 0) << pair.model << " - " << pair.baseline;
    EXPECT_LT(pair.difference.brier.high, 0) << pair.model << " - " << pair.baseline;
  }
  for (const ChurnForecast& forecast : e.forecasts) {
    if (forecast.baseline) continue;
    ASSERT_TRUE(forecast.assessment.calibration_slope.has_value());
    EXPECT_GT(forecast.assessment.calibration_slope->value, 0.9) << forecast.name;
    EXPECT_LT(forecast.assessment.calibration_slope->value, 1.1) << forecast.name;
    EXPECT_GT(forecast.assessment.accuracy.value, forecast.assessment.base_accuracy);
  }
}

}  // namespace
}  // namespace tenure::customers
