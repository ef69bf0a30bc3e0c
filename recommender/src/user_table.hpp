#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/model.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tenure::recommender::detail {

/// Columns of the table for each cut-off.
inline constexpr std::array<const char*, 7> kUserMetrics{
    "recall", "recall_min", "ndcg", "hit_rate", "map", "mrr", "novelty"};

/// Metrics of every user scored, and how often each item was shown.
struct UserTable {
  Matrix<double> values;  ///< users x (cut-offs x kUserMetrics)
  std::vector<std::vector<std::uint32_t>>
      exposures;                     ///< per cut-off, length n_items: lists with it
  std::vector<std::uint8_t> closed;  ///< length n_items: 1 where rules forbid it
  std::uint64_t fallbacks = 0;
};

/// Test items that count for a row: without rebuy those that are not known already.
void relevant_items(const EvaluationSet& set, std::size_t row, bool allow_seen,
                    std::vector<std::uint32_t>& relevant);

/// Rows with test items that count, in order.
std::vector<std::uint32_t> rows_with_tests(const EvaluationSet& set, bool allow_seen);

/// Makes and scores the lists of `rows`, block by block; no list is kept.
UserTable score_users(const Execution& execution, const Model& model, const EvaluationSet& set,
                      const EvaluationOptions& options, std::span<const std::uint32_t> rows);

}  // namespace tenure::recommender::detail
