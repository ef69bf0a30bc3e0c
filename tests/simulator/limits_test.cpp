#include "mechanisms.hpp"

#include <tenure/core/error.hpp>
#include <tenure/simulator/engine.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

// Capacity, budget, exclusion, frequency cap, fatigue, stop-loss: what limits a lever.
namespace tenure::simulator::test {
namespace {

using ::testing::ElementsAre;

TEST(Capacity, HoldsWeekByWeekAndServesTheFirstCustomersFirst) {
  Scenario scenario = silent_newcomers(50.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger = {5.0, 7.0, 3};
  lever.capacity_per_week = 30.0;
  const Outcome outcome = simulate({}, scenario);
  const auto contacts = contacts_by_day(outcome);
  // Asked for on days 5, 12 and 19 by everybody; answered at the barriers that follow.
  for (std::size_t day = 0; day < contacts.size(); ++day) {
    EXPECT_EQ(contacts[day], day == 7 || day == 14 || day == 21 ? 30 : 0) << day;
  }
  EXPECT_EQ(levered(outcome).cost, to_money(90.0));
}

TEST(Capacity, DropsWhatAnOrderHasMadeNeedless) {
  Scenario scenario = regular_customers(10.0, 60.0);  // orders on days 0, 10, 20, ...
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.days_idle = 8.0;  // asked for on days 8, 18, 28, 38, 48, 58
  lever.capacity_per_week = 1e6;
  const Outcome outcome = simulate({}, scenario);
  // Barriers on days 14, 21, 28, 35, 42, 49: the orders on days 10, 20, 30 and 40 come first, that
  // on day 50 after the barrier of day 49.
  EXPECT_EQ(days_with_contacts(outcome), (std::vector<int>{49}));
}

/// Levers with the same days for all are asked for without looking at the others, except in weeks
/// in which something else happens: here on day 10, an order or the other lever's contact.
TEST(Capacity, CountsTheContactsOfAWeeklyLeverWhateverElseIsInTheWeek) {
  for (const bool contracts : {false, true}) {
    Scenario scenario = contracts ? regular_customers(10.0, 70.0) : silent_newcomers(70.0);
    scenario.levers[0].trigger.kind = TriggerKind::kWeekly;
    scenario.levers[0].trigger.every_days = 2.0;
    scenario.levers[0].trigger.max_days_idle = 40.0;
    scenario.levers[0].capacity_per_week = 1e6;
    LeverSpec& other = scenario.levers.emplace_back();
    other.name = "other";
    other.trigger.days_idle = 10.0;
    other.capacity_per_week = 1e6;
    scenario.strategies[0].levers = {0, 1};
    const Outcome outcome = simulate({}, scenario);
    // Asked for on even days; who stays silent is left alone after day 40.
    const auto contacts = contacts_by_day(outcome);
    for (int day = 0; day < 70; ++day) {
      int asked = 0;
      for (int d = day - 7; d < day; ++d) asked += d % 2 == 0 && (contracts || d <= 40) ? 1 : 0;
      const bool barrier = day % 7 == 0 && day > 0;
      EXPECT_EQ(contacts[static_cast<std::size_t>(day)], barrier ? asked * kPeople : 0) << day;
    }
    EXPECT_EQ(outcome.levers_at(1, 0, 0)[1].contacts, contracts ? 0 : kPeople);
  }
}

TEST(Budget, IsSpentToTheCentAndNoFurther) {
  Scenario scenario = silent_newcomers(100.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.days_idle = 10.0;
  lever.cost = {20.0, 2.5, 0.30, 0.0};
  PhaseSpec phase;
  phase.budget = 100.0;
  scenario.strategies[0].phases = {phase};
  const Outcome outcome = simulate({}, scenario);
  // 20 to build and four months of 2.5: 70.00 are left, 233 contacts of 0.30 are 69.90.
  EXPECT_EQ(levered(outcome).contacts, 233);
  EXPECT_EQ(levered(outcome).cost, to_money(20.0 + 10.0 + 69.90));
}

TEST(Budget, SetsAsideWhatAContactMayCostAndTakesItBackWhenItLapses) {
  Scenario scenario = silent_newcomers(100.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger = {10.0, 30.0, 2};
  lever.cost = {0.0, 0.0, 1.0, 4.0};
  lever.redemption_days = 20.0;
  PhaseSpec phase;
  phase.budget = 500.0;
  scenario.strategies[0].phases = {phase};
  const Outcome outcome = simulate({}, scenario);
  const auto contacts = contacts_by_day(outcome);
  // Day 14: 500 / (1 + 4) = 100. Nobody orders: 400 come back after 20 days. Day 42: 400 / 5 = 80.
  for (std::size_t day = 0; day < contacts.size(); ++day) {
    EXPECT_EQ(contacts[day], day == 14 ? 100 : day == 42 ? 80 : 0) << day;
  }
}

TEST(Budget, TakesBackAtOnceWhatNobodyAnswered) {
  Scenario scenario = silent_newcomers(100.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger = {10.0, 7.0, 2};
  lever.cost = {0.0, 0.0, 1.0, 4.0};
  lever.uptake = 0.0;
  PhaseSpec phase;
  phase.budget = 500.0;
  scenario.strategies[0].phases = {phase};
  const auto contacts = contacts_by_day(simulate({}, scenario));
  EXPECT_EQ(contacts[14], 100);
  EXPECT_EQ(contacts[21], 80);
}

TEST(Budget, NeverRunsOverWithRedemptions) {
  Scenario scenario = regular_customers(20.0, 360.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kWeekly;
  lever.cost = {0.0, 0.0, 0.35, 1.0, 0.10, 3.0};
  lever.uptake = 0.5;
  lever.redemption_days = 30.0;
  PhaseSpec first;
  first.to_day = 180.0;
  first.budget = 700.0;
  PhaseSpec second;
  second.from_day = 180.0;
  second.budget = 333.33;
  scenario.strategies[0].phases = {first, second};
  const Outcome outcome = simulate({}, scenario);
  Money before = 0;
  Money after = 0;
  for (std::size_t day = 0; day < outcome.days; ++day) {
    (day < 180 ? before : after) += outcome.day_totals[outcome.days + day].cost;
  }
  EXPECT_GT(levered(outcome).redemptions, 100);
  EXPECT_EQ(before + after, levered(outcome).cost);
  // Redemptions of the first phase that come in the second were set aside in the first.
  EXPECT_LE(before, to_money(700.0));
  EXPECT_LE(before + after, to_money(700.0 + 333.33));
  // Less is left over than one more contact would need, apart from vouchers still out.
  EXPECT_GT(before + after, to_money(0.95 * (700.0 + 333.33)));
}

TEST(Budget, GoesByShareAndThenByPriority) {
  Scenario scenario = silent_newcomers(30.0);
  scenario.levers[0].trigger.days_idle = 10.0;
  for (const char* name : {"second", "third"}) {
    LeverSpec more = scenario.levers[0];
    more.name = name;
    scenario.levers.push_back(more);
  }
  scenario.strategies[0].levers = {1, 0, 2};
  PhaseSpec phase;
  phase.budget = 500.0;
  phase.shares = {{2, 0.2}};
  scenario.strategies[0].phases = {phase};
  const Outcome outcome = simulate({}, scenario);
  const auto levers = outcome.levers_at(1, 0, 0);
  EXPECT_EQ(levers[2].contacts, 100);  // its own fifth
  EXPECT_EQ(levers[1].contacts, 400);  // of the rest the first in priority takes all
  EXPECT_EQ(levers[0].contacts, 0);
  scenario.strategies[0].levers = {0, 1, 2};
  const Outcome other = simulate({}, scenario);
  EXPECT_EQ(other.levers_at(1, 0, 0)[0].contacts, 400);
}

TEST(Exclusion, KeepsALeverAwayForItsDays) {
  Scenario scenario = silent_newcomers(100.0);
  scenario.levers[0].trigger = {15.0, 10.0, 5};  // days 15, 25, 35, 45, 55
  scenario.levers[0].excludes = {"call"};
  scenario.levers[0].exclusion_days = 12.0;
  LeverSpec call = silent_newcomers(100.0).levers[0];
  call.name = "call";
  call.trigger.days_idle = 30.0;
  call.cost.contact = 0.0;
  scenario.levers.push_back(call);
  scenario.strategies[0].levers = {0, 1};
  const Outcome outcome = simulate({}, scenario);
  // The call on day 30 rules out day 35; day 45 is 15 days on.
  EXPECT_EQ(days_with_contacts(outcome), (std::vector<int>{15, 25, 45, 55}));
  EXPECT_EQ(outcome.levers_at(1, 0, 0)[1].contacts, kPeople);
}

TEST(FrequencyCap, HoldsInEveryWindow) {
  Scenario scenario = silent_newcomers(100.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kWeekly;
  lever.trigger.every_days = 1.0;
  scenario.fatigue.cap_contacts = 3;
  scenario.fatigue.cap_days = 10.0;
  std::vector<int> days = days_with_contacts(simulate({}, scenario));
  ASSERT_GE(days.size(), 27U);
  EXPECT_EQ(days[0], 0);
  EXPECT_EQ(days[2], 2);
  for (std::size_t i = 3; i < days.size(); ++i) EXPECT_GE(days[i] - days[i - 3], 10);
}

TEST(Fatigue, LowersResponsesContactByContact) {
  Scenario scenario = silent_newcomers(100.0);
  scenario.replications = 100;
  LeverSpec& lever = scenario.levers[0];
  lever.trigger = {10.0, 7.0, 3};
  lever.uptake = 0.8;
  scenario.fatigue.response = 0.5;
  scenario.fatigue.half_life_days = 7.0;
  const Outcome outcome = simulate({}, scenario);
  // Fatigue before the contacts: 0, 1/2, 3/4.
  const double expected = 0.8 * (1.0 + std::exp(-0.25) + std::exp(-0.375));
  const auto responses = per_customer(outcome, 1, [](const Totals& t) { return t.responses; });
  EXPECT_NEAR(responses.mean, expected, 4.0 * responses.error);
}

TEST(Fatigue, BringsComplaintsAndEndsDirectContacts) {
  Scenario scenario = silent_newcomers(100.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger = {10.0, 7.0, 3};
  scenario.fatigue.half_life_days = 1e9;
  scenario.fatigue.complaint = 1.0;
  scenario.fatigue.unsubscribe = 1.0;
  const Outcome direct = simulate({}, scenario);
  // The second contact is one too many for everybody, and the last by mail.
  EXPECT_EQ(levered(direct).complaints, kPeople);
  EXPECT_EQ(levered(direct).unsubscribed, kPeople);
  EXPECT_EQ(levered(direct).contacts, 2 * kPeople);
  lever.channel = Channel::kOnsite;
  const Outcome onsite = simulate({}, scenario);
  EXPECT_EQ(levered(onsite).contacts, 3 * kPeople);
  EXPECT_EQ(levered(onsite).complaints, 2 * kPeople);
  EXPECT_EQ(levered(onsite).unsubscribed, kPeople);
}

TEST(Fatigue, MakesWhoComplainedLeave) {
  Scenario scenario = new_customers(cdnow_model(), 4000, 10, 730.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger = {1.0, 1.0, 2};
  scenario.fatigue.complaint = 1.0;
  scenario.fatigue.half_life_days = 1e9;
  scenario.fatigue.dropout = 2.0;
  const Outcome outcome = simulate({}, scenario);
  const auto active = [&](std::size_t s) {
    return per_customer(outcome, s, [](const Totals& t) { return t.active; });
  };
  EXPECT_LT(active(1).mean, active(0).mean - 10.0 * active(0).error);
}

TEST(StopLoss, EndsAStrategyThatDoesNotPay) {
  Scenario scenario = silent_newcomers(730.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kWeekly;
  lever.cost = {0.0, 10.0, 1.0, 0.0};
  StrategySpec& strategy = scenario.strategies[0];
  strategy.stop_below = 0.5;
  strategy.redesign_below = 2.0;
  strategy.judge_after_days = 180.0;
  const Outcome outcome = simulate({}, scenario);
  EXPECT_EQ(levered(outcome).stopped, 1);
  EXPECT_EQ(levered(outcome).redesign, 1);
  // Six months end on day 182.5: the barrier of day 189 judges; contacts on days 0, 7, ..., 182.
  EXPECT_EQ(levered(outcome).contacts, 27 * kPeople);
  EXPECT_EQ(levered(outcome).cost, to_money(27.0 * kPeople + 6 * 10.0));
  EXPECT_EQ(outcome.at(0, 0, 0).stopped, 0);
}

TEST(StopLoss, LetsAStrategyThatPaysGoOn) {
  Scenario scenario = regular_customers(10.0, 400.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kAlways;
  lever.cost = {10.0, 0.0, 0.0, 0.0};
  lever.effect.basket = 1.5;
  StrategySpec& strategy = scenario.strategies[0];
  strategy.stop_below = 1.2;
  strategy.redesign_below = 2.0;
  const Outcome outcome = simulate({}, scenario);
  EXPECT_EQ(levered(outcome).stopped, 0);
  EXPECT_EQ(levered(outcome).redesign, 0);
  EXPECT_GT(levered(outcome).margin, outcome.at(0, 0, 0).margin);
}

}  // namespace
}  // namespace tenure::simulator::test
