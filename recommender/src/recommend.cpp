#include "list_maker.hpp"
#include "retrievers.hpp"
#include "top_heap.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/recommender/recommend.hpp>

#include <algorithm>

namespace tenure::recommender {

namespace detail {

ListMaker::ListMaker(const Execution& execution, const Model& model,
                     const RecommendOptions& options)
    : model_(model), options_(options), width_(std::min(options.k, model.n_items())) {
  if (options.k == 0) throw ArgumentError("recommend: k must be at least 1");
  if (!options.denied.empty() && options.denied.size() != model.n_items()) {
    throw ArgumentError("recommend: the deny list has another length than the catalogue");
  }
  if (options.fallback != nullptr && options.fallback->n_items() != model.n_items()) {
    throw ArgumentError("recommend: the fallback knows another catalogue");
  }
  const auto factors = model.factors();
  if (!factors) return;
  retriever_ = options.retriever;
  if (retriever_ == nullptr) {
    own_retriever_ = make_retriever(execution, factors->items);
    retriever_ = own_retriever_.get();
  }
  if (retriever_->n_items() != model.n_items() || retriever_->dimension() != factors->items.cols) {
    throw ArgumentError("recommend: the retriever was built on other items");
  }
}

void ListMaker::make(const UserBatch& batch, TopLists& lists, std::size_t first,
                     std::span<std::uint8_t> used_fallback) const {
  if (retriever_ != nullptr) {
    by_factors(batch, lists, first);
  } else {
    by_scores(batch, lists, first);
  }
  std::fill(used_fallback.begin(), used_fallback.end(), std::uint8_t{0});
  if (options_.fallback == nullptr || !model_.personal()) return;
  std::vector<float> scores;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!batch.history(i).empty()) continue;
    const auto popular = options_.fallback->item_scores();
    scores.assign(popular.begin(), popular.end());
    rank(scores.data(), {}, list_slot(lists, first + i));
    used_fallback[i] = 1;
  }
}

void ListMaker::by_factors(const UserBatch& batch, TopLists& lists, std::size_t first) const {
  Matrix<float> vectors(batch.size(), retriever_->dimension());
  model_.user_vectors(batch, vectors.view());
  SearchFilter filter;
  filter.denied = options_.denied;
  if (!options_.allow_seen) {
    filter.seen_rows = batch.history_rows;
    filter.seen = batch.histories;
  }
  retriever_->search_block(vectors.view(), filter, lists, first);
}

void ListMaker::by_scores(const UserBatch& batch, TopLists& lists, std::size_t first) const {
  Matrix<float> scores(batch.size(), model_.n_items());
  model_.score(batch, scores.view());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    rank(scores.row(i), options_.allow_seen ? std::span<const std::uint32_t>{} : batch.history(i),
         list_slot(lists, first + i));
  }
}

void ListMaker::rank(float* scores, std::span<const std::uint32_t> seen, ListSlot slot) const {
  std::fill(slot.ids.begin(), slot.ids.end(), kNoItem);
  std::fill(slot.scores.begin(), slot.scores.end(), 0.0F);
  leave_out(seen, scores, model_.n_items(), 0);
  leave_out_denied(options_.denied, scores, model_.n_items(), 0);
  TopHeap heap(slot);
  heap.offer(scores, model_.n_items(), 0);
  heap.finish();
}

}  // namespace detail

Recommendations recommend(const Execution& execution, const Model& model, const UserBatch& batch,
                          const RecommendOptions& options) {
  const detail::ListMaker maker(execution, model, options);
  Recommendations result;
  result.lists = TopLists(batch.size(), maker.width());
  result.used_fallback.assign(batch.size(), 0);
  if (batch.users.size() != batch.history_rows.size()) {
    throw ArgumentError("a batch needs one history row for each user");
  }
  parallel_for(
      execution, batch.size(), detail::ListMaker::kBlock,
      [&](const Chunk& chunk) {
        maker.make(batch.slice(chunk.begin, chunk.end), result.lists, chunk.begin,
                   std::span(result.used_fallback).subspan(chunk.begin, chunk.end - chunk.begin));
      },
      "recommend");
  return result;
}

}  // namespace tenure::recommender
