#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>

#include <cstdint>

namespace tenure::recommender::detail {

/// The leading right singular vectors of a sparse matrix, as columns (n_columns x rank, or fewer
/// columns where the matrix has not that rank), by randomised subspace iteration with
/// Rayleigh-Ritz: Halko, Martinsson, Tropp (2011), "Finding structure with randomness". `matrix`
/// and its transpose are given. Draws are keyed by column: the same bytes at any number of threads.
/// @throws NumericalError, Cancelled.
Matrix<float> leading_right_vectors(const Execution& execution, const CsrView& matrix,
                                    const CsrView& transpose, std::uint32_t rank,
                                    std::uint32_t iterations);

}  // namespace tenure::recommender::detail
