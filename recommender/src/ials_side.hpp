#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/ials.hpp>

#include <cstdint>

namespace tenure::recommender::detail {

/// Which rows are being solved, for messages: "epoch 3, user 17".
struct Solving {
  std::uint32_t epoch = 0;
  const char* side = "";
};

/// Solves every row of `pairs` given `fixed` by `solver`, which is not kAuto. `fixed` is rotated
/// into its eigenbasis on the way and so is the result: scores are right as they are. Conjugate
/// gradients and blocks start from what `solved` holds.
/// @throws NumericalError, Cancelled.
void solve_side(const Execution& execution, const CsrView& pairs, const IalsOptions& options,
                IalsSolver solver, const Solving& solving, Matrix<float>& fixed,
                Matrix<float>& solved);

}  // namespace tenure::recommender::detail
