#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/simulator/scenario.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>

namespace tenure::simulator {
namespace {

using ::testing::HasSubstr;

constexpr const char* kGood = R"(currency = "EUR"
gross_margin = 0.4
discount_rate = 0.1
horizon_days = 730
parameter_draws = 8
replications = 2
[population]
customers = 1000
unit = "week"
[population.uncertainty]
orders_relative_se = [0.1, 0.1, 0.2, 0.2]
[[population.region]]
name = "north"
share = 0.6
r = 0.3
alpha = 10.0
a = 0.8
b = 2.0
p = 6.0
q = 4.0
gamma = 30.0
[[population.region]]
name = "south"
share = 0.4
r = 0.3
alpha = 12.0
a = 0.8
b = 2.0
p = 6.0
q = 4.0
gamma = 20.0
[[lever]]
name = "voucher"
trigger = { days_idle = 90, repeat_days = 30, max_times = 3, max_days_idle = 400 }
regions = ["south"]
cost = { build = 100.0, monthly = 5.0, contact = 0.1, redemption = 5.0 }
uptake = 0.25
redemption_days = 30
effect = { rate = 2.0, dropout = 0.9, basket = 1.1, half_life_days = 30, rate_log_se = 0.1 }
[[lever]]
name = "pause"
trigger = { days_idle = 7 }
effect = { rate = 0.4, half_life_days = inf }
[[lever]]
name = "second pause"
trigger = { days_idle = 9 }
effect = { rate = 0.5, half_life_days = 5 }
[[strategy]]
name = "win back"
levers = ["voucher"]
[[strategy]]
name = "all"
levers = ["voucher", "pause"]
)";

TEST(Scenario, ReadsEveryKey) {
  const Scenario scenario = parse_scenario(kGood, "s.toml");
  EXPECT_EQ(scenario.currency, "EUR");
  EXPECT_EQ(scenario.gross_margin, 0.4);
  EXPECT_EQ(scenario.discount_rate, 0.1);
  EXPECT_EQ(scenario.horizon_days, 730.0);
  EXPECT_EQ(scenario.parameter_draws, 8U);
  EXPECT_EQ(scenario.replications, 2U);
  EXPECT_EQ(scenario.population.customers, 1000U);
  ASSERT_EQ(scenario.population.regions.size(), 2U);
  const RegionSpec& south = scenario.population.regions[1];
  EXPECT_EQ(south.name, "south");
  EXPECT_EQ(south.share, 0.4);
  EXPECT_EQ(south.model.orders.alpha, 12.0);
  EXPECT_EQ(south.model.spend.gamma, 20.0);
  EXPECT_EQ(south.model.days_per_unit, 7.0);
  EXPECT_DOUBLE_EQ(south.model.orders_log_covariance[10], 0.04);
  EXPECT_DOUBLE_EQ(south.model.orders_log_covariance[1], 0.0);
  ASSERT_EQ(scenario.levers.size(), 3U);
  const LeverSpec& voucher = scenario.levers[0];
  EXPECT_EQ(voucher.trigger.days_idle, 90.0);
  EXPECT_EQ(voucher.trigger.repeat_days, 30.0);
  EXPECT_EQ(voucher.trigger.max_times, 3U);
  EXPECT_EQ(voucher.trigger.max_days_idle, 400.0);
  EXPECT_THAT(voucher.regions, ::testing::ElementsAre("south"));
  EXPECT_EQ(voucher.cost.redemption, 5.0);
  EXPECT_EQ(voucher.uptake, 0.25);
  EXPECT_EQ(voucher.redemption_days, 30.0);
  EXPECT_EQ(voucher.effect.rate, 2.0);
  EXPECT_EQ(voucher.effect.rate_log_se, 0.1);
  EXPECT_EQ(scenario.levers[1].effect.half_life_days, std::numeric_limits<double>::infinity());
  ASSERT_EQ(scenario.strategies.size(), 2U);
  EXPECT_THAT(scenario.strategies[1].levers, ::testing::ElementsAre(0U, 1U));
  EXPECT_TRUE(scenario.uncertain());
}

/// The good scenario with one text replaced, and what must be said about it at which line.
struct Broken {
  const char* name;
  const char* from;
  const char* to;
  std::uint64_t line;
  const char* says;
};
void PrintTo(const Broken& broken, std::ostream* stream) { *stream << broken.name; }

class BrokenScenario : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenScenario, IsRefusedWithItsLine) {
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
    EXPECT_THAT(error.what(), HasSubstr("s.toml:"));
  }
}

INSTANTIATE_TEST_SUITE_P(
    OneMistake, BrokenScenario,
    ::testing::Values(
        Broken{"NotToml", "horizon_days = 730", "horizon_days = = 730", 4, "not valid TOML"},
        Broken{"UnknownKey", "currency =", "curency =", 1, "did you mean 'currency'?"},
        Broken{"UnknownKeyInside", "uptake = 0.25", "uptak = 0.25", 37, "did you mean 'uptake'?"},
        Broken{"UnknownKeyInline", "rate = 2.0", "ratio = 2.0", 39, "unknown key 'ratio'"},
        Broken{"UnknownTable", "[population.uncertainty]", "[population.uncertain]", 10,
               "did you mean 'uncertainty'?"},
        Broken{"MisspeltRequired", "gross_margin =", "gros_margin =", 2, "'gross_margin'"},
        Broken{"Missing", "gross_margin = 0.4\n", "", 1, "missing key 'gross_margin'"},
        Broken{"MissingInRegion", "alpha = 12.0\n", "", 22, "missing key 'alpha'"},
        Broken{"WrongType", "gross_margin = 0.4", "gross_margin = \"a lot\"", 2,
               "must be a number, not text"},
        Broken{"FractionOfDraws", "parameter_draws = 8", "parameter_draws = 8.5", 5,
               "must be a whole number"},
        Broken{"NegativeProbability", "uptake = 0.25", "uptake = -0.25", 37,
               "between 0 and 1, not -0.25"},
        Broken{"ProbabilityOverOne", "uptake = 0.25", "uptake = 25", 37, "between 0 and 1"},
        Broken{"MarginOverOne", "gross_margin = 0.4", "gross_margin = 40", 2, "between 0 and 1"},
        Broken{"NegativeCost", "contact = 0.1", "contact = -0.1", 36, "'contact'"},
        Broken{"NegativeMultiplier", "rate = 2.0", "rate = -2.0", 39, "'rate'"},
        Broken{"NoHorizon", "horizon_days = 730", "horizon_days = 0", 4, "'horizon_days'"},
        Broken{"NotANumber", "horizon_days = 730", "horizon_days = nan", 4, "'horizon_days'"},
        Broken{"NoDraws", "parameter_draws = 8", "parameter_draws = 0", 5, "'parameter_draws'"},
        Broken{"TooManyRuns", "parameter_draws = 8\nreplications = 2",
               "parameter_draws = 100000\nreplications = 1000", 6, "under 2^24"},
        Broken{"NoCustomers", "customers = 1000", "customers = 0", 8, "'customers'"},
        Broken{"UnknownUnit", "\"week\"", "\"fortnight\"", 9, "day, week, month or year"},
        Broken{"WrongCount", "[0.1, 0.1, 0.2, 0.2]", "[0.1, 0.1]", 11, "4 numbers, it has 2"},
        Broken{"SharesNotOne", "share = 0.4", "share = 0.5", 24, "add up to 1.1"},
        Broken{"SameRegion", "name = \"south\"", "name = \"north\"", 23, "second region"},
        Broken{"NegativeAlpha", "alpha = 12.0", "alpha = -12.0", 26, "'alpha'"},
        Broken{"InfiniteMeanSpend", "q = 4.0", "q = 1.0", 20, "'q' must be over 1"},
        Broken{"UnknownRegion", "regions = [\"south\"]", "regions = [\"west\"]", 35,
               "unknown region 'west'"},
        Broken{"SameLever", "name = \"pause\"", "name = \"voucher\"", 41, "second lever"},
        Broken{"NoHalfLife", "effect = { rate = 0.4, half_life_days = inf }",
               "effect = { rate = 0.4 }", 43, "missing key 'half_life_days'"},
        Broken{"ZeroHalfLife", "half_life_days = 30", "half_life_days = 0", 39,
               "'half_life_days' must be over 0"},
        Broken{"RepeatWithoutMaximum", ", max_times = 3", "", 34, "needs max_times"},
        Broken{"MaximumWithoutRepeat", "repeat_days = 30, ", "", 34, "missing key 'repeat_days'"},
        Broken{"NeverFires", "max_days_idle = 400", "max_days_idle = 40", 34, "never fires"},
        Broken{"UnknownLever", "[\"voucher\", \"pause\"]", "[\"voucher\", \"pauze\"]", 53,
               "unknown lever 'pauze'"},
        Broken{"LeverTwice", "[\"voucher\", \"pause\"]", "[\"voucher\", \"voucher\"]", 53, "twice"},
        Broken{"NegativeRate", "[\"voucher\", \"pause\"]", "[\"pause\", \"second pause\"]", 53,
               "order rate negative"},
        Broken{"NoLevers", "levers = [\"voucher\"]", "levers = []", 50, "has no levers"},
        Broken{"NamedBaseline", "\"win back\"", "\"baseline\"", 49, "always there"},
        Broken{"SameStrategy", "\"all\"", "\"win back\"", 52, "second strategy"},
        Broken{"StoreWithCustomers", "customers = 1000", "from_store = true\ncustomers = 1000", 9,
               "does not go with from_store"}),
    [](const auto& test) { return test.param.name; });

TEST(Scenario, NeedsAStrategy) {
  const std::string text = kGood;
  const std::string without = text.substr(0, text.find("[[strategy]]"));
  try {
    parse_scenario(without, "s.toml");
    FAIL();
  } catch (const DataError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no strategy"));
  }
}

TEST(Scenario, RefusesACovarianceThatIsNone) {
  std::string text = kGood;
  const std::string from = "orders_relative_se = [0.1, 0.1, 0.2, 0.2]";
  const auto with = [&](const std::string& to) {
    std::string copy = text;
    return parse_scenario(copy.replace(copy.find(from), from.size(), to), "s.toml");
  };
  const Scenario good =
      with("orders_log_covariance = [[1, 0.5, 0, 0], [0.5, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 2]]");
  EXPECT_EQ(good.population.regions[0].model.orders_log_covariance[1], 0.5);
  EXPECT_THROW(
      with("orders_log_covariance = [[1, 2, 0, 0], [2, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]"),
      DataError);
  EXPECT_THROW(
      with("orders_log_covariance = [[1, 0, 0, 0], [1, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]"),
      DataError);
}

TEST(Scenario, ShippedFilesAreValid) {
  const std::string folder = tenure::test::source_file("datasets/scenarios/");
  const Scenario scenario = read_scenario(folder + "default.toml");
  EXPECT_EQ(scenario.population.regions.size(), 6U);
  EXPECT_EQ(scenario.strategies.size(), 3U);
  EXPECT_TRUE(scenario.uncertain());
  EXPECT_GE(scenario.horizon_days, 730.0);
  const Scenario store = read_scenario(folder + "store.toml");
  EXPECT_TRUE(store.population.from_store);
  ASSERT_EQ(store.levers.size(), scenario.levers.size());
  for (std::size_t i = 0; i < store.levers.size(); ++i) {
    EXPECT_EQ(store.levers[i].name, scenario.levers[i].name);
    EXPECT_EQ(store.levers[i].effect.rate, scenario.levers[i].effect.rate);
    EXPECT_EQ(store.levers[i].cost.contact, scenario.levers[i].cost.contact);
  }
}

}  // namespace
}  // namespace tenure::simulator
