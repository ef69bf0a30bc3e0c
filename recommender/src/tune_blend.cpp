#include "blend_candidates.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/blend.hpp>
#include <tenure/recommender/tune_blend.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <utility>

namespace tenure::recommender {

namespace {

using Weights = std::vector<double>;

constexpr std::array kSteps = {1.0, 0.5, 0.25, 0.1};

/// The largest weight 1, three decimals: what a configuration file holds. Empty where all are 0.
Weights scaled(Weights weights) {
  const double largest = *std::max_element(weights.begin(), weights.end());
  if (!(largest > 0.0)) return {};
  for (double& weight : weights) weight = std::round(weight / largest * 1000.0) / 1000.0;
  return weights;
}

class Ascent {
 public:
  Ascent(const Execution& execution, const detail::BlendCandidates& candidates)
      : execution_(execution), candidates_(candidates) {}

  /// Scores weights not met before; whether they are the best so far.
  bool try_weights(const Weights& proposed) {
    const Weights weights = scaled(proposed);
    if (weights.empty() || !met_.insert(weights).second) return false;
    const double score = candidates_.score(execution_, weights);
    result_.trials.push_back({weights, score});
    if (!result_.best.empty() && score <= result_.best_score) return false;
    result_.best = weights;
    result_.best_score = score;
    return true;
  }

  /// One pass over the weights; whether it found something better.
  bool sweep(double step) {
    bool better = false;
    for (std::size_t m = 0; m < result_.best.size(); ++m) {
      const double now = result_.best[m];
      const double up = now > 0.0 ? now * (1.0 + step) : 0.5 * step;
      for (const double weight : {up, now / (1.0 + step), 0.0}) {
        Weights proposed = result_.best;
        proposed[m] = weight;
        if (try_weights(proposed)) better = true;
      }
    }
    return better;
  }

  BlendTuneResult take() { return std::move(result_); }

 private:
  const Execution& execution_;
  const detail::BlendCandidates& candidates_;
  std::set<Weights> met_;
  BlendTuneResult result_;
};

}  // namespace

BlendTuneResult tune_blend(const Execution& execution, const TrainingInput& input,
                           const EvaluationSet& validation, const EvaluationOptions& evaluation,
                           const std::string& metric) {
  const detail::ListMetric measure = detail::list_metric(metric);
  Execution quiet = execution;  // components would report their own passes over the search's
  quiet.progress = nullptr;
  const auto blend = train_blend(quiet, input);
  const detail::BlendCandidates candidates(execution, *blend, validation, evaluation, measure);
  const std::size_t n = input.components.size();
  Ascent ascent(execution, candidates);
  for (std::size_t m = 0; m < n; ++m) {
    Weights alone(n);
    alone[m] = 1.0;
    ascent.try_weights(alone);
  }
  Weights given;
  for (const ModelComponent& component : input.components) given.push_back(component.weight);
  ascent.try_weights(given);
  ascent.try_weights(Weights(n, 1.0));
  for (std::size_t s = 0; s < kSteps.size(); ++s) {
    while (ascent.sweep(kSteps[s])) {
    }
    execution.report("tune", s + 1, kSteps.size());
  }
  return ascent.take();
}

}  // namespace tenure::recommender
