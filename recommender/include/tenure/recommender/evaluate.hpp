#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
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
  std::span<const std::uint8_t> denied;  ///< as in RecommendOptions
  const Retriever* retriever = nullptr;  ///< as in RecommendOptions
  const Model* fallback = nullptr;       ///< as in RecommendOptions
  ListRules rules;                       ///< as in RecommendOptions
  /// Where novelty counts popularity, n_items columns; without rows: the histories of the set.
  CsrView train;
  std::uint32_t bootstrap_samples = 1000;  ///< 0: no intervals
  double confidence = 0.95;                ///< in (0, 1)
  bool keep_user_values = false;           ///< for compare()
};

struct Interval {
  double low = 0.0;
  double high = 0.0;
};

struct MetricValue {
  std::string name;  ///< e.g. "recall@20"
  double value = 0.0;
  /// Percentile bootstrap over users; none for coverage and gini, which are of all lists together.
  std::optional<Interval> interval;
};

/// Each user's own metrics: what models are compared on.
struct UserValues {
  std::vector<std::string> names;   ///< of the columns, e.g. "recall@20"
  std::vector<std::uint32_t> rows;  ///< rows of the set that were scored, rising
  Matrix<double> values;            ///< rows.size() x names.size()
};

struct Evaluation {
  /// For each k, means over users of:
  ///   recall, recall_min, ndcg, hit_rate, map, mrr: see ListMetrics;
  ///   novelty: mean over the first k places of -log2(share of training users who have the item),
  ///     an item nobody has counting as if one had it (Zhou et al. 2010, self-information); 0 for
  ///     an empty list;
  /// and, of all lists together over the n items that may be listed:
  ///   coverage: share of them that at least one list holds;
  ///   gini: sum_i (2 i - n - 1) x_i / (n sum_i x_i) with x_1 <= ... <= x_n the number of lists
  ///     that hold each: 0 where all are shown equally often, near 1 where a few fill every list.
  std::vector<MetricValue> metrics;
  std::uint64_t users = 0;           ///< with test items: those averaged over
  std::uint64_t users_skipped = 0;   ///< without test items
  std::uint64_t users_fallback = 0;  ///< of `users`, those without history, served by popularity
  double recommend_seconds = 0.0;    ///< making the lists
  UserValues user_values;            ///< empty unless asked for

  /// @throws ArgumentError for a name that is not there.
  double value(std::string_view name) const;
};

/// Scores a model. Users are averaged in a fixed order; lists are made block by block and not kept.
/// @throws ArgumentError where shapes do not fit or no user has test items; Cancelled.
Evaluation evaluate(const Execution& execution, const Model& model, const EvaluationSet& set,
                    const EvaluationOptions& options = {});

/// Paired comparison of two models scored on the same users: for each per-user metric the mean over
/// users of (model - baseline), with a percentile interval from resampling users, so that what
/// makes a user easy or hard for both cancels. Draws are keyed by sample: the same bytes at any
/// number of threads, the same users in every comparison.
/// @throws ArgumentError where either was made without keep_user_values, or users or cut-offs
/// differ, samples is 0 or the confidence is not in (0, 1); Cancelled.
std::vector<MetricValue> compare(const Execution& execution, const Evaluation& model,
                                 const Evaluation& baseline, std::uint32_t bootstrap_samples = 1000,
                                 double confidence = 0.95);

}  // namespace tenure::recommender
