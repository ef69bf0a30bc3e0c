#pragma once

#include "ials_solver.hpp"

#include <tenure/core/matrix.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace tenure::recommender::detail {

/// Rows of iALS by blocks of coordinates: Rendle, Krichene, Zhang, Koren (2021), "iALS++: Speeding
/// up matrix factorization with subspace optimization". A row keeps what its observed pairs lack,
/// e = V^(1/2) (1 - s), and each block of coordinates takes its Newton step given the others; the
/// loss is quadratic in a row, so that the step leads to the block's minimum. In the eigenbasis
/// (ials_solver.hpp) the Gram matrix does not couple blocks: with Z_b the block's columns of Z and
/// e' = e + Z_b y_b, the step is that of the exact solver on the block,
///   y_b = Z_b^T (I + Z_b Z_b^T)^-1 e' = (I + Z_b^T Z_b)^-1 Z_b^T e',   e = e' - Z_b y_b,
/// and in the first form the new e is the solution (I + Z_b Z_b^T)^-1 e' itself. One per worker.
class BlockSolver {
 public:
  /// For rows of at most `longest` pairs. `basis` must outlive the solver.
  BlockSolver(const GramBasis& basis, double unobserved_weight, std::size_t block_size,
              std::size_t longest);

  /// As RowSolver::solve, but w holds the start, in the eigenbasis: one pass over its blocks.
  /// Without values w becomes 0.
  bool solve(std::span<const float> values, double lambda, const RowSource& rows, float* w);

 private:
  /// One block's step: `part` are the block's columns of the fixed rows, y_b in step_ becomes the
  /// new one.
  bool solve_short(std::size_t n, const RowSource& part);
  bool solve_long(std::size_t n, const RowSource& part);
  /// e += sign Z_b y_b for n rows of the block in memory, the first being pair `begin`.
  void shift_lacking(std::size_t begin, std::size_t n, std::size_t width, float sign);

  const GramBasis& basis_;
  float unobserved_weight_;
  std::size_t d_;
  std::size_t block_size_;
  AlignedVector<float> inverse_root_;  // D^(-1/2)
  AlignedVector<float> scale_;         // the block's part of it
  AlignedVector<float> roots_;         // V^(1/2)
  AlignedVector<float> lacking_;       // e
  AlignedVector<float> products_;
  AlignedVector<float> block_;   // rows of Z_b
  AlignedVector<float> system_;  // n x n or block_size x block_size
  AlignedVector<float> step_;    // y_b
  AlignedVector<float> right_;   // Z_b^T e'
};

}  // namespace tenure::recommender::detail
