#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/blend.hpp>
#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/metrics.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tenure::recommender::detail {

/// A metric of a list, by name and cut-off.
struct ListMetric {
  double ListMetrics::*value = nullptr;
  std::uint32_t k = 0;
};
/// @throws ArgumentError for a name such as "coverage@20" or one without a cut-off.
ListMetric list_metric(const std::string& name);

/// Standardised scores of each component for each customer's candidates; see tune_blend.hpp.
class BlendCandidates {
 public:
  BlendCandidates(const Execution& execution, const BlendModel& blend, const EvaluationSet& set,
                  const EvaluationOptions& options, const ListMetric& metric);
  /// Mean of the metric over the customers under these weights.
  double score(const Execution& execution, std::span<const double> weights) const;

 private:
  struct Customer {
    std::vector<std::uint32_t> items;     // rising
    std::vector<float> scores;            // component by component
    std::vector<std::uint32_t> relevant;  // rising
  };
  void gather(const BlendModel& blend, const EvaluationSet& set, const EvaluationOptions& options,
              std::span<const std::uint32_t> rows, Customer* out) const;
  double list_score(const Customer& customer, std::span<const double> weights) const;

  ListMetric metric_;
  std::vector<Customer> customers_;
};

}  // namespace tenure::recommender::detail
