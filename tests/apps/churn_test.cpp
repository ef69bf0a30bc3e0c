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

class Churn : public testing::Test {
 protected:
  /// Two years of 400 customers who order every 20 to 110 days, some of whom stop.
  std::string make_store() {
    std::string text = "customer,item,time,quantity,price\n";
    std::uint32_t state = 7;
    const auto next = [&](std::uint32_t below) {
      state = state * 1664525U + 1013904223U;
      return (state >> 8) % below;
    };
    for (std::uint32_t c = 0; c < 400; ++c) {
      const std::uint32_t gap = 20 + next(90);
      const std::uint32_t stays = 1 + next(14);
      std::uint32_t day = next(500);
      for (std::uint32_t k = 0; k < stays && day < 730; ++k) {
        // Unix seconds from 2022-01-01 on.
        text += "\"c," + std::to_string(c) + "\",i" + std::to_string(next(40)) + "," +
                std::to_string(1640995200U + day * 86400U) + ",1," + std::to_string(5 + next(50)) +
                "\n";
        day += 1 + gap / 2 + next(gap);
      }
    }
    const std::string store = dir_ / "shop.h5";
    write_text(dir_ / "shop.csv", text);
    const Outcome made = program_.run({"import", dir_ / "shop.csv", "-o", store, "--quiet"});
    EXPECT_EQ(made.exit_code, 0) << made.err;
    return store;
  }

  TempDir dir_;
  Program program_{dir_};
};

TEST_F(Churn, MeasuresOnLaterDaysAndScoresTodaysCustomers) {
  const std::string store = make_store();
  const std::string risk = dir_ / "risk.csv";
  const std::vector<std::string> command = {"churn", store, "-o", risk, "--replicates", "50"};
  std::vector<std::string> with_json = command;
  with_json.insert(with_json.end(), {"--json", "-", "--threads", "1"});
  const Outcome outcome = program_.run(with_json);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  const Json json = Json::parse(outcome.out);
  EXPECT_EQ(json.at("window_days"), 90);
  const Json& evaluation = json.at("evaluation");
  std::vector<std::string> names;
  for (const Json& forecast : evaluation.at("forecasts")) {
    names.push_back(forecast.at("name").get<std::string>());
    EXPECT_EQ(forecast.at("groups").size(), 10U);
    const Json& auc = forecast.at("auc");
    EXPECT_LE(auc.at("interval").at(0).get<double>(), auc.at("value").get<double>());
    EXPECT_GE(auc.at("interval").at(1).get<double>(), auc.at("value").get<double>());
  }
  EXPECT_THAT(names, testing::IsSupersetOf({"recency", "logistic"}));
  const std::string csv = read_text(risk);
  EXPECT_THAT(csv, testing::StartsWith("customer,probability,reason_1,reason_2,reason_3\n\"c,"));
  EXPECT_EQ(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')),
            json.at("scores").at("customers").get<std::size_t>() + 1);
  EXPECT_THAT(csv, HasSubstr(" the risk\""));

  std::vector<std::string> three = command;
  three.insert(three.end(), {"--threads", "3"});
  const Outcome human = program_.run(three);
  EXPECT_EQ(human.exit_code, 0) << human.err;
  EXPECT_EQ(read_text(risk), csv);  // and threads change nothing
  for (const char* part : {"Test on the customers of ", "Paired differences", "calibration slope",
                           "Tenths by the risk of logistic", "left out: region_share"}) {
    EXPECT_THAT(human.out, HasSubstr(part));
  }
}

TEST_F(Churn, RefusesWhatItCannotAnswer) {
  const std::string store = make_store();
  const auto refused = [&](std::vector<std::string> arguments, int code, const std::string& part) {
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, code) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    EXPECT_THAT(outcome.err, testing::StartsWith("tenure: error: "));
    EXPECT_THAT(outcome.err, HasSubstr(part));
  };
  refused({"churn", store, "--as-of", "2030-01-01"}, 2, "--as-of: the log has events from");
  refused({"churn", store, "--as-of", "soon"}, 2, "is no date");
  refused({"churn", store, "--as-of", "2022-08-01"}, 2, "reaches back too little");
  refused({"churn", store, "--window", "0"}, 2, "--window");
  refused({"churn", store, "--model", "oracle"}, 2, "--model");
  refused({"churn", dir_ / "missing.h5"}, 3, "missing.h5");
  refused({"churn", store, "-o", dir_ / "no" + std::string("/risk.csv")}, 3, "folder");
  write_text(dir_ / "pairs.csv", "0 1 2 3\n1 2 4\n2 1 3\n");
  const std::string timeless = dir_ / "pairs.h5";
  ASSERT_EQ(
      program_
          .run({"import", dir_ / "pairs.csv", "--format", "adjacency", "-o", timeless, "--quiet"})
          .exit_code,
      0);
  refused({"churn", timeless}, 3, "no times");
}

}  // namespace
}  // namespace tenure::test
