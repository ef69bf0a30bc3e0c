#pragma once

#include <tenure/core/matrix.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <vector>

/// Gradient-boosted regression trees for a yes-or-no outcome (Friedman 2001; Chen and Guestrin
/// 2016), grown by XGBoost. Growing works in the calling thread alone, so that sums are in one
/// order: the same bytes on every run.
namespace tenure {

/// Whether this build has XGBoost. Where it has not, TreeBooster throws ArgumentError; a
/// TreeEnsemble works all the same.
bool boosted_trees_available() noexcept;

struct BoostedTreesOptions {
  std::uint32_t depth = 4;        ///< 1 to 16
  double learning_rate = 0.1;     ///< over 0, at most 1
  double min_child_weight = 1.0;  ///< smallest sum of p (1 - p) in a leaf, >= 0
  double l2 = 1.0;                ///< on the values of leaves, >= 0
  double row_share = 1.0;         ///< drawn for each tree, over 0, at most 1
  double column_share = 1.0;      ///< drawn for each tree, over 0, at most 1
  std::uint32_t bins = 256;       ///< of a feature's histogram, 2 to 1024
  std::uint32_t seed = 1;         ///< draws rows and columns
};

/// Grown trees as plain arrays. A row goes left at a node where its feature is under the threshold.
struct TreeEnsemble {
  static constexpr std::uint32_t kLeaf = std::numeric_limits<std::uint32_t>::max();

  std::uint32_t features = 0;  ///< columns of a row
  std::vector<std::uint32_t>
      start;  ///< length trees + 1: nodes of tree t are [start[t], start[t+1])
  std::vector<std::uint32_t> feature;  ///< by node; kLeaf for a leaf
  std::vector<float> value;            ///< by node: threshold, or log odds that a leaf adds
  std::vector<std::uint32_t> left;     ///< by node: within the tree, behind the node; 0 for a leaf
  std::vector<std::uint32_t> right;    ///< as left

  std::size_t trees() const noexcept { return start.empty() ? 0 : start.size() - 1; }
  /// Sum of the leaves a row reaches; the row has `features` values, none of them NaN.
  float log_odds(const float* row) const noexcept;
  /// @throws ArgumentError unless log_odds() is safe on rows of `features` values: sizes fit,
  /// children lie within their tree and behind their parent, numbers are finite.
  void validate() const;
};

/// Trees being grown on one training set.
class TreeBooster {
 public:
  /// rows: n x features, finite; labels: n of 0 or 1. Both are copied.
  /// @throws ArgumentError (sizes, options, a build without XGBoost), NumericalError (XGBoost's).
  TreeBooster(MatrixView<const float> rows, std::span<const float> labels,
              const BoostedTreesOptions& options);
  ~TreeBooster();
  TreeBooster(TreeBooster&&) noexcept;
  TreeBooster& operator=(TreeBooster&&) noexcept;

  /// One more tree.
  void grow();
  std::vector<double> log_odds(MatrixView<const float> rows) const;
  /// Shapley values by TreeSHAP (Lundberg et al. 2020): rows x (features + 1), the last column what
  /// stands before any feature; a row adds up to its log odds.
  std::vector<double> contributions(MatrixView<const float> rows) const;
  TreeEnsemble trees() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tenure
