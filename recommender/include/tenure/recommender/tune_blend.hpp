#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <string>
#include <vector>

/// Search for the weights of a blend on a validation split. The components are trained once; what
/// is tried after that is weights alone, on each customer's candidates: the best 10 k items of each
/// component, at least 200, k being the metric's cut-off. A list of the blend hardly ever reaches
/// beyond them.
namespace tenure::recommender {

struct BlendTrial {
  std::vector<double> weights;  ///< of the components, the largest 1, three decimals
  double score = 0.0;
};

struct BlendTuneResult {
  /// Each component alone, then the weights given, then every set tried, in order.
  std::vector<BlendTrial> trials;
  std::vector<double> best;  ///< of the trial with the highest score, the first of equals
  double best_score = 0.0;
};

/// Ascends weight by weight from the best of: the weights given, all equal, each component alone.
/// Steps double and halve a weight or drop it, then ever smaller ones, down to 10 %. At most 20,000
/// customers are scored, evenly taken. The same at any number of threads.
/// @param metric recall, recall_min, ndcg, hit_rate, map or mrr, with its cut-off: "ndcg@20".
/// @throws ArgumentError (no components, an unknown metric, no customer to score), what training
/// throws, Cancelled.
BlendTuneResult tune_blend(const Execution& execution, const TrainingInput& input,
                           const EvaluationSet& validation, const EvaluationOptions& evaluation,
                           const std::string& metric = "ndcg@20");

}  // namespace tenure::recommender
