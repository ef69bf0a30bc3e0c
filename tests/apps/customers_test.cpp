// `tenure customers` from outside: its sums, its rows, what it refuses, and that it neither knows
// the future nor depends on the number of threads.
#include "program.hpp"

#include <tenure/core/csv.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <map>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class Customers : public testing::Test {
 protected:
  Outcome run(const std::vector<std::string>& arguments) {
    Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    // Of the logs here some are too small for a fit without a prior.
    EXPECT_THAT(outcome.err,
                testing::AnyOf("", testing::StartsWith("tenure: warning: a weak prior")));
    return outcome;
  }
  Json run_json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "-"});
    const Outcome outcome = run(arguments);
    return outcome.exit_code == 0 ? Json::parse(outcome.out) : Json();
  }
  Outcome fail(const std::vector<std::string>& arguments, int exit_code) {
    Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr("tenure: error: "));
    EXPECT_FALSE(std::filesystem::exists(csv_));
    return outcome;
  }
  std::string store_of(const std::string& name, const std::string& csv) {
    write_text(dir_ / (name + ".csv"), csv);
    const std::string store = dir_ / (name + ".h5");
    run({"import", dir_ / (name + ".csv"), "-o", store, "--quiet"});
    return store;
  }
  std::string small_shop() {
    std::string world = read_text(source_file("datasets/worlds/default.toml"));
    const std::string from = "customers = 100000";
    world.replace(world.find(from), from.size(), "customers = 3000");
    write_text(dir_ / "world.toml", world);
    const std::string store = dir_ / "shop.h5";
    run({"generate", dir_ / "world.toml", "-o", store, "--quiet"});
    return store;
  }

  /// The sums of the tiers and of the file's rows against those of describe.
  void expect_sums_of_describe(const std::string& store, const Json& table) {
    const Json described = run_json({"describe", store}).at("key_figures");
    std::int64_t customers = 0;
    std::int64_t orders = 0;
    double revenue = 0;
    for (const Json& tier : table.at("tiers")) {
      const bool all = tier.at("name") == "all";
      if (all || tier.at("name") == "none") continue;
      customers += tier.at("customers").get<std::int64_t>();
      orders += tier.at("orders").get<std::int64_t>();
      revenue += tier.at("revenue").get<double>();
    }
    EXPECT_EQ(customers, described.at("customers"));
    EXPECT_EQ(orders, described.at("orders"));
    // Each tier's sum is exact in millionths; adding seven doubles rounds.
    EXPECT_NEAR(revenue, described.at("revenue").get<double>(), 1e-9 * revenue);
    EXPECT_EQ(table.at("customers"), described.at("customers"));
    EXPECT_EQ(table.at("revenue"), described.at("revenue"));

    const CsvTable rows = read_csv_table(Execution(), csv_);
    std::int64_t row_orders = 0;
    double row_revenue = 0;
    for (std::size_t i = 0; i < rows.rows.size(); ++i) {
      row_orders += static_cast<std::int64_t>(rows.number(i, rows.column("orders")));
      if (rows.rows[i][rows.column("revenue")].empty()) continue;
      row_revenue += rows.number(i, rows.column("revenue"));
    }
    EXPECT_EQ(rows.rows.size(), table.at("known_customers"));
    EXPECT_EQ(row_orders, orders);
    EXPECT_NEAR(row_revenue, revenue, 1e-9 * revenue);
  }

  TempDir dir_;
  Program program_{dir_};
  std::string csv_ = dir_ / "customers.csv";
};

TEST_F(Customers, SumsByTierAreThoseOfDescribe) {
  const std::string store = small_shop();
  const Json table = run_json({"customers", store, "-o", csv_, "--gross-margin", "0.4"});
  expect_sums_of_describe(store, table);
  EXPECT_EQ(table.at("lifetime").at("gross_margin"), 0.4);
  double expected = 0;
  for (const Json& tier : table.at("tiers")) {
    const double value = tier.at("lifetime_value").get<double>();
    expected += tier.at("name") == "all" ? -value : value;
  }
  EXPECT_NEAR(expected, 0, 1e-6);
  const Outcome people = run({"customers", store, "-o", csv_});
  EXPECT_THAT(people.out, HasSubstr("Lifecycle tiers"));
  EXPECT_THAT(people.out, HasSubstr("left out, the rest weighted up"));
}

TEST_F(Customers, HealthIsTheSumOfItsContributions) {
  run({"customers", small_shop(), "-o", csv_, "--quiet"});
  const CsvTable rows = read_csv_table(Execution(), csv_);
  std::size_t checked = 0;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    if (rows.rows[i][rows.column("health")].empty()) continue;
    double sum = 0;
    for (std::size_t c = rows.column("health_recency"); c < rows.header.size(); ++c) {
      if (!rows.rows[i][c].empty()) sum += rows.number(i, c);
    }
    ASSERT_NEAR(sum, rows.number(i, rows.column("health")), 13 * 0.0005) << i;
    ++checked;
  }
  EXPECT_GT(checked, 2000U);
}

TEST_F(Customers, TableIsTheSameBytesAtAnyNumberOfThreads) {
  const std::string store = small_shop();
  const auto table_at = [&](const std::string& threads) {
    run({"customers", store, "-o", csv_, "--threads", threads, "--quiet"});
    return read_text(csv_);
  };
  const std::string one = table_at("1");
  EXPECT_GT(one.size(), 100'000U);
  for (const char* threads : {"2", "3", "8"}) EXPECT_TRUE(table_at(threads) == one) << threads;
}

TEST_F(Customers, TableOfADayDoesNotKnowWhatComesAfter) {
  std::string log = "customer,item,time,quantity,price,kind\n";
  std::uint32_t state = 7;
  const auto next = [&](std::uint32_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8) % below;
  };
  for (std::uint32_t c = 0; c < 300; ++c) {
    for (std::uint32_t k = next(7) + 1; k > 0; --k) {
      const std::uint32_t item = next(9);
      const std::uint32_t month = 1 + next(6);
      const std::uint32_t day = 1 + next(28);
      char line[100];
      std::snprintf(line, sizeof line, "c%u,i%u,2024-%02u-%02u,1,%u.50,purchase\n", c, item, month,
                    day, 5 + next(17));
      log += line;
    }
  }
  const std::string later =
      "c3,i1,2024-07-05,1,5.50,return\nc5,i99,2024-07-09,4,99,purchase\n"
      "stranger,i99,2024-08-01,1,99,purchase\nc1,i1,2024-07-02,1,1,share\n";
  const auto table_of = [&](const std::string& store) {
    run({"customers", store, "-o", csv_, "--as-of", "2024-06-30", "--risk", "both", "--risk-window",
         "30", "--quiet"});
    return read_text(csv_);
  };
  const std::string before = table_of(store_of("before", log));
  EXPECT_GT(before.size(), 5000U);
  EXPECT_EQ(before, table_of(store_of("after", log + later)));
  const CsvTable rows = read_csv_table(Execution(), csv_);
  EXPECT_NE(rows.rows[0][rows.column("risk")], "");
  run({"customers", dir_ / "after.h5", "-o", csv_, "--quiet"});
  EXPECT_NE(before, read_text(csv_));
}

// The same customers, probabilities, levels and reasons as `tenure churn` writes; levels by the
// cuts of the file; means by tier those of the rows.
TEST_F(Customers, RiskIsThatOfTheChurnModel) {
  const std::string store = small_shop();
  write_text(dir_ / "s.toml", "[risk]\nmedium_from = 0.6\nhigh_from = 0.8\n");
  const Json table = run_json({"customers", store, "-o", csv_, "--risk", "logistic", "--config",
                               dir_ / "s.toml", "--as-of", "2025-11-30"});
  const std::string churn_csv = dir_ / "churn.csv";
  run({"churn", store, "-o", churn_csv, "--model", "logistic", "--as-of", "2025-11-30",
       "--replicates", "10", "--quiet"});
  const CsvTable churn = read_csv_table(Execution(), churn_csv);
  std::map<std::string, double> probability;
  for (std::size_t i = 0; i < churn.rows.size(); ++i) {
    probability[churn.rows[i][0]] = churn.number(i, 1);
  }
  const CsvTable rows = read_csv_table(Execution(), csv_);
  const std::size_t risk = rows.column("risk");
  std::map<std::string, std::int64_t> levels = {{"low", 0}, {"medium", 0}, {"high", 0}};
  std::map<std::string, std::pair<double, double>> by_tier;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    const auto& row = rows.rows[i];
    const auto found = probability.find(row[0]);
    ASSERT_EQ(row[risk].empty(), found == probability.end()) << row[0];
    EXPECT_EQ(row[rows.column("risk_level")].empty(), row[risk].empty());
    EXPECT_EQ(row[rows.column("reason_3")].empty(), row[risk].empty());
    if (row[risk].empty()) continue;
    const double p = rows.number(i, risk);
    EXPECT_NEAR(p, found->second, 1e-6) << row[0];
    const std::string level = p >= 0.8 ? "high" : p >= 0.6 ? "medium" : "low";
    EXPECT_EQ(row[rows.column("risk_level")], level);
    EXPECT_THAT(row[rows.column("reason_1")],
                testing::MatchesRegex("[a-z_0-9]+:[+-][0-9.]+:[-+e0-9.]+:[-+e0-9.]+"));
    ++levels[level];
    auto& [sum, count] = by_tier[row[rows.column("tier")]];
    sum += p;
    count += 1;
  }
  EXPECT_GT(probability.size(), 1000U);
  EXPECT_EQ(table.at("risk").at("customers"), probability.size());
  for (const auto& [level, count] : levels) {
    EXPECT_EQ(table.at("risk").at("levels").at(level), count) << level;
  }
  for (const Json& tier : table.at("tiers")) {
    const auto found = by_tier.find(tier.at("name").get<std::string>());
    if (found == by_tier.end()) continue;
    EXPECT_NEAR(tier.at("risk").get<double>(), found->second.first / found->second.second, 1e-6);
  }
}

TEST_F(Customers, RiskIsLeftOutWithTheReasonWhereTheLogIsShort) {
  const std::string store = store_of(
      "short", "customer,item,time,price\na,x,2024-01-01,3\na,x,2024-02-01,3\nb,x,2024-03-05,3\n");
  const Json json = run_json({"customers", store, "-o", csv_});
  EXPECT_THAT(json.at("risk").at("left_out").get<std::string>(), HasSubstr("three are needed"));
  const CsvTable rows = read_csv_table(Execution(), csv_);
  EXPECT_EQ(rows.rows[0][rows.column("risk")], "");
  EXPECT_EQ(run_json({"customers", store, "-o", csv_, "--risk", "none"}).at("risk").at("left_out"),
            "--risk none");
  std::filesystem::remove(csv_);
  EXPECT_THAT(fail({"customers", store, "-o", csv_, "--risk", "logistic"}, 2).err,
              HasSubstr("--risk none"));
  fail({"customers", store, "-o", csv_, "--risk", "oracle"}, 2);
  fail({"customers", store, "-o", csv_, "--risk-window", "0"}, 2);
}

TEST_F(Customers, ModelsOfOrdersAreChosenByNameOrByTheirAic) {
  const std::string store = small_shop();
  const auto lifetime_of = [&](const std::string& model) {
    return run_json({"customers", store, "-o", csv_, "--risk", "none", "--draws", "20", "--model",
                     model})
        .at("lifetime");
  };
  for (const char* model : {"bg-nbd", "mbg-nbd", "mbg-cnbd", "pareto-nbd"}) {
    EXPECT_EQ(lifetime_of(model).at("orders").at("model"), model);
    const CsvTable rows = read_csv_table(Execution(), csv_);
    EXPECT_NE(rows.rows[0][rows.column("lifetime_value")], "");
  }
  const Json chosen = lifetime_of("auto");
  ASSERT_EQ(chosen.at("compared").size(), 4U);
  EXPECT_EQ(chosen.at("compared").at(0).at("model"), chosen.at("orders").at("model"));
  double before = -1e300;
  for (const Json& one : chosen.at("compared")) {
    if (!one.contains("aic")) continue;
    EXPECT_GE(one.at("aic").get<double>(), before);
    before = one.at("aic").get<double>();
  }
  const Outcome people =
      run({"customers", store, "-o", csv_, "--risk", "none", "--draws", "20", "--model", "auto"});
  EXPECT_THAT(people.out, HasSubstr("lowest AIC: "));
}

TEST_F(Customers, IdsAreQuotedWhereTheyMustBe) {
  const std::string store = store_of(
      "ids",
      "customer,item,time,price\n\"a,b\",x,2024-01-01,3\n\"say \"\"hi\"\"\",x,2024-01-02,4\n");
  run({"customers", store, "-o", csv_, "--quiet"});
  const CsvTable rows = read_csv_table(Execution(), csv_);
  EXPECT_EQ(rows.rows[0][0], "a,b");
  EXPECT_EQ(rows.rows[1][0], "say \"hi\"");
}

// One order each, all on one day: no model of orders can be fitted, everything else stands.
TEST_F(Customers, OfOneOrderEachGetTiersWithoutAForecast) {
  const std::string store =
      store_of("once", "customer,item,time,price\na,x,2024-01-01,3\nb,x,2024-01-01,4\n");
  const Json json = run_json({"customers", store, "-o", csv_});
  EXPECT_EQ(json.at("tiers").at(3).at("customers"), 2);
  EXPECT_EQ(json.at("tiers").at(3).at("name"), "new");
  EXPECT_TRUE(json.at("tiers").at(3).at("lifetime_value").is_null());
  EXPECT_THAT(json.at("lifetime").at("orders").at("left_out").get<std::string>(),
              HasSubstr("BG/NBD"));
  const CsvTable rows = read_csv_table(Execution(), csv_);
  EXPECT_EQ(rows.rows[0][rows.column("tier")], "new");
  EXPECT_EQ(rows.rows[0][rows.column("p_alive")], "");
  std::filesystem::remove(csv_);
  const Outcome strict = fail({"customers", store, "-o", csv_, "--model", "bg-nbd"}, 4);
  EXPECT_THAT(strict.err, HasSubstr("--model none"));
  EXPECT_EQ(run_json({"customers", store, "-o", csv_, "--model", "none"})
                .at("lifetime")
                .at("orders")
                .at("left_out"),
            "--model none");
}

TEST_F(Customers, WithoutPricesHaveNoMoneyAndSaySo) {
  std::string log = "customer,item,time\n";
  for (int c = 0; c < 40; ++c) {
    for (int k = 0; k <= c % 5; ++k) {
      log += "c" + std::to_string(c) + ",i" + std::to_string(k) + ",2024-0" +
             std::to_string(1 + (c + k) % 9) + "-1" + std::to_string(c % 10) + "\n";
    }
  }
  const Json json = run_json({"customers", store_of("free", log), "-o", csv_});
  EXPECT_TRUE(json.at("revenue").is_null());
  EXPECT_THAT(json.at("health").at("left_out").at("monetary").get<std::string>(),
              HasSubstr("prices"));
  EXPECT_THAT(json.at("lifetime").at("spend").at("left_out").get<std::string>(),
              testing::AnyOf(HasSubstr("prices"), HasSubstr("no model")));
  const CsvTable rows = read_csv_table(Execution(), csv_);
  EXPECT_EQ(rows.rows[0][rows.column("revenue")], "");
  EXPECT_EQ(rows.rows[0][rows.column("m_score")], "");
  double weights = 0;
  for (const auto& [name, weight] : json.at("health").at("weights").items()) {
    weights += weight.get<double>();
  }
  EXPECT_NEAR(weights, 100, 1e-9);
}

TEST_F(Customers, BadInputIsOneLineAndLeavesNoFile) {
  const std::string store = store_of("log", "customer,item,time,price\na,x,2024-01-05,3\n");
  write_text(dir_ / "pairs.txt", "a,x\na,y\nb,x\n");
  run({"import", dir_ / "pairs.txt", "--format", "pairs", "-o", dir_ / "pairs.h5", "--quiet"});
  EXPECT_THAT(fail({"customers", dir_ / "pairs.h5", "-o", csv_}, 3).err, HasSubstr("no times"));
  EXPECT_THAT(fail({"customers", store, "-o", csv_, "--as-of", "2023-01-01"}, 2).err,
              HasSubstr("nobody has an order"));
  EXPECT_THAT(fail({"customers", store, "-o", csv_, "--as-of", "yesterday"}, 2).err,
              HasSubstr("--as-of"));
  EXPECT_THAT(fail({"customers", store, "-o", csv_, "--horizon", "0"}, 2).err,
              HasSubstr("horizon"));
  EXPECT_THAT(fail({"customers", store, "-o", csv_, "--gross-margin", "1.5"}, 2).err,
              HasSubstr("margin"));
  EXPECT_THAT(fail({"customers", store, "-o", csv_, "--model", "arima"}, 2).err,
              HasSubstr("--model"));
  EXPECT_THAT(fail({"customers", store, "-o", dir_ / "no/where.csv"}, 3).err, HasSubstr("folder"));
  fail({"customers", dir_ / "missing.h5", "-o", csv_}, 3);
  fail({"customers", store}, 2);
  write_text(dir_ / "bad.toml", "window_days = 365\n[tiers]\nlost_day = 100\n");
  EXPECT_THAT(fail({"customers", store, "-o", csv_, "--config", dir_ / "bad.toml"}, 3).err,
              HasSubstr("bad.toml:3:"));
  write_text(dir_ / "only_returns.csv",
             "customer,item,time,price,quantity,kind\na,x,2024-01-05,3,1,purchase\n"
             "a,x,2024-01-06,3,1,return\n");
  run({"import", dir_ / "only_returns.csv", "-o", dir_ / "returns.h5", "--quiet"});
  EXPECT_THAT(fail({"customers", dir_ / "returns.h5", "-o", csv_}, 3).err, HasSubstr("nobody"));
}

TEST_F(Customers, ThresholdsComeFromTheFile) {
  const std::string store = store_of(
      "log", "customer,item,time,price\na,x,2024-01-01,3\na,x,2024-01-05,3\nb,x,2024-03-05,3\n");
  write_text(dir_ / "s.toml",
             "[tiers]\nmature_orders = 2\nnew_days = 0\n[rfm]\ngroups = 2\n"
             "[rfm3d]\nrecent_score = 2\nvalue_score = 2\n");
  const Json json = run_json({"customers", store, "-o", csv_, "--config", dir_ / "s.toml"});
  std::map<std::string, int> tiers;
  for (const Json& tier : json.at("tiers")) {
    tiers[tier.at("name").get<std::string>()] = tier.at("customers").get<int>();
  }
  EXPECT_EQ(tiers.at("mature"), 1);
  EXPECT_EQ(tiers.at("new"), 1);
}

TEST_F(Customers, OfOnlineRetailAddUp) {
  TENURE_REQUIRE_DATA(log, "online-retail-2/online_retail_II.csv");
  const std::string store = dir_ / "retail.h5";
  run({"import", log, "-o", store, "--quiet"});
  const Json table = run_json({"customers", store, "-o", csv_, "--gross-margin", "0.35"});
  expect_sums_of_describe(store, table);
  std::int64_t everyone = 0;
  for (const Json& tier : table.at("tiers")) {
    if (tier.at("name") == "all") continue;
    std::cout << "  " << tier.at("name").get<std::string>() << ": " << tier.at("customers")
              << " customers, " << tier.at("orders") << " orders, " << tier.at("revenue")
              << " revenue\n";
    everyone += tier.at("customers").get<std::int64_t>();
  }
  EXPECT_EQ(everyone, 5'942);
  EXPECT_EQ(table.at("known_customers"), 5'942);
  // Everyone but the lost is asked about: 4,251 customers ordered in the last year.
  std::int64_t asked = 0;
  for (const auto& [level, count] : table.at("risk").at("levels").items()) {
    std::cout << "  risk " << level << ": " << count << "\n";
    asked += count.get<std::int64_t>();
  }
  EXPECT_EQ(asked, 4'251);
  std::map<std::string, Json> tiers;
  for (const Json& tier : table.at("tiers")) tiers[tier.at("name").get<std::string>()] = tier;
  EXPECT_TRUE(tiers.at("lost").at("risk").is_null());
  EXPECT_EQ(tiers.at("lost").at("customers"), 5'840 - asked);
  EXPECT_GT(tiers.at("silent").at("risk").get<double>(), 0.5);
  EXPECT_LT(tiers.at("mature").at("risk").get<double>(), 0.25);
}

}  // namespace
}  // namespace tenure::test
