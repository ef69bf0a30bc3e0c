#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/function_ref.hpp>
#include <tenure/core/matrix.hpp>

#include <cstddef>
#include <string_view>

namespace tenure::recommender::detail {

/// Edge of the tiles that dense symmetric matrices are worked on in.
inline constexpr std::size_t kTile = 512;

/// Replaces a symmetric positive definite matrix by minus its inverse, in place, by the symmetric
/// sweep on tiles: n^3 operations, nearly all of them products of tiles in parallel. Only tiles on
/// and below the diagonal are read and written. The same bytes at any number of threads.
/// @throws NumericalError, naming `what`, where it is not positive definite in single precision;
/// Cancelled.
void negative_inverse(const Execution& execution, MatrixView<float> matrix, std::string_view what);

/// Runs body(row tile, column tile) for every tile on and below the diagonal of an n x n matrix.
struct TileRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const noexcept { return end - begin; }
};
using TileBody = FunctionRef<void(const TileRange& rows, const TileRange& columns)>;
void for_lower_tiles(const Execution& execution, std::size_t n, TileBody body);

}  // namespace tenure::recommender::detail
