#include "outcomes.hpp"
#include "scenarios.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/simulator/roi.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace tenure::simulator::test {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;
using testing::IsEmpty;

StrategyReturn assess(const Outcome& outcome) { return assess_returns(outcome).strategies.at(0); }

TEST(Roi, IsTheRatioOfSums) {
  const auto result = assess(outcome_of({{{30.0, 10.0}, {50.0, 30.0}}}, false));
  EXPECT_DOUBLE_EQ(result.roi->value, 80.0 / 40.0 - 1.0);
  EXPECT_DOUBLE_EQ(result.incremental_margin.value, 40.0);
  EXPECT_DOUBLE_EQ(result.cost.value, 20.0);
  EXPECT_DOUBLE_EQ(result.net.value, 20.0);
  EXPECT_EQ(result.probability_positive.value, 1.0);
}

TEST(Roi, IsAbsentWithoutCost) {
  const auto result = assess(outcome_of({{{30.0, 0.0}, {50.0, 0.0}}}, false));
  EXPECT_FALSE(result.roi);
  EXPECT_FALSE(result.roi_variance);
  EXPECT_FALSE(result.probability_best_roi);
  EXPECT_FALSE(result.payback.days);
  EXPECT_TRUE(result.incremental_margin.interval);
  EXPECT_EQ(result.probability_positive.value, 1.0);
}

TEST(Roi, WorldIntervalIsThePointWhereNothingIsUncertain) {
  const auto result = assess(outcome_of({{{30.0, 20.0}, {50.0, 21.0}, {40.0, 19.0}}}, false));
  ASSERT_TRUE(result.roi && result.roi->interval && result.roi->mc_interval);
  EXPECT_EQ(result.roi->interval->low, result.roi->value);
  EXPECT_EQ(result.roi->interval->high, result.roi->value);
  EXPECT_LT(result.roi->mc_interval->low, result.roi->value);
  EXPECT_GT(result.roi->mc_interval->high, result.roi->value);
}

TEST(Roi, OneReplicationLeavesTheNoiseUnknown) {
  const auto result = assess(outcome_of({{{30.0, 10.0}}, {{50.0, 30.0}}}, true));
  ASSERT_TRUE(result.roi);
  EXPECT_FALSE(result.roi->interval);
  EXPECT_FALSE(result.roi->mc_interval);
}

TEST(Roi, MonteCarloIntervalOfAFixedCostIsStudents) {
  const auto result = assess(outcome_of({{{30.0, 20.0}, {50.0, 20.0}, {40.0, 20.0}}}, false));
  // Mean 40, standard error 10 / sqrt 3, t(2) = 4.302653; divided by the cost of 20.
  const double half = 4.302652729696142 * 10.0 / std::sqrt(3.0);
  EXPECT_NEAR(result.incremental_margin.mc_interval->low, 40.0 - half, 1e-6);
  EXPECT_NEAR(result.roi->mc_interval->low, (40.0 - half) / 20.0 - 1.0, 1e-6);
  EXPECT_NEAR(result.roi->mc_interval->high, (40.0 + half) / 20.0 - 1.0, 1e-6);
}

TEST(Roi, MonteCarloIntervalIsAPointWhereMarginFollowsCost) {
  // The ratio never moves although both sums do.
  const auto result = assess(outcome_of({{{300.0, 100.0}, {315.0, 105.0}, {330.0, 110.0}}}, false));
  ASSERT_TRUE(result.roi && result.roi->mc_interval);
  EXPECT_NEAR(result.roi->mc_interval->low, 2.0, 1e-9);
  EXPECT_NEAR(result.roi->mc_interval->high, 2.0, 1e-9);
}

TEST(Roi, MonteCarloIntervalIsAbsentWhereTheCostMightBeZero) {
  const auto result = assess(outcome_of({{{30.0, 0.0}, {60.0, 0.0}, {90.0, 1.0}}}, false));
  ASSERT_TRUE(result.roi);
  EXPECT_FALSE(result.roi->mc_interval);
}

/// Draws with ROI ~ N(1, world) and replications about them with standard deviation noise.
Outcome noisy(double world, double noise, std::size_t draws, std::size_t replications) {
  std::vector<std::vector<RunSums>> runs(draws);
  for (std::size_t draw = 0; draw < draws; ++draw) {
    RandomStream stream(5, {Purpose::kTest, 0, static_cast<std::uint32_t>(draw), 0});
    const double roi = 1.0 + world * draw_normal(stream);
    for (std::size_t r = 0; r < replications; ++r) {
      runs[draw].push_back({100.0 * (1.0 + roi + noise * draw_normal(stream)), 100.0});
    }
  }
  return outcome_of(runs, true);
}

TEST(Roi, WorldIntervalTakesTheInnerNoiseOut) {
  // With 1,000 draws the standard error of a 2.5 % quantile is about 0.09 standard deviations of
  // the draws, here sqrt(0.2^2 + 0.4^2 / 4) = 0.28: 0.26 at ten times that is far from 1.96 x 0.28.
  const auto result = assess(noisy(0.2, 0.4, 1000, 4));
  EXPECT_NEAR(result.roi->interval->high - result.roi->interval->low, 2.0 * 1.96 * 0.2, 0.1);
  const auto noiseless = assess(noisy(0.2, 0.0, 1000, 4));
  EXPECT_NEAR(noiseless.roi->interval->high - noiseless.roi->interval->low, 2.0 * 1.96 * 0.2, 0.1);
}

TEST(Roi, WorldIntervalDoesNotNarrowWithReplicationsAndMonteCarloDoes) {
  const auto few = assess(noisy(0.2, 0.4, 1000, 4));
  const auto many = assess(noisy(0.2, 0.4, 1000, 64));
  const auto width = [](const std::optional<Interval>& i) { return i->high - i->low; };
  EXPECT_NEAR(width(many.roi->interval) / width(few.roi->interval), 1.0, 0.15);
  // The known standard error 0.4 / sqrt(draws x replications), to within its estimate's error.
  EXPECT_NEAR(width(few.roi->mc_interval), 2.0 * 1.96 * 0.4 / std::sqrt(4000.0), 0.002);
  EXPECT_NEAR(width(many.roi->mc_interval), 2.0 * 1.96 * 0.4 / std::sqrt(64000.0), 0.0005);
}

TEST(Roi, OfEachDrawIsTheRatioOfItsSums) {
  const Outcome outcome =
      outcome_of({{{30.0, 10.0}, {50.0, 30.0}}, {{10.0, 20.0}, {10.0, 20.0}}}, true);
  EXPECT_THAT(roi_by_draw(outcome, 1), ElementsAre(DoubleEq(1.0), DoubleEq(-0.5)));
  EXPECT_THAT(roi_by_draw(outcome_of({{{30.0, 10.0}}, {{10.0, 0.0}}}, true), 1), IsEmpty());
  EXPECT_THROW(roi_by_draw(outcome, 0), ArgumentError);
  EXPECT_THROW(roi_by_draw(outcome, 2), ArgumentError);
}

TEST(Roi, ProbabilityPositiveIsTheShareOfWorlds) {
  // ROI ~ N(1, 1): positive with probability .8413, standard error .012 over 1,000 draws.
  EXPECT_NEAR(assess(noisy(1.0, 0.1, 1000, 4)).probability_positive.value, 0.8413, 0.04);
}

TEST(Roi, PaybackIsTheFirstDayTheMarginCoversTheCost) {
  Outcome outcome = outcome_of({{{30.0, 20.0}, {30.0, 20.0}}}, false);
  outcome.days = 5;
  const auto day = [](double margin, double cost) {
    return DayTotals{to_money(margin), to_money(cost)};
  };
  const std::vector<DayTotals> baseline = {day(10, 0), day(10, 0), day(10, 0), day(10, 0),
                                           day(10, 0)};
  outcome.day_totals = baseline;
  for (const DayTotals& totals : {day(10, 0), day(10, 20), day(20, 0), day(15, 0), day(15, 0)}) {
    outcome.day_totals.push_back(totals);
  }
  EXPECT_EQ(assess(outcome).payback.days, 4);  // 10 + 5 + 5 on days 2, 3 and 4
  outcome.day_totals.back() = day(14, 0);
  EXPECT_FALSE(assess(outcome).payback.days);
}

TEST(Roi, RetentionIsAShareAndNeedsTwoYears) {
  Outcome outcome = outcome_of({{{30.0, 20.0}, {30.0, 20.0}}}, false);
  for (Totals& totals : outcome.totals) {
    totals.retained = {8, 6, 4, 2};
    totals.followed = 10;
  }
  const auto retention = *assess(outcome).retention;
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_DOUBLE_EQ(retention[i].value, 0.8 - 0.2 * static_cast<double>(i));
  }
  EXPECT_TRUE(assess_returns(outcome).baseline.retention);
  outcome.horizon_days = 729.0;
  EXPECT_FALSE(assess(outcome).retention);
  outcome.horizon_days = 730.0;
  outcome.new_customers = false;
  EXPECT_FALSE(assess(outcome).retention);
}

TEST(Roi, RefusesAnOutcomeThatDoesNotFit) {
  Outcome outcome = outcome_of({{{30.0, 20.0}, {30.0, 20.0}}}, false);
  outcome.totals.pop_back();
  EXPECT_THROW(assess_returns(outcome), ArgumentError);
}

Scenario voucher_scenario(std::uint64_t customers, std::uint32_t replications) {
  Scenario scenario = new_customers(cdnow_model(), customers, replications, 365.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.days_idle = 30.0;
  lever.cost = {0.0, 0.0, 0.2, 2.0};
  lever.uptake = 0.3;
  lever.effect.rate = 2.0;
  lever.effect.half_life_days = 60.0;
  return scenario;
}

/// Every newcomer is contacted at once, orders 1.5 times as often for ever, and gets a share of
/// each later order back: margin and cost are both random, and both known in closed form.
Scenario faster_for_a_share(std::uint64_t customers, std::uint32_t replications) {
  Scenario scenario = new_customers(cdnow_model(), customers, replications, 364.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kOrder;
  lever.trigger.order = 1;
  lever.effect.rate = 1.5;
  lever.cost.contact = 0.5;
  lever.cost.order_share = 0.1;
  return scenario;
}

double true_roi(const Scenario& scenario) {
  const LifetimeModel model = cdnow_model();
  customers::BgNbdParameters faster = model.orders;
  faster.alpha /= scenario.levers[0].effect.rate;
  const double value = model.spend.p * model.spend.gamma / (model.spend.q - 1.0);
  const double slow = bg_nbd_expected_orders(model.orders, 52.0);
  const double fast = bg_nbd_expected_orders(faster, 52.0);
  const CostSpec& cost = scenario.levers[0].cost;
  return scenario.gross_margin * value * (fast - slow) /
             (cost.contact + cost.order_share * value * fast) -
         1.0;
}

TEST(RoiSlow, MonteCarloIntervalCoversTheTruthInClosedFormAtFixedParameters) {
  const Scenario scenario = faster_for_a_share(500, 16);
  const double truth = true_roi(scenario);
  Execution execution;
  int covered = 0;
  constexpr int kRuns = 1000;
  for (int run = 0; run < kRuns; ++run) {
    execution.seed = static_cast<std::uint64_t>(run);
    const auto interval = assess(simulate(execution, scenario)).roi->mc_interval;
    ASSERT_TRUE(interval);
    covered += interval->low <= truth && truth <= interval->high ? 1 : 0;
  }
  RecordProperty("covered", std::to_string(covered));
  // Binomial with p = .95: standard deviation .7 % of 1,000 runs; 2 % is 2.9 of them.
  EXPECT_NEAR(static_cast<double>(covered) / kRuns, 0.95, 0.02);
}

TEST(RoiSlow, WorldIntervalOfASimulationHoldsWithMoreReplications) {
  Scenario scenario = voucher_scenario(1000, 4);
  scenario.parameter_draws = 200;
  scenario.levers[0].effect.rate_log_se = 0.3;
  const auto few = assess(simulate({}, scenario));
  scenario.replications = 32;
  const auto many = assess(simulate({}, scenario));
  const auto width = [](const std::optional<Interval>& i) { return i->high - i->low; };
  // The quantiles of 200 equal worlds with different noise taken out.
  EXPECT_NEAR(width(many.roi->interval) / width(few.roi->interval), 1.0, 0.25);
  // Eight times the replications: 1 / sqrt 8 = .354.
  EXPECT_NEAR(width(many.roi->mc_interval) / width(few.roi->mc_interval), 0.354, 0.05);
}

}  // namespace
}  // namespace tenure::simulator::test
