#include <tenure/core/error.hpp>
#include <tenure/recommender/popularity.hpp>
#include <tenure/recommender/recommend.hpp>
#include <tenure/recommender/serving.hpp>
#include <tenure/recommender/similar.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tenure::recommender {

namespace {

/// Requests do not share their work: a service has more of them than cores.
Execution one_thread() {
  Execution execution;
  execution.threads = 1;
  return execution;
}

ServedList first_list(const TopLists& lists) {
  ServedList served;
  const auto ids = lists.list_ids(0);
  const auto scores = lists.list_scores(0);
  served.items.assign(ids.begin(), ids.end());
  served.scores.assign(scores.begin(), scores.end());
  return served;
}

std::unique_ptr<Retriever> retriever_of(const Execution& execution, const Model& model,
                                        RetrieverOptions options) {
  const auto factors = model.factors();
  if (!factors) return nullptr;
  options.sample_queries = factors->users;
  return make_retriever(execution, factors->items, options);
}

}  // namespace

ServedModel::ServedModel(const Execution& execution, ModelFile file,
                         const RetrieverOptions& options)
    : file_(std::move(file)),
      customer_index_(file_.customers),
      item_index_(file_.items),
      retriever_(retriever_of(execution, *file_.model, options)),
      popularity_(train_popularity(file_.train)) {}

std::shared_ptr<const ServedModel> ServedModel::load(const Execution& execution,
                                                     const std::string& path,
                                                     const RetrieverOptions& options) {
  return std::make_shared<const ServedModel>(execution, load_model(execution, path), options);
}

ServedList ServedModel::list_for(std::uint32_t user, std::uint32_t row, const CsrView& histories,
                                 const ListRequest& request) const {
  RecommendOptions options;
  options.k = request.k;
  options.allow_seen = request.allow_seen;
  options.denied = file_.item_is_service;
  options.rules = request.rules;
  options.retriever = retriever_.get();
  options.fallback = popularity_.get();
  // A stranger has no region in the model: regional popularity is for the known.
  if (file_.newcomers && user != kNewUser) options.fallback = file_.newcomers.get();
  const UserBatch batch{{&user, 1}, {&row, 1}, histories};
  const Recommendations made = recommender::recommend(one_thread(), *file_.model, batch, options);
  ServedList served = first_list(made.lists);
  served.fallback = made.used_fallback[0] != 0;
  return served;
}

ServedList ServedModel::recommend(std::string_view customer, const ListRequest& request) const {
  const auto code = customer_index_.find(customer);
  if (!code) throw ArgumentError("unknown customer '" + std::string(customer) + "'");
  return list_for(*code, *code, file_.train, request);
}

ServedList ServedModel::recommend_history(std::span<const std::string_view> history,
                                          std::span<const float> weights,
                                          const ListRequest& request) const {
  if (!weights.empty() && weights.size() != history.size()) {
    throw ArgumentError("a history of " + std::to_string(history.size()) + " items has " +
                        std::to_string(weights.size()) + " weights");
  }
  std::vector<std::pair<std::uint32_t, float>> known;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const float weight = weights.empty() ? 1.0F : weights[i];
    if (!std::isfinite(weight) || weight <= 0.0F) {
      throw ArgumentError("weight " + std::to_string(i) + " of a history must be positive");
    }
    if (const auto code = item_index_.find(history[i])) known.emplace_back(*code, weight);
  }
  // Of equal items the heaviest stands first and stays.
  std::sort(known.begin(), known.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second > b.second;
  });
  known.erase(std::unique(known.begin(), known.end(),
                          [](const auto& a, const auto& b) { return a.first == b.first; }),
              known.end());
  Csr row;
  row.n_columns = file_.items.size();
  for (const auto& [item, weight] : known) {
    row.columns.push_back(item);
    row.values.push_back(weight);
  }
  row.row_start.push_back(known.size());
  return list_for(kNewUser, 0, row, request);
}

ServedList ServedModel::similar_items(std::string_view item, std::uint32_t k) const {
  const auto code = item_index_.find(item);
  if (!code) throw ArgumentError("unknown item '" + std::string(item) + "'");
  const std::uint32_t codes[] = {*code};
  return first_list(
      recommender::similar_items(one_thread(), *file_.model, codes, k, file_.item_is_service));
}

ModelSlot::ModelSlot(std::shared_ptr<const ServedModel> model) : model_(std::move(model)) {
  if (!model_) throw ArgumentError("a slot needs a model");
}

std::shared_ptr<const ServedModel> ModelSlot::current() const {
  const std::lock_guard lock(mutex_);
  return model_;
}

void ModelSlot::swap(std::shared_ptr<const ServedModel> model) {
  if (!model) throw ArgumentError("a slot needs a model");
  {
    const std::lock_guard lock(mutex_);
    model_.swap(model);
    ++generation_;
  }
  // `model`, now the old one, is freed here, outside the lock, unless a request still has it.
}

std::uint64_t ModelSlot::generation() const {
  const std::lock_guard lock(mutex_);
  return generation_;
}

}  // namespace tenure::recommender
