#pragma once

#include "churn_design.hpp"

#include <tenure/core/execution.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

/// What both kinds of model can do.
namespace tenure::customers::detail {

class ChurnScorer {
 public:
  ChurnScorer() = default;
  virtual ~ChurnScorer() = default;
  ChurnScorer(const ChurnScorer&) = delete;
  ChurnScorer& operator=(const ChurnScorer&) = delete;

  /// Rows x (columns + 1): what each column adds to the log odds, and last what stands before them.
  virtual std::vector<double> contributions(const Design& design) const = 0;
};

/// A strength of regularisation and the held-out log odds it gave.
struct Candidate {
  double regularization = 0.0;
  std::vector<double> log_odds;
};

/// Held-out log odds of models trained on `train`, by strength.
std::vector<Candidate> logistic_candidates(const Execution& execution, const Design& train,
                                           const Design& held_out);
std::shared_ptr<const ChurnScorer> train_logistic(const Execution& execution, const Design& train,
                                                  double l2);

/// Also @throws ArgumentError where the build has no XGBoost.
std::vector<Candidate> trees_candidates(const Execution& execution, const Design& train,
                                        const Design& held_out);
std::shared_ptr<const ChurnScorer> train_trees(const Execution& execution, const Design& train,
                                               int trees);

}  // namespace tenure::customers::detail
