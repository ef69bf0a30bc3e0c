#include "command.hpp"
#include "comparison.hpp"
#include "held_out.hpp"
#include "model_options.hpp"
#include "text_table.hpp"
#include "weight_options.hpp"

#include <tenure/core/container.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>
#include <tenure/recommender/model_file.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tenure::apps {

namespace {

struct Options {
  std::string input;
  std::string test;
  std::string fold_in;
  std::string split;
  std::vector<std::uint32_t> at = {10, 20};
  bool all = false;
  std::string baseline;
  bool rebuy = false;
  WeightOptions weights;
  ModelOptions model;
};

/// What one model reached, and how long it took.
struct Scored {
  std::string name;
  recommender::Evaluation evaluation;
  Json json;
  std::string timing;
};

Scored score_plan(const Options& options, const ModelPlan& plan, const EventTable& events,
                  const HeldOut& data, Run& run) {
  Scored scored;
  scored.name = plan.kind->name;
  const TrainedModel trained =
      train_model(run, plan, {events, data.train_rows, data.train, data.weights});
  scored.evaluation =
      score_held_out(run.execution(), *trained.model, data, options.at, options.rebuy);
  scored.json = evaluation_json(scored.name, scored.evaluation, &trained);
  scored.timing = fmt::format("  {}: trained in {:.2f} s{}, lists in {:.2f} s\n", scored.name,
                              trained.train_seconds, solver_text(*trained.model),
                              scored.evaluation.recommend_seconds);
  return scored;
}

/// The models to score; the first is what the others are compared to where there are several.
std::vector<ModelPlan> plans_of(const Options& options, const CommandOptions& sub) {
  if (options.all) {
    std::vector<ModelPlan> plans = plan_all_models(options.model);
    if (options.baseline.empty()) return plans;
    const std::string name(recommender::model_kind(options.baseline).name);
    const auto found = std::find_if(plans.begin(), plans.end(),
                                    [&](const ModelPlan& plan) { return plan.kind->name == name; });
    std::rotate(plans.begin(), found, found + 1);
    return plans;
  }
  std::vector<ModelPlan> plans;
  if (!options.baseline.empty()) plans.push_back(plan_baseline(options.baseline));
  plans.push_back(plan_model(sub, options.model));
  return plans;
}

/// Trains and scores one model, or all, on a store. Of all, those that refuse the store (too large
/// a catalogue, say) are left out and named.
void evaluate_store(const Options& options, const std::vector<ModelPlan>& plans, Run& run) {
  const EventTable events = read_store(run.execution(), options.input);
  const auto weights = interaction_options(options.weights);
  const HeldOut data =
      options.test.empty()
          ? hold_out(run.execution(), events, options.split, weights)
          : hold_out_store(run.execution(), {options.input, options.test, options.fold_in}, events,
                           weights);
  std::vector<std::string> names;
  std::vector<recommender::Evaluation> evaluations;
  std::string timing;
  Json models = Json::array();
  Json left_out = Json::object();
  Comparison comparison;
  for (const ModelPlan& plan : plans) {
    if (options.all && plan.kind->needs_events && !events.has_time()) {
      if (plan.kind->name == options.baseline) {
        throw DataError(options.input, options.baseline + " needs event times");
      }
      continue;
    }
    if (options.all && plan.kind->needs_regions && events.region.empty()) continue;
    if (options.all && plan.kind->needs_text && !events.has_item_text()) continue;
    try {
      Scored scored = score_plan(options, plan, events, data, run);
      comparison.add(run.execution(), scored.name, scored.evaluation, scored.json);
      scored.evaluation.user_values = {};
      names.push_back(std::move(scored.name));
      evaluations.push_back(std::move(scored.evaluation));
      models.push_back(std::move(scored.json));
      timing += scored.timing;
    } catch (const ArgumentError& error) {
      if (!options.all) throw;
      left_out[std::string(plan.kind->name)] = error.what();
      timing += fmt::format("  {}: left out: {}\n", plan.kind->name, error.what());
    }
  }
  if (evaluations.empty()) throw ArgumentError("no model fits this store");
  run.print(fmt::format("Evaluated on {}, {}\n", options.input, data.description) +
            evaluation_text(names, evaluations) + comparison.text() + timing);
  run.write_json(options.all ? Json{{"models", models}, {"left_out", left_out}} : models.back());
}

/// Scores a trained model on another store's events.
void evaluate_model(const Options& options, Run& run) {
  if (options.test.empty()) {
    throw ArgumentError("a trained model needs --test STORE.h5: it has seen its own store");
  }
  if (options.weights.given()) {
    throw ArgumentError(
        "--kinds, --value and --decay-half-life are those of the model file: leave them out");
  }
  recommender::ModelFile file = recommender::load_model(run.execution(), options.input);
  EventTable trained_on;  // only the ids matter for the join
  trained_on.customers = std::move(file.customers);
  trained_on.items = std::move(file.items);
  trained_on.pseudonym_key = file.pseudonym_key;
  HeldOut data = hold_out_store(run.execution(), {options.input, options.test, options.fold_in},
                                trained_on, file.weights);
  data.train = {std::move(file.train), std::move(file.item_is_service)};
  data.denied = data.train.item_is_service;
  if (!data.fold_in) data.known = data.train.user_items;
  std::vector<std::string> names;
  std::vector<recommender::Evaluation> evaluations;
  Comparison comparison;
  std::string solvers;
  Json json;
  const auto score = [&](const recommender::Model& model, const std::string& name) {
    names.push_back(name);
    evaluations.push_back(score_held_out(run.execution(), model, data, options.at, options.rebuy));
    json = evaluation_json(std::string(model.name()), evaluations.back(), nullptr);
    put_solver(json, "solver", model);
    if (!model.solver_used().empty()) solvers += fmt::format("  {}{}\n", name, solver_text(model));
    comparison.add(run.execution(), name, evaluations.back(), json);
  };
  if (!options.baseline.empty()) {
    const recommender::ModelFile baseline =
        recommender::load_model(run.execution(), options.baseline);
    if (baseline.customers != trained_on.customers || baseline.items != trained_on.items) {
      throw DataError(options.baseline, "knows other customers or items than " + options.input);
    }
    score(*baseline.model, options.baseline);
  }
  score(*file.model, options.baseline.empty() ? std::string(file.model->name()) : options.input);
  run.print(fmt::format("Evaluated {}, {}\n", options.input, data.description) +
            evaluation_text(names, evaluations) + comparison.text() + solvers);
  run.write_json(json);
}

void run_evaluate(const Options& options, const CommandOptions& sub, Run& run) {
  if (!options.test.empty() && !options.split.empty()) {
    throw ArgumentError("--test and --split exclude each other");
  }
  if (!options.fold_in.empty() && options.test.empty()) {
    throw ArgumentError("--fold-in needs --test");
  }
  if (container_format(options.input) == "model") {
    evaluate_model(options, run);
  } else {
    evaluate_store(options, plans_of(options, sub), run);
  }
}

}  // namespace

Command add_evaluate(CLI::App& app) {
  Command command = make_command(
      app, "evaluate", "Score a model on held-out events, with confidence intervals",
      "  tenure evaluate shop.h5 --model ials --split temporal:0.8\n"
      "  tenure evaluate shop.h5 --all --at 20\n"
      "  tenure evaluate shop.h5 --model ials --baseline popularity\n"
      "  tenure evaluate train.h5 --test test.h5 --model ials --factors 128 --json -\n");
  auto options = std::make_shared<Options>();
  const CommandOptions sub = command.options;
  sub.add_option("INPUT", options->input, "Store to train on, or a trained model (with --test)")
      .required()
      .type_name("STORE.h5|MODEL.h5");
  sub.add_option("--test", options->test, "Store with the events to predict")
      .type_name("STORE2.h5");
  sub.add_option("--fold-in", options->fold_in,
                 "Store with the known events of test customers the model was not trained on")
      .type_name("STORE3.h5");
  sub.add_option("--split", options->split, kSplitHelp);
  sub.add_option("--at", options->at, "Cut-offs of the metrics, e.g. 10,20")
      .delimiter(',')
      .show_default();
  sub.add_flag("--all", options->all, "Every model, as one table");
  sub.add_option("--baseline", options->baseline,
                 "Compare with this on the same users: a model of default options by name (with "
                 "--all, of those in the table; popularity where none is named), or for a trained "
                 "model another")
      .type_name("NAME|MODEL2.h5");
  sub.add_flag("--rebuy", options->rebuy,
               "Items bought before may be listed, and count where they are bought again");
  add_weight_options(sub, options->weights);
  add_model_options(sub, options->model);
  command.run = [options, sub](Run& run) { run_evaluate(*options, sub, run); };
  return command;
}

}  // namespace tenure::apps
