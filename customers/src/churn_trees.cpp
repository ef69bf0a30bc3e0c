#include "churn_scorer.hpp"

#include <tenure/core/boosted_trees.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/customers/churn_model.hpp>

#include <algorithm>

namespace tenure::customers {

bool churn_trees_available() noexcept { return boosted_trees_available(); }

namespace detail {

namespace {

constexpr int kMostTrees = 400;
constexpr int kTreesPerLook = 20;

// A small rate, shallow trees and large leaves, as a few thousand customers with overlapping
// windows need.
constexpr BoostedTreesOptions kOptions{.depth = 4,
                                       .learning_rate = 0.04,
                                       .min_child_weight = 30.0,
                                       .l2 = 10.0,
                                       .row_share = 0.7,
                                       .column_share = 0.4,
                                       .bins = 64,
                                       .seed = 1};

Matrix<float> rows_of(const Design& design) {
  Matrix<float> rows(design.rows(), design.columns);
  std::transform(design.x.begin(), design.x.end(), rows.data(),
                 [](double value) { return static_cast<float>(value); });
  return rows;
}

TreeBooster booster_of(const Design& train) {
  const std::vector<float> labels(train.y.begin(), train.y.end());
  return {rows_of(train).view(), labels, kOptions};
}

class TreesScorer final : public ChurnScorer {
 public:
  TreesScorer(const Execution& execution, const Design& train, int trees)
      : booster_(booster_of(train)) {
    for (int tree = 0; tree < trees; ++tree) {
      execution.check_cancelled();
      booster_.grow();
    }
  }
  std::vector<double> contributions(const Design& design) const override {
    return booster_.contributions(rows_of(design).view());
  }

 private:
  TreeBooster booster_;
};

}  // namespace

std::vector<Candidate> trees_candidates(const Execution& execution, const Design& train,
                                        const Design& held_out) {
  const Matrix<float> test = rows_of(held_out);
  TreeBooster booster = booster_of(train);
  std::vector<Candidate> candidates;
  for (int tree = 1; tree <= kMostTrees; ++tree) {
    execution.check_cancelled();
    booster.grow();
    if (tree % kTreesPerLook == 0) {
      candidates.push_back({static_cast<double>(tree), booster.log_odds(test.view())});
      execution.report("trees", static_cast<std::uint64_t>(tree), kMostTrees);
    }
  }
  return candidates;
}

std::shared_ptr<const ChurnScorer> train_trees(const Execution& execution, const Design& train,
                                               int trees) {
  return std::make_shared<TreesScorer>(execution, train, trees);
}

}  // namespace detail
}  // namespace tenure::customers
