// Rules, explanations, updates and comparisons from the command line.
#include "program.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <cstdio>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

/// Customers c0 to c59 of three tastes, items i0 to i29; the last weeks bring new ones of both.
class Serving : public testing::Test {
 protected:
  Serving() {
    std::string old_log = "customer,item,time\n";
    std::string new_log = old_log;
    for (int customer = 0; customer < 66; ++customer) {
      for (int i = 0; i < 6; ++i) {
        const int item = (customer % 3) + 3 * ((customer + i * i) % 11);
        const bool fresh = customer >= 60 || item >= 30;
        std::string& log = fresh ? new_log : old_log;
        log += "c" + std::to_string(customer) + ",i" + std::to_string(item) + ",2024-0" +
               (fresh ? "9" : std::to_string(1 + i)) + "-1" + std::to_string(customer % 10) + "\n";
      }
    }
    old_store_ = import("old", old_log);
    new_store_ = import("new", new_log);
    model_ = dir_ / "model.h5";
    run({"train", old_store_, "-o", model_, "--factors", "6", "--epochs", "5", "--quiet"});
  }

  std::string import(const std::string& name, const std::string& text) {
    write_text(dir_ / (name + ".csv"), text);
    std::string store = dir_ / (name + ".h5");
    run({"import", dir_ / (name + ".csv"), "-o", store, "--columns",
         "customer=customer,item=item,time=time", "--quiet"});
    return store;
  }
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
  std::string file(const std::string& name, const std::string& text) {
    write_text(dir_ / name, text);
    return dir_ / name;
  }

  TempDir dir_;
  Program program_{dir_};
  std::string old_store_;
  std::string new_store_;
  std::string model_;
};

TEST_F(Serving, RulesHoldInEveryListAndUnknownItemsAreTold) {
  const std::string deny = file("deny.txt", "i0\ni1\nnowhere\n");
  const std::string stock = file("stock.csv", "item,stock\ni2,0\ni3,7\n");
  const std::string boost = file("boost.csv", "item,add\ni29,1000\n");
  std::string categories = "item,category\n";
  for (int i = 0; i < 30; ++i) {
    categories += "i" + std::to_string(i) + ",g" + std::to_string(i % 5) + "\n";
  }
  const std::string groups = file("categories.csv", categories);
  const std::vector<std::string> arguments = {
      "recommend", model_,    "--all", "-n",           "8",    "--rebuy", "--deny", deny, "--stock",
      stock,       "--boost", boost,   "--categories", groups, "--cap",   "2"};
  const Json result = json(arguments);
  EXPECT_EQ(result.at("rules").at("deny").at("unknown"), 1);
  for (const Json& list : result.at("lists")) {
    ASSERT_EQ(list.at("items").size(), 8U);
    EXPECT_EQ(list.at("items").at(0), "i29");
    std::map<int, int> counts;
    for (const Json& item : list.at("items")) {
      EXPECT_FALSE((std::set<std::string>{"i0", "i1", "i2"}.contains(item)));
      EXPECT_LE(++counts[std::stoi(item.get<std::string>().substr(1)) % 5], 2);
    }
  }
  EXPECT_THAT(run(arguments).out, HasSubstr("1 of 3 items are unknown"));
}

TEST_F(Serving, AnAllowListLimitsAndMustKnowAnItem) {
  const std::string some = file("some.txt", "i4\ni5\nnowhere\n");
  for (const Json& list :
       json({"recommend", model_, "--all", "--rebuy", "--allow", some}).at("lists")) {
    EXPECT_EQ(list.at("items").size(), 2U);
  }
  const std::string none = file("none.txt", "nowhere\n");
  const Outcome refused = program_.run({"recommend", model_, "--all", "--allow", none});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("none.txt"));
}

TEST_F(Serving, FaultsOfRuleFilesAreToldWithTheirLine) {
  const auto fails = [&](const std::vector<std::string>& rule, int code, const char* text) {
    std::vector<std::string> arguments = {"recommend", model_, "--all"};
    arguments.insert(arguments.end(), rule.begin(), rule.end());
    const Outcome outcome = program_.run(arguments);
    EXPECT_EQ(outcome.exit_code, code) << outcome.err;
    EXPECT_THAT(outcome.err, HasSubstr(text));
  };
  fails({"--boost", file("b.csv", "item,factor\ni1,2\ni2,0\n")}, 3, "b.csv:3");
  fails({"--boost", file("c.csv", "item\ni1\n")}, 3, "factor");
  fails({"--stock", file("s.csv", "item,stock\ni1,lots\n")}, 3, "s.csv:2");
  fails({"--deny", file("d.txt", "i1,i2\n")}, 3, "d.txt:1");
  fails({"--deny", dir_ / "absent.txt"}, 3, "absent.txt");
  fails({"--cap", "2"}, 2, "--categories");
  fails({"--diversity", "1.5"}, 2, "--diversity");
}

TEST_F(Serving, ExplanationsAddUp) {
  const Json result = json({"recommend", model_, "--customer", "c3", "-n", "4", "--explain"});
  const Json& list = result.at("lists").at(0);
  ASSERT_EQ(list.at("explanations").size(), 4U);
  for (const Json& item : list.at("explanations")) {
    double sum = 0.0;
    for (const Json& reason : item.at("because")) sum += reason.at("contribution").get<double>();
    EXPECT_NEAR(sum, item.at("score").get<double>(), 1e-9);
  }
  // The list is ordered by its own scores: those stand in brackets first.
  const std::string screen =
      run({"recommend", model_, "--customer", "c3", "-n", "4", "--explain"}).out;
  bool both = false;
  for (std::size_t i = 0; i < 4; ++i) {
    const double score = list.at("scores").at(i).get<double>();
    const double sum = list.at("explanations").at(i).at("score").get<double>();
    const auto three = [](double value) {
      std::array<char, 32> text{};
      std::snprintf(text.data(), text.size(), "%.3f", value);
      return std::string(text.data());
    };
    std::string expected = list.at("items").at(i).get<std::string>() + " (" + three(score);
    if (three(sum) != three(score)) expected += ", reasons " + three(sum);
    both = both || three(sum) != three(score);
    EXPECT_THAT(screen, HasSubstr("  " + expected + ") because of"));
  }
  EXPECT_EQ(screen.find("In brackets the score that made the list") != std::string::npos, both);
  EXPECT_THAT(run({"recommend", model_, "--customer", "c3", "--explain"}).out,
              HasSubstr("because of"));
  const std::string popular = dir_ / "popular.h5";
  run({"train", old_store_, "-o", popular, "--model", "popularity", "--quiet"});
  EXPECT_EQ(program_.run({"recommend", popular, "--all", "--explain"}).exit_code, 2);
}

TEST_F(Serving, AnUpdatedModelServesNewCustomersAndItems) {
  const std::string updated = dir_ / "updated.h5";
  const Json report = json({"update", model_, new_store_, "-o", updated});
  EXPECT_EQ(report.at("new_customers"), 6);
  EXPECT_EQ(report.at("new_items"), 3);
  EXPECT_EQ(program_.run({"recommend", model_, "--customer", "c62"}).exit_code, 2);
  const Json lists = json({"recommend", updated, "--customer", "c62", "-n", "5"});
  EXPECT_EQ(lists.at("lists").at(0).at("items").size(), 5U);
  EXPECT_FALSE(lists.at("lists").at(0).contains("fallback"));
  EXPECT_EQ(program_.run({"update", model_, new_store_, "-o", updated, "--sweeps", "0"}).exit_code,
            2);
}

TEST_F(Serving, ComparisonsArePairedAndNamed) {
  const Json one = json({"evaluate", old_store_, "--model", "ials", "--baseline", "popularity"});
  EXPECT_EQ(one.at("model"), "ials");
  const Json& difference = one.at("difference");
  EXPECT_EQ(difference.at("baseline"), "popularity");
  const double value = difference.at("metrics").at("ndcg@10");
  EXPECT_LE(difference.at("intervals").at("ndcg@10").at(0).get<double>(), value);
  EXPECT_GE(difference.at("intervals").at("ndcg@10").at(1).get<double>(), value);
  const Json all = json({"evaluate", old_store_, "--all", "--baseline", "ials"});
  EXPECT_EQ(all.at("models").at(0).at("model"), "ials");
  EXPECT_FALSE(all.at("models").at(0).contains("difference"));
  EXPECT_EQ(all.at("models").at(1).at("difference").at("baseline"), "ials");
  const std::string updated = dir_ / "updated.h5";
  run({"update", model_, old_store_, "-o", updated, "--quiet"});
  const Json models =
      json({"evaluate", model_, "--baseline", updated, "--test", new_store_, "--at", "5"});
  EXPECT_EQ(models.at("difference").at("metrics").at("recall@5"), 0.0);
  EXPECT_EQ(program_.run({"evaluate", old_store_, "--baseline", "nothing"}).exit_code, 2);
}

}  // namespace
}  // namespace tenure::test
