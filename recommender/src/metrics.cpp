#include <tenure/core/error.hpp>
#include <tenure/recommender/metrics.hpp>

#include <algorithm>
#include <cmath>

namespace tenure::recommender {

ListMetrics list_metrics(std::span<const std::uint32_t> ranked,
                         std::span<const std::uint32_t> relevant, std::uint32_t k) {
  if (k == 0) throw ArgumentError("metrics: the cut-off must be at least 1");
  if (relevant.empty()) throw ArgumentError("metrics: a user needs at least one test item");
  const std::size_t reachable = std::min<std::size_t>(k, relevant.size());
  std::size_t hits = 0;
  double gain = 0.0;
  double precision = 0.0;
  double first = 0.0;
  for (std::size_t rank = 0; rank < std::min<std::size_t>(k, ranked.size()); ++rank) {
    if (!std::binary_search(relevant.begin(), relevant.end(), ranked[rank])) continue;
    ++hits;
    const auto place = static_cast<double>(rank) + 1.0;
    precision += static_cast<double>(hits) / place;
    if (hits == 1) first = 1.0 / place;
    gain += 1.0 / std::log2(static_cast<double>(rank) + 2.0);
  }
  double ideal = 0.0;
  for (std::size_t rank = 0; rank < reachable; ++rank) {
    ideal += 1.0 / std::log2(static_cast<double>(rank) + 2.0);
  }
  const auto found = static_cast<double>(hits);
  const auto possible = static_cast<double>(reachable);
  ListMetrics metrics;
  metrics.recall = found / static_cast<double>(relevant.size());
  metrics.recall_min = found / possible;
  metrics.ndcg = gain / ideal;
  metrics.hit_rate = hits > 0 ? 1.0 : 0.0;
  metrics.map = precision / possible;
  metrics.mrr = first;
  return metrics;
}

}  // namespace tenure::recommender
