#pragma once

#include "ials_solver.hpp"

#include <tenure/core/matrix.hpp>

#include <cstddef>
#include <cstdint>
#include <span>

namespace tenure::recommender::detail {

/// Rows of iALS by conjugate gradients from their present factors: Takacs, Pilaszy, Tikk (2011),
/// "Applications of the conjugate gradient method for implicit feedback collaborative filtering".
/// In the eigenbasis (ials_solver.hpp) the Gram matrix and the regularisation are a diagonal D:
/// applying them costs d instead of d^2, and scaling by D^(-1/2) preconditions for nothing. What is
/// solved is (I + Z^T Z) y = Z^T V^(1/2) 1 with w = D^(-1/2) y, at 2 n d multiply-adds a step.
/// One per worker.
class GradientSolver {
 public:
  /// Takes `steps` >= 1 steps, fewer where the residual vanishes before. `basis` must outlive it.
  GradientSolver(const GramBasis& basis, double unobserved_weight, std::uint32_t steps);

  /// As RowSolver::solve, but w holds the start, in the eigenbasis. Without values w becomes 0.
  bool solve(std::span<const float> values, double lambda, const RowSource& rows, float* w);

 private:
  /// Rows [begin, begin + n) of Z, into the block; their V^(1/2) into roots_.
  void load(std::span<const float> values, const RowSource& rows, std::size_t begin, std::size_t n);
  /// out += Z^T Z x, or Z^T (V^(1/2) 1 - Z x) where `residual`.
  void apply(std::span<const float> values, const RowSource& rows, bool residual, const float* x,
             float* out);

  const GramBasis& basis_;
  float unobserved_weight_;
  std::uint32_t steps_;
  std::size_t d_;
  std::size_t width_;                  // row length of Z
  AlignedVector<float> inverse_root_;  // D^(-1/2)
  AlignedVector<float> roots_;         // V^(1/2) of the block
  AlignedVector<float> block_;         // kLongBlock rows of Z
  AlignedVector<float> products_;
  AlignedVector<float> solution_;   // y
  AlignedVector<float> residual_;   // r
  AlignedVector<float> direction_;  // p
  AlignedVector<float> image_;      // (I + Z^T Z) p
};

}  // namespace tenure::recommender::detail
