#pragma once

#include "command.hpp"

#include <tenure/core/events.hpp>
#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/interactions.hpp>
#include <tenure/recommender/model.hpp>
#include <tenure/recommender/popularity.hpp>

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace tenure::apps {

/// Options of training, shared by train and evaluate.
struct ModelOptions {
  std::string model = "ials";
  recommender::IalsOptions ials;
  std::string solver = "auto";
  double half_life_days = 30.0;
  std::string config;  ///< TOML file whose keys stand in for options not given
};

/// Names --model takes, in the order --all lists them.
const std::vector<std::string>& model_names();

/// Adds --model, --factors, ... and --config to a command.
void add_model_options(CLI::App& sub, ModelOptions& options);

/// Reads --config where given; options of the command line win over the file. Then checks all.
/// @throws DataError for a fault of the file, ArgumentError for one of the options.
void complete_model_options(const CLI::App& sub, ModelOptions& options);

/// What a model is trained on. `rows` masks the events as in build_interactions().
struct TrainingData {
  const EventTable& events;
  std::span<const std::uint8_t> rows;
  const recommender::Interactions& interactions;
};

struct TrainedModel {
  std::unique_ptr<recommender::Model> model;
  double train_seconds = 0.0;
  std::vector<double> epoch_seconds;  ///< empty for models without epochs
};

TrainedModel train_model(const Run& run, const std::string& name, const ModelOptions& options,
                         const TrainingData& data);

/// {"model","metrics","intervals","users",...,"recommend_seconds"} of one scored model.
Json evaluation_json(const std::string& model, const recommender::Evaluation& evaluation,
                     const TrainedModel* trained);

/// One row a metric, one column a model, intervals below the values' columns.
std::string evaluation_text(const std::vector<std::string>& models,
                            const std::vector<recommender::Evaluation>& evaluations);

}  // namespace tenure::apps
