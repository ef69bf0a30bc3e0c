#pragma once

#include <tenure/recommender/recommend.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

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
  /// Fills lists [first, first + batch.size()) and marks those where the fallback stood in.
  void make(const UserBatch& batch, TopLists& lists, std::size_t first,
            std::span<std::uint8_t> used_fallback) const;

 private:
  void by_factors(const UserBatch& batch, TopLists& lists, std::size_t first) const;
  void by_scores(const UserBatch& batch, TopLists& lists, std::size_t first) const;
  void rank(float* scores, std::span<const std::uint32_t> seen, ListSlot slot) const;

  const Model& model_;
  RecommendOptions options_;
  std::uint32_t width_;
  std::unique_ptr<Retriever> own_retriever_;
  const Retriever* retriever_ = nullptr;
};

}  // namespace tenure::recommender::detail
