#include "scenarios.hpp"

#include <tenure/core/error.hpp>
#include <tenure/simulator/retention.hpp>

#include <gtest/gtest.h>
#include <test_data.hpp>

#include <cmath>
#include <map>

namespace tenure::simulator::test {
namespace {

Outcome counted(std::vector<RegionRetention> retention) {
  Outcome outcome;
  outcome.strategy_names = {"baseline"};
  outcome.region_names = {"north", "south"};
  outcome.retention = std::move(retention);
  return outcome;
}

TEST(Retention, SharesFollowFromTheCounts) {
  // Of 200 in the north 80 come after day 30, 70 after 90, 50 after 180 and 40 after 365.
  const auto found =
      retention_by_region(counted({{200, {80, 70, 50, 40}}, {100, {40, 30, 20, 0}}}), 0);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->regions.size(), 2U);
  const RetentionRow& north = found->regions[0];
  EXPECT_EQ(north.region, "north");
  EXPECT_EQ(north.followed, 200);
  EXPECT_EQ(north.retention, (std::array<double, 4>{0.4, 0.35, 0.25, 0.2}));
  ASSERT_TRUE(north.leavers);  // 160 leavers: 120, 30 and 10
  EXPECT_DOUBLE_EQ((*north.leavers)[0], 120.0 / 160.0);
  EXPECT_DOUBLE_EQ((*north.leavers)[1], 30.0 / 160.0);
  EXPECT_DOUBLE_EQ((*north.leavers)[2], 10.0 / 160.0);
  EXPECT_EQ(found->all.region, "all");
  EXPECT_EQ(found->all.followed, 300);
  EXPECT_DOUBLE_EQ(found->all.retention[3], 40.0 / 300.0);
  EXPECT_DOUBLE_EQ((*found->all.leavers)[0], 180.0 / 260.0);
}

TEST(Retention, HasNoRowWhereNobodyIsFollowedAndNoSplitWhereNobodyLeft) {
  const auto found = retention_by_region(counted({{}, {50, {50, 50, 50, 50}}}), 0);
  ASSERT_TRUE(found);
  ASSERT_EQ(found->regions.size(), 1U);
  EXPECT_EQ(found->regions[0].region, "south");
  EXPECT_FALSE(found->regions[0].leavers);
  EXPECT_FALSE(retention_by_region(counted({{}, {}}), 0));
  EXPECT_THROW(retention_by_region(counted({{}, {}}), 1), ArgumentError);
  EXPECT_THROW(retention_by_region(counted({{}}), 0), ArgumentError);
}

TEST(Retention, OfRegionsAddsUpToThatOfTheRuns) {
  Scenario scenario =
      read_scenario(::tenure::test::source_file("datasets/scenarios/all-levers.toml"));
  scenario.population.customers = 1500;
  const Outcome outcome = simulate({}, scenario);
  const std::size_t regions = outcome.region_names.size();
  for (std::size_t s = 0; s < outcome.strategies(); ++s) {
    RegionRetention runs;
    for (std::uint32_t r = 0; r < outcome.replications; ++r) {
      runs.followed += outcome.at(s, 0, r).followed;
      for (std::size_t i = 0; i < 4; ++i) runs.retained[i] += outcome.at(s, 0, r).retained[i];
    }
    RegionRetention sum;
    for (std::size_t g = 0; g < regions; ++g) sum += outcome.retention[s * regions + g];
    EXPECT_EQ(sum, runs) << outcome.strategy_names[s];
    EXPECT_GT(sum.followed, 1500);
  }
}

/// The reports: customers with an order more than a year after their first; of the others, when
/// the last order was. Seasons and customers won over five years are in the baseline.
TEST(CrossBorder, BaselineHasTheReportedRetentionAndLeavers) {
  Scenario scenario =
      read_scenario(::tenure::test::source_file("datasets/scenarios/cross-border-5y.toml"));
  scenario.parameter_draws = 1;
  scenario.replications = 30;
  // One strategy whose customers do not meet: the baseline is the same whatever stands beside it.
  std::erase_if(scenario.strategies,
                [](const StrategySpec& strategy) { return strategy.name != "messages only"; });
  const auto found = retention_by_region(simulate({}, scenario), 0);
  ASSERT_TRUE(found);
  const std::map<std::string, double> reported = {
      {"north-america", 0.305}, {"europe", 0.258},       {"south-east-asia", 0.182},
      {"middle-east", 0.15},    {"latin-america", 0.12}, {"africa", 0.09},
  };
  ASSERT_EQ(found->regions.size(), reported.size());
  for (const RetentionRow& row : found->regions) {
    // Standard errors are under 0.15 points: at least 48,000 customers a region, 9 to 30 % stay.
    ASSERT_GT(row.followed, 45000) << row.region;
    EXPECT_NEAR(row.retention[3], reported.at(row.region), 0.005) << row.region;
    ASSERT_TRUE(row.leavers);
    EXPECT_NEAR((*row.leavers)[0], 0.65, 0.03) << row.region;
    EXPECT_NEAR((*row.leavers)[1], 0.25, 0.03) << row.region;
    EXPECT_NEAR((*row.leavers)[2], 0.10, 0.03) << row.region;
  }
  EXPECT_NEAR(found->all.retention[3], 0.223, 0.005);
}

}  // namespace
}  // namespace tenure::simulator::test
