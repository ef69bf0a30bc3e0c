#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/customer_risk.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace tenure::customers {
namespace {

using test::threads;

/// Two years of `count` customers of whom some stop, one line an order, day 0 is day 19,000.
EventTable shop(std::uint32_t count) {
  EventTable events;
  std::vector<std::pair<std::int64_t, std::uint32_t>> lines;
  for (std::uint32_t c = 0; c < count; ++c) {
    RandomStream stream(4, {Purpose::kTest, 0, c, 0});
    const double gap = draw_uniform(stream, 10, 60);
    const double stop = draw_uniform(stream, 0, 0.3);
    for (double day = draw_uniform(stream, 0, 500); day < 730;
         day += 1 + gap * draw_exponential(stream)) {
      lines.emplace_back((19'000 + static_cast<std::int64_t>(day)) * kSecondsPerDay, c);
      if (draw_bernoulli(stream, stop)) break;
    }
    events.customers.append("c" + std::to_string(c));
  }
  std::sort(lines.begin(), lines.end());
  events.items.append("x");
  for (const auto& [time, customer] : lines) {
    events.customer.push_back(customer);
    events.item.push_back(0);
    events.time.push_back(time);
    events.unit_price.push_back(5.0 + customer % 7);
  }
  return events;
}

OrderHistory history_of(const EventTable& events, std::int64_t day) {
  OrderHistoryOptions options;
  options.end_day = day;
  return make_order_history(threads(2), events, options);
}

constexpr std::int64_t kToday = 19'729;

CustomerRisks risks_of(const EventTable& events, std::size_t training_rows, int n = 2,
                       std::uint64_t seed = 1) {
  CustomerRiskOptions options;
  options.study.window_days = 60;
  options.kinds = churn_model_kinds("logistic");
  options.training_rows = training_rows;
  Execution execution = threads(n);
  execution.seed = seed;
  return customer_risks(execution, events, history_of(events, kToday), options);
}

TEST(RiskLevel, BoundsBelongToTheHigherLevel) {
  EXPECT_EQ(risk_level(0.399), RiskLevel::kLow);
  EXPECT_EQ(risk_level(0.4), RiskLevel::kMedium);
  EXPECT_EQ(risk_level(0.699), RiskLevel::kMedium);
  EXPECT_EQ(risk_level(0.7), RiskLevel::kHigh);
  EXPECT_EQ(risk_level(0.2, {0.1, 0.2}), RiskLevel::kHigh);
  EXPECT_EQ(to_string(RiskLevel::kMedium), "medium");
}

TEST(CustomerRisks, AreThePredictionsOfTheStudyOfTheSameLog) {
  const EventTable events = shop(600);
  const CustomerRisks risks = risks_of(events, 1'000'000);
  EXPECT_EQ(risks.known, 600U);
  EXPECT_EQ(risks.learned_from, 600U);
  ChurnStudyOptions options;
  options.window_days = 60;
  ChurnStudy study(events, options);
  const auto kinds = churn_model_kinds("logistic");
  const ChurnModel model = train_best_churn_model(threads(1), study, kToday, kinds);
  const ChurnFactors factors = study.customers(threads(1), kToday);
  const ChurnPrediction prediction = predict_churn(threads(1), model, factors);
  ASSERT_EQ(risks.customer, factors.customer);
  EXPECT_EQ(risks.probability, prediction.probability);
  for (std::size_t i = 0; i < factors.rows(); i += 37) {
    const auto reasons = churn_reasons(model, factors, prediction, i, 3);
    ASSERT_EQ(reasons.size(), risks.reasons_of(i).size());
    EXPECT_EQ(reasons[2].factor, risks.reasons_of(i)[2].factor);
    EXPECT_EQ(reasons[0].contribution, risks.reasons_of(i)[0].contribution);
  }
}

TEST(CustomerRisks, OfALargeLogAreLearnedFromASampleByCode) {
  const EventTable events = shop(3000);
  const CustomerRisks all = risks_of(events, 1'000'000);
  const CustomerRisks some = risks_of(events, 10'000);
  const auto expected = 10'000 / some.model.trained_on.size();
  // Five standard deviations of a binomial count.
  EXPECT_NEAR(static_cast<double>(some.learned_from), static_cast<double>(expected),
              5 * std::sqrt(static_cast<double>(expected)));
  EXPECT_EQ(some.customer, all.customer);  // everyone is scored
  double apart = 0;
  for (std::size_t i = 0; i < all.customer.size(); ++i) {
    apart += std::abs(all.probability[i] - some.probability[i]);
  }
  EXPECT_LT(apart / static_cast<double>(all.customer.size()), 0.05);
  EXPECT_GT(apart, 0);
  EXPECT_NE(risks_of(events, 10'000, 2, 2).probability, some.probability);
}

TEST(CustomerRisks, AreTheSameBytesAtAnyNumberOfThreads) {
  const EventTable events = shop(1500);
  const CustomerRisks one = risks_of(events, 5'000, 1);
  for (const int n : {2, 3, 8}) {
    const CustomerRisks many = risks_of(events, 5'000, n);
    EXPECT_EQ(one.probability, many.probability) << n;
    for (std::size_t i = 0; i < one.reasons.size(); ++i) {
      ASSERT_EQ(one.reasons[i].factor, many.reasons[i].factor);
      ASSERT_EQ(one.reasons[i].contribution, many.reasons[i].contribution);
    }
  }
}

TEST(CustomerRisks, DoNotKnowTheFuture) {
  const EventTable before = shop(800);
  EventTable after = before;
  for (std::uint32_t k = 0; k < 300; ++k) {
    after.customer.push_back(k % 2 == 0 ? k : 800 + k / 2);
    if (k % 2 == 1) after.customers.append("new" + std::to_string(k / 2));
    after.item.push_back(0);
    after.time.push_back((kToday + 1 + k % 50) * kSecondsPerDay);
    after.unit_price.push_back(1000.0);
  }
  for (const std::size_t rows : {3'000U, 1'000'000U}) {
    const CustomerRisks known = risks_of(before, rows);
    const CustomerRisks later = risks_of(after, rows);
    EXPECT_EQ(known.customer, later.customer);
    EXPECT_EQ(known.probability, later.probability);
    EXPECT_EQ(known.learned_from, later.learned_from);
  }
}

TEST(CustomerRisks, RefuseALogThatIsTooShortAndNoModel) {
  const EventTable events = shop(50);
  CustomerRiskOptions options;
  options.kinds = churn_model_kinds("both");
  EXPECT_THROW(customer_risks(threads(1), events, history_of(events, 19'100), options),
               ArgumentError);
  options.kinds.clear();
  EXPECT_THROW(customer_risks(threads(1), events, history_of(events, kToday), options),
               ArgumentError);
  EXPECT_THROW(churn_model_kinds("oracle"), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
