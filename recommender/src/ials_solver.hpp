#pragma once

#include "row_kernels.hpp"

#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/ials.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// One side of iALS solved exactly given the other. With the fixed side F (m x d) and its Gram
/// matrix F^T F = Q L Q^T, a row with n pairs minimises at
///   (unobserved_weight Q L Q^T + lambda I + F_n^T V F_n) w = F_n^T V 1.
/// In the eigenbasis the first two terms are a diagonal D for every row. With
/// Z = V^(1/2) F_n Q D^(-1/2), both forms of the push-through identity
///   D^(1/2) Q^T w = Z^T (I + Z Z^T)^-1 V^(1/2) 1 = (I + Z^T Z)^-1 Z^T V^(1/2) 1
/// give w: the n x n system is taken for n < d, the d x d one else. Both are well conditioned: no
/// eigenvalue is below 1.
namespace tenure::recommender::detail {

/// Rows of Z held at a time where all of them would be too many.
inline constexpr std::size_t kLongBlock = 256;

/// Eigenbasis of a fixed side.
struct GramBasis {
  std::vector<float> eigenvalues;  ///< length d, rising, >= 0
  Matrix<float> rotation;          ///< d x d, columns are eigenvectors
};

/// Gram matrix F^T F in double precision, both triangles, summed in fixed order.
Matrix<double> gram_matrix(const Execution& execution, MatrixView<const float> factors);

/// @throws NumericalError, naming `what`, where the Gram matrix is not finite.
GramBasis gram_basis(const Execution& execution, MatrixView<const float> factors,
                     const std::string& what);

/// factors = factors * rotation, in place.
void rotate(const Execution& execution, const Matrix<float>& rotation, Matrix<float>& factors);

/// Solves single rows; holds the memory they need. One per worker.
class RowSolver {
 public:
  /// `unobserved_weight` scales the eigenvalues of `basis`, which must outlive the solver.
  RowSolver(const GramBasis& basis, double unobserved_weight);

  /// Writes w in the eigenbasis, length d. `values` are the pairs' weights > 0, `rows` the fixed
  /// side's rows in the eigenbasis, pair by pair; lambda is the row's regularisation. False where
  /// the system is singular or the result not finite.
  bool solve(std::span<const float> values, double lambda, const RowSource& rows, float* w);

 private:
  /// Rows [begin, begin + n) of Z, into the block; their V^(1/2) into roots_.
  void load(std::span<const float> values, const RowSource& rows, std::size_t begin, std::size_t n);
  bool solve_short(std::span<const float> values, const RowSource& rows);
  bool solve_long(std::span<const float> values, const RowSource& rows);

  const GramBasis& basis_;
  float unobserved_weight_;
  std::size_t d_;
  std::size_t width_;                  // row length of Z
  AlignedVector<float> inverse_root_;  // D^(-1/2)
  AlignedVector<float> roots_;         // V^(1/2)
  AlignedVector<float> block_;         // Z, or a block of its rows
  AlignedVector<float> system_;        // n x n or d x d
  AlignedVector<float> solution_;
  AlignedVector<float> result_;  // D^(1/2) w
};

/// lambda of a row with n pairs, `others` rows on the fixed side.
double row_regularization(const IalsOptions& options, std::size_t n, std::size_t others);

}  // namespace tenure::recommender::detail
