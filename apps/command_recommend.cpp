#include "command.hpp"
#include "explanation.hpp"
#include "lookup.hpp"
#include "rule_files.hpp"
#include "text_table.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/model_file.hpp>
#include <tenure/recommender/popularity.hpp>
#include <tenure/recommender/recommend.hpp>
#include <tenure/recommender/retriever.hpp>

#include <fmt/format.h>

#include <numeric>

namespace tenure::apps {

namespace {

struct Options {
  std::string model;
  std::vector<std::string> customers;
  bool all = false;
  std::uint32_t n = 10;
  bool rebuy = false;
  std::string retriever = "auto";
  double recall_target = 1.0;
  bool explain = false;
  RuleOptions rules;
};

/// What a run made, list for list.
struct Lists {
  std::vector<std::uint32_t> users;
  recommender::Recommendations made;
  std::vector<Explanation> explanations;  ///< empty unless asked for
};

std::vector<std::uint32_t> selected_users(const Options& options,
                                          const recommender::ModelFile& file) {
  if (options.all == !options.customers.empty()) {
    throw ArgumentError("name customers with --customer ID, or all of them with --all");
  }
  if (!options.all) return codes_of("customer", options.customers, file.customers);
  std::vector<std::uint32_t> users(file.customers.size());
  std::iota(users.begin(), users.end(), 0U);
  return users;
}

Json lists_json(const recommender::ModelFile& file, const Lists& all) {
  const auto& [users, result, explanations] = all;
  Json lists = Json::array();
  for (std::size_t i = 0; i < users.size(); ++i) {
    Json list;
    list["customer"] = std::string(file.customers[users[i]]);
    list["items"] = Json::array();
    list["scores"] = Json::array();
    for (const std::uint32_t item : result.lists.list_ids(i)) {
      list["items"].push_back(std::string(file.items[item]));
    }
    for (const float score : result.lists.list_scores(i)) list["scores"].push_back(score);
    if (result.used_fallback[i] != 0) list["fallback"] = "popularity";
    if (!explanations.empty()) {
      list["explanations"] = explanation_json(explanations[i], file.items);
    }
    lists.push_back(std::move(list));
  }
  return Json{{"model", std::string(file.model->name())}, {"lists", std::move(lists)}};
}

std::string lists_text(const recommender::ModelFile& file, const Lists& all) {
  const auto& [users, result, explanations] = all;
  std::string text;
  for (std::size_t i = 0; i < users.size(); ++i) {
    text += fmt::format("{}:", file.customers[users[i]]);
    for (const std::uint32_t item : result.lists.list_ids(i)) {
      text += fmt::format(" {}", file.items[item]);
    }
    text += result.used_fallback[i] != 0 ? "  (no history: popular items)\n" : "\n";
    if (!explanations.empty()) text += explanation_text(explanations[i], file.items);
  }
  return text;
}

void run_recommend(const Options& options, Run& run) {
  const auto kind = recommender::retriever_kind_from_string(options.retriever);
  if (!kind) throw ArgumentError("unknown retriever '" + options.retriever + "'");
  if (options.n == 0) throw ArgumentError("-n must be at least 1");
  const recommender::ModelFile file = recommender::load_model(run.execution(), options.model);
  const RuleFiles rules(run.execution(), options.rules, file.items);
  Lists lists;
  lists.users = selected_users(options, file);
  const auto popularity = recommender::train_popularity(file.train);
  std::unique_ptr<recommender::Retriever> retriever;
  if (const auto factors = file.model->factors()) {
    recommender::RetrieverOptions retrieval;
    retrieval.kind = *kind;
    retrieval.recall_target = options.recall_target;
    retrieval.sample_queries = factors->users;
    retriever = recommender::make_retriever(run.execution(), factors->items, retrieval);
  }
  recommender::RecommendOptions recommend;
  recommend.k = options.n;
  recommend.allow_seen = options.rebuy;
  recommend.denied = file.item_is_service;
  recommend.rules = rules.rules();
  recommend.retriever = retriever.get();
  recommend.fallback = popularity.get();
  const recommender::UserBatch batch{lists.users, lists.users, file.train};
  lists.made = recommender::recommend(run.execution(), *file.model, batch, recommend);
  if (options.explain) {
    lists.explanations = explain_lists(run.execution(), *file.model, batch, lists.made);
  }
  if (run.human()) run.print(rules.text() + lists_text(file, lists));
  Json json = lists_json(file, lists);
  if (retriever) json["retriever"] = retriever->choice();
  if (!rules.json().is_null()) json["rules"] = rules.json();
  run.write_json(json);
}

}  // namespace

Command add_recommend(CLI::App& app) {
  Command command = make_command(app, "recommend", "Print what to show customers next",
                                 "  tenure recommend model.h5 --customer 12347 --customer 12348\n"
                                 "  tenure recommend model.h5 --all -n 20 --json lists.json\n"
                                 "  tenure recommend model.h5 --customer 12347 --explain\n"
                                 "  tenure recommend model.h5 --all --deny recalled.txt --stock "
                                 "stock.csv --categories categories.csv --cap 2\n");
  auto options = std::make_shared<Options>();
  CLI::App& sub = *command.app;
  sub.add_option("MODEL", options->model, "Trained model")->required()->type_name("MODEL.h5");
  sub.add_option("--customer", options->customers, "Customer id; may be given several times")
      ->type_name("ID");
  sub.add_flag("--all", options->all, "Every customer of the model");
  sub.add_option("-n,--count", options->n, "Items per list")->capture_default_str();
  sub.add_flag("--rebuy", options->rebuy, "Items bought before may be shown again");
  sub.add_option("--retriever", options->retriever, "How items are searched")
      ->check(CLI::IsMember({"auto", "exact", "flat", "hnsw", "ivf"}))
      ->capture_default_str();
  sub.add_option("--recall-target", options->recall_target,
                 "With --retriever auto: share of the true best items that must be found; below 1 "
                 "a large catalogue is searched by a graph")
      ->capture_default_str();
  sub.add_flag("--explain", options->explain,
               "Which items of the customer's history made each item rank");
  add_rule_options(sub, options->rules);
  command.run = [options](Run& run) { run_recommend(*options, run); };
  return command;
}

}  // namespace tenure::apps
