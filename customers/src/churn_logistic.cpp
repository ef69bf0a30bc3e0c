#include "churn_scorer.hpp"

#include <tenure/customers/logistic.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace tenure::customers::detail {
namespace {

constexpr double kLimit = 4.0;  // standard deviations: one odd customer does not bend the line
// Of the total log-likelihood; columns have variance one. The smallest is next to nothing.
constexpr std::array<double, 9> kStrengths = {0.1, 1.0, 10.0, 30.0, 100.0, 300.0, 1e3, 3e3, 1e4};

class LogisticScorer final : public ChurnScorer {
 public:
  LogisticScorer(const Execution& execution, const Design& train, double l2)
      : moments_(moments_of(train)) {
    LogisticOptions options;
    options.l2 = l2;
    fit_ = fit_logistic(execution, standardised(train), train.columns, train.y, options);
  }

  std::vector<double> log_odds(const Design& design) const {
    const std::vector<double> z = standardised(design);
    std::vector<double> result(design.rows(), fit_.intercept);
    for (std::size_t i = 0; i < z.size(); ++i) {
      result[i / design.columns] += fit_.coefficients[i % design.columns] * z[i];
    }
    return result;
  }

  std::vector<double> contributions(const Design& design) const override {
    const std::vector<double> z = standardised(design);
    std::vector<double> result;
    result.reserve(z.size() + design.rows());
    for (std::size_t i = 0; i < z.size(); ++i) {
      const std::size_t column = i % design.columns;
      result.push_back(fit_.coefficients[column] * z[i]);
      if (column + 1 == design.columns) result.push_back(fit_.intercept);
    }
    return result;
  }

 private:
  std::vector<double> standardised(const Design& design) const {
    std::vector<double> z(design.x.size());
    for (std::size_t i = 0; i < z.size(); ++i) {
      const std::size_t column = i % design.columns;
      z[i] = std::clamp((design.x[i] - moments_.mean[column]) / moments_.deviation[column], -kLimit,
                        kLimit);
    }
    return z;
  }

  Moments moments_;
  LogisticFit fit_;
};

}  // namespace

std::vector<Candidate> logistic_candidates(const Execution& execution, const Design& train,
                                           const Design& held_out) {
  std::vector<Candidate> candidates;
  for (const double l2 : kStrengths) {
    candidates.push_back({l2, LogisticScorer(execution, train, l2).log_odds(held_out)});
  }
  return candidates;
}

std::shared_ptr<const ChurnScorer> train_logistic(const Execution& execution, const Design& train,
                                                  double l2) {
  return std::make_shared<LogisticScorer>(execution, train, l2);
}

}  // namespace tenure::customers::detail
