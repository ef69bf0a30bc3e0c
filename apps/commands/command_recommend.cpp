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
  std::string key;
  bool all = false;
  std::string region;
  std::string channel;
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

bool for_newcomer(const Options& options) {
  return !options.region.empty() || !options.channel.empty();
}

std::vector<std::uint32_t> selected_users(const Options& options,
                                          const recommender::ModelFile& file) {
  const int ways = (options.all ? 1 : 0) + (options.customers.empty() ? 0 : 1);
  if (for_newcomer(options)) {
    if (ways > 0) {
      throw ArgumentError(
          "--region and --channel are those of a new customer: leave out "
          "--customer and --all");
    }
    if (!options.key.empty()) throw ArgumentError("--key goes with --customer");
    return {};
  }
  if (ways != 1) {
    throw ArgumentError("name customers with --customer ID, or all of them with --all");
  }
  if (options.all && !options.key.empty()) throw ArgumentError("--key goes with --customer");
  if (!options.all) {
    return CustomerLookup(options.key)
        .codes(options.customers, {options.model, file.customers, file.pseudonym_key});
  }
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
    if (result.used_fallback[i] != 0) {
      list["fallback"] = file.newcomers ? "regional-popularity" : "popularity";
    }
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
  return text + explanation_note(explanations);
}

/// "France, web"; "all customers" for none.
std::string group_text(const recommender::RegionalPopularityModel& model, std::uint32_t group) {
  if (group == recommender::kNoRegion) return "all customers";
  std::string name(model.groups()[group]);
  const std::size_t tab = name.find('\t');
  if (tab == std::string::npos) return name;
  if (tab == 0 || tab + 1 == name.size()) return name.erase(tab, 1);
  return name.replace(tab, 1, ", ");
}

/// The list of a customer the model has never seen, known by region, channel or both.
void recommend_newcomer(const Options& options, const recommender::ModelFile& file,
                        const RuleFiles& rules, Run& run) {
  if (!file.newcomers) {
    throw ArgumentError(
        "the model was trained on a log without regions, channels or times: no "
        "list by region can be made");
  }
  if (options.explain) throw ArgumentError("--explain needs a customer with a history");
  const auto group = file.newcomers->find_group(options.region, options.channel);
  std::vector<float> scores(file.items.size());
  file.newcomers->scores_of(group, scores);
  const recommender::PopularityModel popularity(1, std::move(scores));
  Csr nothing;
  nothing.n_columns = file.items.size();
  nothing.row_start.push_back(0);
  const std::vector<std::uint32_t> stranger{recommender::kNewUser};
  const std::vector<std::uint32_t> row{0};
  recommender::RecommendOptions recommend;
  recommend.k = options.n;
  recommend.denied = file.item_is_service;
  recommend.rules = rules.rules();
  const auto made =
      recommender::recommend(run.execution(), popularity, {stranger, row, nothing}, recommend);
  const std::string name = group_text(*file.newcomers, group);
  Json list;
  list["region"] = options.region.empty() ? Json(nullptr) : Json(options.region);
  list["channel"] = options.channel.empty() ? Json(nullptr) : Json(options.channel);
  list["group"] = group == recommender::kNoRegion ? Json(nullptr) : Json(name);
  list["fallback"] = "regional-popularity";
  list["items"] = Json::array();
  list["scores"] = Json::array();
  std::string text = fmt::format("new customer, by {}:", name);
  for (const std::uint32_t item : made.lists.list_ids(0)) {
    list["items"].push_back(std::string(file.items[item]));
    text += fmt::format(" {}", file.items[item]);
  }
  for (const float score : made.lists.list_scores(0)) list["scores"].push_back(score);
  if (run.human()) run.print(rules.text() + text + "\n");
  Json json{{"model", std::string(file.model->name())}, {"lists", Json::array({list})}};
  if (!rules.json().is_null()) json["rules"] = rules.json();
  run.write_json(json);
}

void run_recommend(const Options& options, Run& run) {
  const auto kind = recommender::retriever_kind_from_string(options.retriever);
  if (!kind) throw ArgumentError("unknown retriever '" + options.retriever + "'");
  if (options.n == 0) throw ArgumentError("-n must be at least 1");
  const recommender::ModelFile file = recommender::load_model(run.execution(), options.model);
  const RuleFiles rules(run.execution(), options.rules, file.items);
  if (for_newcomer(options)) {
    selected_users(options, file);  // checks
    recommend_newcomer(options, file, rules, run);
    return;
  }
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
  if (file.newcomers) recommend.fallback = file.newcomers.get();
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
                                 "  tenure recommend model.h5 --region France --channel web\n"
                                 "  tenure recommend model.h5 --all --deny recalled.txt --stock "
                                 "stock.csv --categories categories.csv --cap 2\n");
  auto options = std::make_shared<Options>();
  CLI::App& sub = *command.app;
  sub.add_option("MODEL", options->model, "Trained model")->required()->type_name("MODEL.h5");
  sub.add_option("--customer", options->customers, "Customer id; may be given several times")
      ->type_name("ID");
  add_key_option(sub, options->key);
  sub.add_flag("--all", options->all, "Every customer of the model");
  sub.add_option("--region", options->region,
                 "The list of a new customer of this region, by what sells there; with --channel "
                 "by both where both are known");
  sub.add_option("--channel", options->channel, "The list of a new customer of this channel");
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
