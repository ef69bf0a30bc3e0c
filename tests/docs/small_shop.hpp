#pragma once

#include "program.hpp"

#include <tenure/recommender/model_kind.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <vector>

namespace tenure::test {

/// A log with every column there is, imported, and what the program makes of it.
class SmallShop : public testing::Test {
 protected:
  SmallShop() {
    write_text(dir_ / "log.csv", log());
    run({"import", dir_ / "log.csv", "-o", dir_ / "shop.h5", "--currency", "USD"});
  }

  void run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--quiet", "--threads", "2"});
    const Outcome outcome = program_.run(arguments);
    ASSERT_EQ(outcome.exit_code, 0) << arguments.front() << ": " << outcome.err;
  }

  /// `tenure train` of a kind at the least of work, with every weight an event can have.
  std::vector<std::string> training_of(const recommender::ModelKind& kind,
                                       const std::string& model) const {
    std::vector<std::string> words = {"train",
                                      dir_ / "shop.h5",
                                      "-o",
                                      model,
                                      "--kinds",
                                      "purchase=1,view=0.1",
                                      "--decay-half-life",
                                      "90"};
    if (kind.needs_components) {
      const std::string config = dir_ / (std::string(kind.name) + ".toml");
      write_text(config, "model = \"" + std::string(kind.name) +
                             "\"\n[[component]]\nmodel = \"popularity\"\n[[component]]\nmodel = "
                             "\"item-knn\"\nweight = 0.5\n");
      words.insert(words.end(), {"--config", config});
    } else {
      words.insert(words.end(), {"--model", std::string(kind.name)});
    }
    const recommender::OptionValues options(kind.options);
    if (options.has("epochs")) words.insert(words.end(), {"--epochs", "2"});
    if (options.has("factors")) words.insert(words.end(), {"--factors", "8"});
    if (options.has("trees")) words.insert(words.end(), {"--trees", "5"});
    return words;
  }

  static std::string small_scenario() {
    return R"(
currency = "USD"
gross_margin = 0.4
horizon_days = 800
parameter_draws = 2
replications = 2
[population]
customers = 200
unit = "week"
[population.uncertainty]
orders_relative_se = [0.04, 0.05, 0.06, 0.06]
[[population.region]]
name = "all"
r = 0.4
alpha = 13
a = 0.3
b = 0.8
p = 6
q = 4
gamma = 30
[[lever]]
name = "voucher"
trigger = { days_idle = 30 }
cost = { build = 1, contact = 0.05, redemption = 1 }
uptake = 0.3
effect = { rate = 2, half_life_days = 60 }
[[strategy]]
name = "voucher"
levers = ["voucher"]
)";
  }

  /// The same for the customers of a store.
  static std::string store_scenario() {
    const std::string own = small_scenario();
    return own.substr(0, own.find("[population]")) + "[population]\nfrom_store = true\n" +
           own.substr(own.find("[[lever]]"));
  }

  TempDir dir_;
  Program program_{dir_};

 private:
  static std::string log() {
    std::string text =
        "customer,item,time,quantity,price,region,channel,order,kind,text,category\n";
    for (int c = 0; c < 60; ++c) {
      for (int i = 0; i < 3 + c % 5; ++i) {
        const int item = (c * 7 + i * i * 3) % 25;
        const std::string id = std::to_string(item);
        const std::string month = std::to_string(1 + (c + 2 * i) % 9);
        const std::string day = std::to_string(10 + (c + i) % 18);
        text += "c" + std::to_string(c) + ",i" + id + ",2024-0" + month + "-" + day + "," +
                std::to_string(1 + i % 2) + ",4.5," + (c % 3 == 0 ? "north" : "south") + "," +
                (c % 2 == 0 ? "web" : "app") + ",o" + std::to_string(c * 10 + i) + "," +
                (i == 2 ? "view" : "purchase") + ",thing number " + id + " of wood and tin,c" +
                std::to_string(item % 4) + "\n";
      }
    }
    return text + "c1,i1,no date,1,1,north,web,o,purchase,,\n";
  }
};

}  // namespace tenure::test
