#include "scenarios.hpp"

#include <tenure/core/money.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/simulator/expectation.hpp>
#include <tenure/simulator/roi.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <string>

namespace tenure::simulator::test {
namespace {

constexpr double kSigmas = 4.0;

LifetimeModel model_of(Family family) {
  LifetimeModel model = cdnow_model();
  model.family = family;
  if (family == Family::kParetoNbd) model.orders = {0.55, 10.6, 0.61, 11.7};
  if (family == Family::kSbg) model.orders = {1.0, 1.0, 0.7, 3.8};
  return model;
}

/// Everything that moves the baseline's margin: season, holidays, returns, customers who are won or
/// never come back, discount.
Scenario seasonal_shop(Family family) {
  Scenario scenario = new_customers(model_of(family), 800, 150, 500.0);
  scenario.discount_rate = 0.2;
  scenario.return_cost = 3.0;
  scenario.start_day = 19723;  // 2024-01-01
  RegionSpec& region = scenario.population.regions[0];
  region.return_share = 0.2;
  region.model.one_time_share = 0.3;
  SeasonSpec season;
  season.months = {0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.0, 1.0, 1.1, 1.3, 1.8};
  season.holidays.push_back({{11, 20}, {11, 30}, 2.0});
  scenario.seasons.push_back(season);
  scenario.population.acquisition.push_back({"everywhere", 60.0, 0.3, true, 5.0});
  return scenario;
}

class BaselineExpectation : public testing::TestWithParam<Family> {};

TEST_P(BaselineExpectation, IsTheMeanOfTheSimulation) {
  const Scenario scenario = seasonal_shop(GetParam());
  const Outcome outcome = simulate({}, scenario);
  const auto expected = expected_baseline_margins({}, scenario);
  ASSERT_EQ(expected.size(), outcome.replications);
  std::vector<double> left;
  double mean = 0.0;
  for (std::size_t r = 0; r < expected.size(); ++r) {
    left.push_back(to_units(outcome.at(0, 0, r).discounted_margin) - expected[r]);
    mean += expected[r] / static_cast<double>(expected.size());
  }
  const MeanAndError deviation = mean_and_error(left);
  RecordProperty("deviation", std::to_string(deviation.mean / mean));
  EXPECT_LT(deviation.error, 0.005 * mean);
  EXPECT_NEAR(deviation.mean, 0.0, kSigmas * deviation.error);
}

INSTANTIATE_TEST_SUITE_P(Families, BaselineExpectation,
                         testing::Values(Family::kBgNbd, Family::kMbgNbd, Family::kParetoNbd,
                                         Family::kSbg));

TEST(BaselineExpectation, FollowsTheClosedFormWithoutSeasonAndDiscount) {
  const Scenario scenario = new_customers(cdnow_model(), 100, 2, 364.0);
  const auto& spend = cdnow_model().spend;
  const double value = spend.p * spend.gamma / (spend.q - 1.0);
  const double orders = 1.0 + bg_nbd_expected_orders(cdnow_model().orders, 52.0);
  for (const double margin : expected_baseline_margins({}, scenario)) {
    EXPECT_NEAR(margin, 100.0 * 0.5 * value * orders, 1e-5 * margin);
  }
}

TEST(BaselineExpectation, IsUnknownForTodaysCustomers) {
  Scenario scenario = new_customers(cdnow_model(), 1, 2, 364.0);
  scenario.population = {};
  scenario.population.from_store = true;
  EXPECT_TRUE(expected_baseline_margins({}, scenario).empty());
}

TEST(BaselineExpectation, FollowsTheDrawsOfTheParameters) {
  Scenario scenario = new_customers(cdnow_model(), 2000, 20, 364.0);
  scenario.parameter_draws = 4;
  for (std::size_t i = 0; i < 4; ++i) {
    scenario.population.regions[0].model.orders_log_covariance[i * 5] = 0.04;
  }
  const Outcome outcome = simulate({}, scenario);
  const auto expected = expected_baseline_margins({}, scenario);
  for (std::size_t draw = 0; draw < 4; ++draw) {
    std::vector<double> margins;
    for (std::size_t r = 0; r < 20; ++r) {
      margins.push_back(to_units(outcome.at(0, draw, r).discounted_margin));
    }
    const MeanAndError simulated = mean_and_error(margins);
    EXPECT_NEAR(simulated.mean, expected[draw * 20], kSigmas * simulated.error) << draw;
  }
  EXPECT_GT(std::abs(expected[0] - expected[20]), 0.02 * expected[0]);
}

/// A rate lever for ever: its lifetime value is known too.
TEST(ControlVariate, SharpensTheLifetimeValueOfAStrategyAndKeepsItRight) {
  Scenario scenario = new_customers(cdnow_model(), 1000, 60, 364.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kOrder;
  lever.trigger.order = 1;
  lever.effect.rate = 1.2;
  lever.cost.contact = 0.1;
  const Outcome outcome = simulate({}, scenario);
  const auto expected = expected_baseline_margins({}, scenario);
  const ReturnReport plain = assess_returns(outcome);
  const ReturnReport sharp = assess_returns(outcome, {expected, nullptr});
  const Estimate& value = sharp.strategies[0].lifetime_value;
  const auto width = [](const Estimate& e) { return e.mc_interval->high - e.mc_interval->low; };
  ASSERT_TRUE(sharp.strategies[0].control_gain);
  EXPECT_FALSE(plain.strategies[0].control_gain);
  EXPECT_GT(*sharp.strategies[0].control_gain, 2.0);
  EXPECT_NEAR(std::pow(width(plain.strategies[0].lifetime_value) / width(value), 2),
              *sharp.strategies[0].control_gain, 0.05 * *sharp.strategies[0].control_gain);
  auto faster = cdnow_model().orders;
  faster.alpha /= 1.2;
  const auto& spend = cdnow_model().spend;
  const double truth =
      0.5 * spend.p * spend.gamma / (spend.q - 1.0) * (1.0 + bg_nbd_expected_orders(faster, 52.0));
  // Student's limits at 58 degrees are 2.0 standard errors.
  EXPECT_NEAR(value.value, truth, kSigmas / 2.0 * 0.5 * width(value));
  EXPECT_NEAR(*sharp.expected_lifetime_value, expected[0] / 1000.0, 1e-9);
}

}  // namespace
}  // namespace tenure::simulator::test
