#pragma once

#include <tenure/core/matrix.hpp>
#include <tenure/recommender/list_rules.hpp>
#include <tenure/recommender/lists.hpp>
#include <tenure/recommender/model.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace tenure::recommender::detail {

/// ListRules checked against a model and made ready for the search. Immutable.
class RuleSet {
 public:
  /// `denied`: further items that are never listed, length n_items or empty.
  /// @throws ArgumentError where the rules do not fit the model or are out of range.
  RuleSet(const Model& model, const ListRules& rules, std::span<const std::uint8_t> denied);

  /// Length n_items, or empty where nothing is closed.
  std::span<const std::uint8_t> closed() const noexcept { return closed_; }
  std::size_t open_items() const noexcept { return open_items_; }

  bool boosts() const noexcept { return !boosted_.empty(); }
  /// Open items that a boost touches, rising.
  std::span<const std::uint32_t> boosted() const noexcept { return boosted_; }
  /// Their factors, row for row; empty for a model without factors.
  MatrixView<const float> boosted_factors() const noexcept { return boosted_factors_.view(); }
  /// What a search must leave out that leaves the boosted items to boosted(); as closed().
  std::span<const std::uint8_t> closed_or_boosted() const noexcept {
    return boosts() ? std::span<const std::uint8_t>(closed_or_boosted_) : closed();
  }
  float boost(std::uint32_t item, float score) const noexcept;

  /// Whether the best by score are not simply the list.
  bool picks() const noexcept { return rules_.category_cap > 0 || rules_.diversity > 0.0; }
  /// Candidates to begin with for a list of width k.
  std::uint32_t first_candidates(std::uint32_t k) const noexcept;
  /// Fills the slot from candidates (best first); the slot is full unless caps exhausted them.
  void pick(std::span<const std::uint32_t> ids, std::span<const float> scores, ListSlot slot) const;

 private:
  void check(const Model& model, std::span<const std::uint8_t> denied) const;
  void close(std::span<const std::uint8_t> denied, std::size_t n_items);
  void gather_boosted(const Model& model);
  void pick_by_score(std::span<const std::uint32_t> ids, std::span<const float> scores,
                     ListSlot slot) const;
  void pick_diverse(std::span<const std::uint32_t> ids, std::span<const float> scores,
                    ListSlot slot) const;
  /// similarity to `taken` of each candidate, where it is more than what stands there.
  void raise_similarity(std::span<const std::uint32_t> ids, std::uint32_t taken,
                        std::vector<double>& similarity) const;
  std::uint32_t category_of(std::uint32_t item) const noexcept {
    return rules_.categories.empty() ? kNoCategory : rules_.categories[item];
  }

  ListRules rules_;
  std::vector<std::uint8_t> closed_;
  std::size_t open_items_ = 0;
  std::vector<std::uint32_t> boosted_;
  std::vector<std::uint8_t> closed_or_boosted_;
  Matrix<float> boosted_factors_;
  MatrixView<const float> factors_;    // of all items; no rows for a model without
  std::vector<float> inverse_length_;  // of the factors, 0 for a zero vector; with diversity only
};

}  // namespace tenure::recommender::detail
