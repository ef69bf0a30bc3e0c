// `tenure backtest` from outside: the tables of docs/BACKTEST.md, and what it refuses.
#include "program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

using Json = nlohmann::json;

class BacktestCommand : public testing::Test {
 protected:
  Json run_json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "-"});
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.exit_code == 0 ? Json::parse(outcome.out) : Json();
  }

  void expect_error(std::vector<std::string> arguments, int exit_code, const std::string& part) {
    arguments.insert(arguments.begin(), "backtest");
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_THAT(outcome.err, testing::HasSubstr(part));
  }

  /// A row of the table in docs/BACKTEST.md: cumulative error within what the JSON prints, share of
  /// the weeks to the week, and the simulation equal to the closed form.
  static void expect_row(const Json& json, const std::string& kind, double error, int inside,
                         int weeks) {
    EXPECT_EQ(json.at("effects").at("kind"), kind);
    EXPECT_NEAR(json.at("total").at("error_percent").get<double>(), error, 0.05);
    EXPECT_EQ(json.at("weeks_inside"), inside);
    EXPECT_EQ(json.at("weeks").size(), static_cast<std::size_t>(weeks));
    EXPECT_NEAR(json.at("share_inside").get<double>(), 1.0 * inside / weeks, 1e-12);
    EXPECT_GT(json.at("agreement").at("p_value").get<double>(), 0.001);
    EXPECT_LT(std::abs(json.at("agreement").at("total_z").get<double>()), 3.3);
  }

  TempDir dir_;
  Program program_{dir_};
};

class BacktestRealDataSlow : public BacktestCommand {};

TEST_F(BacktestRealDataSlow, HoldsCdnowAsDocumented) {
  TENURE_REQUIRE_DATA(log, "cdnow/CDNOW_sample.txt");
  const std::string store = dir_ / "cdnow.h5";
  program_.run({"import", log, "--format", "cdnow", "-o", store, "--quiet"});
  const std::vector<std::string> command = {"backtest", store, "--calibration-end", "1997-09-30"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), command.begin(), command.end());
    return run_json(more);
  };
  const Json plain = with({"--effects", "none"});
  expect_row(plain, "none", -12.1, 30, 39);
  EXPECT_EQ(plain.at("total").at("actual"), 1'882);
  EXPECT_EQ(plain.at("customers"), 2'357);
  EXPECT_EQ(plain.at("holdout_end"), "1998-06-30");
  EXPECT_NEAR(plain.at("log_likelihood").get<double>(), -9582.43, 0.01);
  expect_row(with({"--effects", "weeks"}), "weeks", -0.7, 38, 39);
  expect_row(with({}), "level", 6.7, 39, 39);
  expect_row(with({"--model", "pareto-nbd"}), "none", -11.5, 30, 39);
}

TEST_F(BacktestRealDataSlow, HoldsOnlineRetailAsDocumented) {
  TENURE_REQUIRE_DATA(log, "online-retail-2/online_retail_II.csv");
  const std::string store = dir_ / "shop.h5";
  program_.run({"import", log, "-o", store, "--quiet"});
  const std::vector<std::string> command = {"backtest", store, "--calibration-end", "2011-06-30"};
  const auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), command.begin(), command.end());
    return run_json(more);
  };
  const Json plain = with({"--effects", "none"});
  expect_row(plain, "none", -5.3, 8, 23);
  EXPECT_EQ(plain.at("total").at("actual"), 7'073);
  const Json best = with({});
  expect_row(best, "season+level", 13.2, 23, 23);
  EXPECT_EQ(best.at("effects").at("candidates").size(), 5U);
}

TEST_F(BacktestCommand, RefusesWhatCannotBeTested) {
  const std::string input = dir_ / "log.csv";
  std::string text = "customer,item,time\n";
  for (int i = 0; i < 600; ++i) {
    text += "c" + std::to_string(i % 97) + ",i1,2024-0" + std::to_string(i % 6 + 1) + "-" +
            std::to_string(10 + i * 7 % 19) + "\n";
  }
  write_text(input, text);
  const std::string store = dir_ / "log.h5";
  ASSERT_EQ(program_.run({"import", input, "-o", store, "--quiet"}).exit_code, 0);
  expect_error({store}, 2, "--calibration-end is required");
  expect_error({store, "--calibration-end", "soon"}, 2, "--calibration-end");
  expect_error({store, "--calibration-end", "2023-12-31"}, 2,
               "the calibration's end 2023-12-31 is not within the log, 2024-01-10 to 2024-06-2");
  expect_error({store, "--calibration-end", "2025-01-01"}, 2, "is not within the log");
  expect_error({store, "--calibration-end", "2024-06-25"}, 2, "no whole week follows 2024-06-25");
  expect_error({store, "--calibration-end", "2024-04-30", "--effects", "season"}, 2,
               "effects 'season' need 56 weeks of calibration, there are 1");
  expect_error({store, "--calibration-end", "2024-04-30", "--parameter-draws", "99"}, 2,
               "--parameter-draws");
  expect_error({dir_ / "none.h5", "--calibration-end", "2024-04-30"}, 3, "none.h5");

  const std::string pairs = dir_ / "pairs.txt";
  write_text(pairs, "1 2 3\n2 3 4\n");
  const std::string timeless = dir_ / "pairs.h5";
  ASSERT_EQ(
      program_.run({"import", pairs, "--format", "adjacency", "-o", timeless, "--quiet"}).exit_code,
      0);
  expect_error({timeless, "--calibration-end", "2024-04-30"}, 3, "has no times");
}

}  // namespace
}  // namespace tenure::test
