#include "engine/state.hpp"
#include "levers/triggers.hpp"
#include "mechanisms.hpp"

#include <tenure/core/time.hpp>
#include <tenure/simulator/engine.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <type_traits>

namespace tenure::simulator::test {
namespace {

using customers::Tier;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<int> firing_days(Scenario scenario) {
  return days_with_contacts(simulate({}, scenario));
}

TEST(OrderTrigger, FiresAfterTheOrderOfItsNumberWithItsDelay) {
  Scenario scenario = regular_customers(30.0, 200.0);  // orders on days 0, 30, 60, ...
  scenario.levers[0].trigger.kind = TriggerKind::kOrder;
  scenario.levers[0].trigger.order = 3;
  EXPECT_THAT(firing_days(scenario), ElementsAre(60));
  scenario.levers[0].trigger.delay_days = 5.0;
  EXPECT_THAT(firing_days(scenario), ElementsAre(65));
  // The fourth order comes before: the contact is not made.
  scenario.levers[0].trigger.delay_days = 31.0;
  EXPECT_THAT(firing_days(scenario), IsEmpty());
}

TEST(OrderTrigger, MayFireAfterEveryOrder) {
  Scenario scenario = regular_customers(30.0, 100.0);
  scenario.levers[0].trigger.kind = TriggerKind::kOrder;
  scenario.levers[0].trigger.delay_days = 2.0;
  EXPECT_THAT(firing_days(scenario), ElementsAre(2, 32, 62, 92));
}

TEST(TierTrigger, FiresWhenTheTierIsEntered) {
  Scenario scenario = silent_newcomers(500.0);
  TriggerSpec& trigger = scenario.levers[0].trigger;
  trigger.kind = TriggerKind::kTier;
  const auto entered = [&](Tier tier) {
    trigger.tier = tier;
    return firing_days(scenario);
  };
  EXPECT_THAT(entered(Tier::kNew), ElementsAre(0));
  EXPECT_THAT(entered(Tier::kGrowth), ElementsAre(30));
  EXPECT_THAT(entered(Tier::kSilent), ElementsAre(90));
  EXPECT_THAT(entered(Tier::kLost), ElementsAre(365));
  EXPECT_THAT(entered(Tier::kMature), IsEmpty());
  EXPECT_THAT(entered(Tier::kChurnWarning), IsEmpty());
}

TEST(TierTrigger, FindsTheSixthOrderMature) {
  Scenario scenario = regular_customers(20.0, 300.0);
  scenario.levers[0].trigger.kind = TriggerKind::kTier;
  scenario.levers[0].trigger.tier = Tier::kMature;
  EXPECT_THAT(firing_days(scenario), ElementsAre(100));
  // Six orders within the first month: mature once the month is over.
  scenario = regular_customers(4.0, 100.0);
  scenario.levers[0].trigger.kind = TriggerKind::kTier;
  scenario.levers[0].trigger.tier = Tier::kMature;
  EXPECT_THAT(firing_days(scenario), ElementsAre(30));
}

TEST(GapTrigger, SeesTwoLongGapsInARow) {
  const Ticks ticks(650.0);  // a tick is a hundredth of a day
  ObservableState seen;
  seen.orders = 5;
  seen.first_order = 0.0F;
  // Gaps 10, 10, 15.01, 15.01: the mean of the earlier ones is 10.
  seen.previous_gap = ticks.from(15.01);
  seen.last_gap = ticks.from(15.01);
  seen.last_order = 50.02F;
  EXPECT_TRUE(gaps_warn(seen, ticks));
  seen.last_gap = ticks.from(14.9);
  seen.last_order = 49.91F;
  EXPECT_FALSE(gaps_warn(seen, ticks));
  seen.orders = 3;
  EXPECT_FALSE(gaps_warn(seen, ticks));
}

TEST(CalendarTrigger, FiresOnItsDaysOfEveryYear) {
  Scenario scenario = silent_newcomers(500.0);
  scenario.start_day = days_from_civil({2025, 11, 1});
  scenario.levers[0].trigger.kind = TriggerKind::kCalendar;
  scenario.levers[0].trigger.days = {{11, 11}, {1, 1}};
  EXPECT_THAT(firing_days(scenario), ElementsAre(10, 61, 375, 426));
}

TEST(WeeklyTrigger, FiresEverySoManyDaysUntilTheCustomerIsIdleForTooLong) {
  Scenario scenario = silent_newcomers(200.0);
  TriggerSpec& trigger = scenario.levers[0].trigger;
  trigger.kind = TriggerKind::kWeekly;
  trigger.every_days = 7.0;
  trigger.from_day = 10.0;
  trigger.max_days_idle = 31.0;
  EXPECT_THAT(firing_days(scenario), ElementsAre(10, 17, 24, 31));
}

TEST(AlwaysTrigger, ActsWithoutContactsFromItsDayOnInItsRegions) {
  Scenario scenario = regular_customers(10.0, 100.0);
  RegionSpec south = scenario.population.regions[0];
  scenario.population.regions[0].share = 0.5;
  south.name = "south";
  south.share = 0.5;
  scenario.population.regions.push_back(south);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kAlways;
  lever.trigger.from_day = 45.0;
  lever.regions = {"south"};
  lever.cost = {};
  lever.effect.basket = 3.0;
  const Outcome outcome = simulate({}, scenario);
  EXPECT_EQ(levered(outcome).contacts, 0);
  EXPECT_EQ(levered(outcome).cost, 0);
  EXPECT_EQ(levered(outcome).responses, kPeople / 2);
  const auto revenue = [&](std::size_t strategy, std::size_t month, std::size_t region) {
    Money sum = 0;
    for (std::size_t tier = 0; tier < kCubeTiers; ++tier) {
      sum += outcome.cube[((strategy * outcome.months + month) * 2 + region) * kCubeTiers + tier]
                 .revenue;
    }
    return static_cast<double>(sum);
  };
  EXPECT_EQ(revenue(1, 0, 1), revenue(0, 0, 1));  // before day 45
  EXPECT_NEAR(revenue(1, 2, 1) / revenue(0, 2, 1), 3.0, 1e-6);
  EXPECT_EQ(revenue(1, 2, 0), revenue(0, 2, 0));  // the other region
}

TEST(Ladder, GoesUpStepByStepUntilAnOrder) {
  Scenario scenario = regular_customers(10.0, 25.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.days_idle = 0.0;
  lever.cost.contact = 0.0;
  lever.steps = {{3.0, Channel::kPush, 1.0, 1.0},
                 {7.0, Channel::kEmail, 1.0, 1.0},
                 {14.0, Channel::kSms, 1.0, 1.0}};
  EXPECT_THAT(firing_days(scenario), ElementsAre(3, 7, 13, 17, 23));
  const LeverSpec ladder = lever;
  scenario = silent_newcomers(100.0);
  scenario.levers[0] = ladder;
  EXPECT_THAT(firing_days(scenario), ElementsAre(3, 7, 14));
}

TEST(RiskTrigger, AsksForTheShareAtMostRiskEveryFewWeeks) {
  // Half of the customers ordered five times and went quiet at once, half just ordered.
  const LifetimeModel model = cdnow_model();
  ExistingCustomers existing = same_customers(model, 200, 5.0, 10.0, 100.0);
  for (std::size_t i = 0; i < 100; ++i) existing.recency[i] = 99.0;
  Scenario scenario = silent_newcomers(60.0);
  scenario.population = {};
  scenario.population.from_store = true;
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kRisk;
  lever.trigger.quantile = 0.25;
  lever.trigger.every_days = 28.0;
  existing.region_names = {"near", "far"};
  existing.region.assign(200, 1);
  for (std::size_t i = 0; i < 100; ++i) existing.region[i] = 0;
  const Outcome outcome = simulate({}, scenario, existing);
  const auto contacts = contacts_by_day(outcome);
  for (std::size_t day = 0; day < contacts.size(); ++day) {
    EXPECT_EQ(contacts[day], day == 28 || day == 56 ? 50 : 0) << day;
  }
  std::int64_t near = 0;
  for (std::size_t i = 0; i < outcome.cube.size(); ++i) {
    const bool is_near = i / kCubeTiers % outcome.region_names.size() == 0;
    near += is_near ? outcome.cube[i].contacts : 0;
  }
  EXPECT_EQ(near, 0) << "those who just ordered are at less risk";
}

TEST(Eligibility, HoldsTiersAndOrdersAtTheContact) {
  Scenario scenario = regular_customers(30.0, 200.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kWeekly;
  lever.trigger.every_days = 20.0;
  lever.min_orders = 4;  // from day 90 on
  EXPECT_THAT(firing_days(scenario), ElementsAre(100, 120, 140, 160, 180));
  lever.tiers = {Tier::kMature};  // from day 150 on
  EXPECT_THAT(firing_days(scenario), ElementsAre(160, 180));
}

TEST(Eligibility, MayAskForMembershipOfAnotherLever) {
  Scenario scenario = silent_newcomers(100.0);
  LeverSpec club;
  club.name = "club";
  club.trigger.kind = TriggerKind::kOrder;
  club.trigger.order = 1;
  club.uptake = 0.5;
  scenario.levers.push_back(club);
  scenario.levers[0].trigger.days_idle = 30.0;
  scenario.levers[0].members_of = "club";
  scenario.strategies[0].levers = {0, 1};
  const Outcome outcome = simulate({}, scenario);
  const auto levers = outcome.levers_at(1, 0, 0);
  EXPECT_GT(levers[1].responses, kPeople / 4);
  EXPECT_LT(levers[1].responses, kPeople * 3 / 4);
  EXPECT_EQ(levers[0].contacts, levers[1].responses);
}

/// Triggers take what is seen and nothing else; the compiler would refuse the whole state.
TEST(Triggers, CannotBeHandedLatentState) {
  static_assert(!std::is_convertible_v<const CustomerState&, const ObservableState&>);
  static_assert(!std::is_convertible_v<const LatentState&, const ObservableState&>);
  SUCCEED();
}

/// All latent fields of all customers swapped for others of the model, one who has left among them:
/// the contacts stay where they are as long as the orders do.
TEST(Triggers, DoNotMoveWhenTheLatentStateIsHidden) {
  Scenario scenario = silent_newcomers(400.0);
  LeverSpec weekly = scenario.levers[0];
  weekly.name = "weekly";
  weekly.trigger.kind = TriggerKind::kWeekly;
  weekly.tiers = {Tier::kGrowth, Tier::kSilent};
  LeverSpec silent = scenario.levers[0];
  silent.name = "silent";
  silent.trigger.kind = TriggerKind::kTier;
  silent.trigger.tier = Tier::kSilent;
  LeverSpec risk = scenario.levers[0];
  risk.name = "risk";
  risk.trigger.kind = TriggerKind::kRisk;
  risk.trigger.quantile = 0.3;
  scenario.levers[0].trigger.days_idle = 20.0;
  scenario.levers.insert(scenario.levers.end(), {weekly, silent, risk});
  scenario.strategies[0].levers = {0, 1, 2, 3};
  const Outcome shown = simulate({}, scenario);
  LifetimeModel& model = scenario.population.regions[0].model;
  model.one_time_share = 0.7;  // most have left with the first order, and none may be told apart
  const Outcome hidden = simulate({}, scenario);
  ASSERT_EQ(levered(shown).orders, kPeople);
  ASSERT_EQ(levered(hidden).orders, kPeople);
  EXPECT_LT(levered(hidden).active, kPeople / 2);
  EXPECT_LT(levered(hidden).responses, levered(shown).responses);
  for (std::size_t lever = 0; lever < 4; ++lever) {
    EXPECT_EQ(hidden.levers_at(1, 0, 0)[lever].contacts, shown.levers_at(1, 0, 0)[lever].contacts);
    EXPECT_GT(shown.levers_at(1, 0, 0)[lever].contacts, 0);
  }
  EXPECT_EQ(contacts_by_day(hidden), contacts_by_day(shown));
}

}  // namespace
}  // namespace tenure::simulator::test
