#include "churn_scorer.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/churn_model.hpp>

#ifdef TENURE_WITH_XGBOOST
#include <xgboost/c_api.h>

#include <array>
#include <limits>
#include <utility>
#endif

namespace tenure::customers {

bool churn_trees_available() noexcept {
#ifdef TENURE_WITH_XGBOOST
  return true;
#else
  return false;
#endif
}

namespace detail {

#ifdef TENURE_WITH_XGBOOST
namespace {

constexpr int kMostTrees = 400;
constexpr int kTreesPerLook = 20;

// One thread, so that sums are in one order; a small rate, shallow trees and large leaves, as a few
// thousand customers with overlapping windows need. The seed draws the columns and rows of a tree.
constexpr std::array<std::pair<const char*, const char*>, 13> kParameters = {
    {{"objective", "binary:logistic"},
     {"tree_method", "hist"},
     {"nthread", "1"},
     {"seed", "1"},
     {"verbosity", "0"},
     {"max_depth", "4"},
     {"eta", "0.04"},
     {"min_child_weight", "30"},
     {"lambda", "10"},
     {"subsample", "0.7"},
     {"colsample_bytree", "0.4"},
     {"max_bin", "64"},
     {"base_score", "0.5"}}};

void check(int status) {
  if (status != 0) throw NumericalError(std::string("trees: ") + XGBGetLastError());
}

class Rows {
 public:
  explicit Rows(const Design& design) {
    std::vector<float> values(design.x.size());
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(design.x[i]);
    check(XGDMatrixCreateFromMat_omp(values.data(), design.rows(), design.columns,
                                     std::numeric_limits<float>::quiet_NaN(), &handle_, 1));
    if (design.y.empty()) return;
    const std::vector<float> labels(design.y.begin(), design.y.end());
    const int status = XGDMatrixSetFloatInfo(handle_, "label", labels.data(), labels.size());
    if (status != 0) XGDMatrixFree(handle_);
    check(status);
  }
  ~Rows() { XGDMatrixFree(handle_); }
  Rows(const Rows&) = delete;
  Rows& operator=(const Rows&) = delete;
  DMatrixHandle handle() const noexcept { return handle_; }

 private:
  DMatrixHandle handle_ = nullptr;
};

class Booster {
 public:
  explicit Booster(const Rows& train) {
    const DMatrixHandle data = train.handle();
    check(XGBoosterCreate(&data, 1, &handle_));
    for (const auto& [name, value] : kParameters) {
      const int status = XGBoosterSetParam(handle_, name, value);
      if (status != 0) XGBoosterFree(handle_);
      check(status);
    }
  }
  ~Booster() { XGBoosterFree(handle_); }
  Booster(const Booster&) = delete;
  Booster& operator=(const Booster&) = delete;

  void grow(int tree, const Rows& train) {
    check(XGBoosterUpdateOneIter(handle_, tree, train.handle()));
  }

  // kind 1: log odds, kind 2: Shapley values.
  std::vector<double> predict(const Rows& rows, int kind) const {
    const std::string config =
        R"({"type": )" + std::to_string(kind) +
        R"(, "training": false, "iteration_begin": 0, "iteration_end": 0, "strict_shape": false})";
    const bst_ulong* shape = nullptr;
    bst_ulong dimensions = 0;
    const float* values = nullptr;
    check(XGBoosterPredictFromDMatrix(handle_, rows.handle(), config.c_str(), &shape, &dimensions,
                                      &values));
    std::size_t count = 1;
    for (bst_ulong d = 0; d < dimensions; ++d) count *= shape[d];
    return std::vector<double>(values, values + count);
  }

 private:
  BoosterHandle handle_ = nullptr;
};

class TreesScorer final : public ChurnScorer {
 public:
  TreesScorer(const Execution& execution, const Design& train, int trees)
      : rows_(train), booster_(rows_) {
    for (int tree = 0; tree < trees; ++tree) {
      execution.check_cancelled();
      booster_.grow(tree, rows_);
    }
  }
  std::vector<double> contributions(const Design& design) const override {
    return booster_.predict(Rows(design), 2);
  }

 private:
  Rows rows_;  // the booster refers to it
  Booster booster_;
};

}  // namespace

std::vector<Candidate> trees_candidates(const Execution& execution, const Design& train,
                                        const Design& held_out) {
  const Rows rows(train);
  const Rows test(held_out);
  Booster booster(rows);
  std::vector<Candidate> candidates;
  for (int tree = 1; tree <= kMostTrees; ++tree) {
    execution.check_cancelled();
    booster.grow(tree - 1, rows);
    if (tree % kTreesPerLook == 0) {
      candidates.push_back({static_cast<double>(tree), booster.predict(test, 1)});
      execution.report("trees", static_cast<std::uint64_t>(tree), kMostTrees);
    }
  }
  return candidates;
}

std::shared_ptr<const ChurnScorer> train_trees(const Execution& execution, const Design& train,
                                               int trees) {
  return std::make_shared<TreesScorer>(execution, train, trees);
}

#else

std::vector<Candidate> trees_candidates(const Execution&, const Design&, const Design&) {
  throw ArgumentError("churn: this build has no XGBoost, so no trees");
}

std::shared_ptr<const ChurnScorer> train_trees(const Execution&, const Design&, int) {
  throw ArgumentError("churn: this build has no XGBoost, so no trees");
}

#endif

}  // namespace detail
}  // namespace tenure::customers
