// Shops of a few dozen customers, from the command line: a run goes on wherever the log says
// anything at all, with one warning where a prior had to help, and stops with one line where it
// says nothing.
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
using testing::HasSubstr;

std::string line(const std::string& customer, const std::string& day, const std::string& price) {
  return customer + ",x," + day + "," + price + "\n";
}

class SmallLogs : public testing::Test {
 protected:
  std::string generate(int customers, int seed) {
    std::string world = read_text(source_file("examples/shop.toml"));
    const std::string key = "customers = 2000";
    world.replace(world.find(key), key.size(), "customers = " + std::to_string(customers));
    write_text(dir_ / "world.toml", world);
    const Outcome made = program_.run({"generate", dir_ / "world.toml", "-o", dir_ / "shop.h5",
                                       "--seed", std::to_string(seed), "--quiet"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    return dir_ / "shop.h5";
  }

  std::string store_of(const std::string& lines) {
    write_text(dir_ / "log.csv", "customer,item,time,price\n" + lines);
    const std::string store = dir_ / "log.h5";
    const Outcome made = program_.run({"import", dir_ / "log.csv", "-o", store, "--quiet"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    return store;
  }

  Outcome simulate(const std::string& store, const std::vector<std::string>& more = {}) {
    std::vector<std::string> words = {"simulate", source_file("datasets/scenarios/store.toml"),
                                      "--store",  store,
                                      "--json",   dir_ / "out.json",
                                      "-o",       dir_ / "result.h5"};
    words.insert(words.end(), more.begin(), more.end());
    return program_.run(words);
  }

  /// A simulation that runs, its warning and its JSON telling the same. @return whether a prior
  /// took part.
  bool expect_simulation(const std::string& store, const std::vector<std::string>& more = {}) {
    const Outcome outcome = simulate(store, more);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    if (outcome.exit_code != 0) return false;
    const Json json = Json::parse(read_text(dir_ / "out.json"));
    const Json& fits = json.at("fits");
    const bool held = std::any_of(fits.begin(), fits.end(),
                                  [](const Json& fit) { return !fit.at("prior").is_null(); });
    EXPECT_EQ(count_warnings(outcome), held ? 1 : 0) << outcome.err;
    for (const Json& strategy : json.at("strategies")) {
      EXPECT_TRUE(std::isfinite(strategy.at("roi").get<double>()));
      EXPECT_LE(strategy.at("roi_interval").at(0), strategy.at("roi_interval").at(1));
    }
    return held;
  }

  static long count_warnings(const Outcome& outcome) {
    EXPECT_TRUE(outcome.err.empty() || outcome.err.starts_with("tenure: warning: a weak prior "))
        << outcome.err;
    return std::count(outcome.err.begin(), outcome.err.end(), '\n');
  }

  void expect_error(const Outcome& outcome, int exit_code, const std::vector<std::string>& parts) {
    EXPECT_EQ(outcome.exit_code, exit_code) << outcome.err;
    EXPECT_THAT(outcome.err, testing::StartsWith("tenure: error: "));
    EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1) << outcome.err;
    for (const std::string& part : parts) EXPECT_THAT(outcome.err, HasSubstr(part));
  }

  TempDir dir_;
  Program program_{dir_};
};

TEST_F(SmallLogs, OfThirtyCustomersAreSimulated) {
  int held = 0;
  for (int seed = 1; seed <= 6; ++seed) held += expect_simulation(generate(30, seed)) ? 1 : 0;
  EXPECT_GT(held, 0);  // else the seeds test nothing
}

TEST_F(SmallLogs, OfAHundredCustomersAreSimulated) {
  for (int seed = 1; seed <= 6; ++seed) expect_simulation(generate(100, seed));
}

TEST_F(SmallLogs, AreSimulatedByEveryModel) {
  const std::string store = generate(30, 2);
  for (const char* model : {"bg-nbd", "mbg-nbd", "pareto-nbd"}) {
    expect_simulation(store, {"--model", model});
  }
}

TEST_F(SmallLogs, AreFittedAndTabledWithTheSameWarning) {
  const std::string store = store_of(line("a", "2024-01-01", "3") + line("a", "2024-02-01", "3") +
                                     line("b", "2024-01-05", "3") + line("c", "2024-01-09", "3"));
  for (const char* model : {"bg-nbd", "mbg-nbd", "mbg-cnbd", "pareto-nbd", "gamma-gamma"}) {
    const Outcome fit = program_.run({"fit", store, "--model", model, "--json", dir_ / "fit.json"});
    EXPECT_EQ(fit.exit_code, 0) << model << fit.err;
    EXPECT_EQ(count_warnings(fit), 1) << model << fit.err;
    EXPECT_THAT(fit.err, HasSubstr("which 3 customers, 1 of them with a repeat order"));
    EXPECT_THAT(fit.out, HasSubstr("with a weak prior"));
    EXPECT_TRUE(Json::parse(read_text(dir_ / "fit.json")).at("prior").is_string()) << model;
  }
  for (const char* model : {"bg-nbd", "auto"}) {
    const Outcome table = program_.run({"customers", store, "-o", dir_ / "c.csv", "--model", model,
                                        "--json", dir_ / "table.json"});
    EXPECT_EQ(table.exit_code, 0) << table.err;
    EXPECT_EQ(count_warnings(table), 1) << table.err;
    const Json lifetime = Json::parse(read_text(dir_ / "table.json")).at("lifetime");
    EXPECT_TRUE(lifetime.at("orders").at("prior").is_string());
    EXPECT_TRUE(lifetime.at("spend").at("prior").is_string());
  }
  EXPECT_EQ(program_.run({"fit", store, "--quiet"}).err, "");
}

TEST_F(SmallLogs, OfOnePriceAreSimulated) {
  std::string lines;
  for (int c = 0; c < 200; ++c) {
    for (int order = 0; order < 1 + c % 4; ++order) {
      lines += line("c" + std::to_string(c),
                    "2024-0" + std::to_string(1 + order) + "-1" + std::to_string((c + order) % 10),
                    "20");
    }
  }
  EXPECT_TRUE(expect_simulation(store_of(lines)));
}

TEST_F(SmallLogs, OfOneRepeatOrderAreSimulated) {
  EXPECT_TRUE(
      expect_simulation(store_of(line("a", "2024-01-01", "3") + line("a", "2024-02-01", "4"))));
}

TEST_F(SmallLogs, WithoutARepeatOrderStopWithWhatIsMissing) {
  std::string lines;
  for (const char* customer : {"a", "b", "c", "d", "e"}) lines += line(customer, "2024-01-01", "3");
  const std::string store = store_of(lines);
  expect_error(simulate(store), 4,
               {"no customer has a repeat order", "the 5 of the log",
                "one repeat order is the least", "a longer log", "default.toml"});
  expect_error(program_.run({"fit", store}), 4, {"no customer has a repeat order"});
  const Outcome table = program_.run({"customers", store, "-o", dir_ / "c.csv"});
  EXPECT_EQ(table.exit_code, 0) << table.err;
}

TEST_F(SmallLogs, WithoutPositiveValuesStopWithWhatIsMissing) {
  const std::string store = store_of(line("a", "2024-01-01", "3") + line("a", "2024-02-01", "0") +
                                     line("b", "2024-01-01", "3"));
  expect_error(simulate(store), 3, {"no repeat order has a positive value", "default.toml"});
}

TEST_F(SmallLogs, SayWhyACustomerOfOneOrderIsCertainlyAlive) {
  const std::string store = generate(100, 3);
  const auto table = [&](const char* model) {
    return program_.run({"customers", store, "-o", dir_ / "c.csv", "--model", model}).out;
  };
  EXPECT_THAT(table("bg-nbd"), HasSubstr("p alive is 1 for "));
  EXPECT_THAT(table("mbg-nbd"), testing::Not(HasSubstr("p alive is 1 for ")));
}

}  // namespace
}  // namespace tenure::test
