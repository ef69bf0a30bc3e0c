#include "blend_tuning.hpp"
#include "command.hpp"
#include "held_out.hpp"
#include "model_options.hpp"
#include "output_file.hpp"
#include "stopwatch.hpp"
#include "text_table.hpp"
#include "weight_options.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>
#include <tenure/recommender/popularity.hpp>
#include <tenure/recommender/tune.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace tenure::apps {

namespace {

using recommender::OptionSpec;
using recommender::OptionValues;
using recommender::Trial;

constexpr std::size_t kTrialsShown = 20;

struct Options {
  std::string store;
  std::string output;
  std::string split;
  recommender::TuneOptions tune;
  bool rebuy = false;
  WeightOptions weights;
  ModelOptions model;
};

std::string value_text(const OptionValues& values, const OptionSpec& spec) {
  return spec.type == OptionSpec::Type::kChoice ? values.word(spec.name)
                                                : fmt::format("{}", values.real(spec.name));
}

bool searched(const OptionSpec& spec) {
  return spec.search_high > spec.search_low || spec.name == "epochs";
}

std::string config_comment(const Options& options, double score) {
  return fmt::format("tenure tune: best by {} = {:.5f} on split {}", options.tune.metric, score,
                     options.split.empty() ? "default" : options.split);
}

/// A configuration file that train and evaluate take.
std::string config_text(const ModelPlan& plan, const Options& options, const Trial& best) {
  return fmt::format("# {}\nmodel = \"{}\"\n", config_comment(options, best.score),
                     plan.kind->name) +
         option_lines(best.values);
}

std::string trials_text(const ModelPlan& plan, const recommender::TuneResult& result,
                        const std::string& metric) {
  std::vector<std::string> header = {"candidate", "rung", metric};
  for (const OptionSpec& spec : plan.kind->options) {
    if (searched(spec)) header.emplace_back(spec.name);
  }
  TextTable table(header);
  for (std::size_t i = 0; i < std::min(result.trials.size(), kTrialsShown); ++i) {
    const Trial& trial = result.trials[i];
    std::vector<std::string> row = {
        trial.candidate == 0 ? "as given" : std::to_string(trial.candidate),
        std::to_string(trial.rung), trial.failed ? "failed" : fmt::format("{:.5f}", trial.score)};
    for (const OptionSpec& spec : plan.kind->options) {
      if (searched(spec)) row.push_back(value_text(trial.values, spec));
    }
    table.add(row);
  }
  std::string text = table.str();
  if (result.trials.size() > kTrialsShown) {
    text +=
        fmt::format("  ... and {} more (--json has all)\n", result.trials.size() - kTrialsShown);
  }
  return text;
}

Json values_json(const OptionValues& values) {
  Json json = Json::object();
  for (const OptionSpec& spec : values.specs()) {
    json[std::string(spec.name)] = spec.type == OptionSpec::Type::kChoice
                                       ? Json(values.word(spec.name))
                                       : Json(values.real(spec.name));
  }
  return json;
}

/// The weights of a blend; the options of its components stay.
void run_tune_blend(const Options& options, const ModelPlan& plan, const HeldOut& data,
                    recommender::TrainingInput input,
                    const recommender::EvaluationOptions& evaluation, Run& run) {
  input.components = plan.components;
  const Stopwatch watch;
  const auto result = recommender::tune_blend(
      run.execution(), input, {data.known, data.test, false}, evaluation, options.tune.metric);
  const double seconds = watch.seconds();
  if (!options.output.empty()) {
    write_text_file(options.output,
                    blend_config(plan, result, config_comment(options, result.best_score)));
  }
  run.print(fmt::format("Tuned the weights of a blend on {}, {} ({:.1f} s)\n", options.store,
                        data.description, seconds) +
            blend_trials(plan, result, options.tune.metric) +
            (options.output.empty() ? "" : fmt::format("  best in {}\n", options.output)));
  Json json = blend_json(plan, result, options.tune.metric);
  json["tune_seconds"] = seconds;
  run.write_json(json);
}

void run_tune(const Options& options, const ModelPlan& plan, Run& run) {
  if (!options.output.empty()) check_text_target(options.output);
  const EventTable events = read_store(run.execution(), options.store);
  const HeldOut data =
      hold_out(run.execution(), events, options.split, interaction_options(options.weights));
  const auto popularity = recommender::train_popularity(data.train.user_items);
  recommender::EvaluationOptions evaluation;
  evaluation.allow_seen = options.rebuy;
  evaluation.denied = data.denied;
  evaluation.fallback = popularity.get();
  recommender::TrainingInput input;
  input.events = &events;
  input.rows = data.train_rows;
  input.interactions = &data.train;
  input.weights = data.weights;
  if (plan.kind->needs_components) {
    if (plan.kind->name != "blend") {
      throw ArgumentError(fmt::format("tune searches the weights of a blend; a {} learns its own",
                                      plan.kind->name));
    }
    run_tune_blend(options, plan, data, input, evaluation, run);
    return;
  }
  const Stopwatch watch;
  const auto result = recommender::tune(run.execution(), *plan.kind, plan.values, input,
                                        {data.known, data.test, false}, evaluation, options.tune);
  const double seconds = watch.seconds();
  if (!options.output.empty()) {
    write_text_file(options.output, config_text(plan, options, result.trials.front()));
  }
  run.print(fmt::format("Tuned {} on {}, {} ({:.1f} s)\n", plan.kind->name, options.store,
                        data.description, seconds) +
            trials_text(plan, result, options.tune.metric) +
            (options.output.empty() ? "" : fmt::format("  best in {}\n", options.output)));
  Json json;
  json["model"] = std::string(plan.kind->name);
  json["metric"] = options.tune.metric;
  json["best"] = values_json(result.best);
  json["trials"] = Json::array();
  for (const Trial& trial : result.trials) {
    json["trials"].push_back({{"candidate", trial.candidate},
                              {"rung", trial.rung},
                              {"score", trial.failed ? Json(nullptr) : Json(trial.score)},
                              {"options", values_json(trial.values)}});
  }
  json["tune_seconds"] = seconds;
  run.write_json(json);
}

}  // namespace

Command add_tune(CLI::App& app) {
  Command command = make_command(
      app, "tune", "Search for a model's options on a part of the log held out for it",
      "  tenure tune shop.h5 --model ials --factors 64 --candidates 27 -o best.toml\n"
      "  tenure evaluate shop.h5 --config best.toml\n"
      "  tenure tune shop.h5 --config blend.toml -o weighed.toml  # a blend's weights\n");
  auto options = std::make_shared<Options>();
  const CommandOptions sub = command.options;
  sub.add_option("STORE", options->store, "Store to tune on").required().type_name("STORE.h5");
  sub.add_option("-o,--output", options->output, "Configuration file to write, for --config")
      .type_name("FILE.toml");
  sub.add_option("--split", options->split, kSplitHelp);
  sub.add_option("--candidates", options->tune.candidates,
                 "Candidates; the first is the options as given")
      .show_default();
  sub.add_option("--keep-one-in", options->tune.keep_one_in,
                 "Share of a rung's candidates that goes on to more passes")
      .show_default();
  sub.add_option("--metric", options->tune.metric, "What is maximised").show_default();
  sub.add_flag("--rebuy", options->rebuy,
               "Items bought before may be listed, and count where they are bought again");
  add_weight_options(sub, options->weights);
  add_model_options(sub, options->model);
  command.run = [options, sub](Run& run) {
    run_tune(*options, plan_model(sub, options->model), run);
  };
  return command;
}

}  // namespace tenure::apps
