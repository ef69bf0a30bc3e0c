#include "scenarios.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/simulator/engine.hpp>

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

namespace tenure::simulator::test {
namespace {

/// Every mechanism at once, with uncertain parameters.
Scenario rich_scenario() {
  Scenario scenario = new_customers(cdnow_model(), 3000, 3, 400.0);
  scenario.discount_rate = 0.1;
  scenario.parameter_draws = 4;
  LifetimeModel model = cdnow_model();
  for (std::size_t i = 0; i < 4; ++i) model.orders_log_covariance[i * 5] = 0.01;
  for (std::size_t i = 0; i < 3; ++i) model.spend_log_covariance[i * 4] = 0.01;
  scenario.population.regions = {{"a", 0.3, model}, {"b", 0.7, model}};
  LeverSpec light;
  light.name = "light";
  light.trigger = {14.0, 7.0, 5};
  light.cost = {10.0, 5.0, 0.01, 0.0};
  light.uptake = 0.2;
  light.uptake_log_odds_se = 0.2;
  light.effect = {1.4, 0.9, 1.05, 20.0, 0.1, 0.1, 0.01};
  LeverSpec voucher;
  voucher.name = "voucher";
  voucher.trigger = {60.0, 90.0, 2};
  voucher.regions = {"b"};
  voucher.cost = {50.0, 5.0, 0.05, 5.0};
  voucher.uptake = 0.25;
  voucher.effect = {2.5, 0.8, 0.9, 45.0, 0.2, 0.1, 0.01};
  scenario.levers.push_back(light);
  scenario.levers.push_back(voucher);
  scenario.strategies.push_back({"light", {1}});
  scenario.strategies.push_back({"both", {2, 1}});
  return scenario;
}

TEST(CommonRandomNumbers, AStrategyThatNeverFiresIsTheBaseline) {
  const Outcome outcome = simulate({}, rich_scenario());
  for (std::size_t draw = 0; draw < 4; ++draw) {
    for (std::size_t r = 0; r < 3; ++r) {
      EXPECT_EQ(outcome.at(0, draw, r), outcome.at(1, draw, r));
      EXPECT_NE(outcome.at(0, draw, r), outcome.at(2, draw, r));
    }
  }
}

TEST(CommonRandomNumbers, ContactsWithoutEffectLeaveOrdersAsTheyAre) {
  Scenario scenario = rich_scenario();
  for (LeverSpec& lever : scenario.levers) {
    const double half_life = lever.effect.half_life_days;
    lever.effect = {};
    lever.effect.half_life_days = half_life;
    lever.uptake = 1.0;
  }
  const Outcome outcome = simulate({}, scenario);
  for (std::size_t r = 0; r < 3; ++r) {
    EXPECT_GT(outcome.at(3, 0, r).contacts, 0);
    EXPECT_EQ(outcome.at(0, 0, r).orders, outcome.at(3, 0, r).orders);
    EXPECT_EQ(outcome.at(0, 0, r).revenue, outcome.at(3, 0, r).revenue);
    EXPECT_EQ(outcome.at(0, 0, r).active, outcome.at(3, 0, r).active);
  }
}

TEST(CommonRandomNumbers, AStrategyDoesNotDependOnTheOthers) {
  const Outcome all = simulate({}, rich_scenario());
  Scenario alone = rich_scenario();
  alone.strategies = {alone.strategies.back()};
  const Outcome one = simulate({}, alone);
  for (std::size_t r = 0; r < 3; ++r) EXPECT_EQ(all.at(3, 2, r), one.at(1, 2, r));
}

TEST(CommonRandomNumbers, PairedDifferencesVaryLess) {
  Scenario scenario = rich_scenario();
  scenario.parameter_draws = 1;
  scenario.replications = 60;
  scenario.population.customers = 500;
  const Outcome outcome = simulate({}, scenario);
  Execution other;
  other.seed = 1;
  const Outcome independent = simulate(other, scenario);
  std::vector<double> paired;
  std::vector<double> unpaired;
  for (std::size_t r = 0; r < 60; ++r) {
    const double margin = to_units(outcome.at(2, 0, r).discounted_margin);
    paired.push_back(margin - to_units(outcome.at(0, 0, r).discounted_margin));
    unpaired.push_back(margin - to_units(independent.at(0, 0, r).discounted_margin));
  }
  // The ratio of variances of 60 pairs is known within a factor of two; it is far over 4 here.
  EXPECT_LT(4.0 * std::pow(mean_and_error(paired).error, 2),
            std::pow(mean_and_error(unpaired).error, 2));
}

TEST(Determinism, OutcomesAreEqualAtAnyNumberOfThreads) {
  const Scenario scenario = rich_scenario();
  Execution execution;
  execution.seed = 42;
  execution.threads = 1;
  const Outcome one = simulate(execution, scenario);
  for (const int threads : {2, 3, 8}) {
    execution.threads = threads;
    const Outcome many = simulate(execution, scenario);
    EXPECT_EQ(one.totals, many.totals) << threads;
    EXPECT_EQ(one.lever_totals, many.lever_totals) << threads;
    EXPECT_EQ(one.month_totals, many.month_totals) << threads;
    EXPECT_EQ(one.day_totals, many.day_totals) << threads;
    EXPECT_EQ(one.cube, many.cube) << threads;
    EXPECT_EQ(one.lever_months, many.lever_months) << threads;
    EXPECT_EQ(one.events, many.events) << threads;
  }
  execution.seed = 43;
  EXPECT_NE(one.totals, simulate(execution, scenario).totals);
}

TEST(Determinism, ExistingCustomersToo) {
  Scenario scenario = rich_scenario();
  scenario.population = {};
  scenario.population.from_store = true;
  ExistingCustomers existing = same_customers(cdnow_model(), 3000, 2.0, 20.0, 39.0);
  existing.region_names = {"b"};
  existing.region.assign(3000, 0);
  Execution execution;
  execution.threads = 1;
  const Outcome one = simulate(execution, scenario, existing);
  execution.threads = 3;
  EXPECT_EQ(one.totals, simulate(execution, scenario, existing).totals);
}

TEST(Simulate, StopsWhenAsked) {
  std::stop_source source;
  Execution execution;
  execution.stop = source.get_token();
  std::atomic<int> reports{0};
  execution.progress = [&](const ProgressUpdate& update) {
    EXPECT_EQ(update.stage, "simulate");
    if (++reports == 2) source.request_stop();
  };
  EXPECT_THROW(simulate(execution, rich_scenario()), Cancelled);
}

TEST(Simulate, RefusesWhatDoesNotFit) {
  Scenario scenario = rich_scenario();
  EXPECT_THROW(simulate({}, scenario, same_customers(cdnow_model(), 3, 0.0, 0.0, 1.0)),
               ArgumentError);
  scenario.levers[1].uptake = 1.5;
  EXPECT_THROW(simulate({}, scenario), ArgumentError);
  scenario = rich_scenario();
  scenario.population.from_store = true;
  EXPECT_THROW(simulate({}, scenario), ArgumentError);
  ExistingCustomers existing = same_customers(cdnow_model(), 3, 1.0, 5.0, 4.0);
  EXPECT_THROW(existing.validate(), ArgumentError);
}

}  // namespace
}  // namespace tenure::simulator::test
