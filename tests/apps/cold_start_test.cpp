// New items and new customers from the command line.
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

/// Customers c0 to c59 of two tastes, tea and garden; north buys on the web, south in shops. The
/// catalogue knows four items that nobody has bought.
class ColdStart : public testing::Test {
 protected:
  ColdStart() {
    std::string log = "customer,item,time,region,channel\n";
    for (int customer = 0; customer < 60; ++customer) {
      const std::string taste = customer % 2 == 0 ? "tea" : "garden";
      const std::string place = customer % 2 == 0 ? "north,web" : "south,shop";
      for (int i = 0; i < 5; ++i) {
        log += "c" + std::to_string(customer) + "," + taste +
               std::to_string((customer / 2 + i * i) % 10) + ",2024-0" + std::to_string(1 + i) +
               "-11," + place + "\n";
      }
    }
    std::string catalogue = "item,text,category\n";
    for (int i = 0; i < 12; ++i) {
      const std::string shape = i % 3 == 0 ? " round" : i % 3 == 1 ? " tall" : " small";
      catalogue += "tea" + std::to_string(i) + ",China cup" + shape + ",kitchen\n";
      catalogue += "garden" + std::to_string(i) + ",Flower pot" + shape + ",outdoor\n";
    }
    write_text(dir_ / "log.csv", log);
    write_text(dir_ / "items.csv", catalogue);
  }

  std::string import(const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"import", dir_ / "log.csv", "-o", dir_ / "shop.h5",
                                          "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    run(arguments);
    return dir_ / "shop.h5";
  }
  std::string with_catalogue() { return import({"--items", dir_ / "items.csv"}); }
  Outcome run(const std::vector<std::string>& arguments) {
    Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
    return outcome;
  }
  Json json(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--json", "-"});
    const Outcome outcome = run(arguments);
    return outcome.exit_code == 0 ? Json::parse(outcome.out) : Json();
  }

  TempDir dir_;
  Program program_{dir_};
};

TEST_F(ColdStart, ImportTellsOfTextsAndItemsWithoutEvents) {
  const Json report =
      json({"import", dir_ / "log.csv", "-o", dir_ / "shop.h5", "--items", dir_ / "items.csv"});
  EXPECT_EQ(report.at("items"), 24);
  EXPECT_EQ(report.at("items_with_text"), 24);
  EXPECT_EQ(report.at("items_with_category"), 24);
  EXPECT_EQ(report.at("items_without_events"), 4);
  EXPECT_THAT(run({"describe", dir_ / "shop.h5"}).out, HasSubstr("24 have a text"));
}

TEST_F(ColdStart, NewItemsAreListedToCustomersOfTheirTaste) {
  const std::string store = with_catalogue();
  write_text(dir_ / "new.txt", "tea10\ntea11\ngarden10\ngarden11\n");
  for (const char* name : {"content", "hybrid"}) {
    const std::string model = dir_ / (std::string(name) + ".h5");
    std::vector<std::string> train = {"train", store, "-o", model, "--model", name, "--quiet"};
    if (std::string(name) == "hybrid") train.insert(train.end(), {"--factors", "4"});
    run(train);
    const Json result =
        json({"recommend", model, "--all", "-n", "2", "--allow", dir_ / "new.txt", "--explain"});
    ASSERT_EQ(result.at("lists").size(), 60U);
    for (const Json& list : result.at("lists")) {
      const int customer = std::stoi(list.at("customer").get<std::string>().substr(1));
      const std::string taste = customer % 2 == 0 ? "tea" : "garden";
      for (const Json& item : list.at("items")) {
        EXPECT_THAT(item.get<std::string>(), testing::StartsWith(taste)) << name;
      }
      EXPECT_FALSE(list.at("explanations").at(0).at("because").empty()) << name;
    }
  }
}

TEST_F(ColdStart, HoldingOutWholeItemsShowsWhatTheModelsKnowOfThem) {
  const std::string store = with_catalogue();
  const auto recall = [&](const char* model) {
    return json({"evaluate", store, "--model", model, "--split", "items:0.3", "--at", "3"})
        .at("metrics")
        .at("recall@3")
        .get<double>();
  };
  EXPECT_GT(recall("content"), recall("popularity"));
  EXPECT_THAT(run({"evaluate", store, "--model", "content", "--split", "items:0.3"}).out,
              HasSubstr("items held out"));
}

TEST_F(ColdStart, WithoutTextsTheErrorSaysWhatToDo) {
  const std::string store = import({});
  for (const char* name : {"content", "hybrid"}) {
    const Outcome outcome =
        program_.run({"train", store, "-o", dir_ / "model.h5", "--model", name});
    EXPECT_EQ(outcome.exit_code, 3);
    EXPECT_THAT(outcome.err, HasSubstr("--items FILE"));
  }
  for (const Json& scored : json({"evaluate", store, "--all", "--at", "3"}).at("models")) {
    EXPECT_NE(scored.at("model"), "content");
    EXPECT_NE(scored.at("model"), "hybrid");
  }
}

TEST_F(ColdStart, ANewCustomerIsServedByRegionAndChannel) {
  const std::string model = dir_ / "model.h5";
  run({"train", import({}), "-o", model, "--factors", "4", "--quiet"});
  const auto list = [&](const std::vector<std::string>& who) {
    std::vector<std::string> arguments = {"recommend", model, "-n", "5"};
    arguments.insert(arguments.end(), who.begin(), who.end());
    Json result = json(arguments);
    return result.is_null() ? Json() : result.at("lists").at(0);
  };
  const auto all_of = [](const Json& made, const char* taste) {
    return std::all_of(made.at("items").begin(), made.at("items").end(), [&](const Json& item) {
      return item.get<std::string>().starts_with(taste);
    });
  };
  const Json north = list({"--region", "north", "--channel", "web"});
  EXPECT_EQ(north.at("group"), "north, web");
  EXPECT_EQ(north.at("fallback"), "regional-popularity");
  EXPECT_EQ(north.at("items").size(), 5U);
  EXPECT_TRUE(all_of(north, "tea"));
  EXPECT_EQ(list({"--region", "south", "--channel", "fax"}).at("group"), "south");
  EXPECT_TRUE(all_of(list({"--region", "south", "--channel", "fax"}), "garden"));
  EXPECT_EQ(list({"--region", "moon", "--channel", "shop"}).at("group"), "shop");
  EXPECT_TRUE(list({"--region", "moon"}).at("group").is_null());
  EXPECT_THAT(run({"recommend", model, "--region", "moon"}).out, HasSubstr("all customers"));
  EXPECT_EQ(program_.run({"recommend", model, "--region", "north", "--all"}).exit_code, 2);
  EXPECT_EQ(program_.run({"recommend", model, "--region", "north", "--explain"}).exit_code, 2);
}

TEST_F(ColdStart, CustomersWithoutAPurchaseAreServedByTheirRegion) {
  std::string log = read_text(dir_ / "log.csv");
  log.insert(log.find('\n'), ",kind");
  for (std::size_t at = log.find('\n') + 1; at < log.size(); ++at) {
    if (log[at] != '\n') continue;
    log.insert(at, ",purchase");
    at = log.find('\n', at);
  }
  log += "visitor,tea0,2024-05-12,south,shop,view\n";
  write_text(dir_ / "log.csv", log);
  const std::string model = dir_ / "model.h5";
  const std::string updated = dir_ / "updated.h5";
  run({"train", import({}), "-o", model, "--factors", "4", "--quiet"});
  run({"update", model, dir_ / "shop.h5", "-o", updated, "--quiet"});
  for (const std::string& file : {model, updated}) {
    const Json list =
        json({"recommend", file, "--customer", "visitor", "-n", "4"}).at("lists").at(0);
    EXPECT_EQ(list.at("fallback"), "regional-popularity");
    for (const Json& item : list.at("items")) {
      EXPECT_THAT(item.get<std::string>(), testing::StartsWith("garden"));
    }
  }
  write_text(dir_ / "log.csv",
             "customer,item,time\na,x,2024-01-01\na,y,2024-01-02\nb,x,2024-01-03\n"
             "b,y,2024-01-04\nb,z,2024-01-05\n");
  run({"train", import({}), "-o", model, "--factors", "2", "--split", "random:0.3", "--quiet"});
  EXPECT_EQ(program_.run({"recommend", model, "--region", "south"}).exit_code, 2);
}

}  // namespace
}  // namespace tenure::test
