#include "program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class Market : public testing::Test {
 protected:
  Json json_of(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "-"});
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return Json::parse(outcome.out, nullptr, false);
  }

  void expect_error(const std::vector<std::string>& arguments, int code, const std::string& part) {
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, code) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(part));
  }

  // Three years, two regions, views before some purchases. Ends on December 31.
  std::string store() {
    std::string text = "customer,item,time,price,region,channel,kind\n";
    for (int i = 0; i < 3600; ++i) {
      const int month = i % 36;
      const std::string day = std::to_string(10 + i / 36 % 18);
      const std::string number = std::to_string(month % 12 + 1);
      const std::string time = std::to_string(2021 + month / 12) + "-" +
                               (number.size() == 1 ? "0" : "") + number + "-" + day;
      const std::string who = "c" + std::to_string(i * 7 % 997);
      const std::string where = i % 3 == 0 ? "north,web" : "south,app";
      text += who + ",x," + time + ",5.00," + where + ",purchase\n";
      if (i % 2 == 0) text += who + ",x," + time + ",5.00," + where + ",view\n";
    }
    text += "first,x,2021-01-01,5,north,web,purchase\nlast,x,2023-12-31,5,north,web,purchase\n";
    write_text(dir_ / "shop.csv", text);
    const std::string path = dir_ / "shop.h5";
    const Outcome made = program_.run({"import", dir_ / "shop.csv", "-o", path, "--columns",
                                       "region=region,channel=channel,kind=kind", "--quiet"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    return path;
  }

  TempDir dir_;
  Program program_{dir_};
};

TEST_F(Market, RiskGradesTheSixRegions) {
  const std::string example = source_file("datasets/markets/cross-border.toml");
  const Json json = json_of({"risk", example});
  ASSERT_EQ(json.at("regions").size(), 6U);
  EXPECT_LT(json.at("consistency_ratio").get<double>(), 0.1);
  double weights = 0.0;
  for (const auto& [name, weight] : json.at("weights").items()) weights += weight.get<double>();
  EXPECT_NEAR(weights, 1.0, 1e-12);
  for (const Json& region : json.at("regions")) {
    const Json& m = region.at("membership");
    EXPECT_NEAR(
        m.at("low").get<double>() + m.at("medium").get<double>() + m.at("high").get<double>(), 1.0,
        1e-12);
  }
  const Outcome text = program_.run({"risk", example});
  EXPECT_THAT(text.out, HasSubstr("consistency ratio"));
  EXPECT_THAT(text.out, HasSubstr("north-america"));
}

TEST_F(Market, RiskTellsFileAndLine) {
  expect_error({"risk", dir_ / "absent.toml"}, 3, "absent.toml");
  write_text(dir_ / "m.toml",
             "[[group]]\nname = \"g\"\npairwise = [[1, 2], [2, 1]]\n"
             "[[group.indicator]]\nname = \"a\"\nlow = 1\nmedium = 2\nhigh = 3\n"
             "[[group.indicator]]\nname = \"b\"\nlow = 1\nmedium = 2\nhigh = 3\n"
             "[[region]]\nname = \"r\"\na = 1\nb = 1\n");
  expect_error({"risk", dir_ / "m.toml"}, 3, "m.toml:3: the pairwise matrix is not reciprocal");
}

TEST_F(Market, DescribeAddsItsSectionsOnlyWhenAsked) {
  const std::string shop = store();
  const Json plain = json_of({"describe", shop});
  for (const char* key : {"by", "forecast", "survival", "alerts", "funnel"}) {
    EXPECT_FALSE(plain.contains(key)) << key;
  }
  Json all = json_of({"describe", shop, "--by", "region", "--forecast", "3", "--survival",
                      "--inactive-days", "180", "--funnel", "--alerts"});
  double revenue = 0.0;
  for (const Json& group : all.at("by").at("groups")) {
    if (group.at("name") != "all") revenue += group.at("revenue").get<double>();
  }
  EXPECT_NEAR(revenue, all.at("key_figures").at("revenue").get<double>(), 1e-6);
  EXPECT_EQ(all.at("forecast").at("series").size(), 9U);  // 3 figures of all, north, south
  const Json& series = all.at("forecast").at("series").at(0);
  EXPECT_EQ(series.at("history").size(), 36U);
  EXPECT_EQ(series.at("forecast").at(0).at("first_day"), "2024-01-01");
  EXPECT_EQ(series.at("forecast").at(2).at("first_day"), "2024-03-01");
  EXPECT_TRUE(series.at("backtest").at("mase").contains("seasonal_naive"));
  EXPECT_EQ(all.at("survival").at("groups").size(), 3U);
  EXPECT_EQ(all.at("funnel").at("stages").at(0).at("kind"), "view");
  EXPECT_GT(all.at("alerts").at("warnings").size(), 2U);
  for (const char* key : {"by", "forecast", "survival", "alerts", "funnel"}) all.erase(key);
  EXPECT_EQ(all, plain);
}

TEST_F(Market, DescribeIsTheSameOnAnyNumberOfThreads) {
  const std::string shop = store();
  const std::vector<std::string> arguments = {"describe",   shop, "--by",       "channel",
                                              "--forecast", "4",  "--survival", "--alerts"};
  std::string first;
  for (const std::string threads : {"1", "2", "3", "8"}) {
    std::vector<std::string> words = arguments;
    words.insert(words.end(), {"--threads", threads, "--json", "-"});
    const Outcome outcome = program_.run(words);
    ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
    if (first.empty()) first = outcome.out;
    EXPECT_EQ(outcome.out, first) << threads;
  }
}

TEST_F(Market, DescribeByMonthAndCohort) {
  const std::string shop = store();
  const Json months = json_of({"describe", shop, "--by", "month"});
  EXPECT_EQ(months.at("by").at("periods").size(), 36U);
  const Json cohorts = json_of({"describe", shop, "--by", "cohort"});
  EXPECT_EQ(cohorts.at("by").at("groups").at(1).at("name"), "2021-01");
  EXPECT_EQ(program_
                .run({"describe", shop, "--by", "week", "--period", "week", "--forecast", "2",
                      "--survival", "--funnel", "--alerts"})
                .exit_code,
            0);
}

TEST_F(Market, DescribeRefusesWhatTheLogCannotTell) {
  write_text(dir_ / "small.csv", "customer,item,time\na,x,2024-01-01\nb,x,2024-01-02\n");
  const std::string small = dir_ / "small.h5";
  ASSERT_EQ(program_.run({"import", dir_ / "small.csv", "-o", small, "--quiet"}).exit_code, 0);
  expect_error({"describe", small, "--by", "channel"}, 3, "no channels");
  expect_error({"describe", small, "--by", "region"}, 3, "no regions");
  expect_error({"describe", small, "--by", "planet"}, 2, "--by");
  expect_error({"describe", small, "--forecast", "3"}, 3, "whole months");
  expect_error({"describe", small, "--forecast", "0"}, 2, "--forecast");
  expect_error({"describe", small, "--inactive-days", "0"}, 2, "--inactive-days");
  expect_error({"describe", small, "--alerts", dir_ / "none.toml"}, 3, "none.toml");
  write_text(dir_ / "rules.toml",
             "[[rule]]\nname = \"r\"\nfigure = \"orders\"\ncolour = 1\n"
             "amber = 0.1\nred = 0.2\n");
  expect_error({"describe", small, "--alerts", dir_ / "rules.toml"}, 3,
               "rules.toml:4: unknown key 'colour'");
  EXPECT_EQ(program_.run({"describe", small, "--survival", "--funnel", "--alerts"}).exit_code, 0);
}

}  // namespace
}  // namespace tenure::test
