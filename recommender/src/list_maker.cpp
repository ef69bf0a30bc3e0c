#include "list_maker.hpp"

#include "blas.hpp"
#include "retrievers.hpp"
#include "top_heap.hpp"

#include <tenure/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kBoostTile = 1024;      // boosted items scored at a time
constexpr std::uint32_t kMoreCandidates = 8;  // growth where caps exhausted the candidates
constexpr std::size_t kFewOpen = 10;  // below a tenth of the catalogue a graph finds closed items

void clear(ListSlot slot) {
  std::fill(slot.ids.begin(), slot.ids.end(), kNoItem);
  std::fill(slot.scores.begin(), slot.scores.end(), 0.0F);
  *slot.count = 0;
}

bool approximate(RetrieverKind kind) {
  return kind != RetrieverKind::kExact && kind != RetrieverKind::kFlat;
}

}  // namespace

ListMaker::ListMaker(const Execution& execution, const Model& model,
                     const RecommendOptions& options)
    : model_(model),
      options_(options),
      width_(std::min(options.k, model.n_items())),
      rules_(model, options.rules, options.denied) {
  if (options.k == 0) throw ArgumentError("recommend: k must be at least 1");
  if (options.fallback != nullptr && options.fallback->n_items() != model.n_items()) {
    throw ArgumentError("recommend: the fallback knows another catalogue");
  }
  const auto factors = model.factors();
  if (!factors) return;
  retriever_ = options.retriever;
  if (retriever_ != nullptr && (retriever_->n_items() != model.n_items() ||
                                retriever_->dimension() != factors->items.cols)) {
    throw ArgumentError("recommend: the retriever was built on other items");
  }
  const bool few = rules_.open_items() < model.n_items() / kFewOpen;
  if (retriever_ == nullptr || (few && approximate(retriever_->kind()))) {
    own_retriever_ = make_retriever(execution, factors->items);
    retriever_ = own_retriever_.get();
  }
}

void ListMaker::make(const UserBatch& batch, TopLists& lists, std::size_t first,
                     std::span<std::uint8_t> used_fallback) const {
  if (rules_.picks()) {
    pick_lists(batch, lists, first);
  } else {
    rank(batch, lists, first);
  }
  for (std::size_t i = 0; i < batch.size(); ++i) used_fallback[i] = by_fallback(batch, i) ? 1 : 0;
}

bool ListMaker::by_fallback(const UserBatch& batch, std::size_t i) const noexcept {
  return options_.fallback != nullptr && model_.personal() && batch.history(i).empty();
}

std::span<const std::uint32_t> ListMaker::seen_by(const UserBatch& batch,
                                                  std::size_t i) const noexcept {
  return options_.allow_seen ? std::span<const std::uint32_t>{} : batch.history(i);
}

void ListMaker::rank(const UserBatch& batch, TopLists& lists, std::size_t first) const {
  if (retriever_ != nullptr) {
    rank_by_factors(batch, lists, first);
  } else {
    rank_by_scores(batch, lists, first);
  }
  Matrix<float> scores;
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (!by_fallback(batch, i)) continue;
    if (scores.size() == 0) scores = Matrix<float>(1, model_.n_items());
    options_.fallback->score(batch.slice(i, i + 1), scores.view());
    rank_scores(scores.data(), {}, list_slot(lists, first + i));
  }
}

void ListMaker::rank_by_factors(const UserBatch& batch, TopLists& lists, std::size_t first) const {
  Matrix<float> vectors(batch.size(), retriever_->dimension());
  model_.user_vectors(batch, vectors.view());
  SearchFilter filter;
  filter.denied = rules_.closed_or_boosted();
  if (!options_.allow_seen) {
    filter.seen_rows = batch.history_rows;
    filter.seen = batch.histories;
  }
  retriever_->search_block(vectors.view(), filter, lists, first);
  if (rules_.boosts()) merge_boosted(vectors.view(), batch, lists, first);
}

void ListMaker::merge_boosted(MatrixView<const float> vectors, const UserBatch& batch,
                              TopLists& lists, std::size_t first) const {
  use_one_blas_thread();
  const MatrixView<const float> factors = rules_.boosted_factors();
  using Place = std::pair<float, std::uint32_t>;  // negated score and id: sorted, best first
  std::vector<std::vector<Place>> found(batch.size());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const auto ids = lists.list_ids(first + i);
    const auto scores = lists.list_scores(first + i);
    for (std::size_t j = 0; j < ids.size(); ++j) found[i].emplace_back(-scores[j], ids[j]);
  }
  AlignedVector<float> scores(batch.size() * std::min(kBoostTile, factors.rows));
  for (std::size_t begin = 0; begin < factors.rows; begin += kBoostTile) {
    const std::size_t n = std::min(kBoostTile, factors.rows - begin);
    const MatrixView<float> out{scores.data(), batch.size(), n, n};
    multiply(vectors, {factors.row(begin), n, factors.cols, factors.stride}, true, out);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const auto seen = seen_by(batch, i);
      for (std::size_t j = 0; j < n; ++j) {
        const std::uint32_t item = rules_.boosted()[begin + j];
        if (std::binary_search(seen.begin(), seen.end(), item)) continue;
        const float score = rules_.boost(item, out(i, j));
        if (!std::isfinite(score)) throw NumericalError("a score is not a finite number");
        found[i].emplace_back(-score, item);
      }
    }
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const ListSlot slot = list_slot(lists, first + i);
    const std::size_t n = std::min<std::size_t>(lists.width, found[i].size());
    std::partial_sort(found[i].begin(), found[i].begin() + static_cast<std::ptrdiff_t>(n),
                      found[i].end());
    clear(slot);
    for (std::size_t j = 0; j < n; ++j) {
      slot.scores[j] = -found[i][j].first;
      slot.ids[j] = found[i][j].second;
    }
    *slot.count = static_cast<std::uint32_t>(n);
  }
}

void ListMaker::rank_by_scores(const UserBatch& batch, TopLists& lists, std::size_t first) const {
  Matrix<float> scores(batch.size(), model_.n_items());
  model_.score(batch, scores.view());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    rank_scores(scores.row(i), seen_by(batch, i), list_slot(lists, first + i));
  }
}

void ListMaker::rank_scores(float* scores, std::span<const std::uint32_t> seen,
                            ListSlot slot) const {
  clear(slot);
  for (const std::uint32_t item : rules_.boosted()) scores[item] = rules_.boost(item, scores[item]);
  leave_out(seen, scores, model_.n_items(), 0);
  leave_out_denied(rules_.closed(), scores, model_.n_items(), 0);
  TopHeap heap(slot);
  heap.offer(scores, model_.n_items(), 0);
  heap.finish();
}

void ListMaker::pick_lists(const UserBatch& batch, TopLists& lists, std::size_t first) const {
  std::vector<std::size_t> open(batch.size());
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
  std::uint64_t wanted = rules_.first_candidates(lists.width);
  while (!open.empty()) {
    const auto width =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(wanted, model_.n_items()));
    std::vector<std::uint32_t> users;
    std::vector<std::uint32_t> rows;
    for (const std::size_t i : open) {
      users.push_back(batch.users[i]);
      rows.push_back(batch.history_rows[i]);
    }
    TopLists candidates(open.size(), width);
    rank({users, rows, batch.histories}, candidates, 0);
    std::vector<std::size_t> short_ones;
    for (std::size_t i = 0; i < open.size(); ++i) {
      const ListSlot slot = list_slot(lists, first + open[i]);
      rules_.pick(candidates.list_ids(i), candidates.list_scores(i), slot);
      const bool more = width < model_.n_items() && candidates.counts[i] == width;
      if (more && *slot.count < lists.width) short_ones.push_back(open[i]);
    }
    open = std::move(short_ones);
    wanted *= kMoreCandidates;
  }
}

}  // namespace tenure::recommender::detail
