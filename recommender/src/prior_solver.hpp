#pragma once

#include "ials_side.hpp"

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/ials.hpp>

namespace tenure::recommender::detail {

/// One side of iALS solved exactly given the other, each row drawn towards a mean of its own
/// instead of towards 0. With the fixed side F, Gram matrix F^T F = Q L Q^T, weights V and mean mu,
/// a row minimises at
///   (unobserved_weight Q L Q^T + lambda I + F_n^T V F_n) h = F_n^T V 1 + lambda mu.
/// In the eigenbasis the first two terms are a diagonal D. With m = lambda D^-1 mu, which is the
/// answer without pairs, Z = V^(1/2) F_n Q D^(-1/2) and r = V^(1/2) (1 - F_n Q m),
///   Q^T h = m + D^(-1/2) Z^T (I + Z Z^T)^-1 r = m + D^(-1/2) (I + Z^T Z)^-1 Z^T r:
/// the n x n system is taken for n < d, the d x d one else.
/// `fixed` and `means` are rotated into the eigenbasis on the way, and so is the result: scores are
/// right as they are. Rows without pairs are left as they are.
/// @throws NumericalError, Cancelled.
void solve_side_with_means(const Execution& execution, const CsrView& pairs,
                           const IalsOptions& options, const Solving& solving, Matrix<float>& fixed,
                           Matrix<float>& means, Matrix<float>& solved);

}  // namespace tenure::recommender::detail
