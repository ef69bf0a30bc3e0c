// The whole path on a small synthetic shop: what each command says and writes, and that neither
// depends on the number of threads.
#include "program.hpp"

#include <tenure/core/container.hpp>
#include <tenure/core/time.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

namespace tenure::test {
namespace {

using Json = nlohmann::json;
using testing::HasSubstr;

std::string dataset(const std::string& name) { return source_file("datasets/" + name); }

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw std::runtime_error("no '" + from + "' in the file");
  return text.replace(at, from.size(), to);
}

class Pipeline : public testing::Test {
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

  /// The default world with fewer customers.
  std::string small_world() {
    const std::string path = dir_ / "world.toml";
    write_text(path, replaced(read_text(dataset("worlds/default.toml")), "customers = 100000",
                              "customers = 4000"));
    return path;
  }

  std::string small_shop() {
    const std::string store = dir_ / "shop.h5";
    run({"generate", small_world(), "-o", store, "--quiet"});
    return store;
  }

  TempDir dir_;
  Program program_{dir_};
};

TEST_F(Pipeline, HelpOfEveryCommandGivesExamples) {
  for (const char* command :
       {"import", "describe", "generate", "train", "tune", "evaluate", "recommend", "similar",
        "update", "fit", "customers", "simulate", "backtest"}) {
    const Outcome outcome = run({command, "--help"});
    EXPECT_THAT(outcome.out, HasSubstr("Examples:")) << command;
    EXPECT_THAT(outcome.out, HasSubstr("--json")) << command;
  }
}

TEST_F(Pipeline, EachCommandSpeaksJson) {
  const std::string store = small_shop();
  const Json described = run_json({"describe", store});
  EXPECT_GT(described.at("key_figures").at("orders").get<int>(), 4000);
  EXPECT_EQ(described.at("regions").size(), 6U);

  const std::string model = dir_ / "model.h5";
  const Json trained = run_json({"train", store, "-o", model, "--factors", "8", "--epochs", "3"});
  EXPECT_EQ(trained.at("model"), "ials");
  EXPECT_EQ(trained.at("epoch_seconds").size(), 3U);
  EXPECT_EQ(trained.at("intervals").at("recall@20").size(), 2U);

  const Json lists = run_json({"recommend", model, "--all", "-n", "5"});
  for (const Json& list : lists.at("lists")) EXPECT_EQ(list.at("items").size(), 5U);

  const std::string item = lists.at("lists").front().at("items").front();
  const Json near = run_json({"similar", model, "--item", item, "-n", "3"});
  EXPECT_EQ(near.at("ids").size(), 3U);

  const Json fitted = run_json({"fit", store, "--model", "bg-nbd"});
  EXPECT_GT(fitted.at("parameters").at("r").get<double>(), 0.0);
  EXPECT_EQ(fitted.at("standard_errors").size(), 4U);
}

TEST_F(Pipeline, TrainingSaysWhichSolverItTook) {
  const std::string store = small_shop();
  const std::string model = dir_ / "model.h5";
  const std::vector<std::string> few = {"--factors", "8", "--epochs", "2"};
  const auto with = [&](std::vector<std::string> words) {
    words.insert(words.end(), few.begin(), few.end());
    return words;
  };
  const Json chosen = run_json(with({"evaluate", store, "--model", "ials"}));
  EXPECT_EQ(chosen.at("solver"), "exact");
  const Json trained =
      run_json(with({"train", store, "-o", model, "--solver", "cg", "--cg-steps", "2"}));
  EXPECT_EQ(trained.at("solver"), "cg");
  EXPECT_EQ(trained.at("refit_solver"), "cg");
  const Outcome block =
      run(with({"evaluate", store, "--model", "ials", "--solver", "block", "--block-size", "4"}));
  EXPECT_THAT(block.out, HasSubstr("(solver block)"));
  const Json tested = run_json({"evaluate", model, "--test", store, "--rebuy"});
  EXPECT_EQ(tested.at("solver"), "cg");
  EXPECT_EQ(run_json({"evaluate", store, "--model", "popularity"}).count("solver"), 0U);
}

TEST_F(Pipeline, TunedOptionsServeAsConfiguration) {
  const std::string store = small_shop();
  const std::string config = dir_ / "best.toml";
  const Json tuned = run_json({"tune", store, "--model", "ials", "--factors", "8", "--epochs", "3",
                               "--candidates", "4", "-o", config});
  EXPECT_EQ(tuned.at("trials").size(), 4U);
  EXPECT_EQ(tuned.at("best").at("factors"), 8.0);
  const Json scored = run_json({"evaluate", store, "--config", config, "--at", "20"});
  EXPECT_EQ(scored.at("metrics").at("ndcg@20"), tuned.at("trials").at(0).at("score"));
}

TEST_F(Pipeline, ABlendIsReadFromItsFileAndKeptInTheModel) {
  const std::string store = small_shop();
  const std::string config = dir_ / "blend.toml";
  write_text(config,
             "model = \"blend\"\n[[component]]\nmodel = \"ials\"\nfactors = 8\nepochs = 2\n"
             "[[component]]\nmodel = \"item-knn\"\nsimilarity = \"tfidf\"\nweight = 0.5\n");
  const std::string model = dir_ / "model.h5";
  const Json trained = run_json({"train", store, "-o", model, "--config", config});
  EXPECT_EQ(trained.at("model"), "blend");
  EXPECT_EQ(trained.at("epoch_seconds").size(), 2U);
  const Json lists = run_json({"recommend", model, "--all", "-n", "5"});
  for (const Json& list : lists.at("lists")) EXPECT_EQ(list.at("items").size(), 5U);
}

TEST_F(Pipeline, AStackIsLearnedFromItsFileAndServedFromTheModel) {
  const std::string store = small_shop();
  const std::string config = dir_ / "stack.toml";
  write_text(config,
             "model = \"stack\"\nhold_out = \"temporal\"\ntrees = 10\n"
             "[[component]]\nmodel = \"ials\"\nfactors = 8\nepochs = 2\n"
             "[[component]]\nmodel = \"item-knn\"\nweight = 0\n");
  const std::string model = dir_ / "stack_model.h5";
  EXPECT_EQ(run_json({"train", store, "-o", model, "--config", config}).at("model"), "stack");
  const Json lists = run_json({"recommend", model, "--all", "-n", "5"});
  for (const Json& list : lists.at("lists")) EXPECT_EQ(list.at("items").size(), 5U);
  const Outcome tuned = program_.run({"tune", store, "--config", config});
  EXPECT_EQ(tuned.exit_code, 2);
  EXPECT_THAT(tuned.err, HasSubstr("learns its own"));
}

TEST_F(Pipeline, EvaluatingAllLeavesOutModelsThatRefuseTheStore) {
  const Json all = run_json({"evaluate", small_shop(), "--all", "--factors", "8", "--epochs", "2",
                             "--memory-gigabytes", "0.001", "--split", "random:0.2"});
  std::vector<std::string> names;
  for (const Json& one : all.at("models")) names.push_back(one.at("model"));
  EXPECT_THAT(names, testing::IsSupersetOf({"popularity", "ials", "item-knn", "gf-cf"}));
  EXPECT_THAT(names, testing::Not(testing::Contains("ease")));
  EXPECT_THAT(all.at("left_out").at("ease").get<std::string>(), HasSubstr("memory_gigabytes"));
}

TEST_F(Pipeline, WeightsAreKeptWithTheModel) {
  // One customer views b long ago, buys a, then c twice.
  const std::string csv = dir_ / "log.csv";
  write_text(csv,
             "customer,item,time,kind,quantity\nx,b,2024-01-01,view,1\nx,a,2024-01-11,purchase,3\n"
             "x,c,2024-01-21,purchase,1\nx,c,2024-01-21,purchase,2\ny,a,2024-01-21,purchase,1\n"
             "y,b,2024-01-21,purchase,1\n");
  const std::string store = dir_ / "log.h5";
  const std::string model = dir_ / "log_model.h5";
  run({"import", csv, "-o", store, "--quiet"});
  run({"train", store, "-o", model, "--model", "popularity", "--split", "random:0.5", "--kinds",
       "purchase=1,view=0.5", "--value", "quantity", "--decay-half-life", "10", "--quiet"});
  const ContainerReader reader(Execution(), model, "model", 1);
  EXPECT_EQ(reader.real_attribute("weights/kind/view"), 0.5);
  EXPECT_EQ(reader.string_attribute("weights/value"), "quantity");
  EXPECT_EQ(reader.real_attribute("weights/half_life_days"), 10.0);
  EXPECT_EQ(reader.integer_attribute("weights/now"), parse_time("2024-01-21"));
  EXPECT_THAT(reader.read<float>("train/values"),
              testing::ElementsAre(0.125F, 1.5F, 3.0F, 1.0F, 1.0F));
}

TEST_F(Pipeline, RebuyCountsItemsBoughtBefore) {
  const std::string store = small_shop();
  const std::vector<std::string> evaluate = {"evaluate", store, "--model", "popularity"};
  std::vector<std::string> rebuy = evaluate;
  rebuy.emplace_back("--rebuy");
  EXPECT_GT(run_json(rebuy).at("users"), run_json(evaluate).at("users"));
}

TEST_F(Pipeline, TablesAndJsonFileTogether) {
  const std::string store = small_shop();
  const std::string json = dir_ / "describe.json";
  const Outcome outcome = run({"describe", store, "--json", json});
  EXPECT_THAT(outcome.out, HasSubstr("Key figures"));
  EXPECT_TRUE(Json::parse(read_text(json)).contains("key_figures"));
}

TEST_F(Pipeline, QuietPrintsNothing) {
  EXPECT_EQ(run({"describe", small_shop(), "--quiet"}).out, "");
}

TEST_F(Pipeline, FilesAreTheSameBytesAtAnyNumberOfThreads) {
  const std::string world = small_world();
  const std::string scenario = dir_ / "scenario.toml";
  write_text(scenario, replaced(read_text(dataset("scenarios/default.toml")),
                                "customers = ", "customers = 500 # "));
  const auto files_at = [&](const std::string& threads) {
    const std::string store = dir_ / ("shop" + threads + ".h5");
    const std::string model = dir_ / ("model" + threads + ".h5");
    const std::string result = dir_ / ("result" + threads + ".h5");
    run({"generate", world, "-o", store, "--threads", threads, "--quiet"});
    run({"train", store, "-o", model, "--factors", "16", "--epochs", "3", "--threads", threads,
         "--quiet"});
    run({"simulate", scenario, "-o", result, "--threads", threads, "--quiet"});
    return std::vector<std::string>{read_text(store), read_text(model), read_text(result)};
  };
  const auto reference = files_at("1");
  for (const std::string& text : reference) EXPECT_GT(text.size(), 1000U);
  for (const char* threads : {"1", "2", "3", "8"}) {
    const auto files = files_at(threads);
    for (std::size_t i = 0; i < files.size(); ++i) {
      EXPECT_TRUE(files[i] == reference[i]) << "file " << i << " at " << threads << " threads";
    }
  }
}

TEST_F(Pipeline, SimulatesTodaysCustomersOfAStore) {
  const std::string store = small_shop();
  const std::string report = dir_ / "report.html";
  const Json json = run_json({"simulate", dataset("scenarios/store.toml"), "--store", store, "-o",
                              dir_ / "result.h5", "--report", report});
  ASSERT_GE(json.at("strategies").size(), 1U);
  for (const Json& strategy : json.at("strategies")) {
    const double roi = strategy.at("roi").get<double>();
    EXPECT_TRUE(std::isfinite(roi));
    EXPECT_LE(strategy.at("roi_mc_interval").at(0).get<double>(), roi);
    EXPECT_GE(strategy.at("roi_mc_interval").at(1).get<double>(), roi);
    EXPECT_FALSE(strategy.at("cost_by_lever").empty());
    EXPECT_NEAR(
        roi,
        (strategy.at("incremental_margin").get<double>() - strategy.at("cost").get<double>()) /
            strategy.at("cost").get<double>(),
        1e-9 * (1.0 + std::abs(roi)));
  }
  EXPECT_THAT(read_text(report), HasSubstr("<table>"));
}

TEST_F(Pipeline, SimulatesOnFromEveryOrderModel) {
  const std::string store = small_shop();
  std::vector<double> returns;
  for (const char* model : {"bg-nbd", "mbg-nbd", "pareto-nbd"}) {
    const Json json =
        run_json({"simulate", dataset("scenarios/store.toml"), "--store", store, "--model", model});
    EXPECT_EQ(json.at("fits").at(0).at("model"), model);
    EXPECT_EQ(json.at("fits").at(1).at("model"), "gamma-gamma");
    returns.push_back(json.at("strategies").at(0).at("roi").get<double>());
  }
  EXPECT_NE(returns[0], returns[1]);
  EXPECT_NE(returns[0], returns[2]);
}

TEST_F(Pipeline, RefusesAStoreTheScenarioHasNoUseFor) {
  const Outcome outcome =
      program_.run({"simulate", dataset("scenarios/default.toml"), "--store", dir_ / "absent.h5"});
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_THAT(outcome.err, HasSubstr("--store"));
}

}  // namespace
}  // namespace tenure::test
