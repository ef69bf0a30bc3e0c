#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/recommender/list_rules.hpp>
#include <tenure/recommender/lists.hpp>
#include <tenure/recommender/model.hpp>
#include <tenure/recommender/retriever.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace tenure::recommender {

struct RecommendOptions {
  std::uint32_t k = 10;     ///< >= 1; lists are shorter where the catalogue is
  bool allow_seen = false;  ///< true: items of the history may come again (rebuy)
  /// Length n_items, or empty: items marked 1 are never listed (service items).
  std::span<const std::uint8_t> denied;
  /// The shop's own limits and wishes; they hold for the fallback's lists too.
  ListRules rules;
  /// Searches the items of a model with factors; null: an exact scan.
  const Retriever* retriever = nullptr;
  /// What users without history get in place of a personal model, by its scores of them:
  /// popularity, overall or by region; null: the model's own order.
  const Model* fallback = nullptr;
};

struct Recommendations {
  TopLists lists;
  std::vector<std::uint8_t> used_fallback;  ///< length of the batch: 1 where the fallback stood in
};

/// Top-k lists of any model, in parallel over users, in memory of a few blocks beyond the lists.
/// @throws ArgumentError where the batch, options, rules or retriever do not fit the model, or
/// diversity is asked of a model without factors and no categories are given; Cancelled.
Recommendations recommend(const Execution& execution, const Model& model, const UserBatch& batch,
                          const RecommendOptions& options);

}  // namespace tenure::recommender
