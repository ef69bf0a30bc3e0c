#include "mechanisms.hpp"

#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/roi.hpp>

#include <gtest/gtest.h>

#include <cmath>

// What levers give and take away: membership, points, subscription, returns, the first order,
// waking who has left, referral; and customers won, seasons, the outcome cube.
namespace tenure::simulator::test {
namespace {

Money revenue_of(const Outcome& outcome, std::size_t strategy) {
  return outcome.at(strategy, 0, 0).revenue;
}

TEST(Membership, GivesTheDiscountOfTheLevelHeld) {
  Scenario scenario = regular_customers(30.0, 100.0);  // orders on days 0, 30, 60, 90
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kAlways;
  lever.cost = {};
  lever.levels = {{"silver", 2, 0.0, 0.10}, {"gold", 3, 0.0, 0.20}};
  const Outcome outcome = simulate({}, scenario);
  // Each order's value of a customer has the same mean: months 0, 0, 1 and 2 hold the orders. The
  // first two come before the second order is known: no discount; then 10 %, then 20 %.
  Money third = 0;
  Money fourth = 0;
  for (std::size_t tier = 0; tier < kCubeTiers; ++tier) {
    third += outcome.cube[(outcome.months + 1) * kCubeTiers + tier].revenue;
    fourth += outcome.cube[(outcome.months + 2) * kCubeTiers + tier].revenue;
  }
  EXPECT_NEAR(static_cast<double>(levered(outcome).cost),
              0.1 * static_cast<double>(third) + 0.2 * static_cast<double>(fourth), kPeople * 2.0);
}

TEST(Membership, ASpendLevelAsksForMoney) {
  Scenario scenario = regular_customers(30.0, 100.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kAlways;
  lever.cost = {};
  lever.levels = {{"rich", 0, 1e9, 0.5}};
  EXPECT_EQ(levered(simulate({}, scenario)).cost, 0);
  lever.levels = {{"all", 0, 0.0, 0.5}};
  const Outcome outcome = simulate({}, scenario);
  // From the second order on: who is a member when the first is placed is not known yet.
  EXPECT_GT(levered(outcome).cost, 0);
  EXPECT_LT(levered(outcome).cost, revenue_of(outcome, 1) / 2);
}

TEST(Membership, ALevelsEffectLastsWhileItIsHeld) {
  LifetimeModel model = cdnow_model();
  model.orders = {100.0, 1000.0, 1e-4, 1e4};  // an order in about ten days, nobody leaves
  model.days_per_unit = 1.0;
  Scenario scenario = new_customers(model, 1000, 40, 365.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kAlways;
  lever.levels = {{"all", 0, 0.0, 0.0, 2.0}};
  const Outcome outcome = simulate({}, scenario);
  const auto repeats = [&](std::size_t s) {
    auto orders = per_customer(outcome, s, [](const Totals& t) { return t.orders; });
    orders.mean -= 1.0;
    return orders;
  };
  EXPECT_NEAR(repeats(1).mean, 2.0 * 36.5, 4.0 * repeats(1).error);
  EXPECT_NEAR(repeats(0).mean, 36.5, 4.0 * repeats(0).error);
}

TEST(Points, AreEarnedDecayAndAreSpentWithTheNextOrder) {
  Scenario scenario = regular_customers(31.0, 100.0);  // orders on days 0, 31, 62 and 93
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kAlways;
  lever.cost = {};
  lever.points = {0.05, 0.10};
  const Outcome outcome = simulate({}, scenario);
  ASSERT_EQ(levered(outcome).orders, 4 * kPeople);
  // All but the last order's points are spent, 31 days later: 5 % less a tenth a month.
  Money last = 0;
  for (std::size_t tier = 0; tier < kCubeTiers; ++tier) {
    last += outcome.cube[(outcome.months + 3) * kCubeTiers + tier].revenue;
  }
  const double kept = std::pow(0.9, 31.0 / kDaysPerMonth);
  const double expected = 0.05 * kept * static_cast<double>(revenue_of(outcome, 1) - last);
  EXPECT_NEAR(static_cast<double>(levered(outcome).cost), expected, 1e-4 * expected);
}

TEST(Subscription, TakesItsPriceOffEveryOrderAfterTheResponse) {
  Scenario scenario = regular_customers(30.0, 170.0);  // six orders
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kOrder;
  lever.trigger.order = 3;
  lever.cost = {};
  lever.cost.order_share = 0.10;
  const Outcome outcome = simulate({}, scenario);
  Money after = 0;  // of the orders on days 90, 120 and 150
  for (std::size_t month = 2; month < outcome.months; ++month) {
    for (std::size_t tier = 0; tier < kCubeTiers; ++tier) {
      after += outcome.cube[(outcome.months + month) * kCubeTiers + tier].revenue;
    }
  }
  EXPECT_NEAR(static_cast<double>(levered(outcome).cost), 0.10 * static_cast<double>(after),
              3.0 * kPeople);
}

TEST(Returns, ReverseTheMoneyAndALeverMakesThemFewer) {
  Scenario scenario = regular_customers(10.0, 1000.0);
  scenario.population.regions[0].return_share = 0.15;
  scenario.return_cost = 2.0;
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kAlways;
  lever.cost = {};
  lever.effect.returns = 0.5;
  const Outcome outcome = simulate({}, scenario);
  const Totals& plain = outcome.at(0, 0, 0);
  const auto orders = static_cast<double>(plain.orders);
  const double error = std::sqrt(0.15 * 0.85 / orders);
  EXPECT_NEAR(static_cast<double>(plain.returns) / orders, 0.15, 4.0 * error);
  EXPECT_NEAR(static_cast<double>(levered(outcome).returns) / orders, 0.075, 4.0 * error + 0.001);
  // Margin is half of what was kept, less two units a return; rounded order by order.
  EXPECT_NEAR(
      static_cast<double>(plain.margin),
      0.5 * static_cast<double>(plain.revenue) - static_cast<double>(plain.returns) * to_money(2.0),
      orders);
  EXPECT_GT(levered(outcome).revenue, plain.revenue);
}

TEST(FirstOrder, IsTheLastOfFewerWhereALeverLowersTheLoss) {
  LifetimeModel model = cdnow_model();
  model.one_time_share = 0.5;
  Scenario scenario = new_customers(model, 4000, 50, 1.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kOrder;
  lever.trigger.order = 1;
  lever.effect.first_loss = 0.6;
  const Outcome outcome = simulate({}, scenario);
  const auto active = [&](std::size_t s) {
    return per_customer(outcome, s, [](const Totals& t) { return t.active; });
  };
  // The CDNOW model loses next to nobody within a day.
  EXPECT_NEAR(active(0).mean, 0.5, 4.0 * active(0).error + 0.005);
  EXPECT_NEAR(active(1).mean, 0.7, 4.0 * active(1).error + 0.005);
  // Paired: nobody is lost whom the baseline keeps.
  for (std::size_t r = 0; r < 50; ++r) {
    EXPECT_GT(outcome.at(1, 0, r).active, outcome.at(0, 0, r).active);
  }
}

TEST(Reactivation, WakesAShareOfThoseWhoHaveLeft) {
  // Twelve orders in the first week and none in the nine years since: all have left.
  const ExistingCustomers gone = same_customers(cdnow_model(), 2000, 12.0, 1.0, 470.0);
  Scenario scenario = silent_newcomers(9.0);
  scenario.population = {};
  scenario.population.from_store = true;
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.days_idle = 10.0;
  lever.uptake = 0.8;
  lever.effect.reactivation = 0.25;
  const Outcome outcome = simulate({}, scenario, gone);
  EXPECT_EQ(outcome.at(0, 0, 0).active, 0);
  const auto woken = static_cast<double>(levered(outcome).reactivated) / 2000.0;
  EXPECT_NEAR(woken, 0.2, 4.0 * std::sqrt(0.2 * 0.8 / 2000.0));
  EXPECT_EQ(levered(outcome).responses, levered(outcome).reactivated);
  EXPECT_GT(levered(outcome).orders, 0);
  EXPECT_EQ(levered(outcome).cost, to_money(2000.0));  // everybody was contacted
}

TEST(Effect, DecaysByItsHalfLife) {
  Scenario scenario = regular_customers(12.0, 100.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kOrder;
  lever.trigger.order = 1;
  lever.effect.basket = 3.0;
  lever.effect.half_life_days = 12.0;
  const Outcome outcome = simulate({}, scenario);
  const auto month = [&](std::size_t s, std::size_t m) {
    return static_cast<double>(outcome.month_totals[s * outcome.months + m].revenue);
  };
  // Repeat order k stands at 1 + 2 x 2^-k times its value. The last month holds the eighth alone,
  // the one before the sixth and seventh.
  EXPECT_NEAR(month(1, 3) / month(0, 3), 1.0 + 2.0 / 256.0, 2e-5);
  EXPECT_GT(month(1, 2) / month(0, 2), 1.0 + 2.0 / 128.0);
  EXPECT_LT(month(1, 2) / month(0, 2), 1.0 + 2.0 / 64.0);
}

TEST(Referral, BringsCustomersWhoCostLessAtTheNextBarrier) {
  Scenario scenario = regular_customers(30.0, 40.0);  // orders on days 0 and 30
  scenario.population.customers = 20000;
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kOrder;
  lever.trigger.order = 1;
  lever.cost = {};
  lever.referral = {0.25, 11.0, 1};
  const Outcome outcome = simulate({}, scenario);
  const Totals& totals = levered(outcome);
  // Poisson(0.25) from each order on day 30.
  EXPECT_NEAR(static_cast<double>(totals.brought), 5000.0, 4.0 * std::sqrt(5000.0));
  EXPECT_EQ(totals.customers, 20000 + totals.brought);
  EXPECT_EQ(totals.cost, totals.brought * to_money(11.0));
  EXPECT_EQ(totals.orders, outcome.at(0, 0, 0).orders + totals.brought);  // their first, on day 35
}

TEST(Referral, EndsWithItsGeneration) {
  Scenario scenario = regular_customers(7.0, 100.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kOrder;
  lever.trigger.order = 1;
  lever.referral = {0.2, 0.0, 1};
  const auto brought = [&] { return levered(simulate({}, scenario)).brought; };
  const std::int64_t first = brought();
  // The 13 orders after the first that a barrier follows each bring 0.2.
  EXPECT_NEAR(static_cast<double>(first), 13 * 0.2 * kPeople, 4.0 * std::sqrt(13 * 0.2 * kPeople));
  lever.referral.max_generation = 2;
  EXPECT_GT(brought(), first + first / 2);
}

TEST(Acquisition, BringsItsNumbersAtItsPrice) {
  Scenario scenario = silent_newcomers(365.0);
  AcquisitionSpec entry;
  entry.region = "everywhere";
  entry.per_month = 10.25;
  entry.cost = 20.0;
  scenario.population.acquisition = {entry};
  const Outcome outcome = simulate({}, scenario);
  EXPECT_EQ(outcome.at(0, 0, 0).customers, kPeople + 123);
  EXPECT_EQ(outcome.at(0, 0, 0).orders, kPeople + 123);
  EXPECT_EQ(outcome.at(0, 0, 0).acquisition_cost, to_money(20.0 * 123));
  EXPECT_EQ(outcome.at(0, 0, 0).cost, 0);
}

TEST(Acquisition, GrowsDearerWithTimeAndVolume) {
  Scenario scenario = silent_newcomers(2.0 * kDaysPerMonth);
  AcquisitionSpec entry;
  entry.region = "everywhere";
  entry.per_month = 100.0;
  entry.growth = 3.0;
  entry.cost = 10.0;
  entry.cost_growth = 1.0;
  entry.cost_elasticity = 0.5;
  scenario.population.acquisition = {entry};
  const Outcome outcome = simulate({}, scenario);
  // The second month: 100 x 4^(1/12) = 112.25 customers; 12.25 of them from 100 on.
  const auto second = std::floor(100.0 * std::pow(4.0, 1.0 / 12.0) + 0.5);
  const double price = 10.0 * std::pow(2.0, 1.0 / 12.0) * std::sqrt(second / 100.0);
  EXPECT_NEAR(to_units(outcome.at(0, 0, 0).acquisition_cost), 100.0 * 10.0 + second * price, 1e-3);
}

TEST(Acquisition, MayBePoisson) {
  Scenario scenario = silent_newcomers(12.0 * kDaysPerMonth);
  scenario.replications = 200;
  AcquisitionSpec entry;
  entry.region = "everywhere";
  entry.per_month = 5.0;
  entry.poisson = true;
  scenario.population.acquisition = {entry};
  const Outcome outcome = simulate({}, scenario);
  const auto won = per_customer(outcome, 0, [](const Totals& t) { return t.customers - kPeople; });
  const double mean = 60.0 / kPeople;
  EXPECT_NEAR(won.mean, mean, 4.0 * won.error);
  // The standard error of 200 Poisson(60), to within a fifth.
  EXPECT_NEAR(won.error, std::sqrt(60.0 / 200.0) / kPeople, 0.2 * won.error);
}

TEST(Acquisition, IsMadeLargerAndCheaperByAStandingLever) {
  Scenario scenario = silent_newcomers(12.0 * kDaysPerMonth);
  AcquisitionSpec entry;
  entry.region = "everywhere";
  entry.per_month = 100.0;
  entry.cost = 10.0;
  scenario.population.acquisition = {entry};
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kAlways;
  lever.trigger.from_day = 6.0 * kDaysPerMonth;
  lever.cost = {};
  lever.effect.acquisition = 1.5;
  lever.effect.acquisition_cost = 0.8;
  const Outcome outcome = simulate({}, scenario);
  EXPECT_EQ(outcome.at(0, 0, 0).customers, kPeople + 1200);
  EXPECT_EQ(levered(outcome).customers, kPeople + 1200 + 300);
  EXPECT_EQ(levered(outcome).acquisition_cost, to_money(600 * 10.0 + 900 * 8.0));
  // What customers cost to win is off the margin.
  const ReturnReport report = assess_returns(outcome);
  EXPECT_NEAR(report.strategies[0].incremental_margin.value,
              to_units(levered(outcome).margin - outcome.at(0, 0, 0).margin) - 1200.0, 1e-6);
}

TEST(Season, SpreadsOrdersByItsFactors) {
  LifetimeModel model = cdnow_model();
  model.orders = {100.0, 1000.0, 1e-4, 1e4};
  model.days_per_unit = 1.0;
  Scenario scenario = new_customers(model, 1000, 20, 365.0);
  scenario.start_day = 0;  // 1970-01-01
  SeasonSpec season;
  season.months = {1, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  season.holidays = {{{12, 20}, {1, 5}, 3.0}};
  scenario.seasons = {season};
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kAlways;
  lever.effect.rate = 1.5;
  lever.effect.half_life_days = 1e4;
  const Outcome outcome = simulate({}, scenario);
  // Days of weight: January 5 x 3 + 26, February 28 x 2, December 12 x 3 + 19, others their days.
  const double weight = 15.0 + 26.0 + 56.0 + 275.0 + 36.0 + 19.0;
  const auto repeats = per_customer(outcome, 0, [](const Totals& t) { return t.orders; });
  EXPECT_NEAR(repeats.mean - 1.0, 0.1 * weight, 4.0 * repeats.error);
  // With a lever the same season: half as much again, as good as for ever (a half-life of 27
  // years takes a hundredth of the excess in a year).
  const auto more = per_customer(outcome, 1, [](const Totals& t) { return t.orders; });
  const double left = 0.5 * (1.0 - 0.0126);
  EXPECT_NEAR(more.mean - 1.0, 0.1 * weight * (1.0 + left), 4.0 * more.error + 0.02);
}

TEST(Cube, AddsUpToTheMonthsAndHoldsEveryCustomerInOneTier) {
  Scenario scenario = new_customers(cdnow_model(), 3000, 2, 500.0);
  scenario.population.regions = {{"a", 0.3, cdnow_model()}, {"b", 0.7, cdnow_model()}};
  scenario.levers[0].trigger = {20.0, 20.0, 3};
  scenario.levers[0].cost.contact = 1.0;
  scenario.levers[0].effect.rate = 2.0;
  const Outcome outcome = simulate({}, scenario);
  for (std::size_t s = 0; s < 2; ++s) {
    for (std::size_t m = 0; m < outcome.months; ++m) {
      CubeCell sum;
      for (std::size_t i = 0; i < 2 * kCubeTiers; ++i) {
        const CubeCell& cell = outcome.cube[(s * outcome.months + m) * 2 * kCubeTiers + i];
        EXPECT_GE(cell.customers, 0);
        sum += cell;
      }
      const MonthTotals& month = outcome.month_totals[s * outcome.months + m];
      EXPECT_EQ(sum.customers, 2 * 3000);
      EXPECT_EQ(sum.orders, month.orders);
      EXPECT_EQ(sum.revenue, month.revenue);
      EXPECT_EQ(sum.margin, month.margin);
      EXPECT_EQ(sum.cost, month.cost);
      EXPECT_EQ(sum.contacts, month.contacts);
    }
  }
  // After 500 days some are lost, and nobody is new.
  const CubeCell* last = &outcome.cube[(outcome.months - 1) * 2 * kCubeTiers];
  EXPECT_GT(last[0].customers, 0);
  EXPECT_EQ(last[3].customers + last[kCubeTiers + 3].customers, 0);
}

}  // namespace
}  // namespace tenure::simulator::test
