#include "trained_model.hpp"

#include <tenure/recommender/interactions.hpp>
#include <tenure/recommender/popularity.hpp>
#include <tenure/recommender/regional_popularity.hpp>

namespace tenure::python {

namespace {

using recommender::TrainingInput;

TrainingInput input_of(const Execution& execution, const ModelPlan& plan) {
  TrainingInput input;
  input.components = plan.components;
  if (plan.values.has("epochs")) {
    const std::uint32_t epochs = plan.values.integer("epochs");
    input.on_epoch = [&execution, epochs](std::uint32_t epoch, double) {
      execution.report("epochs", epoch, epochs);
    };
  }
  return input;
}

Dictionary digits(std::uint32_t size) {
  Dictionary ids;
  for (std::uint32_t code = 0; code < size; ++code) ids.append(std::to_string(code));
  return ids;
}

Dictionary ids_of(const Dictionary& known, const std::optional<std::vector<std::string>>& given,
                  std::uint32_t size) {
  if (given) return to_dictionary(*given);
  return known.empty() ? digits(size) : known;
}

}  // namespace

std::unique_ptr<TrainedModel> TrainedModel::train(const RunOptions& run, const ModelPlan& plan,
                                                  CsrArrays matrix) {
  std::unique_ptr<TrainedModel> trained(new TrainedModel);
  trained->given_ = std::move(matrix);
  trained->train_ = trained->given_->matrix();
  run_long(run, [&](const Execution& execution) {
    TrainingInput input = input_of(execution, plan);
    input.matrix = trained->train_;
    trained->file_.model = plan.kind->train(execution, input, plan.values);
    trained->popularity_ = recommender::train_popularity(trained->train_);
  });
  return trained;
}

std::unique_ptr<TrainedModel> TrainedModel::train(const RunOptions& run, const ModelPlan& plan,
                                                  const SharedEvents& events,
                                                  const recommender::InteractionOptions& weights) {
  std::unique_ptr<TrainedModel> trained(new TrainedModel);
  recommender::ModelFile& file = trained->file_;
  run_long(run, [&](const Execution& execution) {
    file.weights = recommender::with_fixed_now(*events, weights);
    recommender::Interactions all =
        recommender::build_interactions(execution, *events, file.weights);
    TrainingInput input = input_of(execution, plan);
    input.events = events.get();
    input.interactions = &all;
    input.weights = file.weights;
    file.model = plan.kind->train(execution, input, plan.values);
    file.newcomers = recommender::train_newcomers(*events, all.user_items, file.weights);
    file.customers = events->customers;
    file.items = events->items;
    file.pseudonym_key = events->pseudonym_key;
    file.item_is_service = std::move(all.item_is_service);
    file.train = std::move(all.user_items);
    trained->popularity_ = recommender::train_popularity(file.train);
  });
  trained->train_ = file.train;
  return trained;
}

std::unique_ptr<TrainedModel> TrainedModel::load(const RunOptions& run, const std::string& path) {
  std::unique_ptr<TrainedModel> trained(new TrainedModel);
  run_long(run, [&](const Execution& execution) {
    trained->file_ = recommender::load_model(execution, path);
    trained->popularity_ = recommender::train_popularity(trained->file_.train);
  });
  trained->train_ = trained->file_.train;
  return trained;
}

void TrainedModel::save(const RunOptions& run, const std::string& path,
                        const std::optional<std::vector<std::string>>& users,
                        const std::optional<std::vector<std::string>>& items) const {
  run_long(run, [&](const Execution& execution) {
    const Dictionary customer_ids = ids_of(file_.customers, users, model().n_users());
    const Dictionary item_ids = ids_of(file_.items, items, model().n_items());
    recommender::ModelFileView parts = recommender::view_of(file_);
    parts.customers = &customer_ids;
    parts.items = &item_ids;
    parts.train = train_;
    recommender::save_model(execution, parts, path);
  });
}

const recommender::Model& TrainedModel::fallback() const {
  if (file_.newcomers) return *file_.newcomers;
  return *popularity_;
}

const recommender::Retriever* TrainedModel::retriever(const Execution& execution) const {
  const auto factors = model().factors();
  if (!factors) return nullptr;
  const std::lock_guard lock(mutex_);
  if (!retriever_) retriever_ = recommender::make_retriever(execution, factors->items);
  return retriever_.get();
}

}  // namespace tenure::python
