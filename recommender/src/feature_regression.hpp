#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>

#include <vector>

namespace tenure::recommender::detail {

/// Ridge regression of item factors on sparse features, weighted:
///   sum_i weight_i |h_i - B^T x_i|^2 + penalty |B|^2,
/// solved as (X^T L X + penalty I) B = X^T L H by conjugate gradients with the diagonal as
/// preconditioner, one system for each column of H, a few columns at a time. Never forms terms x
/// terms.
class FeatureRegression {
 public:
  /// `features` is n_items x n_terms; a column of ones is added to the rows that hold anything.
  /// Items of weight 0 are left out. penalty > 0.
  FeatureRegression(const Execution& execution, const CsrView& features,
                    std::vector<double> weights, double penalty);

  std::size_t n_terms() const noexcept { return features_.n_columns; }  ///< the constant included

  /// B, n_terms() x d, for targets n_items x d.
  /// @throws NumericalError where it does not converge, Cancelled.
  Matrix<double> solve(const Execution& execution, MatrixView<const float> targets) const;
  /// X B, n_items x d.
  Matrix<float> predict(const Execution& execution, const Matrix<double>& b) const;

 private:
  /// out = (X^T L X + penalty I) p; `scratch` is n_items x d.
  void apply(const Matrix<double>& p, Matrix<double>& scratch, Matrix<double>& out) const;
  /// B for some columns of the targets, in the calling thread.
  Matrix<double> solve_columns(MatrixView<const float> targets) const;

  Csr features_;
  Csr by_term_;
  std::vector<double> weights_;
  double penalty_;
  std::vector<double> diagonal_;
};

}  // namespace tenure::recommender::detail
