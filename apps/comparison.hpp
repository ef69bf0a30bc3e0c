#pragma once

#include "run.hpp"

#include <tenure/recommender/evaluate.hpp>

#include <string>
#include <vector>

namespace tenure::apps {

/// Differences of several models to the first of them, on the same users.
class Comparison {
 public:
  /// The first model added is the baseline; of each later one the difference and its interval are
  /// kept, and written into its JSON object as "difference".
  void add(const Execution& execution, const std::string& name,
           const recommender::Evaluation& evaluation, Json& json);
  /// A table of the differences; empty where there is nothing to compare.
  std::string text() const;

 private:
  std::string baseline_name_;
  recommender::Evaluation baseline_;
  std::vector<std::string> names_;
  std::vector<std::vector<recommender::MetricValue>> differences_;
};

}  // namespace tenure::apps
