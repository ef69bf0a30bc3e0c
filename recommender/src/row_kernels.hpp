#pragma once

#include <cstddef>
#include <cstdint>

/// The inner loops of the iALS solvers, compiled for every instruction set and chosen at run time.
/// Triangular systems are column-major: column j starts at j * stride, and element (i, j) with
/// i >= j is at j * stride + i. What lies above the diagonal is scratch, always finite.
namespace tenure::recommender::detail {

/// Floats in 64 bytes: every row and column starts on such a line.
inline constexpr std::size_t kLine = 16;
/// gram_columns() works in panels of this many columns: widths are padded to it with zeros.
inline constexpr std::size_t kPanel = 2 * kLine;

constexpr std::size_t round_up(std::size_t n, std::size_t multiple) noexcept {
  return (n + multiple - 1) / multiple * multiple;
}
/// Stride of an n x n system: room for the right-hand side as row n and for four rows at a time,
/// and never a multiple of 256 bytes, which would crowd the columns into few cache sets.
constexpr std::size_t system_stride(std::size_t n) noexcept {
  const std::size_t stride = round_up(n + 4, kLine);
  return stride % (4 * kLine) == 0 ? stride + kLine : stride;
}
/// Rows that Z needs beyond n, and columns a system needs, for kernels that work on several.
inline constexpr std::size_t kSpareRows = 4;

/// Rows of the fixed side: row k is rows + columns[k] * stride, or rows + k * stride where columns
/// is null; `width` floats each.
struct RowSource {
  const float* rows = nullptr;
  std::size_t stride = 0;
  std::size_t width = 0;
  const std::uint32_t* columns = nullptr;
};

/// out[j] = (factor * values[j] + shift)^(-1/2) for j in [0, n). False where a root is not of a
/// positive number.
bool inverse_roots(const float* values, float factor, float shift, std::size_t n, float* out);

/// z[r] = weights[r] * scale * row begin + r of the source, for r in [0, n), elementwise; z has
/// stride and scale length round_up(width, kPanel), padding zero.
void gather_scaled(const RowSource& source, std::size_t begin, std::size_t n, const float* weights,
                   const float* scale, float* z);

/// system = I + Z Z^T, lower triangle, with stride system_stride(n). Z is n x width with stride
/// width, a multiple of kPanel; its next kSpareRows rows are overwritten with zeros.
void gram_rows(float* z, std::size_t n, std::size_t width, float* system);

/// system += Z^T Z, lower triangle, width x width with the given stride.
void gram_columns(const float* z, std::size_t n, std::size_t width, float* system,
                  std::size_t stride);

/// out[r] = row begin + r of the source . x, for r in [0, n); x of length source.width.
void row_dots(const RowSource& source, std::size_t begin, std::size_t n, const float* x,
              float* out);

/// out += Z^T x, out of length width.
void combine_rows(const float* z, std::size_t n, std::size_t width, const float* x, float* out);

/// Solves the n x n system by Cholesky, in place. `right` of length n; x has room for
/// round_up(n, kLine) floats and may be `right`. False where a pivot is not positive (or not a
/// number).
bool cholesky_solve(float* system, std::size_t n, std::size_t stride, const float* right, float* x);

}  // namespace tenure::recommender::detail
