#include "scenarios.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/simulator/engine.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace tenure::simulator::test {
namespace {

constexpr std::size_t kCustomers = 500;

/// Silent customers of a store, idle for 10 days at the start.
Scenario silent_scenario(double horizon_days) {
  Scenario scenario = new_customers(silent_model(), 1, 1, horizon_days);
  scenario.population = {};
  scenario.population.from_store = true;
  return scenario;
}

ExistingCustomers idle_for_ten_days() {
  return same_customers(silent_model(), kCustomers, 0.0, 0.0, 10.0);
}

std::int64_t contacts_on_day(const Outcome& outcome, std::size_t day) {
  // Costs are one unit a contact and nothing is discounted.
  return outcome.day_totals[outcome.days + day].cost / to_money(1.0);
}

TEST(Trigger, FiresWhenIdleAndRepeatsUntilItsMaximum) {
  Scenario scenario = silent_scenario(100.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger = {30.0, 7.0, 3};
  lever.cost.contact = 1.0;
  const Outcome outcome = simulate({}, scenario, idle_for_ten_days());
  EXPECT_EQ(outcome.at(1, 0, 0).contacts, 3 * static_cast<std::int64_t>(kCustomers));
  for (std::size_t day = 0; day < outcome.days; ++day) {
    const bool expected = day == 20 || day == 27 || day == 34;
    EXPECT_EQ(contacts_on_day(outcome, day), expected ? kCustomers : 0) << day;
  }
}

TEST(Trigger, ReachesCustomersIdleLongerOnDayZero) {
  Scenario scenario = silent_scenario(100.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger = {5.0, 50.0, 2};
  lever.cost.contact = 1.0;
  const Outcome outcome = simulate({}, scenario, idle_for_ten_days());
  EXPECT_EQ(contacts_on_day(outcome, 0), kCustomers);
  EXPECT_EQ(contacts_on_day(outcome, 50), kCustomers);
  EXPECT_EQ(outcome.at(1, 0, 0).contacts, 2 * static_cast<std::int64_t>(kCustomers));
}

TEST(Trigger, LeavesCustomersAloneWhoAreIdleForTooLong) {
  Scenario scenario = silent_scenario(100.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger = {30.0, 7.0, 3, 38.0};
  const Outcome outcome = simulate({}, scenario, idle_for_ten_days());
  EXPECT_EQ(outcome.at(1, 0, 0).contacts, 2 * static_cast<std::int64_t>(kCustomers));
}

TEST(Costs, AddUpToTheCent) {
  Scenario scenario = silent_scenario(365.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger = {30.0, 0.0, 1};
  lever.cost = {1000.0, 10.0, 0.25, 5.0};
  const Outcome outcome = simulate({}, scenario, idle_for_ten_days());
  // 365 days are 12 months of 365 / 12 days; nobody orders, so nothing is redeemed.
  EXPECT_EQ(outcome.at(1, 0, 0).cost, to_money(1000.0 + 12 * 10.0 + 0.25 * kCustomers));
  EXPECT_EQ(outcome.levers_at(1, 0, 0)[0].cost, outcome.at(1, 0, 0).cost);
  EXPECT_EQ(outcome.at(1, 0, 0).discounted_cost, outcome.at(1, 0, 0).cost);
  EXPECT_EQ(outcome.at(0, 0, 0).cost, 0);
}

TEST(Costs, AreDiscountedByTheDay) {
  Scenario scenario = silent_scenario(365.0);
  scenario.discount_rate = 0.10;
  LeverSpec& lever = scenario.levers[0];
  lever.trigger = {156.0, 0.0, 1};
  lever.cost.contact = 2.0;
  const Outcome outcome = simulate({}, scenario, idle_for_ten_days());
  const double factor = std::pow(1.10, -146.0 / 365.0);
  EXPECT_NEAR(to_units(outcome.at(1, 0, 0).discounted_cost), 2.0 * kCustomers * factor, 1e-3);
}

/// Every customer orders about daily and answers every contact.
Scenario busy_scenario() {
  LifetimeModel model = cdnow_model();
  model.orders = {400.0, 400.0, 1e-4, 1e4};
  model.days_per_unit = 1.0;
  Scenario scenario = new_customers(model, 300, 1, 60.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.days_idle = 0.5;
  lever.cost.redemption = 3.0;
  return scenario;
}

TEST(Redemption, IsPaidOnceWithTheOrderAfterAResponse) {
  const Outcome outcome = simulate({}, busy_scenario());
  const Totals& totals = outcome.at(1, 0, 0);
  EXPECT_EQ(totals.responses, totals.contacts);
  // All but each customer's last response meet an order within the horizon.
  EXPECT_LE(totals.redemptions, totals.responses);
  EXPECT_GE(totals.redemptions, totals.responses - 300);
  EXPECT_EQ(totals.cost, totals.redemptions * to_money(3.0));
  // An order more than half a day after the last comes e^-0.5 of the time.
  const double share = static_cast<double>(totals.contacts) / static_cast<double>(totals.orders);
  EXPECT_NEAR(share, std::exp(-0.5), 0.02);
}

TEST(Redemption, MayCostAShareOfTheOrder) {
  Scenario scenario = busy_scenario();
  const LifetimeModel model = scenario.population.regions[0].model;
  scenario.population = {};
  scenario.population.from_store = true;
  scenario.levers[0].cost.redemption = 0.0;
  scenario.levers[0].cost.redemption_share = 0.25;
  scenario.levers[0].trigger.days_idle = 1e-6;  // every order follows a contact that was answered
  const Outcome outcome = simulate({}, scenario, same_customers(model, 200, 10.0, 10.0, 10.0));
  const Totals& totals = outcome.at(1, 0, 0);
  ASSERT_GT(totals.orders, 1000);
  ASSERT_EQ(totals.redemptions, totals.orders);
  // A quarter of all revenue, each order's share rounded to a micro-unit.
  EXPECT_NEAR(static_cast<double>(totals.cost), 0.25 * static_cast<double>(totals.revenue),
              0.5 * static_cast<double>(totals.orders));
}

TEST(Redemption, LapsesAfterItsDays) {
  Scenario scenario = busy_scenario();
  scenario.levers[0].redemption_days = 0.7;
  const Outcome outcome = simulate({}, scenario);
  const Totals& totals = outcome.at(1, 0, 0);
  const double share =
      static_cast<double>(totals.redemptions) / static_cast<double>(totals.responses);
  // Standard error with some 11,000 responses: 0.005.
  EXPECT_NEAR(share, 1.0 - std::exp(-0.7), 0.02);
}

TEST(Uptake, IsTheShareOfActiveCustomersWhoRespond) {
  Scenario scenario = silent_scenario(100.0);
  scenario.replications = 20;
  scenario.levers[0].trigger.days_idle = 30.0;
  scenario.levers[0].uptake = 0.3;
  const Outcome outcome = simulate({}, scenario, idle_for_ten_days());
  const auto responses = per_customer(outcome, 1, [](const Totals& t) { return t.responses; });
  EXPECT_NEAR(responses.mean, 0.3, 4.0 * std::sqrt(0.21 / (20.0 * kCustomers)));
}

TEST(Levers, CannotTellWhoHasLeft) {
  // Twelve orders in the first week and none in the nine years since: p_alive is about 1e-20.
  const LifetimeModel model = cdnow_model();
  const ExistingCustomers gone = same_customers(model, kCustomers, 12.0, 1.0, 470.0);
  Scenario scenario = silent_scenario(100.0);
  scenario.levers[0].trigger = {30.0, 10.0, 4};
  scenario.levers[0].cost.contact = 1.0;
  const Outcome outcome = simulate({}, scenario, gone);
  EXPECT_EQ(outcome.at(1, 0, 0).active, 0);
  EXPECT_EQ(outcome.at(1, 0, 0).responses, 0);
  EXPECT_EQ(outcome.at(1, 0, 0).contacts, 4 * static_cast<std::int64_t>(kCustomers));
  EXPECT_EQ(outcome.at(1, 0, 0).cost, to_money(4.0 * kCustomers));
}

TEST(Eligibility, KeepsALeverToItsRegions) {
  Scenario scenario = new_customers(silent_model(), 1000, 1, 50.0);
  scenario.population.regions = {{"north", 0.25, silent_model()}, {"south", 0.75, silent_model()}};
  scenario.levers[0].trigger.days_idle = 30.0;
  scenario.levers[0].regions = {"north"};
  const Outcome outcome = simulate({}, scenario);
  EXPECT_EQ(outcome.at(1, 0, 0).contacts, 250);
  scenario.levers[0].regions = {"west"};
  EXPECT_THROW(simulate({}, scenario), ArgumentError);
}

TEST(Eligibility, ReachesCustomersOfUnknownRegionOnlyByLeversForAll) {
  Scenario scenario = silent_scenario(50.0);
  scenario.levers[0].trigger.days_idle = 30.0;
  ExistingCustomers existing = idle_for_ten_days();
  existing.region_names = {"north"};
  existing.region.assign(kCustomers, customers::kNoRegion);
  existing.region[0] = 0;
  EXPECT_EQ(simulate({}, scenario, existing).at(1, 0, 0).contacts, kCustomers);
  scenario.levers[0].regions = {"north"};
  EXPECT_EQ(simulate({}, scenario, existing).at(1, 0, 0).contacts, 1);
  existing.region[1] = 1;
  EXPECT_THROW(simulate({}, scenario, existing), ArgumentError);
}

TEST(Basket, IsMultipliedWhileTheEffectLasts) {
  Scenario scenario = busy_scenario();
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.days_idle = 1e-4;
  lever.effect.basket = 2.0;
  const Outcome outcome = simulate({}, scenario);
  const Totals& plain = outcome.at(0, 0, 0);
  const Totals& levered = outcome.at(1, 0, 0);
  ASSERT_EQ(plain.orders, levered.orders);
  // All but the first order of each customer, and those within seconds of another, cost double.
  const double first_orders = 1.0 / static_cast<double>(plain.orders) * 300.0;
  EXPECT_NEAR(static_cast<double>(levered.revenue) / static_cast<double>(plain.revenue),
              2.0 - first_orders, 0.02);
}

TEST(Margin, IsItsShareOfRevenue) {
  const Outcome outcome = simulate({}, new_customers(cdnow_model(), 1000, 1, 364.0));
  const Totals& totals = outcome.at(0, 0, 0);
  // Rounded order by order, half a micro-unit each.
  EXPECT_NEAR(static_cast<double>(totals.margin), 0.5 * static_cast<double>(totals.revenue),
              static_cast<double>(totals.orders));
  EXPECT_EQ(totals.discounted_margin, totals.margin);
}

TEST(Months, AddUpToTheTotals) {
  Scenario scenario = busy_scenario();
  scenario.levers[0].cost = {100.0, 7.0, 0.01, 3.0};
  const Outcome outcome = simulate({}, scenario);
  for (std::size_t s = 0; s < outcome.strategies(); ++s) {
    MonthTotals sum;
    for (std::size_t m = 0; m < outcome.months; ++m) {
      sum += outcome.month_totals[s * outcome.months + m];
    }
    const Totals& totals = outcome.at(s, 0, 0);
    EXPECT_EQ(sum, (MonthTotals{totals.orders, totals.contacts, totals.revenue, totals.margin,
                                totals.cost}));
    DayTotals days;
    for (std::size_t d = 0; d < outcome.days; ++d) days += outcome.day_totals[s * outcome.days + d];
    EXPECT_EQ(days, (DayTotals{totals.discounted_margin, totals.discounted_cost}));
  }
  EXPECT_EQ(outcome.events,
            static_cast<std::uint64_t>(outcome.at(0, 0, 0).orders + outcome.at(1, 0, 0).orders +
                                       outcome.at(1, 0, 0).contacts));
}

}  // namespace
}  // namespace tenure::simulator::test
