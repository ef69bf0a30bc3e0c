#include "outcomes.hpp"
#include "scenarios.hpp"

#include <tenure/core/error.hpp>
#include <tenure/simulator/composite_index.hpp>

#include <gtest/gtest.h>

#include <string>

namespace tenure::simulator::test {
namespace {

std::size_t at(Dimension dimension) { return static_cast<std::size_t>(dimension); }

/// Two equal runs of ten customers; what the strategy did in each is set by the test.
Outcome small_outcome() {
  Outcome outcome = outcome_of({{{30.0, 10.0}, {30.0, 10.0}}}, false);
  outcome.region_names = {"a", "b"};
  outcome.cube.resize(2 * 2 * kCubeTiers);
  for (std::size_t r = 0; r < 2; ++r) {
    Totals& run = outcome.totals[2 + r];
    run.followed = 10;
    run.retained = {8, 6, 4, 2};
    run.participants = 4;
    run.contacts = 100;
    run.complaints = 1;
    run.unsubscribed = 1;
    run.channel_contacts = {50, 50, 0, 0, 0, 0};
    run.channel_responses = {6, 6, 0, 0, 0, 0};
  }
  // Of twenty customers at the end six are lost, two silent.
  const auto cell = [&](std::size_t region, customers::Tier tier) -> CubeCell& {
    return outcome.cube[(2 + region) * kCubeTiers + static_cast<std::size_t>(tier)];
  };
  cell(0, customers::Tier::kLost).customers = 6;
  cell(0, customers::Tier::kGrowth).customers = 6;
  cell(1, customers::Tier::kSilent).customers = 2;
  cell(1, customers::Tier::kMature).customers = 6;
  return outcome;
}

TEST(CompositeIndex, HasEightDimensionsThreeGroupsAndOneScore) {
  const Outcome outcome = small_outcome();
  const auto indices = assess_index({}, outcome, assess_returns(outcome));
  ASSERT_EQ(indices.size(), 2U);
  const StrategyIndex& index = indices[1];
  const auto expect = [&](Dimension dimension, double figure, double score) {
    ASSERT_TRUE(index.figures[at(dimension)]) << to_string(dimension);
    EXPECT_NEAR(*index.figures[at(dimension)], figure, 1e-9) << to_string(dimension);
    EXPECT_NEAR(*index.scores[at(dimension)], score, 1e-6) << to_string(dimension);
  };
  const double retention = 100.0 * (0.2 - 0.09) / (0.305 - 0.09);
  expect(Dimension::kRetention, 0.2, retention);
  expect(Dimension::kLifetimeValue, 103.0 / 28.0, 100.0);
  expect(Dimension::kReturn, 3.0, 100.0);
  expect(Dimension::kReach, 0.4, 80.0);
  expect(Dimension::kFeedback, 0.01, 0.0);
  expect(Dimension::kChannelSynergy, 2.0, 50.0);
  expect(Dimension::kCostOfChurn, 0.3, 100.0);
  expect(Dimension::kCompliance, 0.1, 0.0);
  const double results = 0.4 * retention + 60.0;
  const double process = 0.35 * 80.0 + 0.3 * 50.0;
  EXPECT_NEAR(*index.groups[0], results, 1e-6);
  EXPECT_NEAR(*index.groups[1], process, 1e-6);
  EXPECT_NEAR(*index.groups[2], 60.0, 1e-6);
  EXPECT_NEAR(index.score, 0.5 * results + 0.3 * process + 0.2 * 60.0, 1e-6);
  EXPECT_NEAR(*index.retention_new, 0.8, 1e-12);
  EXPECT_NEAR(*index.retention_returning, 0.25, 1e-12);
  EXPECT_NEAR(index.active_by_region[0], 0.5, 1e-12);
  EXPECT_NEAR(index.active_by_region[1], 0.75, 1e-12);
  EXPECT_NEAR(*index.answers_by_channel[0], 0.12, 1e-12);
  EXPECT_FALSE(index.answers_by_channel[2]);
  EXPECT_NEAR(index.churn_cost, 28.0 * 3.0, 1e-9);
}

TEST(CompositeIndex, LeavesOutWhatTheBaselineHasNoFigureFor) {
  Outcome outcome = small_outcome();
  outcome.cube[static_cast<std::size_t>(customers::Tier::kGrowth)].customers = 20;
  const auto baseline = assess_index({}, outcome, assess_returns(outcome)).front();
  for (const auto dimension : {Dimension::kReturn, Dimension::kFeedback, Dimension::kChannelSynergy,
                               Dimension::kCompliance}) {
    EXPECT_FALSE(baseline.scores[at(dimension)]) << to_string(dimension);
  }
  EXPECT_EQ(*baseline.groups[1], 0.0);    // reach alone: nobody
  EXPECT_EQ(*baseline.groups[2], 100.0);  // nobody is lost
  // Nobody was followed, so retention is the share of active customers: all.
  EXPECT_EQ(*baseline.groups[0], 100.0);
  EXPECT_NEAR(baseline.score, 50.0 + 20.0, 1e-9);
}

constexpr const char* kScenario = R"(gross_margin = 0.5
horizon_days = 400
[population]
customers = 10
unit = "week"
[[population.region]]
name = "a"
r = 1.0
alpha = 1.0
a = 1.0
b = 1.0
p = 6.0
q = 4.0
gamma = 15.0
[[lever]]
name = "l"
trigger = { days_idle = 30 }
effect = { rate = 1.5, half_life_days = 10 }
[[strategy]]
name = "s"
levers = ["l"]
)";

TEST(CompositeIndex, TakesWeightsAndScalesFromTheScenario) {
  EXPECT_EQ(parse_scenario(kScenario, "s.toml").index.groups[0], 0.5);
  const IndexSpec spec = parse_scenario(std::string(kScenario) + R"([index]
results = 0.2
customer_cost = 15.0
retention = { weight = 0.9, low = 0.1, high = 0.5 }
)",
                                        "s.toml")
                             .index;
  EXPECT_EQ(spec.groups[0], 0.2);
  EXPECT_EQ(spec.groups[1], 0.3);
  EXPECT_EQ(spec.customer_cost, 15.0);
  EXPECT_EQ(spec.dimensions[0].weight, 0.9);
  EXPECT_EQ(spec.dimensions[0].high, 0.5);
  EXPECT_EQ(spec.dimensions[1].weight, 0.3);
}

void expect_fault(const std::string& keys, const std::string& line) {
  try {
    parse_scenario(std::string(kScenario) + keys, "s.toml");
    ADD_FAILURE() << "accepted " << keys;
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("s.toml:" + line + ":"), std::string::npos)
        << error.what();
  }
}

TEST(CompositeIndex, NamesTheLineOfAKeyAtFault) {
  expect_fault("[index]\nretention = { low = 0.305 }\n", "23");
  expect_fault("[index]\nretention = { wait = 0.3 }\n", "23");
  expect_fault("[index]\nresults = -1\n", "23");
  expect_fault("[index]\nresults = 0\nprocess = 0\nhealth = 0\n", "23");
}

}  // namespace
}  // namespace tenure::simulator::test
