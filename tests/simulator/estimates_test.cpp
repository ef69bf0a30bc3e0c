#include "outcomes.hpp"
#include "scenarios.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/simulator/roi.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numeric>
#include <vector>

namespace tenure::simulator::test {
namespace {

StrategyReturn first_of(const Outcome& outcome) { return assess_returns(outcome).strategies.at(0); }

RandomStream stream_of(std::size_t draw) {
  return {11, {Purpose::kTest, 0, static_cast<std::uint32_t>(draw), 0}};
}

TEST(Estimates, CostAndNetHaveStudentsLimits) {
  const auto result = first_of(outcome_of({{{30.0, 10.0}, {50.0, 20.0}, {40.0, 30.0}}}, false));
  // t(2) = 4.302653, standard error 10 / sqrt 3; of the nets 20, 30, 10 likewise.
  const double half = 4.302652729696142 * 10.0 / std::sqrt(3.0);
  EXPECT_NEAR(result.cost.mc_interval->low, 20.0 - half, 1e-6);
  EXPECT_NEAR(result.cost.mc_interval->high, 20.0 + half, 1e-6);
  EXPECT_DOUBLE_EQ(result.net.value, 20.0);
  EXPECT_NEAR(result.net.mc_interval->high, 20.0 + half, 1e-6);
  EXPECT_EQ(result.net.interval->low, 20.0);
}

TEST(Estimates, NoiseShareIsThePartOfTheDrawsVarianceThatReplicationsCause) {
  // Returns of 3 and 5 with variances .5 within each: of the means' variance 2 the noise is .25.
  const Runs runs = {{{25.0, 10.0}, {35.0, 10.0}}, {{45.0, 10.0}, {55.0, 10.0}}};
  EXPECT_NEAR(*first_of(outcome_of(runs, true)).noise_share, 0.125, 1e-9);
  EXPECT_FALSE(first_of(outcome_of(runs, false)).noise_share);
  const Runs equal = {{{25.0, 10.0}, {35.0, 10.0}}, {{25.0, 10.0}, {35.0, 10.0}}};
  EXPECT_EQ(*first_of(outcome_of(equal, true)).noise_share, 1.0);
}

TEST(Estimates, SharesOfCustomersAreRatiosOfSums) {
  Outcome outcome = outcome_of({{{30.0, 10.0}, {50.0, 20.0}}}, false);
  outcome.totals[2].customers = 30;
  outcome.totals[2].repurchased = 6;
  outcome.totals[2].followed = 20;
  outcome.totals[2].retained = {10, 8, 6, 4};
  outcome.totals[3].repurchased = 6;
  outcome.totals[3].followed = 20;
  outcome.totals[3].retained = {12, 8, 6, 4};
  const auto result = first_of(outcome);
  EXPECT_DOUBLE_EQ(result.repurchase_rate.value, 12.0 / 40.0);
  EXPECT_DOUBLE_EQ((*result.retention)[0].value, 22.0 / 40.0);
  // Mean 11 of 20, standard error 1, t(1) = 12.7062.
  EXPECT_NEAR((*result.retention)[0].mc_interval->high, (11.0 + 12.706204736) / 20.0, 1e-6);
  EXPECT_EQ((*result.retention)[3].mc_interval->low, 0.2);
  EXPECT_DOUBLE_EQ(result.lifetime_value.value, (2000.0 + 80.0) / 40.0);
}

TEST(Estimates, ProbabilityPositiveHasTheErrorOfSoManyDraws) {
  Runs runs(10);
  for (std::size_t draw = 0; draw < 10; ++draw) {
    const double margin = draw < 8 ? 30.0 : 5.0;
    runs[draw] = {{margin, 10.0}, {margin, 10.0}};
  }
  const auto result = first_of(outcome_of(runs, true));
  EXPECT_DOUBLE_EQ(result.probability_positive.value, 0.8);
  // Wilson (1927) for 8 of 10.
  EXPECT_NEAR(result.probability_positive.mc_interval->low, 0.4902, 1e-4);
  EXPECT_NEAR(result.probability_positive.mc_interval->high, 0.9433, 1e-4);
  EXPECT_FALSE(
      first_of(outcome_of({{{30.0, 10.0}, {30.0, 10.0}}}, false)).probability_positive.mc_interval);
}

/// Three months, each of which brings a margin, after a cost of 20 on day 0.
Outcome three_months(const std::vector<std::vector<double>>& margins, bool uncertain) {
  Runs runs;
  for (const auto& draw : margins) {
    std::vector<RunSums>& row = runs.emplace_back();
    for (const double margin : draw) row.push_back({3.0 * margin, 20.0});
  }
  Outcome outcome = outcome_of(runs, uncertain);
  outcome.months = 3;
  outcome.days = 92;
  outcome.horizon_days = 91.25;
  outcome.day_totals.assign(2 * outcome.days, {});
  outcome.draw_flows.assign(2 * runs.size() * 3, {});
  outcome.batch_flows.assign(2 * kFlowBatches * 3, {});
  for (std::size_t draw = 0; draw < margins.size(); ++draw) {
    for (std::size_t r = 0; r < margins[draw].size(); ++r) {
      DayTotals* by_draw = &outcome.draw_flows[(runs.size() + draw) * 3];
      DayTotals* by_batch = &outcome.batch_flows[(kFlowBatches + r) * 3];
      DayTotals* by_day = &outcome.day_totals[outcome.days];
      for (DayTotals* first : {by_draw, by_batch, by_day}) first->cost += to_money(20.0);
      for (std::size_t m = 0; m < 3; ++m) {
        by_draw[m].margin += to_money(margins[draw][r]);
        by_batch[m].margin += to_money(margins[draw][r]);
        // In the middle of the month.
        by_day[15 + 30 * m].margin += to_money(margins[draw][r]);
      }
    }
  }
  return outcome;
}

TEST(Estimates, PaybackOfWorldsThatDiffer) {
  // By the ends of the months worlds that earn 8, 12 and 16 a month stand at -12, -4, 4; at
  // -8, 4, 16; at -4, 12, 28. There is no noise.
  const Outcome outcome = three_months({{8.0, 8.0}, {12.0, 12.0}, {16.0, 16.0}}, true);
  const auto payback = first_of(outcome).payback;
  ASSERT_TRUE(payback.days && payback.interval && payback.mc_interval);
  EXPECT_EQ(*payback.days, 45);  // 12 on day 15, 24 on day 45
  // By month the mean crosses 8 / 12 into the second month, on day 50.69: 5.69 days are taken off.
  const double shift = 45.0 - 365.0 / 12.0 * (1.0 + 8.0 / 12.0);
  EXPECT_EQ(*payback.interval->low, std::llround(365.0 / 12.0 * (1.0 + 4.0 / 16.0) + shift));
  EXPECT_EQ(*payback.interval->high, std::llround(365.0 / 12.0 * (2.0 + 4.0 / 8.0) + shift));
  // The replications are equal: no Monte-Carlo error.
  EXPECT_EQ(*payback.mc_interval->low, 45);
  EXPECT_EQ(*payback.mc_interval->high, 45);
}

TEST(Estimates, PaybackBeyondTheHorizonIsAnOpenEnd) {
  const auto payback =
      first_of(three_months({{5.0, 5.0}, {12.0, 12.0}, {16.0, 16.0}}, true)).payback;
  ASSERT_TRUE(payback.interval);
  EXPECT_TRUE(payback.interval->low);
  EXPECT_FALSE(payback.interval->high);  // a world that earns 15 of 20
}

TEST(Estimates, PaybackNoiseIsMonteCarloErrorAndNotTheWorlds) {
  const auto payback = first_of(three_months({{11.0, 13.0}}, false)).payback;
  ASSERT_TRUE(payback.days && payback.interval && payback.mc_interval);
  EXPECT_EQ(payback.interval->low, payback.days);
  EXPECT_EQ(payback.interval->high, payback.days);
  // t(1) x 1 = 12.7 a month: with as much less it never pays.
  EXPECT_LT(*payback.mc_interval->low, *payback.days);
  EXPECT_FALSE(payback.mc_interval->high);
}

// ---- ranks

TEST(Ranking, CountsTheWorldsInWhichEachIsTheBest) {
  // Nets of 10, 20, -5 and of 15, 5, -10: the first wins in the second world, the second in the
  // first, doing nothing in the third. By ROI the first wins in all three.
  const Runs first = {
      {{20.0, 10.0}, {20.0, 10.0}}, {{30.0, 10.0}, {30.0, 10.0}}, {{5.0, 10.0}, {5.0, 10.0}}};
  const Runs second = {
      {{35.0, 20.0}, {35.0, 20.0}}, {{25.0, 20.0}, {25.0, 20.0}}, {{5.0, 15.0}, {5.0, 15.0}}};
  const ReturnReport report = assess_returns(outcome_of_all({first, second}, true));
  EXPECT_NEAR(report.baseline.probability_best, 1.0 / 3.0, 1e-12);
  EXPECT_NEAR(report.strategies[0].probability_best, 1.0 / 3.0, 1e-12);
  EXPECT_NEAR(report.strategies[1].probability_best, 1.0 / 3.0, 1e-12);
  EXPECT_NEAR(*report.strategies[0].probability_best_roi, 1.0, 1e-12);
  EXPECT_NEAR(*report.strategies[1].probability_best_roi, 0.0, 1e-12);
  EXPECT_EQ(report.strategies[0].rank, 1U);  // 25 / 3 against 10 / 3 and 0
  EXPECT_EQ(report.strategies[1].rank, 2U);
  EXPECT_EQ(report.baseline.rank, 3U);
  EXPECT_NEAR(report.strategies[1].behind_best.value, 5.0, 1e-9);
  EXPECT_NEAR(report.baseline.behind_best.value, 25.0 / 3.0, 1e-9);
}

TEST(Ranking, EqualStrategiesShareTheFirstPlace) {
  const Runs runs = {{{20.0, 10.0}, {24.0, 10.0}}, {{30.0, 10.0}, {31.0, 10.0}}};
  const ReturnReport report = assess_returns(outcome_of_all({runs, runs}, true));
  EXPECT_NEAR(report.strategies[0].probability_best, 0.5, 1e-12);
  EXPECT_NEAR(report.strategies[1].probability_best, 0.5, 1e-12);
  EXPECT_EQ(report.strategies[1].behind_best.mc_interval->high, 0.0);
}

TEST(Ranking, WhereNothingIsUncertainTheBestIsKnownButForMonteCarloError) {
  const Runs first = {{{20.0, 10.0}, {40.0, 10.0}}};
  const Runs second = {{{41.0, 10.0}, {20.0, 10.0}}};
  const ReturnReport report = assess_returns(outcome_of_all({first, second}, false));
  EXPECT_EQ(report.strategies[1].probability_best, 1.0);
  EXPECT_EQ(report.strategies[0].probability_best, 0.0);
  // Behind by 21 and by -20: the sign is not settled.
  EXPECT_NEAR(report.strategies[0].behind_best.value, 0.5, 1e-9);
  EXPECT_LT(report.strategies[0].behind_best.mc_interval->low, 0.0);
}

/// Nets N(100, 1) and N(100.5, 1) over the worlds; noise of the runs by `noise(stream)`.
double second_is_best(const std::function<RunSums(RandomStream&)>& noise) {
  constexpr std::size_t kDraws = 20000;
  Runs first(kDraws);
  Runs second(kDraws);
  for (std::size_t draw = 0; draw < kDraws; ++draw) {
    RandomStream stream = stream_of(draw);
    const double a = 110.0 + draw_normal(stream);
    const double b = 110.5 + draw_normal(stream);
    for (int r = 0; r < 4; ++r) {
      const RunSums both = noise(stream);
      first[draw].push_back({a + both.margin, 10.0});
      second[draw].push_back({b + both.cost, 10.0});
    }
  }
  return assess_returns(outcome_of_all({first, second}, true)).strategies[1].probability_best;
}

TEST(Ranking, TakesTheNoiseOfTheRunsOut) {
  // P = Phi(.5 / sqrt 2) = .6382; with means of four runs of standard deviation 4 left in it would
  // be Phi(.5 / sqrt 10) = .5628. Standard errors over 20,000 worlds: of the share .0034, through
  // the difference of the means (.022) .006, through the variances .003: .0075 together, three of
  // them.
  const auto own = [](RandomStream& stream) {
    const double a = 4.0 * draw_normal(stream);
    return RunSums{a, 4.0 * draw_normal(stream)};
  };
  EXPECT_NEAR(second_is_best(own), 0.6382, 0.0225);
}

TEST(Ranking, NoiseThatStrategiesShareDoesNotBlurTheirOrder) {
  const auto shared = [](RandomStream& stream) {
    const double both = 4.0 * draw_normal(stream);
    return RunSums{both, both};
  };
  EXPECT_NEAR(second_is_best(shared), 0.6382, 0.0225);
}

// ---- parts of the variance

/// Margins 100 + world + customers + luck; `luck` tells the twins apart.
Runs parts(double world, double customers, double luck, std::uint32_t which, std::size_t draws,
           std::size_t replications) {
  Runs runs(draws);
  for (std::size_t draw = 0; draw < draws; ++draw) {
    RandomStream stream = stream_of(draw);
    RandomStream own(12 + which, {Purpose::kTest, 0, static_cast<std::uint32_t>(draw), 0});
    const double base = 100.0 + world * draw_normal(stream);
    for (std::size_t r = 0; r < replications; ++r) {
      const double who = customers * draw_normal(stream);
      runs[draw].push_back({base + who + luck * draw_normal(own), 10.0});
    }
  }
  return runs;
}

TEST(VarianceParts, FindsParameterSamplingAndNoise) {
  const Outcome outcome = outcome_of(parts(0.3, 0.5, 0.7, 0, 400, 20), true);
  const Outcome twin = outcome_of(parts(0.3, 0.5, 0.7, 1, 400, 20), true);
  const auto result = assess_returns(outcome, {{}, &twin}).strategies.at(0);
  ASSERT_TRUE(result.incremental_margin_variance && result.roi_variance);
  const VarianceParts& parts = *result.incremental_margin_variance;
  // Standard errors: of the parameter's 0.09 sqrt(2 / 400) x 0.12 = .0085, of the others' about
  // sqrt((.25^2 + .74^2) / 7600) = .009; four of each.
  EXPECT_NEAR(parts.parameter, 0.09, 0.034);
  EXPECT_NEAR(*parts.sampling, 0.25, 0.036);
  EXPECT_NEAR(*parts.noise, 0.49, 0.036);
  EXPECT_NEAR(parts.within, 0.74, 0.05);
  EXPECT_TRUE(parts.negative.empty());
  // The cost is 10 throughout: ROI has a hundredth of each.
  EXPECT_NEAR(*result.roi_variance->sampling, *parts.sampling / 100.0, 1e-9);
}

TEST(VarianceParts, WithoutTwinsSamplingAndNoiseAreOneSum) {
  const auto result = first_of(outcome_of(parts(0.3, 0.5, 0.7, 0, 400, 20), true));
  EXPECT_NEAR(result.incremental_margin_variance->within, 0.74, 0.05);
  EXPECT_FALSE(result.incremental_margin_variance->sampling);
}

TEST(VarianceParts, AnEstimateUnderZeroIsShownAsZeroAndNamed) {
  // Equal means in both worlds, noise within them: between = 0 < within / 2.
  const Runs runs = {{{30.0, 10.0}, {50.0, 10.0}}, {{35.0, 10.0}, {45.0, 10.0}}};
  const auto result = first_of(outcome_of(runs, true));
  EXPECT_EQ(result.roi_variance->parameter, 0.0);
  EXPECT_EQ(result.roi_variance->negative, (std::vector<std::string>{"parameter"}));
  // Nothing uncertain: zero by definition, and not named.
  EXPECT_TRUE(first_of(outcome_of(Runs{runs[0]}, false)).roi_variance->negative.empty());
}

TEST(VarianceParts, RefusesTwinsOfAnotherSimulation) {
  const Outcome outcome = outcome_of(parts(0.3, 0.5, 0.7, 0, 4, 3), true);
  const Outcome twin = outcome_of(parts(0.3, 0.5, 0.7, 1, 4, 2), true);
  EXPECT_THROW(assess_returns(outcome, {{}, &twin}), ArgumentError);
  const std::vector<double> expected(5, 1.0);
  EXPECT_THROW(assess_returns(outcome, {expected, nullptr}), ArgumentError);
}

}  // namespace
}  // namespace tenure::simulator::test
