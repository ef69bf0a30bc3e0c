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
    EXPECT_EQ(outcome.err, "");
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
  for (int c = 0; c < 60; ++c) {
    for (int k = 0; k <= c % 7; ++k) {
      char line[100];
      std::snprintf(line, sizeof line, "c%d,i%d,2024-%02d-%02d,1,%d.50,purchase\n", c, (c + k) % 9,
                    1 + (c + 2 * k) % 6, 1 + (5 * c + k) % 28, 5 + (c * k) % 17);
      log += line;
    }
  }
  const std::string later =
      "c3,i1,2024-07-05,1,5.50,return\nc5,i99,2024-07-09,4,99,purchase\n"
      "stranger,i99,2024-08-01,1,99,purchase\nc1,i1,2024-07-02,1,1,share\n";
  const auto table_of = [&](const std::string& store) {
    run({"customers", store, "-o", csv_, "--as-of", "2024-06-30", "--quiet"});
    return read_text(csv_);
  };
  const std::string before = table_of(store_of("before", log));
  EXPECT_GT(before.size(), 5000U);
  EXPECT_EQ(before, table_of(store_of("after", log + later)));
  run({"customers", dir_ / "after.h5", "-o", csv_, "--quiet"});
  EXPECT_NE(before, read_text(csv_));
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
}

}  // namespace
}  // namespace tenure::test
