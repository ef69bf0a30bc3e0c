#include "churn_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/churn_model.hpp>
#include <tenure/customers/churn_study.hpp>
#include <tenure/customers/logistic.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

namespace tenure::customers {
namespace {

using test::day;
using test::threads;
using testing::HasSubstr;

std::vector<ChurnModelKind> kinds() {
  std::vector<ChurnModelKind> all = {ChurnModelKind::kLogistic};
  if (churn_trees_available()) all.push_back(ChurnModelKind::kTrees);
  return all;
}

bool same_bytes(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

/// Snapshots whose outcomes follow a known rule: log odds -0.4 + 0.9 recency - 0.6 orders of
/// standard normal factors; gap_mean and basket_mean say nothing.
constexpr double kBase = -0.4;
constexpr double kOfRecency = 0.9;
constexpr double kOfOrders = -0.6;

ChurnSnapshot made_up(std::int32_t as_of, std::uint32_t rows, double curve = 0.0) {
  ChurnSnapshot snapshot;
  snapshot.factors.as_of = as_of;
  for (const char* name : {"recency", "orders", "gap_mean", "basket_mean"}) {
    snapshot.factors.factors.push_back(churn_factor(name));
  }
  for (std::uint32_t i = 0; i < rows; ++i) {
    RandomStream stream(11, {Purpose::kTest, static_cast<std::uint32_t>(as_of), i, 0});
    snapshot.factors.customer.push_back(i);
    const double recency = draw_normal(stream);
    const double orders = draw_normal(stream);
    snapshot.factors.values.insert(snapshot.factors.values.end(),
                                   {recency, orders, draw_normal(stream), draw_normal(stream)});
    const double odds =
        kBase + kOfRecency * recency + kOfOrders * orders + curve * (recency * recency - 1);
    snapshot.left.push_back(draw_bernoulli(stream, logistic(odds)) ? 1 : 0);
  }
  return snapshot;
}

std::vector<const ChurnSnapshot*> pointers(const std::vector<ChurnSnapshot>& snapshots) {
  std::vector<const ChurnSnapshot*> result;
  for (const ChurnSnapshot& snapshot : snapshots) result.push_back(&snapshot);
  return result;
}

TEST(ChurnModel, RecoversALogisticTruth) {
  const std::vector<ChurnSnapshot> made = {made_up(0, 4000), made_up(100, 4000),
                                           made_up(200, 4000)};
  const ChurnModel model = train_churn_model(threads(2), pointers(made));
  EXPECT_EQ(model.factors.size(), 4U);
  EXPECT_EQ(model.calibrated_on, (std::vector<std::int32_t>{100, 200}));
  const ChurnSnapshot test = made_up(300, 2000);
  const ChurnPrediction prediction = predict_churn(threads(2), model, test.factors);
  // Contributions are linear in the factors: the slope between two customers is the coefficient.
  // Information a row is about .2 for standard normal factors: 12,000 rows give standard errors of
  // sqrt(1 / (.2 x 12,000)) = .020; the calibration's slope, from 4,000 rows whose log odds have
  // variance 1.2, adds 1 / sqrt(.2 x 4,000 x 1.2) = .032 of the coefficient. Four of each.
  const auto coefficient = [&](std::size_t j) {
    const auto& x = test.factors.values;
    std::size_t low = 0;
    std::size_t high = 0;
    for (std::size_t i = 0; i < test.factors.rows(); ++i) {
      if (std::abs(x[4 * i + j]) > 3) continue;  // beyond four deviations the line ends
      if (x[4 * i + j] < x[4 * low + j]) low = i;
      if (x[4 * i + j] > x[4 * high + j]) high = i;
    }
    return (prediction.contributions[4 * high + j] - prediction.contributions[4 * low + j]) /
           (x[4 * high + j] - x[4 * low + j]);
  };
  EXPECT_NEAR(coefficient(0), kOfRecency, 4 * (0.020 + 0.032 * 0.9));
  EXPECT_NEAR(coefficient(1), kOfOrders, 4 * (0.020 + 0.032 * 0.6));
  EXPECT_NEAR(coefficient(2), 0, 4 * 0.020);
  EXPECT_NEAR(coefficient(3), 0, 4 * 0.020);
}

TEST(ChurnModel, ContributionsAddUpToTheRisk) {
  const std::vector<ChurnSnapshot> made = {made_up(0, 1500, 0.4), made_up(100, 1500, 0.4)};
  for (const ChurnModelKind kind : kinds()) {
    ChurnModelOptions options;
    options.kind = kind;
    const ChurnModel model = train_churn_model(threads(1), pointers(made), options);
    const ChurnPrediction prediction = predict_churn(threads(1), model, made[1].factors);
    for (std::size_t i = 0; i < 1500; i += 30) {
      double odds = prediction.base;
      for (std::size_t j = 0; j < 4; ++j) odds += prediction.contributions[4 * i + j];
      EXPECT_NEAR(logistic(odds), prediction.probability[i], 1e-9);
      EXPECT_GT(prediction.probability[i], 0);
      EXPECT_LT(prediction.probability[i], 1);
    }
  }
}

TEST(ChurnModel, ReasonsAreTheLoudestFactorsInNaturalUnits) {
  const std::vector<ChurnSnapshot> made = {made_up(0, 3000), made_up(100, 3000)};
  const ChurnModel model = train_churn_model(threads(1), pointers(made));
  const ChurnPrediction prediction = predict_churn(threads(1), model, made[1].factors);
  for (std::size_t row = 0; row < 50; ++row) {
    const auto reasons = churn_reasons(model, made[1].factors, prediction, row);
    ASSERT_EQ(reasons.size(), 3U);
    EXPECT_GE(std::abs(reasons[0].contribution), std::abs(reasons[1].contribution));
    EXPECT_GE(std::abs(reasons[1].contribution), std::abs(reasons[2].contribution));
    for (const ChurnReason& reason : reasons) {
      if (reason.factor != churn_factor("recency")) continue;
      const double kept = made[1].factors.row(row)[0];
      EXPECT_DOUBLE_EQ(reason.value, std::expm1(kept));
      // More than typical raises the risk, less lowers it.
      EXPECT_EQ(reason.contribution > 0, reason.value > reason.typical);
    }
  }
  EXPECT_THROW(churn_reasons(model, made[1].factors, prediction, 3000), ArgumentError);
}

TEST(ChurnModel, TreesFindWhatALineCannot) {
  if (!churn_trees_available()) GTEST_SKIP() << "built without XGBoost";
  const std::vector<ChurnSnapshot> made = {made_up(0, 4000, 1.0), made_up(100, 4000, 1.0),
                                           made_up(200, 4000, 1.0)};
  const ChurnSnapshot test = made_up(300, 4000, 1.0);
  ChurnModelOptions options;
  const ChurnModel line = train_churn_model(threads(1), pointers(made), options);
  options.kind = ChurnModelKind::kTrees;
  const ChurnModel trees = train_churn_model(threads(1), pointers(made), options);
  AssessmentOptions assessment;
  assessment.replicates = 200;
  const ForecastDifference difference = compare_forecasts(
      threads(2), predict_churn(threads(1), trees, test.factors).probability,
      predict_churn(threads(1), line, test.factors).probability, test.left, assessment);
  EXPECT_GT(difference.auc.low, 0);
  EXPECT_LT(difference.log_loss.high, 0);
}

TEST(ChurnModel, UsesOnlyTheFactorsAskedFor) {
  const std::vector<ChurnSnapshot> made = {made_up(0, 500), made_up(100, 500)};
  ChurnModelOptions options;
  options.only = {"recency"};
  const ChurnModel model = train_churn_model(threads(1), pointers(made), options);
  EXPECT_EQ(model.factors, (std::vector<std::size_t>{churn_factor("recency")}));
  options.only = {"spend_90"};
  EXPECT_THROW(train_churn_model(threads(1), pointers(made), options), ArgumentError);
  options.only = {"no such factor"};
  EXPECT_THROW(train_churn_model(threads(1), pointers(made), options), ArgumentError);
}

TEST(ChurnModel, RefusesBadInput) {
  std::vector<ChurnSnapshot> made = {made_up(0, 200), made_up(100, 200)};
  EXPECT_THROW(train_churn_model(threads(1), {}), ArgumentError);
  ChurnModelOptions options;
  options.window_days = 101;  // the first window ends after the second day
  EXPECT_THROW(train_churn_model(threads(1), pointers(made), options), ArgumentError);
  std::vector<ChurnSnapshot> backwards = {made[1], made[0]};
  EXPECT_THROW(train_churn_model(threads(1), pointers(backwards)), ArgumentError);
  std::vector<ChurnSnapshot> faithful = made;
  std::fill(faithful[1].left.begin(), faithful[1].left.end(), std::uint8_t{0});
  EXPECT_THROW(train_churn_model(threads(1), pointers(faithful)), NumericalError);
  std::vector<ChurnSnapshot> alike = made;
  for (ChurnSnapshot& snapshot : alike) {
    std::fill(snapshot.factors.values.begin(), snapshot.factors.values.end(), 1.0);
  }
  EXPECT_THROW(train_churn_model(threads(1), pointers(alike)), ArgumentError);
  made[1].left.pop_back();
  EXPECT_THROW(train_churn_model(threads(1), pointers(made)), ArgumentError);
  EXPECT_THROW(predict_churn(threads(1), ChurnModel(), alike[0].factors), ArgumentError);
}

ChurnStudyOptions short_windows() {
  ChurnStudyOptions options;
  options.window_days = 60;
  return options;
}

TEST(ChurnStudy, LearnsOnlyFromWindowsThatEndByTheDay) {
  const EventTable events = test::synthetic_shop(400, 8);
  const ChurnStudy study(events, short_windows());
  const auto until = static_cast<std::int32_t>(day("2021-09-01"));
  const std::vector<std::int32_t> days = study.training_days(until);
  ASSERT_GE(days.size(), 3U);
  EXPECT_EQ(days.back(), until - 60);
  for (std::size_t i = 1; i < days.size(); ++i) EXPECT_EQ(days[i] - days[i - 1], 30);
  EXPECT_GE(days.front(), study.first_day() + 365);  // a year of log before it
  // Too short a log for that takes what there is, one window at least.
  const auto early = static_cast<std::int32_t>(day("2020-11-01"));
  EXPECT_GE(study.training_days(early).front(), study.first_day() + 60);
  EXPECT_GE(study.training_days(early).size(), 3U);
}

TEST(ChurnStudy, TheFutureChangesNoModelAndNoScore) {
  const EventTable events = test::synthetic_shop(900, 9);
  const auto today = static_cast<std::int32_t>(day("2021-08-01"));
  EventTable other = events;
  RandomStream stream(5, {Purpose::kTest, 0, 0, 0});
  for (std::size_t row = 0; row < other.rows(); ++row) {
    if (day_of(other.time[row]) <= today) continue;
    other.customer[row] = draw_index(stream, other.customers.size());
    other.time[row] = (today + 1 + draw_index(stream, 150)) * kSecondsPerDay;
    other.unit_price[row] *= 3;
  }
  for (const ChurnModelKind kind : kinds()) {
    ChurnModelOptions options;
    options.kind = kind;
    options.window_days = 60;
    const auto scores = [&](const EventTable& table, int n) {
      ChurnStudy study(table, short_windows());
      const ChurnModel model = study.train(threads(n), today, options);
      return predict_churn(threads(n), model, study.customers(threads(n), today));
    };
    const ChurnPrediction reference = scores(events, 1);
    const ChurnPrediction shuffled = scores(other, 2);
    EXPECT_TRUE(same_bytes(reference.probability, shuffled.probability));
    EXPECT_TRUE(same_bytes(reference.contributions, shuffled.contributions));
    for (const int n : {2, 3, 8}) {  // and threads change nothing
      EXPECT_TRUE(same_bytes(reference.probability, scores(events, n).probability)) << n;
    }
  }
}

TEST(ChurnStudy, EvaluatesModelsBesideTheBaselines) {
  const EventTable events = test::synthetic_shop(3000, 10);
  ChurnStudy study(events, short_windows());
  AssessmentOptions assessment;
  assessment.replicates = 100;
  const auto as_of = static_cast<std::int32_t>(day("2021-09-15"));
  const ChurnEvaluation e = evaluate_churn(threads(2), study, as_of, kinds(), assessment);
  EXPECT_EQ(e.window_end, as_of + 60);
  EXPECT_EQ(e.trained_on.back(), as_of - 60);
  std::vector<std::string> names;
  for (const ChurnForecast& forecast : e.forecasts) names.push_back(forecast.name);
  std::vector<std::string> expected = {"recency", "p_alive", "bg-nbd", "logistic"};
  if (churn_trees_available()) expected.push_back("trees");
  EXPECT_EQ(names, expected);
  // The shop is a BG/NBD in the large: risks can be told apart, and the log's factors do.
  EXPECT_GT(e.forecasts[3].assessment.auc.low, 0.55);
  EXPECT_EQ(e.models.size(), kinds().size());
  EXPECT_EQ(e.comparisons.size(), churn_trees_available() ? 7U : 3U);
  EXPECT_EQ(e.customers, e.forecasts[0].probability.size());
}

TEST(ChurnStudy, RefusesLogsThatAreTooShort) {
  const EventTable events = test::synthetic_shop(300, 12);
  ChurnStudy study(events, ChurnStudyOptions());
  const ChurnModelOptions options;
  const auto message = [&](std::string_view date) -> std::string {
    try {
      study.train(threads(1), static_cast<std::int32_t>(day(date)), options);
    } catch (const ArgumentError& error) {
      return error.what();
    }
    return "no ArgumentError";
  };
  EXPECT_THAT(message("2020-08-01"), HasSubstr("reaches back too little"));
  EXPECT_THROW(study.snapshot(threads(1), study.last_day() - 10), ArgumentError);
  ChurnStudyOptions zero;
  zero.step_days = 0;
  EXPECT_THROW(ChurnStudy(events, zero), ArgumentError);
  EXPECT_THROW(ChurnStudy(EventTable(), ChurnStudyOptions()), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
