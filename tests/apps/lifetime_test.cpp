// `tenure fit` with every kind of lifetime model, on public data sets and on small files.
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

class FitLifetime : public testing::Test {
 protected:
  Json run_json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "-"});
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome.exit_code == 0 ? Json::parse(outcome.out) : Json();
  }
  std::string cdnow_store(const std::string& log) {
    const std::string store = dir_ / "cdnow.h5";
    run_json({"import", log, "--format", "cdnow", "-o", store});
    return store;
  }
  static double number(const Json& json, const char* key) { return json.at(key).get<double>(); }

  TempDir dir_;
  Program program_{dir_};
};

TEST_F(FitLifetime, ParetoNbdTellsOfCustomer1516) {
  TENURE_REQUIRE_DATA(log, "cdnow/CDNOW_sample.txt");
  const Json json =
      run_json({"fit", cdnow_store(log), "--model", "pareto-nbd", "--calibration-end", "1997-09-30",
                "--customer", "1516", "--horizon", "52", "--margin", "0.3"});
  EXPECT_NEAR(number(json, "log_likelihood"), -9594.98, 0.01);
  EXPECT_NEAR(number(json.at("standard_errors"), "beta"), 6.2105, 0.02 * 6.2105);
  const Json& customer = json.at("customer");
  EXPECT_NEAR(number(customer, "expected_orders"), 25.456, 0.01);
  EXPECT_NEAR(number(customer, "p_alive"), 0.99787, 0.0001);
  EXPECT_GT(number(customer, "discounted_residual_orders"), 0);
  for (const char* name :
       {"p_alive", "expected_orders", "discounted_residual_orders", "lifetime_value"}) {
    const Json& interval = customer.at(std::string(name) + "_interval");
    EXPECT_LT(interval.at(0).get<double>(), number(customer, name)) << name;
    EXPECT_GT(interval.at(1).get<double>(), number(customer, name)) << name;
  }
  EXPECT_GT(customer.at("orders_interval").at(1).get<double>(),
            customer.at("expected_orders_interval").at(1).get<double>());
  EXPECT_EQ(json.at("holdout").at("actual_orders"), 1882);
}

TEST_F(FitLifetime, AllModelsAreComparedBestFirst) {
  TENURE_REQUIRE_DATA(log, "cdnow/CDNOW_sample.txt");
  const Json json =
      run_json({"fit", cdnow_store(log), "--model", "all", "--calibration-end", "1997-09-30"});
  ASSERT_EQ(json.at("models").size(), 4U);
  EXPECT_EQ(json.at("best"), "mbg-nbd");
  double before = -1e300;
  for (const Json& model : json.at("models")) {
    EXPECT_GE(number(model, "aic"), before);
    before = number(model, "aic");
    EXPECT_EQ(model.at("holdout").at("actual_orders"), 1882);
    EXPECT_GT(number(model.at("holdout"), "mean_absolute_error"), 0);
    EXPECT_EQ(model.at("model") == "mbg-cnbd", model.at("parameters").contains("k"));
  }
}

TEST_F(FitLifetime, BgBbGivesThePublishedTotalOfTheDonations) {
  TENURE_REQUIRE_DATA(counts, "donations/donations.csv");
  const Json json =
      run_json({"fit", "--counts", counts, "--model", "bg-bb", "--unit", "year", "--horizon", "5"});
  EXPECT_NEAR(number(json.at("parameters"), "alpha"), 1.2035, 0.005 * 1.2035);
  EXPECT_NEAR(number(json, "log_likelihood"), -33225.58, 0.01);
  EXPECT_NEAR(number(json.at("expected_orders"), "total"), 12884.2, 1.0);
}

TEST_F(FitLifetime, CovariatesGiveThePublishedFitOfTheApparelShop) {
  TENURE_REQUIRE_DATA(log, "apparel/apparelTrans.csv");
  TENURE_REQUIRE_DATA(covariates, "apparel/apparelStaticCov.csv");
  const std::string store = dir_ / "apparel.h5";
  run_json({"import", log, "-o", store, "--format", "csv", "--columns",
            "customer=Id,item=Id,time=Date,price=Price"});
  const Json json = run_json({"fit", store, "--model", "pareto-nbd", "--calibration-end",
                              "2006-12-31", "--covariates", covariates, "--customer", "1"});
  EXPECT_NEAR(number(json, "log_likelihood"), -5821.063, 0.05);
  EXPECT_NEAR(number(json, "log_likelihood_without_covariates"), -5848.098, 0.05);
  EXPECT_NEAR(number(json.at("parameters"), "dropout.Channel"), 0.7907, 0.005 * 0.7907);
  EXPECT_NEAR(number(json.at("parameters"), "rate.Gender"), 0.2859, 0.005 * 0.2859);
  EXPECT_EQ(json.at("likelihood_ratio").at("degrees_of_freedom"), 4);
  EXPECT_LT(number(json.at("likelihood_ratio"), "p_value"), 1e-9);
  EXPECT_GT(number(json.at("customer"), "p_alive"), 0);
  EXPECT_GT(json.at("holdout").at("actual_orders"), 0);

  write_text(dir_ / "few.csv", "Id,Gender\n1,0\n");
  const Outcome missing = program_.run({"fit", store, "--covariates", dir_ / "few.csv"});
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_NE(missing.err.find("no row of customer"), std::string::npos) << missing.err;
}

TEST_F(FitLifetime, SeveralCountFilesAreOnePool) {
  const std::string header = "frequency,recency,T,weights\n";
  const std::string north = "0,0,39,350\n1,10,39,60\n1,30,39,48\n2,20,35,28\n2,33,35,25\n";
  const std::string south =
      "3,25,38,25\n4,30,38,16\n5,34,37,10\n7,30,36,6\n10,36,38,3\n1,2,30,30\n2,5,36,8\n3,9,33,5\n";
  write_text(dir_ / "north.csv", header + north);
  write_text(dir_ / "south.csv", header + south);
  write_text(dir_ / "both.csv", header + south + north);
  for (const char* model : {"bg-nbd", "mbg-nbd", "pareto-nbd"}) {
    const Json pooled = run_json(
        {"fit", "--counts", dir_ / "north.csv", "--counts", dir_ / "south.csv", "--model", model});
    const Json one = run_json({"fit", "--counts", dir_ / "both.csv", "--model", model});
    EXPECT_EQ(pooled.at("customers"), 614);
    EXPECT_EQ(pooled.at("parameters"), one.at("parameters")) << model;
    EXPECT_EQ(pooled.at("log_likelihood"), one.at("log_likelihood")) << model;
  }
  const Json bootstrap = run_json(
      {"fit", "--counts", dir_ / "both.csv", "--bootstrap", "20", "--threads", "1", "--seed", "5"});
  const Json again = run_json(
      {"fit", "--counts", dir_ / "both.csv", "--bootstrap", "20", "--threads", "8", "--seed", "5"});
  EXPECT_EQ(bootstrap.at("bootstrap"), again.at("bootstrap"));
  EXPECT_EQ(bootstrap.at("bootstrap").at("replicates").get<int>() +
                bootstrap.at("bootstrap").at("failed").get<int>(),
            20);
}

// Fader, Hardie (2007).
TEST_F(FitLifetime, SurvivalCurvesAreProjected) {
  write_text(dir_ / "high.csv",
             "period,survival\n0,1\n1,.869\n2,.743\n3,.653\n4,.593\n5,.551\n6,.517\n7,.491\n");
  const Json json = run_json({"fit", "--survival", dir_ / "high.csv", "--cohort-size", "1000"});
  EXPECT_EQ(json.at("model"), "sbg");
  EXPECT_NEAR(number(json.at("parameters"), "alpha"), 0.6681, 0.005 * 0.6681);
  EXPECT_NEAR(number(json.at("parameters"), "beta"), 3.8061, 0.005 * 3.8061);
  const Json& survival = json.at("survival");
  ASSERT_EQ(survival.size(), 13U);
  const std::vector<double> later = {.460, .436, .414, .395, .378};
  for (std::size_t i = 0; i < later.size(); ++i) {
    EXPECT_NEAR(number(survival.at(8 + i), "model"), later[i], 0.001);
    EXPECT_TRUE(survival.at(8 + i).at("actual").is_null());
  }
  write_text(dir_ / "rising.csv", "period,survival\n0,1\n1,.5\n2,.6\n");
  const Outcome rising = program_.run({"fit", "--survival", dir_ / "rising.csv"});
  EXPECT_EQ(rising.exit_code, 3);
  EXPECT_NE(rising.err.find("rising.csv:4:"), std::string::npos) << rising.err;
  write_text(dir_ / "nobody.csv", "period,survival\n0,1\n1,1\n");
  EXPECT_EQ(program_.run({"fit", "--survival", dir_ / "nobody.csv"}).exit_code, 4);
}

TEST_F(FitLifetime, RegionsArePooledInPart) {
  TENURE_REQUIRE_DATA(csv, "online-retail-2/online_retail_II.csv");
  const std::string store = dir_ / "shop.h5";
  run_json({"import", csv, "-o", store});
  const Json json = run_json({"fit", store, "--model", "bg-nbd", "--by", "region"});
  std::uint64_t customers = 0;
  bool some_alone = false;
  bool some_not = false;
  for (const Json& group : json.at("groups")) {
    customers += group.at("customers").get<std::uint64_t>();
    (group.at("alone").is_null() ? some_not : some_alone) = true;
    for (const char* name : {"r", "alpha", "a", "b"}) {
      const Json& between = json.at("between").at(name);
      const double off = std::log(number(group.at("parameters"), name) / number(between, "median"));
      EXPECT_LT(std::abs(off), 5 * number(between, "log_sd")) << group.at("group") << name;
    }
  }
  EXPECT_EQ(customers, json.at("customers").get<std::uint64_t>());
  EXPECT_TRUE(some_alone && some_not);  // a country with two customers has no maximum of its own
  EXPECT_EQ(program_.run({"fit", store, "--model", "bg-nbd", "--by", "quarter", "--bootstrap", "9"})
                .exit_code,
            2);
}

// Country groups of Online Retail II: every group has a best model, and what cannot be fitted is
// told.
TEST_F(FitLifetime, ModelsAreComparedInGroupsOfRegions) {
  TENURE_REQUIRE_DATA(csv, "online-retail-2/online_retail_II.csv");
  const std::string store = dir_ / "shop.h5";
  run_json({"import", csv, "-o", store});
  const std::string groups = source_file("datasets/groups/online-retail-2.csv");
  const Json json = run_json({"fit", store, "--model", "all", "--by", "region", "--groups", groups,
                              "--calibration-end", "2011-06-09"});
  ASSERT_EQ(json.at("groups").size(), 3U);
  std::uint64_t orders = 0;
  std::uint64_t customers = 0;
  std::vector<std::string> names;
  for (const Json& group : json.at("groups")) {
    names.push_back(group.at("group").get<std::string>());
    ASSERT_EQ(group.at("models").size(), 4U);
    EXPECT_EQ(group.at("models").at(0).at("model"), group.at("best"));
    orders += group.at("models").at(0).at("holdout").at("actual_orders").get<std::uint64_t>();
    customers += group.at("models").at(0).at("customers").get<std::uint64_t>();
  }
  EXPECT_EQ(names, (std::vector<std::string>{"United Kingdom", "elsewhere", "rest of Europe"}));
  const Json& all = json.at("models").at(0);
  EXPECT_EQ(orders, all.at("holdout").at("actual_orders"));
  EXPECT_EQ(customers, all.at("customers"));
  const Json described = run_json({"describe", store, "--groups", groups});
  ASSERT_EQ(described.at("regions").size(), 3U);
  EXPECT_EQ(described.at("key_figures"), run_json({"describe", store}).at("key_figures"));
}

TEST_F(FitLifetime, GroupsOfRegionsAreCheckedWithTheirLine) {
  write_text(dir_ / "log.csv",
             "customer,item,time,region\na,x,2024-01-01,north\nb,x,2024-01-02,south\n"
             "a,x,2024-02-01,north\nb,x,2024-03-02,south\n");
  const std::string store = dir_ / "log.h5";
  run_json({"import", dir_ / "log.csv", "-o", store});
  const auto refused = [&](const std::string& text, const std::string& part) {
    write_text(dir_ / "g.csv", text);
    const Outcome outcome =
        program_.run({"fit", store, "--by", "region", "--groups", dir_ / "g.csv"});
    EXPECT_EQ(outcome.exit_code, 3) << outcome.err;
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
  };
  refused("region,group\nnorth,up\nnorth,down\n", "g.csv:3: region 'north' for the second time");
  refused("region,group\nnorth,up\n", "no group for region 'south'");
  refused("region,group\nnorth,\n", "g.csv:2:");
  refused("region,name\nnorth,up\n", "group");
  EXPECT_EQ(program_.run({"fit", store, "--groups", dir_ / "g.csv"}).exit_code, 2);
  write_text(dir_ / "g.csv", "region,group\nnorth,up\n*,down\n");
  EXPECT_EQ(run_json({"describe", store, "--groups", dir_ / "g.csv"}).at("regions").size(), 2U);
  write_text(dir_ / "bare.csv", "customer,item,time\na,x,2024-01-01\n");
  run_json({"import", dir_ / "bare.csv", "-o", dir_ / "bare.h5"});
  EXPECT_EQ(program_.run({"describe", dir_ / "bare.h5", "--groups", dir_ / "g.csv"}).exit_code, 3);
}

TEST_F(FitLifetime, OptionsThatDoNotGoTogetherAreRefused) {
  write_text(dir_ / "counts.csv", "frequency,recency,T\n0,0,39\n1,10,39\n2,30,39\n");
  const std::string counts = dir_ / "counts.csv";
  const std::vector<std::vector<std::string>> wrong = {
      {"fit"},
      {"fit", "--counts", counts, "--model", "sbg"},
      {"fit", "--survival", counts, "--model", "bg-nbd"},
      {"fit", "--counts", counts, "--covariates", counts},
      {"fit", "--counts", counts, "--regularity", "2"},
      {"fit", "--counts", counts, "--bootstrap", "1"},
      {"fit", "--counts", counts, "--model", "all", "--bootstrap", "20"},
      {"fit", "--counts", counts, "--horizon", "0"},
      {"fit", "--counts", counts, "--discount", "-1"},
      {"fit", "--counts", counts, "--model", "nbd"},
  };
  for (const auto& arguments : wrong) {
    EXPECT_EQ(program_.run(arguments).exit_code, 2) << arguments.back();
  }
  EXPECT_EQ(program_.run({"fit", "--counts", counts, "--model", "mbg-cnbd"}).exit_code, 3);
}

}  // namespace
}  // namespace tenure::test
