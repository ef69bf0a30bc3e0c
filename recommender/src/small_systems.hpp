#pragma once

#include <tenure/core/matrix.hpp>

#include <cstddef>

/// Dense kernels for systems too small for BLAS to pay: compiled for every instruction set and
/// chosen at run time. Matrices are row-major with rows of padded_size() elements, so that whole
/// vectors may be read and written past the last column.
namespace tenure::recommender::detail {

/// n rounded up to the widest vector.
constexpr std::size_t padded_size(std::size_t n) { return (n + 15) / 16 * 16; }

/// out[j] = row[j] * scale[j] * factor for j < padded_size(d) of a padded row; row has d elements.
void scale_row(const float* row, const float* scale, float factor, std::size_t d, float* out);

/// Upper triangle of s = I + z z^T, z with n rows of d elements (rows padded with zeros, and zero
/// rows up to a multiple of four), s n x n.
void identity_plus_outer(MatrixView<const float> z, MatrixView<float> s);

/// Solves s x = b in place of b (padded) by Cholesky; s holds its upper triangle and is
/// overwritten. False where s is not positive definite.
bool solve_upper(MatrixView<float> s, float* b);

/// out = z^T x over the rows of z; out has padded_size(z.cols) elements.
void combine_rows(MatrixView<const float> z, const float* x, float* out);

}  // namespace tenure::recommender::detail
