#include <tenure/core/error.hpp>
#include <tenure/simulator/scenario.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

// Scenario files with one mistake each among the keys of levers, populations and strategies, and
// the line that must be named. scenario_test.cpp has those of the plain keys.
namespace tenure::simulator {
namespace {

using ::testing::HasSubstr;

constexpr const char* kGood = R"(gross_margin = 0.4
horizon_days = 1000
start = "2025-01-01"
return_cost = 2.0
dropout_tests = "baseline"
[population]
customers = 1000
unit = "week"
[[population.region]]
name = "north"
family = "pareto-nbd"
r = 0.3
alpha = 10.0
s = 0.8
beta = 9.0
p = 6.0
q = 4.0
gamma = 30.0
one_time_share = 0.2
returns = 0.1
[[population.acquisition]]
region = "north"
per_month = 30
cost = 20.0
from_day = 10
to_day = 500
[[season]]
regions = ["north"]
months = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1.5, 2]
[[season.holiday]]
from = "11-24"
to = "11-30"
factor = 2.0
[fatigue]
response = 0.2
complaint = 0.01
cap = { contacts = 3, days = 7 }
[[lever]]
name = "guarantee"
trigger = { kind = "order", order = 1 }
effect = { first_loss = 0.8, returns = 0.5, half_life_days = 30 }
[[lever]]
name = "club"
trigger = { kind = "order", order = 2, delay_days = 1 }
channel = "onsite"
tiers = ["growth", "mature"]
effect = { half_life_days = inf }
points = { earn = 0.05, decay = 0.1 }
[[lever.level]]
name = "silver"
min_orders = 2
discount = 0.05
[[lever.level]]
name = "gold"
min_orders = 6
discount = 0.10
[[lever]]
name = "ladder"
trigger = { kind = "idle" }
members_of = "club"
cost = { redemption_share = 0.1, redemption_max = 5.0 }
effect = { rate = 1.5, half_life_days = 14 }
[[lever.step]]
after_days = 3
channel = "push"
contact = 0.01
uptake = 0.1
[[lever.step]]
after_days = 7
contact = 0.02
uptake = 0.2
[[lever]]
name = "save team"
trigger = { kind = "risk", quantile = 0.05, every_days = 28 }
capacity = { per_week = 50 }
excludes = ["ladder"]
exclusion_days = 7
cost = { build = 10.0, contact = 4.0 }
effect = { dropout = 0.5, half_life_days = 60 }
[[lever]]
name = "warehouse"
trigger = { kind = "always", from_day = 100 }
cost = { build = 100.0 }
effect = { acquisition = 1.1, half_life_days = inf }
[[lever]]
name = "mail"
trigger = { kind = "calendar", days = ["11-11"] }
effect = { half_life_days = 5, experiment = { target = "rate", effect = 0.02, standard_error = 0.01, control = 0.2 } }
[[lever]]
name = "friends"
trigger = { kind = "tier", enters = "mature" }
effect = { half_life_days = inf }
referral = { rate = 0.1, cost = 11.0, max_generation = 2 }
[[strategy]]
name = "all"
levers = ["guarantee", "club", "ladder", "save team", "warehouse"]
priority = ["save team"]
stop_below = 1.2
judge_after_days = 300
[[strategy.phase]]
to_day = 500
budget = 1000.0
shares = { "save team" = 0.5, club = 0.2 }
[[strategy.phase]]
from_day = 500
budget = 500.0
[[strategy]]
name = "mail"
levers = ["mail", "friends"]
)";

TEST(LeverKeys, AreRead) {
  const Scenario scenario = parse_scenario(kGood, "s.toml");
  EXPECT_EQ(scenario.population.regions[0].model.family, Family::kParetoNbd);
  EXPECT_EQ(scenario.population.regions[0].model.orders.b, 9.0);
  EXPECT_EQ(scenario.population.acquisition.at(0).to_day, 500.0);
  EXPECT_EQ(scenario.seasons.at(0).holidays.at(0).from, (MonthDay{11, 24}));
  EXPECT_EQ(scenario.fatigue.cap_contacts, 3U);
  EXPECT_EQ(scenario.dropout_tests, DropoutTests::kBaseline);
  const auto lever = [&](const char* name) -> const LeverSpec& {
    for (const LeverSpec& l : scenario.levers) {
      if (l.name == name) return l;
    }
    throw ArgumentError(name);
  };
  EXPECT_EQ(lever("guarantee").effect.first_loss, 0.8);
  EXPECT_EQ(lever("club").levels.at(1).discount, 0.1);
  EXPECT_EQ(lever("club").points.decay, 0.1);
  EXPECT_EQ(lever("club").channel, Channel::kOnsite);
  EXPECT_EQ(lever("ladder").steps.at(0).channel, Channel::kPush);
  EXPECT_EQ(lever("ladder").members_of, "club");
  EXPECT_EQ(lever("save team").trigger.quantile, 0.05);
  EXPECT_EQ(lever("save team").capacity_per_week, 50.0);
  EXPECT_EQ(lever("warehouse").trigger.from_day, 100.0);
  // The experiment: 0.2 without, 0.22 with the lever.
  EXPECT_DOUBLE_EQ(lever("mail").effect.rate, 1.1);
  EXPECT_DOUBLE_EQ(lever("mail").effect.rate_log_se, 0.01 / 0.2 / 1.1);
  EXPECT_EQ(lever("friends").referral.max_generation, 2U);
  EXPECT_EQ(lever("friends").trigger.tier, customers::Tier::kMature);
  const StrategySpec& all = scenario.strategies.at(0);
  EXPECT_EQ(all.levers.front(), 3U);  // by priority
  EXPECT_EQ(all.phases.at(0).shares.size(), 2U);
  EXPECT_EQ(all.stop_below, 1.2);
}

struct Broken {
  const char* name;
  const char* from;
  const char* to;
  std::uint64_t line;
  const char* says;
};
void PrintTo(const Broken& broken, std::ostream* stream) { *stream << broken.name; }

class BrokenLevers : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenLevers, AreRefusedWithTheirLine) {
  const Broken& broken = GetParam();
  std::string text = kGood;
  const std::size_t at = text.find(broken.from);
  ASSERT_NE(at, std::string::npos);
  text.replace(at, std::string(broken.from).size(), broken.to);
  try {
    parse_scenario(text, "s.toml");
    FAIL() << "was accepted";
  } catch (const DataError& error) {
    EXPECT_EQ(error.line(), broken.line) << error.what();
    EXPECT_THAT(error.what(), HasSubstr(broken.says));
  }
}

INSTANTIATE_TEST_SUITE_P(
    OneMistake, BrokenLevers,
    ::testing::Values(
        Broken{"NoDate", "\"2025-01-01\"", "\"soon\"", 3, "must be a date"},
        Broken{"SeasonWithoutStart", "start = \"2025-01-01\"\n", "", 26, "needs 'start'"},
        Broken{"DropoutTests", "\"baseline\"", "\"never\"", 5, "orders or baseline"},
        Broken{"Family", "\"pareto-nbd\"", "\"pareto\"", 11, "bg-nbd, mbg-nbd, pareto-nbd or sbg"},
        Broken{"OtherFamilysKey", "s = 0.8", "a = 0.8", 14, "did you mean 's'?"},
        Broken{"ShareOfOneTimers", "one_time_share = 0.2", "one_time_share = 20", 19,
               "between 0 and 1"},
        Broken{"AcquisitionInNoRegion", "region = \"north\"", "region = \"west\"", 22,
               "unknown region 'west'"},
        Broken{"AcquisitionBackwards", "to_day = 500\n[[season]]", "to_day = 5\n[[season]]", 26,
               "not after from_day"},
        Broken{"ElevenMonths", "1.5, 2]", "2]", 29, "12 numbers"},
        Broken{"NoSuchDay", "\"11-30\"", "\"11-31\"", 32, "no day of every year"},
        Broken{"CapOfFive", "contacts = 3", "contacts = 5", 37, "'contacts'"},
        Broken{"UnknownTrigger", "kind = \"order\", order = 1 ", "kind = \"first order\" ", 40,
               "none of idle, order"},
        Broken{"NoOrderNumber", "order = 1 }", "delay_days = 0 }", 40,
               "order = k or every_order = true"},
        Broken{"FirstLossTooLate", "order = 1 }", "order = 1, delay_days = 2 }", 41,
               "needs a trigger at the order itself"},
        Broken{"UnknownChannel", "\"onsite\"", "\"letter\"", 45, "none of email, push"},
        Broken{"UnknownTier", "\"growth\", ", "\"grown\", ", 46, "'grown' is none of"},
        Broken{"LevelNeverHeld", "min_orders = 6", "min_orders = 2", 54, "never held"},
        Broken{"MembersOfNothing", "members_of = \"club\"", "members_of = \"klub\"", 60,
               "no other lever"},
        Broken{"StepsBackwards", "after_days = 7", "after_days = 2", 69, "one after the other"},
        Broken{"StepsOfACalendar", "trigger = { kind = \"idle\" }",
               "trigger = { kind = \"weekly\" }", 63, "a ladder goes with"},
        Broken{"LadderWithUptake", "members_of = \"club\"", "uptake = 0.5", 60,
               "steps have their own uptake"},
        Broken{"QuantileOfNobody", "quantile = 0.05", "quantile = 0.0", 74, "'quantile'"},
        Broken{"NoCapacity", "per_week = 50", "per_week = 0", 75, "'per_week'"},
        Broken{"ExcludesNothing", "excludes = [\"ladder\"]\n", "", 76, "needs 'excludes'"},
        Broken{"ExcludesWhom", "excludes = [\"ladder\"]", "excludes = [\"lader\"]", 76,
               "unknown lever 'lader'"},
        Broken{"StandingContact", "cost = { build = 100.0 }", "cost = { contact = 1.0 }", 83,
               "contacts nobody"},
        Broken{"AcquisitionByContact", "kind = \"always\", from_day = 100", "days_idle = 9", 84,
               "\"always\" changes acquisition"},
        Broken{"AfterTheHorizon", "from_day = 100", "from_day = 1000", 82, "never fires"},
        Broken{"NoDays", "days = [\"11-11\"]", "days = []", 87, "never fires"},
        Broken{"ExperimentWithoutControl", ", control = 0.2", "", 88, "missing key 'control'"},
        Broken{"FourGenerations", "max_generation = 2", "max_generation = 4", 93,
               "'max_generation'"},
        Broken{"PriorityOfAStranger", "priority = [\"save team\"]", "priority = [\"mail\"]", 97,
               "not a lever of the strategy"},
        Broken{"MembersWithoutTheClub", "\"guarantee\", \"club\", ", "\"guarantee\", ", 96,
               "does not have"},
        Broken{"PhasesOverlap", "from_day = 500", "from_day = 400", 105, "before the one before"},
        Broken{"SharesOverAll", "club = 0.2", "club = 0.6", 103, "more than 1"},
        Broken{"ShareOfAStranger", "club = 0.2", "mail = 0.2", 103, "unknown key 'mail'"},
        Broken{"BudgetUnderFixedCosts", "budget = 1000.0", "budget = 100.0", 102, "does not cover"},
        Broken{"BudgetWithoutLimit", ", redemption_max = 5.0", "", 102, "redemption_max"},
        Broken{"JudgeWithoutLimit", "stop_below = 1.2\n", "", 98, "needs stop_below"},
        Broken{"SameStrategyTwice", "levers = [\"mail\", \"friends\"]",
               "levers = [\"mail\", \"friends\"]\n[[strategy]]\nname = \"post\"\nlevers = "
               "[\"friends\", \"mail\"]",
               112, "differs in nothing from 'mail'"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace tenure::simulator
