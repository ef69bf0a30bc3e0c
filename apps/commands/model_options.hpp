#pragma once

#include "command_options.hpp"
#include "run.hpp"

#include <tenure/core/events.hpp>
#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/interactions.hpp>
#include <tenure/recommender/model.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tenure::apps {

/// A kind of model with the values of its options.
struct ModelPlan {
  const recommender::ModelKind* kind = nullptr;
  recommender::OptionValues values;
  std::vector<recommender::ModelComponent> components;  ///< of a kind that needs them
};

/// Options of training, shared by train and evaluate.
struct ModelOptions {
  std::string model = "ials";
  std::map<std::string, std::string> given;  ///< option name -> text of the command line
  std::string config;  ///< TOML file whose keys stand in for options not given
};

/// Adds --model, an option for each option of any kind of model, and --config to a command.
void add_model_options(const CommandOptions& sub, ModelOptions& options);

/// The model asked for: --config where given, then the command line, which wins.
/// @throws DataError for a fault of the file, ArgumentError for one of the options.
ModelPlan plan_model(const CommandOptions& sub, const ModelOptions& options);

/// A kind with its default options. @throws ArgumentError for a name that is none.
ModelPlan plan_baseline(const std::string& name);

/// Every kind that is not made of others, with the options of the command line that apply to it.
/// @throws ArgumentError where --config is given: a file is about one model.
std::vector<ModelPlan> plan_all_models(const ModelOptions& options);

/// What a model is trained on. `rows` masks the events as in build_interactions().
struct TrainingData {
  const EventTable& events;
  std::span<const std::uint8_t> rows;
  const recommender::Interactions& interactions;
  recommender::InteractionOptions weights = {};  ///< how the events became the interactions
};

struct TrainedModel {
  std::unique_ptr<recommender::Model> model;
  double train_seconds = 0.0;
  std::vector<double> epoch_seconds;  ///< empty for models without epochs
};

TrainedModel train_model(const Run& run, const ModelPlan& plan, const TrainingData& data);

/// " (solver cg)" for a model that has several solvers, else nothing.
std::string solver_text(const recommender::Model& model);
/// json[key] = the solver, for a model that has several.
void put_solver(Json& json, const char* key, const recommender::Model& model);

/// {"model","metrics","intervals","users",...,"recommend_seconds"} of one scored model, with
/// "solver" where it was trained here and has several.
Json evaluation_json(const std::string& model, const recommender::Evaluation& evaluation,
                     const TrainedModel* trained);

/// One row a metric, one column a model, intervals below the values' columns.
std::string evaluation_text(const std::vector<std::string>& models,
                            const std::vector<recommender::Evaluation>& evaluations);

}  // namespace tenure::apps
