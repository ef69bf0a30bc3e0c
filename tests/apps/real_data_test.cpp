// The public data sets through the command line: figures that were published, or counted from the
// files by other means.
#include "program.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

using Json = nlohmann::json;

class RealData : public testing::Test {
 protected:
  Json run_json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "-"});
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    return outcome.exit_code == 0 ? Json::parse(outcome.out) : Json();
  }

  static void expect_within(const Json& parameters, const char* name, double published,
                            double share) {
    const double value = parameters.at(name).get<double>();
    EXPECT_NEAR(value, published, share * published) << name;
  }

  TempDir dir_;
  Program program_{dir_};
};

TEST_F(RealData, OnlineRetailRowsAreAllAccountedFor) {
  TENURE_REQUIRE_DATA(csv, "online-retail-2/online_retail_II.csv");
  const Json json = run_json({"import", csv, "-o", dir_ / "shop.h5"});
  EXPECT_EQ(json.at("rows"), 1'044'847);
  EXPECT_EQ(json.at("flags").at("negative_quantity"), 22'557);
  EXPECT_EQ(json.at("flags").at("no_customer"), 235'287);
  EXPECT_EQ(json.at("dropped").at("no_customer"), 235'287);
  EXPECT_EQ(json.at("customers"), 5'942);
  std::uint64_t dropped = 0;
  for (const auto& [reason, count] : json.at("dropped").items()) {
    dropped += count.get<std::uint64_t>();
  }
  EXPECT_EQ(json.at("kept").get<std::uint64_t>() + dropped, 1'044'847U);
}

// Fader, Hardie, Lee (2005) and Fader, Hardie (2013), on the 1/10 sample of CDNOW.
TEST_F(RealData, CdnowGivesThePublishedParameters) {
  TENURE_REQUIRE_DATA(log, "cdnow/CDNOW_sample.txt");
  const std::string store = dir_ / "cdnow.h5";
  run_json({"import", log, "--format", "cdnow", "-o", store});
  const Json orders = run_json(
      {"fit", store, "--model", "bg-nbd", "--unit", "week", "--calibration-end", "1997-09-30"});
  const Json& p = orders.at("parameters");
  expect_within(p, "r", 0.2426, 0.005);
  expect_within(p, "alpha", 4.414, 0.005);
  expect_within(p, "a", 0.793, 0.005);
  expect_within(p, "b", 2.426, 0.005);
  EXPECT_NEAR(orders.at("log_likelihood").get<double>(), -9582.43, 0.01);
  EXPECT_EQ(orders.at("customers"), 2'357);
  // The log goes on for 39 weeks; 1,882 repeat orders fall into them.
  EXPECT_EQ(orders.at("holdout").at("holdout_end"), "1998-06-30");
  EXPECT_EQ(orders.at("holdout").at("actual_orders"), 1'882);
  EXPECT_EQ(orders.at("holdout").at("by_frequency").size(), 8U);

  const Json spend =
      run_json({"fit", store, "--model", "gamma-gamma", "--calibration-end", "1997-09-30"});
  expect_within(spend.at("parameters"), "p", 6.25, 0.01);
  expect_within(spend.at("parameters"), "q", 3.74, 0.01);
  expect_within(spend.at("parameters"), "gamma", 15.44, 0.01);
  EXPECT_NEAR(spend.at("log_likelihood").get<double>(), -4055.92, 0.1);
  EXPECT_EQ(spend.at("customers"), 946);
}

// A worked example of compressed counts: the fit on them is the fit on the customers they stand
// for.
TEST_F(RealData, CountsGiveTheFitOfTheirCustomers) {
  std::string wide = "frequency,recency,T\n";
  std::string narrow = "frequency,recency,periods,weights\n";
  const std::vector<std::vector<int>> rows = {
      {0, 0, 39, 350}, {1, 10, 39, 60}, {1, 30, 39, 48}, {2, 20, 35, 28}, {2, 33, 35, 25},
      {3, 25, 38, 25}, {4, 30, 38, 16}, {5, 34, 37, 10}, {7, 30, 36, 6},  {10, 36, 38, 3},
      {1, 2, 30, 30},  {2, 5, 36, 8},   {3, 9, 33, 5}};
  for (const auto& row : rows) {
    const std::string text =
        std::to_string(row[0]) + "," + std::to_string(row[1]) + "," + std::to_string(row[2]);
    narrow += text + "," + std::to_string(row[3]) + "\n";
    for (int i = 0; i < row[3]; ++i) wide += text + "\n";
  }
  write_text(dir_ / "wide.csv", wide);
  write_text(dir_ / "narrow.csv", narrow);
  const Json by_customer = run_json({"fit", "--counts", dir_ / "wide.csv"});
  const Json compressed = run_json({"fit", "--counts", dir_ / "narrow.csv"});
  EXPECT_EQ(by_customer.at("customers"), compressed.at("customers"));
  EXPECT_NEAR(by_customer.at("log_likelihood").get<double>(),
              compressed.at("log_likelihood").get<double>(), 1e-9);
  const Outcome bad = program_.run({"fit", "--counts", dir_ / "wide.csv", "--customer", "1"});
  EXPECT_EQ(bad.exit_code, 2);
  write_text(dir_ / "bad.csv", "frequency,recency,T\n1,5,30\n1,50,30\n");
  EXPECT_NE(program_.run({"fit", "--counts", dir_ / "bad.csv"}).err.find("bad.csv:3:"),
            std::string::npos);
}

TEST_F(RealData, CdnowCustomer1516IsAsPublished) {
  TENURE_REQUIRE_DATA(log, "cdnow/CDNOW_sample.txt");
  const std::string store = dir_ / "cdnow.h5";
  run_json({"import", log, "--format", "cdnow", "-o", store});
  const Json json = run_json({"fit", store, "--model", "bg-nbd", "--calibration-end", "1997-09-30",
                              "--customer", "1516", "--horizon", "52"});
  EXPECT_EQ(json.at("customer").at("frequency"), 26);
  EXPECT_NEAR(json.at("customer").at("expected_orders").get<double>(), 25.757, 0.01);
  EXPECT_NEAR(json.at("customer").at("p_alive").get<double>(), 0.96885, 0.001);
}

TEST_F(RealData, GowallaRecallIsReached) {
  TENURE_REQUIRE_DATA(train, "gowalla/train.txt");
  TENURE_REQUIRE_DATA(test, "gowalla/test.txt");
  const Json imported = run_json({"import", train, "-o", dir_ / "train.h5"});
  EXPECT_EQ(imported.at("kept"), 810'128);
  EXPECT_EQ(imported.at("customers"), 29'858);
  run_json({"import", test, "-o", dir_ / "test.h5"});
  const Json json =
      run_json({"evaluate", dir_ / "train.h5", "--test", dir_ / "test.h5", "--model", "ials",
                "--factors", "64", "--regularization", "0.05", "--unobserved-weight", "0.01",
                "--regularization-exponent", "0.5", "--epochs", "10", "--at", "20"});
  EXPECT_GE(json.at("metrics").at("recall@20").get<double>(), 0.148);
  EXPECT_EQ(json.at("users"), 29'858);
  EXPECT_EQ(json.at("epoch_seconds").size(), 10U);
}

}  // namespace
}  // namespace tenure::test
