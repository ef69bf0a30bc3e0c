#include "scenarios.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/simulator/roi.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tenure::simulator::test {
namespace {

/// Incremental margin and cost of one strategy, by draw and replication.
struct Run {
  double margin = 0.0;
  double cost = 0.0;
};

/// An outcome with those sums; the baseline's margin is 1000 each time.
Outcome outcome_of(const std::vector<std::vector<Run>>& runs, bool uncertain) {
  Outcome outcome;
  outcome.strategy_names = {"baseline", "strategy"};
  outcome.customers = 10;
  outcome.horizon_days = 730.0;
  outcome.days = 1;
  outcome.months = 1;
  outcome.parameter_draws = static_cast<std::uint32_t>(runs.size());
  outcome.replications = static_cast<std::uint32_t>(runs.front().size());
  outcome.uncertain = uncertain;
  outcome.day_totals.resize(2);
  outcome.month_totals.resize(2);
  for (const auto& draw : runs) {
    for (std::size_t r = 0; r < draw.size(); ++r) {
      outcome.totals.emplace_back().discounted_margin = to_money(1000.0);
    }
  }
  for (const auto& draw : runs) {
    for (const Run& run : draw) {
      Totals& totals = outcome.totals.emplace_back();
      totals.discounted_margin = to_money(1000.0 + run.margin);
      totals.discounted_cost = to_money(run.cost);
    }
  }
  return outcome;
}

StrategyReturn assess(const Outcome& outcome) { return assess_returns(outcome).strategies.at(0); }

TEST(Roi, IsTheRatioOfSums) {
  const auto result = assess(outcome_of({{{30.0, 10.0}, {50.0, 30.0}}}, false));
  EXPECT_DOUBLE_EQ(*result.roi, 80.0 / 40.0 - 1.0);
  EXPECT_DOUBLE_EQ(result.incremental_margin, 40.0);
  EXPECT_DOUBLE_EQ(result.cost, 20.0);
  EXPECT_EQ(result.probability_positive, 1.0);
}

TEST(Roi, IsAbsentWithoutCost) {
  const auto result = assess(outcome_of({{{30.0, 0.0}, {50.0, 0.0}}}, false));
  EXPECT_FALSE(result.roi);
  EXPECT_FALSE(result.roi_interval);
  EXPECT_FALSE(result.roi_mc_interval);
  EXPECT_FALSE(result.payback_days);
  EXPECT_TRUE(result.incremental_margin_interval);
  EXPECT_EQ(result.probability_positive, 1.0);
}

TEST(Roi, WorldIntervalIsThePointWhereNothingIsUncertain) {
  const auto result = assess(outcome_of({{{30.0, 20.0}, {50.0, 21.0}, {40.0, 19.0}}}, false));
  ASSERT_TRUE(result.roi_interval && result.roi_mc_interval);
  EXPECT_EQ(result.roi_interval->low, *result.roi);
  EXPECT_EQ(result.roi_interval->high, *result.roi);
  EXPECT_LT(result.roi_mc_interval->low, *result.roi);
  EXPECT_GT(result.roi_mc_interval->high, *result.roi);
}

TEST(Roi, OneReplicationLeavesTheNoiseUnknown) {
  const auto result = assess(outcome_of({{{30.0, 10.0}}, {{50.0, 30.0}}}, true));
  EXPECT_TRUE(result.roi);
  EXPECT_FALSE(result.roi_interval);
  EXPECT_FALSE(result.roi_mc_interval);
}

TEST(Roi, MonteCarloIntervalOfAFixedCostIsStudents) {
  const auto result = assess(outcome_of({{{30.0, 20.0}, {50.0, 20.0}, {40.0, 20.0}}}, false));
  // Mean 40, standard error 10 / sqrt 3, t(2) = 4.302653; divided by the cost of 20.
  const double half = 4.302652729696142 * 10.0 / std::sqrt(3.0);
  EXPECT_NEAR(result.incremental_margin_mc_interval->low, 40.0 - half, 1e-6);
  EXPECT_NEAR(result.roi_mc_interval->low, (40.0 - half) / 20.0 - 1.0, 1e-6);
  EXPECT_NEAR(result.roi_mc_interval->high, (40.0 + half) / 20.0 - 1.0, 1e-6);
}

TEST(Roi, MonteCarloIntervalIsAPointWhereMarginFollowsCost) {
  // The ratio never moves although both sums do.
  const auto result = assess(outcome_of({{{300.0, 100.0}, {315.0, 105.0}, {330.0, 110.0}}}, false));
  ASSERT_TRUE(result.roi_mc_interval);
  EXPECT_NEAR(result.roi_mc_interval->low, 2.0, 1e-9);
  EXPECT_NEAR(result.roi_mc_interval->high, 2.0, 1e-9);
}

TEST(Roi, MonteCarloIntervalIsAbsentWhereTheCostMightBeZero) {
  const auto result = assess(outcome_of({{{30.0, 0.0}, {60.0, 0.0}, {90.0, 1.0}}}, false));
  EXPECT_TRUE(result.roi);
  EXPECT_FALSE(result.roi_mc_interval);
}

/// Draws with ROI ~ N(1, world) and replications about them with standard deviation noise.
Outcome noisy(double world, double noise, std::size_t draws, std::size_t replications) {
  std::vector<std::vector<Run>> runs(draws);
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
  EXPECT_NEAR(result.roi_interval->high - result.roi_interval->low, 2.0 * 1.96 * 0.2, 0.1);
  const auto noiseless = assess(noisy(0.2, 0.0, 1000, 4));
  EXPECT_NEAR(noiseless.roi_interval->high - noiseless.roi_interval->low, 2.0 * 1.96 * 0.2, 0.1);
}

TEST(Roi, WorldIntervalDoesNotNarrowWithReplicationsAndMonteCarloDoes) {
  const auto few = assess(noisy(0.2, 0.4, 1000, 4));
  const auto many = assess(noisy(0.2, 0.4, 1000, 64));
  const auto width = [](const std::optional<Interval>& i) { return i->high - i->low; };
  EXPECT_NEAR(width(many.roi_interval) / width(few.roi_interval), 1.0, 0.15);
  // The known standard error 0.4 / sqrt(draws x replications), to within its estimate's error.
  EXPECT_NEAR(width(few.roi_mc_interval), 2.0 * 1.96 * 0.4 / std::sqrt(4000.0), 0.002);
  EXPECT_NEAR(width(many.roi_mc_interval), 2.0 * 1.96 * 0.4 / std::sqrt(64000.0), 0.0005);
}

TEST(Roi, ProbabilityPositiveIsTheShareOfWorlds) {
  // ROI ~ N(1, 1): positive with probability .8413, standard error .012 over 1,000 draws.
  EXPECT_NEAR(assess(noisy(1.0, 0.1, 1000, 4)).probability_positive, 0.8413, 0.04);
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
  EXPECT_EQ(assess(outcome).payback_days, 4);  // 10 + 5 + 5 on days 2, 3 and 4
  outcome.day_totals.back() = day(14, 0);
  EXPECT_FALSE(assess(outcome).payback_days);
}

TEST(Roi, RetentionIsAShareAndNeedsTwoYears) {
  Outcome outcome = outcome_of({{{30.0, 20.0}, {30.0, 20.0}}}, false);
  for (Totals& totals : outcome.totals) {
    totals.retained = {8, 6, 4, 2};
    totals.followed = 10;
  }
  EXPECT_EQ(*assess(outcome).retention, (std::array<double, 4>{0.8, 0.6, 0.4, 0.2}));
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

TEST(RoiSlow, MonteCarloIntervalCoversTheTruthAtFixedParameters) {
  Execution execution;
  execution.seed = 1'000'000;
  const double truth = *assess(simulate(execution, voucher_scenario(20000, 100))).roi;
  int covered = 0;
  constexpr int kRuns = 400;
  for (int run = 0; run < kRuns; ++run) {
    execution.seed = static_cast<std::uint64_t>(run);
    const auto interval = assess(simulate(execution, voucher_scenario(300, 12))).roi_mc_interval;
    ASSERT_TRUE(interval);
    covered += interval->low <= truth && truth <= interval->high ? 1 : 0;
  }
  // Binomial with p = .95: standard deviation 1.1 % of 400 runs; three of them either way.
  EXPECT_NEAR(static_cast<double>(covered) / kRuns, 0.95, 0.033);
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
  EXPECT_NEAR(width(many.roi_interval) / width(few.roi_interval), 1.0, 0.25);
  // Eight times the replications: 1 / sqrt 8 = .354.
  EXPECT_NEAR(width(many.roi_mc_interval) / width(few.roi_mc_interval), 0.354, 0.05);
}

}  // namespace
}  // namespace tenure::simulator::test
