#pragma once

#include <cstdint>
#include <span>

namespace tenure::recommender {

/// Accuracy of one list against one user's test items.
struct ListMetrics {
  double recall = 0.0;      ///< hits / |relevant|
  double recall_min = 0.0;  ///< hits / min(k, |relevant|)
  double ndcg = 0.0;  ///< binary gain, 1 / log2(rank + 1); ideal truncated at min(k, |relevant|)
  double hit_rate = 0.0;  ///< 1 where there is a hit
  /// Average precision: sum over the hits of (hits up to its rank) / rank, over min(k, |relevant|).
  double map = 0.0;
  double mrr = 0.0;  ///< 1 / rank of the first hit, 0 without one
};

/// Metrics at cut-off k >= 1 of a ranked list (best first, shorter than k is fine) against
/// `relevant` test items (sorted, without duplicates, not empty).
/// @throws ArgumentError where k is 0 or relevant is empty.
ListMetrics list_metrics(std::span<const std::uint32_t> ranked,
                         std::span<const std::uint32_t> relevant, std::uint32_t k);

}  // namespace tenure::recommender
