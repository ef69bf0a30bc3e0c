// Logs and counts that no model can make sense of, or only just, from the command line: one line on
// stderr that says what is wrong, and the exit code.
#include "program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

class OddCustomers : public testing::Test {
 protected:
  std::string store_of(const std::string& csv) {
    write_text(dir_ / "log.csv", csv);
    const std::string store = dir_ / "log.h5";
    const Outcome made = program_.run({"import", dir_ / "log.csv", "-o", store, "--quiet"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    return store;
  }
  std::string counts_of(const std::string& csv) {
    write_text(dir_ / "counts.csv", csv);
    return dir_ / "counts.csv";
  }
  void expect_error(const std::vector<std::string>& arguments, int exit_code,
                    const std::string& part) {
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, testing::StartsWith("tenure: error: "));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(part));
  }
  Json run_json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "-"});
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.exit_code == 0 ? Json::parse(outcome.out) : Json();
  }

  TempDir dir_;
  Program program_{dir_};
};

const char* const kHead = "customer,item,time,price\n";

TEST_F(OddCustomers, WithOneOrderEachHaveNoModel) {
  const std::string store =
      store_of(std::string(kHead) + "a,x,2024-01-01,3\nb,x,2024-02-01,4\nc,y,2024-03-01,5\n");
  for (const char* model : {"bg-nbd", "mbg-nbd", "mbg-cnbd", "pareto-nbd", "all"}) {
    expect_error({"fit", store, "--model", model}, 4, "no customer has a repeat order");
  }
  expect_error({"churn", store}, 2, "reaches back too little");
  const Json json = run_json({"customers", store, "-o", dir_ / "c.csv", "--model", "auto"});
  EXPECT_THAT(json.at("lifetime").at("orders").at("left_out").get<std::string>(),
              HasSubstr("no customer has a repeat order"));
}

TEST_F(OddCustomers, WhoOrderOnOneDayOnlyHaveNoModel) {
  const std::string store =
      store_of(std::string(kHead) + "a,x,2024-01-01,3\na,y,2024-01-01,3\nb,x,2024-01-01,4\n");
  expect_error({"fit", store}, 4, "no customer has a repeat order");
  expect_error({"fit", store, "--model", "gamma-gamma"}, 2, "no customer");
}

// A log need not be in the order of time; counts can be against it.
TEST_F(OddCustomers, WithAnOrderBeforeTheFirst) {
  std::string forward = kHead;
  std::vector<std::string> lines;
  std::uint32_t state = 7;
  const auto next = [&](std::uint32_t below) {
    state = state * 1664525U + 1013904223U;
    return (state >> 8) % below;
  };
  for (std::uint32_t c = 0; c < 150; ++c) {
    const std::uint32_t orders = c % 5 == 0 ? 4 + next(10) : 1 + next(2);
    const std::uint32_t months = 1 + next(9);
    for (std::uint32_t k = 0; k < orders; ++k) {
      const std::string month = std::to_string(1 + next(months));
      lines.push_back("c" + std::to_string(c) + ",x,2024-0" + month + "-1" +
                      std::to_string(next(10)) + ",5\n");
    }
  }
  std::string backward = kHead;
  for (const std::string& line : lines) forward += line;
  for (auto line = lines.rbegin(); line != lines.rend(); ++line) backward += *line;
  const Json one = run_json({"fit", store_of(forward), "--model", "bg-nbd"});
  const Json other = run_json({"fit", store_of(backward), "--model", "bg-nbd"});
  EXPECT_EQ(one.at("parameters"), other.at("parameters"));
  const std::string before = counts_of("frequency,recency,T\n0,0,39\n2,-5,39\n");
  expect_error({"fit", "--counts", before}, 3, "counts.csv:3:");
  const std::string beyond = counts_of("frequency,recency,T\n2,40,39\n");
  expect_error({"fit", "--counts", beyond}, 3, "counts.csv:2:");
}

TEST_F(OddCustomers, WithNegativeSpend) {
  const Json imported =
      run_json({"import", counts_of(std::string(kHead) + "a,x,2024-01-01,3\na,x,2024-01-02,-3\n"),
                "-o", dir_ / "s.h5"});
  EXPECT_EQ(imported.at("dropped").at("negative_price"), 1);
  const std::string counts =
      counts_of("frequency,recency,T,mean_value\n1,5,39,-10\n2,30,39,-4\n0,0,39,0\n");
  expect_error({"fit", "--counts", counts, "--model", "gamma-gamma"}, 2, "positive");
}

TEST_F(OddCustomers, WhoComeAfterTheCalibrationsEnd) {
  const std::string store =
      store_of(std::string(kHead) + "a,x,2024-01-05,3\na,x,2024-02-05,3\nb,x,2024-03-05,3\n");
  const std::string nobody = "--calibration-end: nobody has an order by 2024-01-04";
  expect_error({"fit", store, "--calibration-end", "2024-01-04"}, 2, nobody);
  expect_error({"fit", store, "--calibration-end", "2024-01-04", "--by", "quarter"}, 2, nobody);
  expect_error({"fit", store, "--cohort-start", "2025-01-01"}, 2,
               "--cohort-start: nobody has a first order from 2025-01-01");
}

TEST_F(OddCustomers, OneWithTenMillionOrders) {
  const std::string counts = counts_of(
      "frequency,recency,T,weights\n0,0,39,350\n1,10,39,60\n1,30,39,48\n2,20,35,28\n"
      "3,25,38,25\n4,30,38,16\n10000000,38,39,1\n");
  const Json json = run_json({"fit", "--counts", counts, "--horizon", "10"});
  EXPECT_EQ(json.at("customers"), 528);
  EXPECT_GT(json.at("expected_orders").at("total").get<double>(), 1);
  for (const char* name : {"r", "alpha", "a", "b"}) {
    EXPECT_GT(json.at("standard_errors").at(name).get<double>(), 0) << name;
  }
  // The outlier's rate leaves the dropout rates without a spread, but for a prior.
  const Json held = run_json({"fit", "--counts", counts, "--model", "pareto-nbd"});
  EXPECT_THAT(held.at("prior").get<std::string>(), HasSubstr("s -> infinity"));
}

TEST_F(OddCustomers, MarketsWithAnIndicatorMissing) {
  write_text(dir_ / "m.toml",
             "[[group]]\nname = \"g\"\npairwise = [[1, 2], [0.5, 1]]\n"
             "[[group.indicator]]\nname = \"a\"\nlow = 1\nmedium = 2\nhigh = 3\n"
             "[[group.indicator]]\nname = \"b\"\nlow = 1\nmedium = 2\nhigh = 3\n"
             "[[region]]\nname = \"r\"\na = 1\nb = 1\n[[region]]\nname = \"s\"\na = 1\n");
  expect_error({"risk", dir_ / "m.toml"}, 3, "missing key 'b'");
}

}  // namespace
}  // namespace tenure::test
