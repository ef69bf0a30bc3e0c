#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/function_ref.hpp>
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

  /// Where the fixed side's row of pair i stands, in the eigenbasis: d numbers.
  using FixedRow = FunctionRef<const float*(std::size_t i)>;

  /// Writes w in the eigenbasis, length d. `values` are the pairs' weights > 0; lambda the row's
  /// regularisation. False where the system is singular or the result not finite.
  bool solve(std::span<const float> values, double lambda, FixedRow fixed_row, float* w);

 private:
  bool set_diagonal(double lambda);
  /// Rows [begin, end) of Z, into the block.
  MatrixView<float> load(std::span<const float> values, FixedRow fixed_row, std::size_t begin,
                         std::size_t end);
  bool solve_short(std::span<const float> values, FixedRow fixed_row);
  bool solve_long(std::span<const float> values, FixedRow fixed_row);
  bool solve_system(std::size_t n);

  const GramBasis& basis_;
  float unobserved_weight_;
  std::size_t d_;
  std::size_t padded_;                 // row length of Z
  AlignedVector<float> inverse_root_;  // D^(-1/2)
  AlignedVector<float> block_;         // Z, or a block of its rows
  AlignedVector<float> system_;        // the n x n or d x d matrix, rows padded
  AlignedVector<float> right_;         // its right-hand side, then its solution
  AlignedVector<float> result_;        // D^(1/2) w
};

/// lambda of a row with n pairs, `others` rows on the fixed side.
double row_regularization(const IalsOptions& options, std::size_t n, std::size_t others);

/// Which rows are being solved, for messages: "epoch 3, user 17".
struct Solving {
  std::uint32_t epoch = 0;
  const char* side = "";
};

/// Solves every row of `pairs` given `fixed`, which is rotated into its eigenbasis on the way: so
/// is the result, so that scores are right as they are.
/// @throws NumericalError, Cancelled.
void solve_side(const Execution& execution, const CsrView& pairs, const IalsOptions& options,
                const Solving& solving, Matrix<float>& fixed, Matrix<float>& solved);

}  // namespace tenure::recommender::detail
