#include "scenarios.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/simulator/study.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace tenure::simulator::test {
namespace {

/// A lever without limits, one under a limit, customers who are won, uncertain parameters.
Scenario small_shop() {
  Scenario scenario = new_customers(cdnow_model(), 400, 3, 200.0);
  scenario.parameter_draws = 3;
  scenario.population.acquisition.push_back({"everywhere", 30.0, 0.0, true, 5.0});
  LeverSpec& mail = scenario.levers[0];
  mail.name = "mail";
  mail.trigger.days_idle = 20.0;
  mail.cost = {10.0, 1.0, 0.1, 0.5};
  mail.uptake = 0.4;
  mail.effect.rate = 2.0;
  mail.effect.half_life_days = 60.0;
  mail.effect.rate_log_se = 0.1;
  LeverSpec call = mail;
  call.name = "call";
  call.channel = Channel::kCall;
  call.capacity_per_week = 4.0;
  scenario.levers.push_back(call);
  scenario.strategies[0].name = "mail";
  scenario.strategies.push_back({"call", {1}});
  return scenario;
}

void expect_equal(const Outcome& a, const Outcome& b) {
  EXPECT_EQ(a.replications, b.replications);
  EXPECT_EQ(a.events, b.events);
  EXPECT_EQ(a.totals, b.totals);
  EXPECT_EQ(a.lever_totals, b.lever_totals);
  EXPECT_EQ(a.month_totals, b.month_totals);
  EXPECT_EQ(a.cube, b.cube);
  EXPECT_EQ(a.lever_months, b.lever_months);
  EXPECT_EQ(a.day_totals, b.day_totals);
  EXPECT_EQ(a.draw_flows, b.draw_flows);
  EXPECT_EQ(a.batch_flows, b.batch_flows);
}

TEST(Study, ReplicationsAddedAreThoseOfOneLargerSimulation) {
  const Scenario scenario = small_shop();
  StudyOptions options;
  options.precision = 1e-9;  // never reached
  options.max_replications = 20;
  const Study study = run_study({}, scenario, nullptr, options);
  ASSERT_TRUE(study.precision);
  EXPECT_FALSE(study.precision->met);
  EXPECT_EQ(study.precision->rounds, 3U);  // 3, 12, 20
  Scenario whole = scenario;
  whole.replications = 20;
  expect_equal(study.outcome, simulate({}, whole));
}

TEST(Study, StopsOnceEveryMonteCarloIntervalIsNarrowEnough) {
  const Scenario scenario = small_shop();
  StudyOptions options;
  options.precision = 0.25;
  options.max_replications = 2000;
  Execution execution;
  execution.threads = 1;
  const Study study = run_study(execution, scenario, nullptr, options);
  ASSERT_TRUE(study.precision && study.precision->half_width);
  EXPECT_TRUE(study.precision->met);
  EXPECT_LE(*study.precision->half_width, 0.25);
  double worst = 0.0;
  for (const StrategyReturn& strategy : study.report.strategies) {
    const Interval& interval = *strategy.roi->mc_interval;
    worst = std::max(worst, 0.5 * (interval.high - interval.low));
  }
  EXPECT_DOUBLE_EQ(worst, *study.precision->half_width);
  EXPECT_GT(study.outcome.replications, scenario.replications);
  EXPECT_LT(study.outcome.replications, 2000U);
  execution.threads = 3;
  expect_equal(study.outcome, run_study(execution, scenario, nullptr, options).outcome);
}

TEST(Study, TheWorldsIntervalIsNotStoppedOn) {
  // Effects known to a factor of 1.5 only: no number of replications makes their interval narrow.
  Scenario scenario = small_shop();
  scenario.strategies.pop_back();
  scenario.parameter_draws = 30;
  scenario.levers[0].effect.rate_log_se = 0.4;
  StudyOptions options;
  options.precision = 0.1;
  const Study study = run_study({}, scenario, nullptr, options);
  ASSERT_TRUE(study.precision->met);
  const Interval& world = *study.report.strategies[0].roi->interval;
  EXPECT_GT(0.5 * (world.high - world.low), 0.5);
}

TEST(Study, CustomersKeepTheirLatentsAndMeetOtherLuckInTwins) {
  // All variance between shops of customers whose luck hardly matters is sampling: a share of them
  // who never come back, the others orderly (a contract that nobody leaves).
  Scenario scenario = new_customers(cdnow_model(), 50, 300, 360.0);
  LifetimeModel& model = scenario.population.regions[0].model;
  model.family = Family::kSbg;
  model.period_days = 30.0;
  model.orders.a = 1e-4;
  model.orders.b = 1e7;
  model.spend = {1e6, 4.0, 20e-6};  // each customer's orders worth the same, customers different
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.days_idle = 20.0;
  lever.effect.basket = 2.0;
  lever.cost.contact = 1.0;
  StudyOptions options;
  options.decompose = true;
  const auto report = run_study({}, scenario, nullptr, options).report;
  const VarianceParts& parts = *report.strategies[0].incremental_margin_variance;
  EXPECT_GT(parts.within, 0.0);
  EXPECT_NEAR(*parts.sampling / parts.within, 1.0, 1e-3);
  EXPECT_EQ(parts.parameter, 0.0);
  // The other way round: equal customers, whose spend is luck.
  model.spend = {1.0, 1e6, 20e6};
  const auto luck = run_study({}, scenario, nullptr, options).report;
  const VarianceParts& other = *luck.strategies[0].incremental_margin_variance;
  // The correlation of 300 independent pairs: standard error 1 / sqrt 300 = .058, four of them.
  EXPECT_NEAR(*other.sampling / other.within, 0.0, 0.24);
}

TEST(Study, RefusesOptionsOutOfRange) {
  StudyOptions options;
  options.precision = -1.0;
  EXPECT_THROW(run_study({}, small_shop(), nullptr, options), ArgumentError);
  options.precision = 0.1;
  options.max_replications = 1;
  EXPECT_THROW(run_study({}, small_shop(), nullptr, options), ArgumentError);
  options.max_replications = 1U << 24U;
  EXPECT_THROW(run_study({}, small_shop(), nullptr, options), ArgumentError);
  Outcome outcome = simulate({}, small_shop());
  Scenario other = small_shop();
  other.strategies.pop_back();
  EXPECT_THROW(append_replications(outcome, simulate({}, other)), ArgumentError);
}

}  // namespace
}  // namespace tenure::simulator::test
