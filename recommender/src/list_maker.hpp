#pragma once

#include "rule_set.hpp"

#include <tenure/recommender/recommend.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace tenure::recommender::detail {

/// Makes lists for a few users in the calling thread: what recommend() and evaluate() share.
class ListMaker {
 public:
  /// Users handled together: a bound on the memory of scores.
  static constexpr std::size_t kBlock = kQueryBlock;

  /// @throws ArgumentError where the options do not fit the model.
  ListMaker(const Execution& execution, const Model& model, const RecommendOptions& options);

  /// Places per list.
  std::uint32_t width() const noexcept { return width_; }
  /// Length n_items, or empty: items marked other than 0 are never listed.
  std::span<const std::uint8_t> closed() const noexcept { return rules_.closed(); }
  /// Fills lists [first, first + batch.size()) and marks those where the fallback stood in.
  void make(const UserBatch& batch, TopLists& lists, std::size_t first,
            std::span<std::uint8_t> used_fallback) const;

 private:
  bool by_fallback(const UserBatch& batch, std::size_t i) const noexcept;
  /// The best items by boosted score, as many as the lists are wide.
  void rank(const UserBatch& batch, TopLists& lists, std::size_t first) const;
  void rank_by_factors(const UserBatch& batch, TopLists& lists, std::size_t first) const;
  void rank_by_scores(const UserBatch& batch, TopLists& lists, std::size_t first) const;
  /// Scores the boosted items themselves and merges them into lists searched without them.
  void merge_boosted(MatrixView<const float> vectors, const UserBatch& batch, TopLists& lists,
                     std::size_t first) const;
  void rank_scores(float* scores, std::span<const std::uint32_t> seen, ListSlot slot) const;
  /// Picks from ever more candidates until each list is full or the catalogue is exhausted.
  void pick_lists(const UserBatch& batch, TopLists& lists, std::size_t first) const;
  std::span<const std::uint32_t> seen_by(const UserBatch& batch, std::size_t i) const noexcept;

  const Model& model_;
  RecommendOptions options_;
  std::uint32_t width_;
  RuleSet rules_;
  std::unique_ptr<Retriever> own_retriever_;
  const Retriever* retriever_ = nullptr;
};

}  // namespace tenure::recommender::detail
