#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <cstdint>
#include <string>
#include <vector>

/// Search for a model's options on a validation split: random candidates, and successive halving
/// (Jamieson and Talwalkar 2016) over passes for models that have passes.
namespace tenure::recommender {

struct TuneOptions {
  std::uint32_t candidates = 24;  ///< >= 1; the first is the values given, the rest are drawn
  std::uint32_t keep_one_in = 3;  ///< >= 2: of each rung's candidates, the best 1 / this go on
  /// What is maximised: a metric of evaluate(), e.g. "ndcg@20".
  std::string metric = "ndcg@20";
};

/// One candidate as far as it came.
struct Trial {
  std::uint32_t candidate = 0;  ///< its number; 0 is the values given
  std::uint32_t rung = 0;       ///< the last rung it was scored on, from 0
  OptionValues values;          ///< what it was scored with there
  double score = 0.0;           ///< there
  bool failed = false;          ///< left the finite numbers: scored as the worst
};

struct TuneResult {
  std::vector<Trial> trials;  ///< best first: by rung, then score, then number
  OptionValues best;          ///< of the first trial, with all its passes
};

/// Searches over the options of `kind` that have a search range, from `start` on, whose other
/// values stay. A kind with the option "epochs" gets rungs of growing passes, the last with all of
/// start's; a kind without has one rung. Draws are keyed by candidate and option
/// (Purpose::kSearch): the same table at any number of threads.
/// @throws ArgumentError where an option is out of range, the metric is unknown or nothing can be
/// searched; NumericalError where every candidate failed; Cancelled.
TuneResult tune(const Execution& execution, const ModelKind& kind, const OptionValues& start,
                const TrainingInput& input, const EvaluationSet& validation,
                const EvaluationOptions& evaluation, const TuneOptions& options);

}  // namespace tenure::recommender
