#include "customers_test_support.hpp"
#include "io_helpers.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/early_warning.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tenure::customers {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

// One new customer an order, each worth 10: orders[region][month] of them from January 2022 on.
OrderHistory shop(const std::vector<std::vector<int>>& orders) {
  OrderHistory history;
  std::int32_t end = 0;
  for (std::uint32_t region = 0; region < orders.size(); ++region) {
    for (std::size_t month = 0; month < orders[region].size(); ++month) {
      const auto year = static_cast<std::int32_t>(2022 + month / 12);
      const auto first = static_cast<std::int32_t>(
          days_from_civil({year, static_cast<std::uint8_t>(month % 12 + 1), 1}));
      const auto next = static_cast<std::int32_t>(
          days_from_civil({static_cast<std::int32_t>(2022 + (month + 1) / 12),
                           static_cast<std::uint8_t>((month + 1) % 12 + 1), 1}));
      end = std::max(end, next - 1);
      for (int i = 0; i < orders[region][month]; ++i) {
        history.day.push_back(first);
        history.value.push_back(10'000'000);
        history.region.push_back(region);
        history.row_start.push_back(history.day.size());
      }
    }
  }
  history.has_value = true;
  history.end_day = end;
  return history;
}

CustomerGroups groups_of(const OrderHistory& history, std::vector<std::string> names) {
  return {std::move(names), history.region};
}

WarningRule rule_of(WarningReference reference, double amber, double red) {
  WarningRule rule;
  rule.name = "rule";
  rule.reference = reference;
  rule.amber = amber;
  rule.red = red;
  return rule;
}

EarlyWarnings judge(const WarningRule& rule, const OrderHistory& history) {
  return early_warnings(test::threads(1), {rule}, history, {}, {});
}

TEST(EarlyWarnings, OfARelativeChangeHaveThreeLevels) {
  const WarningRule rule = rule_of(WarningReference::kPrevious, 0.05, 0.15);
  for (const auto& [orders, level] :
       std::vector<std::pair<int, WarningLevel>>{{96, WarningLevel::kGreen},
                                                 {95, WarningLevel::kAmber},
                                                 {86, WarningLevel::kAmber},
                                                 {85, WarningLevel::kRed},
                                                 {150, WarningLevel::kGreen}}) {
    const EarlyWarnings found = judge(rule, shop({{90, 100, orders}}));
    ASSERT_EQ(found.warnings.size(), 1U);
    const Warning& warning = found.warnings[0];
    EXPECT_EQ(warning.level, level) << orders;
    EXPECT_EQ(warning.value, orders);
    EXPECT_EQ(warning.reference.value(), 100);
    EXPECT_NEAR(warning.change.value(), orders / 100.0 - 1, 1e-12);
    EXPECT_EQ(warning.previous_level.value(), WarningLevel::kGreen);
    EXPECT_EQ(warning.first_day, test::day("2022-03-01"));
  }
}

TEST(EarlyWarnings, TellTheLevelOfThePeriodBefore) {
  const EarlyWarnings found =
      judge(rule_of(WarningReference::kPrevious, 0.05, 0.15), shop({{100, 90, 60}}));
  EXPECT_EQ(found.warnings[0].level, WarningLevel::kRed);
  EXPECT_EQ(found.warnings[0].previous_level.value(), WarningLevel::kAmber);
}

TEST(EarlyWarnings, MayHoldMoreForWorse) {
  WarningRule rule = rule_of(WarningReference::kPrevious, 0.05, 0.15);
  rule.worse_down = false;
  EXPECT_EQ(judge(rule, shop({{100, 120}})).warnings[0].level, WarningLevel::kRed);
  EXPECT_EQ(judge(rule, shop({{100, 50}})).warnings[0].level, WarningLevel::kGreen);
}

TEST(EarlyWarnings, AgainstAYearAgoAndAnAverage) {
  const OrderHistory history = shop({{100, 50, 50, 50, 50, 50, 50, 50, 50, 50, 60, 70, 88}});
  const EarlyWarnings year = judge(rule_of(WarningReference::kYearAgo, 0.05, 0.15), history);
  EXPECT_EQ(year.warnings[0].reference.value(), 100);
  EXPECT_EQ(year.warnings[0].level, WarningLevel::kAmber);
  EXPECT_FALSE(year.warnings[0].previous_level.has_value());
  const EarlyWarnings average = judge(rule_of(WarningReference::kAverage, 0.05, 0.15), history);
  EXPECT_EQ(average.warnings[0].reference.value(), 60);
  EXPECT_EQ(average.warnings[0].level, WarningLevel::kGreen);
}

TEST(EarlyWarnings, OfALevelLookAtTheFigureItself) {
  WarningRule rule = rule_of(WarningReference::kLevel, 80, 60);
  EXPECT_EQ(judge(rule, shop({{100, 81}})).warnings[0].level, WarningLevel::kGreen);
  EXPECT_EQ(judge(rule, shop({{100, 80}})).warnings[0].level, WarningLevel::kAmber);
  const EarlyWarnings red = judge(rule, shop({{100, 60}}));
  EXPECT_EQ(red.warnings[0].level, WarningLevel::kRed);
  EXPECT_FALSE(red.warnings[0].reference.has_value());
}

TEST(EarlyWarnings, OfAForecastComparePredictionIntervals) {
  const WarningRule rule = rule_of(WarningReference::kForecast, 0.80, 0.95);
  std::vector<int> months = {101, 99, 102, 98, 100, 103, 97, 100, 101, 99, 98, 102};
  months.push_back(101);
  EXPECT_EQ(judge(rule, shop({months})).warnings[0].level, WarningLevel::kGreen);
  months.back() = 60;  // twenty standard deviations
  const EarlyWarnings fallen = judge(rule, shop({months}));
  EXPECT_EQ(fallen.warnings[0].level, WarningLevel::kRed);
  EXPECT_NEAR(fallen.warnings[0].reference.value(), 100, 3);
  months.resize(5);
  EXPECT_EQ(judge(rule, shop({months})).not_judged, 1U);
}

TEST(EarlyWarnings, OfRegionsComeWorstFirstAndLeaveOutTheSmallOnes) {
  const OrderHistory history = shop({{100, 99}, {100, 70}, {20, 1}, {100, 92}});
  WarningRule rule = rule_of(WarningReference::kPrevious, 0.05, 0.15);
  rule.scope = WarningScope::kRegion;
  WarningRule channel = rule;
  channel.scope = WarningScope::kChannel;
  channel.name = "channels";
  const EarlyWarnings found =
      early_warnings(test::threads(1), {channel, rule}, history,
                     groups_of(history, {"north", "south", "tiny", "west"}), {});
  ASSERT_EQ(found.warnings.size(), 3U);
  EXPECT_EQ(found.warnings[0].group, "south");
  EXPECT_EQ(found.warnings[1].group, "west");
  EXPECT_EQ(found.warnings[2].group, "north");
  EXPECT_EQ(found.not_judged, 1U);
  EXPECT_THAT(found.skipped, ElementsAre("channels"));
}

TEST(EarlyWarnings, OfAnEmptyHistoryAreNone) {
  const EarlyWarnings found =
      early_warnings(test::threads(1), default_warning_rules(), OrderHistory{}, {}, {});
  EXPECT_THAT(found.warnings, IsEmpty());
  EXPECT_EQ(found.not_judged, 3U);
  EXPECT_EQ(found.skipped.size(), 2U);
}

TEST(WarningRules, TheFileOfDefaultsIsTheDefaults) {
  const std::vector<WarningRule> file =
      read_warning_rules(tenure::test::source_file("datasets/rules/early-warning.toml"));
  const std::vector<WarningRule> built_in = default_warning_rules();
  ASSERT_EQ(file.size(), built_in.size());
  for (std::size_t i = 0; i < file.size(); ++i) {
    EXPECT_EQ(file[i].name, built_in[i].name);
    EXPECT_EQ(file[i].figure, built_in[i].figure);
    EXPECT_EQ(file[i].period, built_in[i].period);
    EXPECT_EQ(file[i].scope, built_in[i].scope);
    EXPECT_EQ(file[i].reference, built_in[i].reference);
    EXPECT_EQ(file[i].worse_down, built_in[i].worse_down);
    EXPECT_EQ(file[i].amber, built_in[i].amber);
    EXPECT_EQ(file[i].red, built_in[i].red);
    EXPECT_EQ(file[i].window, built_in[i].window);
    EXPECT_EQ(file[i].minimum_orders, built_in[i].minimum_orders);
  }
}

std::string rules_error(const std::string& text) {
  const tenure::test::TempDir dir;
  tenure::test::put_bytes(dir / "rules.toml", text);
  try {
    read_warning_rules(dir / "rules.toml");
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

TEST(WarningRules, FaultsAreToldWithTheirLine) {
  const std::string head = "[[rule]]\nname = \"r\"\nfigure = \"orders\"\n";
  EXPECT_EQ(rules_error(head + "amber = 0.1\nred = 0.2\n"), "");
  EXPECT_THAT(rules_error(head + "amber = 0.3\nred = 0.2\n"), HasSubstr("rules.toml:4:"));
  EXPECT_THAT(rules_error(head + "amber = 0.3\n"), HasSubstr("missing key 'red'"));
  EXPECT_THAT(rules_error(head + "amber = 0.1\nred = 0.2\nagainst = \"luck\"\n"),
              HasSubstr("rules.toml:6: 'luck' is none of previous, year-ago"));
  EXPECT_THAT(rules_error(head + "amber = 0.1\nred = 0.2\nwindow = 3\n"),
              HasSubstr("rules.toml:6: unknown key 'window'"));
  EXPECT_THAT(rules_error(head + "amber = 0.1\nred = 2\nagainst = \"forecast\"\n"),
              HasSubstr("levels of intervals"));
  EXPECT_THAT(rules_error(head + "amber = 1\nred = 2\nagainst = \"level\"\n"),
              HasSubstr("red must be under amber"));
  EXPECT_THAT(rules_error("[[rule]]\nname = \"r\"\nfigure = \"profit\"\namber = 0.1\nred = 1\n"),
              HasSubstr("rules.toml:3: 'profit' is none of orders"));
  EXPECT_THAT(rules_error(head + "amber = 0.1\nred = 0.2\n" + head + "amber = 0.1\nred = 0.2\n"),
              HasSubstr("twice"));
  EXPECT_THAT(rules_error("# nothing\n"), HasSubstr("[[rule]]"));
}

}  // namespace
}  // namespace tenure::customers
