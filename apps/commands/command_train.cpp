#include "command.hpp"
#include "held_out.hpp"
#include "model_options.hpp"
#include "stopwatch.hpp"
#include "text_table.hpp"
#include "weight_options.hpp"

#include <tenure/core/store.hpp>
#include <tenure/recommender/model_file.hpp>
#include <tenure/recommender/regional_popularity.hpp>

#include <fmt/format.h>

#include <utility>

namespace tenure::apps {

namespace {

struct Options {
  std::string store;
  std::string output;
  std::string split;
  std::vector<std::uint32_t> at = {10, 20};
  WeightOptions weights;
  ModelOptions model;
};

recommender::ModelFile make_file(EventTable&& events, recommender::Interactions&& interactions,
                                 std::unique_ptr<recommender::Model> model,
                                 const recommender::Evaluation& evaluation) {
  recommender::ModelFile file;
  file.pseudonym_key = events.pseudonym_key;
  file.model = std::move(model);
  file.customers = std::move(events.customers);
  file.items = std::move(events.items);
  file.item_is_service = std::move(interactions.item_is_service);
  file.train = std::move(interactions.user_items);
  for (const auto& metric : evaluation.metrics) {
    if (metric.interval) {
      file.metric_intervals.push_back({static_cast<std::uint32_t>(file.metrics.size()),
                                       metric.interval->low, metric.interval->high});
    }
    file.metrics.emplace_back(metric.name, metric.value);
  }
  return file;
}

void run_train(const Options& options, const ModelPlan& plan, Run& run) {
  const std::string name(plan.kind->name);
  EventTable events = read_store(run.execution(), options.store);
  const HeldOut data =
      hold_out(run.execution(), events, options.split, interaction_options(options.weights));
  const TrainedModel scored =
      train_model(run, plan, {events, data.train_rows, data.train, data.weights});
  const auto evaluation = score_held_out(run.execution(), *scored.model, data, options.at);

  const auto weights = recommender::with_fixed_now(events, interaction_options(options.weights));
  recommender::Interactions all = recommender::build_interactions(run.execution(), events, weights);
  TrainedModel refitted = train_model(run, plan, {events, {}, all, weights});
  Json json = evaluation_json(name, evaluation, &scored);
  json["refit_seconds"] = refitted.train_seconds;
  put_solver(json, "refit_solver", *refitted.model);
  const std::string refit_solver = solver_text(*refitted.model);
  auto newcomers = recommender::train_newcomers(events, all.user_items, weights);
  recommender::ModelFile file =
      make_file(std::move(events), std::move(all), std::move(refitted.model), evaluation);
  file.weights = weights;
  file.newcomers = std::move(newcomers);
  recommender::save_model(run.execution(), file, options.output);

  run.print(fmt::format("Trained {} on {}, {}\n", name, options.store, data.description) +
            evaluation_text({name}, {evaluation}) +
            fmt::format("  trained in {:.2f} s{}, lists in {:.2f} s; refitted on everything in "
                        "{:.2f} s{} into {}\n",
                        scored.train_seconds, solver_text(*scored.model),
                        evaluation.recommend_seconds, refitted.train_seconds, refit_solver,
                        options.output));
  run.write_json(json);
}

}  // namespace

Command add_train(CLI::App& app) {
  Command command = make_command(
      app, "train", "Train a recommender: hold out, score, refit on everything, save",
      "  tenure train shop.h5 -o model.h5\n"
      "  tenure train shop.h5 -o model.h5 --factors 128 --regularization 0.1 --epochs 12\n");
  auto options = std::make_shared<Options>();
  const CommandOptions sub = command.options;
  sub.add_option("STORE", options->store, "Store to train on").required().type_name("STORE.h5");
  sub.add_option("-o,--output", options->output, "Model to write").required().type_name("MODEL.h5");
  sub.add_option("--split", options->split, kSplitHelp);
  sub.add_option("--at", options->at, "Cut-offs of the metrics, e.g. 10,20")
      .delimiter(',')
      .show_default();
  add_weight_options(sub, options->weights);
  add_model_options(sub, options->model);
  command.run = [options, sub](Run& run) {
    run_train(*options, plan_model(sub, options->model), run);
  };
  return command;
}

}  // namespace tenure::apps
