#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/model.hpp>
#include <tenure/recommender/recommend.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenure::recommender {

/// What is known and what is to be predicted, row for row.
struct EvaluationSet {
  CsrView known;  ///< n_items columns: the users' histories
  /// Test items; columns from n_items on are items the model never saw: they stay in the
  /// denominator.
  CsrView test;
  bool fold_in = false;  ///< false: row u is user u of the model; true: rows are new users
};

struct EvaluationOptions {
  std::vector<std::uint32_t> at = {10, 20};  ///< cut-offs, each >= 1
  /// false: known items are neither listed nor counted as test items; true: both.
  bool allow_seen = false;
  std::span<const std::uint8_t> denied;       ///< as in RecommendOptions
  const Retriever* retriever = nullptr;       ///< as in RecommendOptions
  const PopularityModel* fallback = nullptr;  ///< as in RecommendOptions
  std::uint32_t bootstrap_samples = 1000;     ///< 0: no intervals
  double confidence = 0.95;                   ///< in (0, 1)
};

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

struct MetricValue {
  std::string name;  ///< e.g. "recall@20"
  double value = 0.0;
  std::optional<Interval> interval;  ///< percentile bootstrap over users; none for coverage
};

struct Evaluation {
  /// For each k: recall, recall_min, ndcg, hit_rate (means over users), coverage (share of the
  /// items that may be listed that at least one list holds).
  std::vector<MetricValue> metrics;
  std::uint64_t users = 0;           ///< with test items: those averaged over
  std::uint64_t users_skipped = 0;   ///< without test items
  std::uint64_t users_fallback = 0;  ///< of `users`, those without history, served by popularity
  double recommend_seconds = 0.0;    ///< making the lists

  /// @throws ArgumentError for a name that is not there.
  double value(std::string_view name) const;
};

/// Scores a model. Users are averaged in a fixed order; lists are made block by block and not kept.
/// @throws ArgumentError where shapes do not fit or no user has test items; Cancelled.
Evaluation evaluate(const Execution& execution, const Model& model, const EvaluationSet& set,
                    const EvaluationOptions& options = {});

}  // namespace tenure::recommender
