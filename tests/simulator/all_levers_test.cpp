#include "engine/plain_lanes.hpp"
#include "engine/run.hpp"
#include "families/families.hpp"
#include "mechanisms.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/roi.hpp>

#include <gtest/gtest.h>

#include <string>

// datasets/scenarios/all-levers.toml: every mechanism at once.
namespace tenure::simulator::test {
namespace {

Scenario all_levers(std::uint64_t customers, double days) {
  Scenario scenario =
      read_scenario(tenure::test::source_file("datasets/scenarios/all-levers.toml"));
  scenario.population.customers = customers;
  scenario.horizon_days = days;
  return scenario;
}

void expect_equal(const Outcome& a, const Outcome& b, const std::string& what) {
  EXPECT_EQ(a.totals, b.totals) << what;
  EXPECT_EQ(a.lever_totals, b.lever_totals) << what;
  EXPECT_EQ(a.month_totals, b.month_totals) << what;
  EXPECT_EQ(a.day_totals, b.day_totals) << what;
  EXPECT_EQ(a.cube, b.cube) << what;
  EXPECT_EQ(a.lever_months, b.lever_months) << what;
  EXPECT_EQ(a.events, b.events) << what;
}

TEST(AllLevers, GiveTheSameBytesAtAnyNumberOfThreadsAndAnyChunkSize) {
  const Scenario scenario = all_levers(900, 1825.0);
  Execution execution;
  execution.seed = 11;
  execution.threads = 1;
  const Outcome reference = simulate_with(execution, scenario, nullptr, {1024});
  for (const int threads : {2, 3, 8}) {
    execution.threads = threads;
    expect_equal(reference, simulate_with(execution, scenario, nullptr, {1024}),
                 std::to_string(threads) + " threads");
  }
  for (const std::size_t chunk : {std::size_t{7}, std::size_t{100}, std::size_t{5000}}) {
    execution.threads = 2;
    expect_equal(reference, simulate_with(execution, scenario, nullptr, {chunk}),
                 "chunks of " + std::to_string(chunk));
  }
  execution.seed = 12;
  EXPECT_NE(simulate_with(execution, scenario, nullptr, {1024}).totals, reference.totals);
}

/// One run of a coupled strategy at a time, its customers in parallel, as where memory is short.
TEST(AllLevers, GiveTheSameBytesWhereTheCustomersOfOneRunAreSharedOut) {
  Scenario scenario = all_levers(900, 730.0);
  scenario.replications = 1;
  scenario.strategies.resize(1);
  Execution execution;
  execution.threads = 1;
  const Outcome alone = simulate_with(execution, scenario, nullptr, {64});
  execution.threads = 3;
  expect_equal(alone, simulate_with(execution, scenario, nullptr, {64}), "3 threads");
}

TEST(AllLevers, EachDoesSomething) {
  const Scenario scenario = all_levers(6000, 1825.0);
  const Outcome outcome = simulate({}, scenario);
  const auto did = [&](std::size_t strategy, std::size_t lever) {
    const LeverTotals& totals = outcome.levers_at(strategy, 0, 0)[lever];
    return totals.responses;
  };
  for (std::size_t s = 0; s < scenario.strategies.size(); ++s) {
    for (const std::size_t lever : scenario.strategies[s].levers) {
      EXPECT_GT(did(s + 1, lever), 0)
          << scenario.strategies[s].name << ": " << scenario.levers[lever].name;
    }
  }
  const Totals& all = outcome.at(1, 0, 0);
  EXPECT_GT(all.brought, 0);
  EXPECT_GT(all.returns, 0);
  EXPECT_GT(all.complaints, 0);
  EXPECT_GT(all.unsubscribed, 0);
  EXPECT_GT(all.reactivated, 0);
  EXPECT_GT(all.redemptions, 0);
  EXPECT_GT(all.acquisition_cost, 0);
  EXPECT_LT(all.cost, to_money(110000.0));  // the budget of three phases
  for (const CubeCell& cell : outcome.cube) EXPECT_GE(cell.customers, 0);
  EXPECT_EQ(assess_returns(outcome).strategies.size(), 3U);
}

TEST(AllLevers, AStrategyIsTheSameBesideOthersAndAlone) {
  const Scenario scenario = all_levers(900, 730.0);
  const Outcome beside = simulate({}, scenario);
  for (std::size_t s = 0; s < scenario.strategies.size(); ++s) {
    Scenario alone = scenario;
    alone.strategies = {scenario.strategies[s]};
    const Outcome one = simulate({}, alone);
    EXPECT_EQ(one.at(1, 0, 0), beside.at(s + 1, 0, 0)) << scenario.strategies[s].name;
    EXPECT_EQ(one.at(0, 0, 1), beside.at(0, 0, 1));
  }
}

TEST(AllLevers, OfACoupledStrategyThatNeverFiresAreTheBaseline) {
  Scenario scenario = all_levers(2000, 730.0);
  scenario.levers = {LeverSpec{}};
  scenario.levers[0].name = "never";
  scenario.levers[0].trigger.days_idle = 1e6;
  scenario.levers[0].capacity_per_week = 1.0;
  scenario.strategies = {{"never", {0}}};
  const Outcome outcome = simulate({}, scenario);
  EXPECT_EQ(outcome.at(0, 0, 0), outcome.at(1, 0, 0));
  EXPECT_EQ(outcome.at(0, 0, 1), outcome.at(1, 0, 1));
}

/// The event loop without levers, and the kernel for such lives, count the same orders and money.
TEST(Baseline, IsWhatThePlainKernelCounts) {
  for (const Family family : {Family::kBgNbd, Family::kMbgNbd, Family::kParetoNbd}) {
    LifetimeModel model = cdnow_model();
    model.family = family;
    model.one_time_share = 0.125;
    Execution execution;
    execution.seed = 21;
    const Scenario scenario = new_customers(model, 20000, 2, 900.0);
    const Outcome outcome = simulate(execution, scenario);
    PlainModel plain;
    plain.family = static_cast<PlainFamily>(family);
    const PlannedModel planned = plan_model(model, true);
    plain.latents = planned.latents;
    plain.spend = planned.spend;
    plain.one_time_share = 0.125F;
    for (std::uint32_t run = 0; run < 2; ++run) {
      PlainSums sums(900.0F);
      simulate_plain(plain, {execution.seed, run, 900.0F}, 0, 20000, sums);
      SlotSums all;
      for (const SlotSums& slot : sums.slots) {
        all.orders += slot.orders;
        all.revenue += slot.revenue;
      }
      const Totals& totals = outcome.at(0, 0, run);
      EXPECT_EQ(totals.orders, all.orders) << to_string(family);
      EXPECT_EQ(totals.revenue, all.revenue) << to_string(family);
      EXPECT_EQ(totals.active, sums.active) << to_string(family);
      EXPECT_EQ(totals.retained, sums.retained) << to_string(family);
    }
  }
}

TEST(State, IsUnderEightyBytesSoThatTenMillionCustomersFitAGibibyte) {
  constexpr double kPerCustomer = sizeof(CustomerState) + 2 * sizeof(float);  // days of events
  EXPECT_LT(sizeof(CustomerState), 80U);
  EXPECT_LT(1e7 * kPerCustomer, 0.9 * 1024.0 * 1024.0 * 1024.0);
}

TEST(Simulate, StopsBetweenRunsOfCoupledStrategiesToo) {
  std::stop_source source;
  Execution execution;
  execution.threads = 1;
  execution.stop = source.get_token();
  Scenario scenario = all_levers(500, 365.0);
  int reports = 0;
  execution.progress = [&](const ProgressUpdate&) {
    if (++reports == 4) source.request_stop();
  };
  EXPECT_THROW(simulate(execution, scenario), Cancelled);
}

}  // namespace
}  // namespace tenure::simulator::test
