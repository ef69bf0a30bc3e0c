// What `tenure simulate` says beside the return itself: both intervals, ranks, precision, parts of
// the variance, the index.
#include "program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

constexpr const char* kScenario = R"(gross_margin = 0.5
horizon_days = 730
parameter_draws = 8
replications = 3
[index]
results = 1.0
process = 0.0
health = 0.0
[population]
customers = 300
unit = "week"
[population.uncertainty]
orders_relative_se = [0.05, 0.05, 0.05, 0.05]
[[population.region]]
name = "a"
r = 0.8
alpha = 6.0
a = 0.8
b = 2.5
p = 6.0
q = 4.0
gamma = 15.0
[[lever]]
name = "mail"
trigger = { days_idle = 20 }
cost = { contact = 0.1, redemption = 1.0 }
uptake = 0.4
effect = { rate = 2.0, rate_log_se = 0.2, half_life_days = 60 }
[[lever]]
name = "gift"
trigger = { days_idle = 20 }
cost = { contact = 30.0 }
effect = { rate = 1.1, half_life_days = 10 }
[[strategy]]
name = "mail"
levers = ["mail"]
[[strategy]]
name = "gift"
levers = ["gift"]
)";

class Simulate : public testing::Test {
 protected:
  Simulate() { write_text(scenario_, kScenario); }

  Json run_json(std::vector<std::string> options) {
    std::vector<std::string> arguments = {"simulate", scenario_, "--json", "-"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.exit_code == 0 ? Json::parse(outcome.out) : Json();
  }

  TempDir dir_;
  std::string scenario_ = dir_ / "scenario.toml";
  Program program_{dir_};
};

void expect_within(const Json& interval, double value, const std::string& name) {
  ASSERT_TRUE(interval.is_array()) << name;
  EXPECT_LE(interval.at(0).get<double>(), value) << name;
  EXPECT_GE(interval.at(1).get<double>(), value) << name;
}

TEST_F(Simulate, GivesEveryFigureBothIntervals) {
  const Json json = run_json({});
  const Json& mail = json.at("strategies").at(0);
  for (const std::string name : {"roi", "incremental_margin", "cost", "net", "lifetime_value",
                                 "repurchase_rate", "payback_days"}) {
    const double value = mail.at(name).get<double>();
    expect_within(mail.at(name + "_interval"), value, name);
    expect_within(mail.at(name + "_mc_interval"), value, name);
  }
  for (const std::string day : {"30", "90", "180", "365"}) {
    const double value = mail.at("retention").at(day).get<double>();
    expect_within(mail.at("retention_interval").at(day), value, day);
    expect_within(mail.at("retention_mc_interval").at(day), value, day);
  }
  expect_within(mail.at("probability_positive_mc_interval"),
                mail.at("probability_positive").get<double>(), "probability_positive");
  EXPECT_GT(mail.at("control_variate_gain").get<double>(), 1.0);
  EXPECT_TRUE(json.at("precision").is_null());
  EXPECT_NEAR(json.at("baseline").at("lifetime_value_expected").get<double>(),
              json.at("baseline").at("lifetime_value").get<double>(),
              0.1 * json.at("baseline").at("lifetime_value").get<double>());
}

TEST_F(Simulate, RanksWithTheBaseline) {
  const Json json = run_json({});
  EXPECT_EQ(json.at("strategies").at(0).at("rank"), 1);
  EXPECT_EQ(json.at("baseline").at("rank"), 2);
  EXPECT_EQ(json.at("strategies").at(1).at("rank"), 3);  // thirty units a contact for nothing
  EXPECT_EQ(json.at("strategies").at(0).at("probability_best"), 1.0);
  EXPECT_EQ(json.at("strategies").at(0).at("behind_best"), 0.0);
  EXPECT_GT(json.at("strategies").at(1).at("behind_best_mc_interval").at(0).get<double>(), 0.0);
}

TEST_F(Simulate, AddsReplicationsUpToAPrecision) {
  const Json json = run_json({"--precision", "0.15", "--max-replications", "300"});
  const Json& precision = json.at("precision");
  EXPECT_EQ(precision.at("asked"), 0.15);
  EXPECT_TRUE(precision.at("met").get<bool>());
  EXPECT_LE(precision.at("half_width").get<double>(), 0.15);
  EXPECT_GE(json.at("replications").get<int>(), 3);
  const Json short_of = run_json({"--precision", "1e-6", "--max-replications", "5"});
  EXPECT_FALSE(short_of.at("precision").at("met").get<bool>());
  EXPECT_EQ(short_of.at("replications"), 5);
  const Outcome alone = program_.run({"simulate", scenario_, "--max-replications", "5"});
  EXPECT_EQ(alone.exit_code, 2);
  EXPECT_THAT(alone.err, HasSubstr("--precision"));
}

TEST_F(Simulate, TellsSamplingFromNoiseWhenAsked) {
  EXPECT_TRUE(run_json({}).at("strategies").at(0).at("variance").at("roi").at("noise").is_null());
  const Json parts =
      run_json({"--decompose"}).at("strategies").at(0).at("variance").at("incremental_margin");
  EXPECT_NEAR(parts.at("sampling").get<double>() + parts.at("noise").get<double>(),
              parts.at("within").get<double>(), 1e-6 * parts.at("within").get<double>());
  const Outcome outcome = program_.run({"simulate", scenario_, "--decompose"});
  EXPECT_THAT(outcome.out, HasSubstr("luck"));
}

TEST_F(Simulate, ScoresTheDimensionsWithTheScenariosWeights) {
  const Json index = run_json({}).at("index");
  ASSERT_EQ(index.size(), 3U);
  EXPECT_EQ(index.at(1).at("dimensions").size(), 8U);
  EXPECT_NEAR(index.at(1).at("score").get<double>(), index.at(1).at("results").get<double>(), 1e-9);
  const Outcome outcome = program_.run({"simulate", scenario_});
  EXPECT_THAT(outcome.out, HasSubstr("composite index"));
  EXPECT_THAT(outcome.out, HasSubstr("  feedback: complaints a contact "));
  EXPECT_THAT(outcome.out, HasSubstr("scores from 0, worst, to 100, best; in brackets the figure"));
}

TEST_F(Simulate, AReportNeedsNothingButAScenarioWithItsOwnCustomers) {
  const Outcome outcome = program_.run({"simulate", scenario_, "--report", dir_ / "r.html"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_THAT(read_text(dir_ / "r.html"), HasSubstr("</html>"));
}

TEST_F(Simulate, SaysSoWhereTheFirstByIndexPaysBackLessThanItCosts) {
  const std::string warning = " is first by index and pays back less than it costs: net -";
  const auto screen = [&](const std::string& contact) {
    std::string text = kScenario;
    const auto put = [&](const std::string& from, const std::string& to) {
      ASSERT_NE(text.find(from), std::string::npos) << from;
      text.replace(text.find(from), from.size(), to);
    };
    put("contact = 0.1, redemption = 1.0", "contact = " + contact);
    put("contact = 30.0", "contact = " + contact);
    // Only what the strategies do counts: the baseline, which does nothing, is last by index.
    put("results = 1.0\nprocess = 0.0", "results = 0.0\nprocess = 1.0");
    write_text(scenario_, text);
    return program_.run({"simulate", scenario_}).out;
  };
  EXPECT_THAT(screen("50.0"), HasSubstr(warning));
  EXPECT_THAT(screen("0.0"), testing::Not(HasSubstr(warning)));
}

TEST_F(Simulate, OfAStoresCustomersWithoutAStoreTakesASyntheticShopAndSaysSo) {
  const std::string own = kScenario;
  const std::size_t begin = own.find("[population]");
  write_text(scenario_, own.substr(0, begin) + "[population]\nfrom_store = true\n" +
                            own.substr(own.find("[[lever]]")));
  EXPECT_THAT(program_.run({"simulate", scenario_}).out,
              HasSubstr("a synthetic shop of 5,000 customers stands in"));
  const Json json = run_json({});
  EXPECT_TRUE(json.at("synthetic_store").get<bool>());
  EXPECT_GT(json.at("customers").get<int>(), 4900);  // a few returned everything
  EXPECT_EQ(json.at("currency"), "USD");
  const Outcome page = program_.run({"simulate", scenario_, "--report", dir_ / "r.html"});
  EXPECT_EQ(page.exit_code, 0) << page.err;
  EXPECT_THAT(read_text(dir_ / "r.html"), HasSubstr(", on a synthetic shop: no finding</title>"));
  const Outcome kept = program_.run({"simulate", scenario_, "-o", dir_ / "r.h5"});
  EXPECT_EQ(kept.exit_code, 2);
  EXPECT_THAT(kept.err, HasSubstr("needs --store"));
}

}  // namespace
}  // namespace tenure::test
