#include "positive_inverse.hpp"

#include "blas.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace tenure::recommender::detail {

namespace {

std::size_t tile_count(std::size_t n) { return (n + kTile - 1) / kTile; }

TileRange tile(std::size_t index, std::size_t n) {
  return {index * kTile, std::min(n, (index + 1) * kTile)};
}

MatrixView<float> block(MatrixView<float> m, const TileRange& rows, const TileRange& columns) {
  return {m.row(rows.begin) + columns.begin, rows.size(), columns.size(), m.stride};
}

/// The column of tiles k of the whole symmetric matrix: n x (tile's width), row tile k left out.
void copy_panel(const Execution& execution, MatrixView<const float> m, std::size_t k,
                Matrix<float>& panel) {
  const TileRange columns = tile(k, m.rows);
  parallel_for(execution, m.rows, kTile, [&](const Chunk& chunk) {
    if (chunk.index == k) return;
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      for (std::size_t j = 0; j < columns.size(); ++j) {
        panel(i, j) = chunk.index > k ? m(i, columns.begin + j) : m(columns.begin + j, i);
      }
    }
  });
}

/// Writes a panel back into its column of tiles, on and below the diagonal.
void store_panel(const Execution& execution, const Matrix<float>& panel, std::size_t k,
                 MatrixView<float> m) {
  const TileRange columns = tile(k, m.rows);
  parallel_for(execution, m.rows, kTile, [&](const Chunk& chunk) {
    if (chunk.index == k) return;
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      for (std::size_t j = 0; j < columns.size(); ++j) {
        (chunk.index > k ? m(i, columns.begin + j) : m(columns.begin + j, i)) = panel(i, j);
      }
    }
  });
}

}  // namespace

void for_lower_tiles(const Execution& execution, std::size_t n, TileBody body) {
  const std::size_t tiles = tile_count(n);
  parallel_for(execution, tiles * (tiles + 1) / 2, 1, [&](const Chunk& chunk) {
    // Task t is the t-th tile of the lower triangle, row by row.
    auto row = static_cast<std::size_t>(
        (std::sqrt(8.0 * static_cast<double>(chunk.index) + 1.0) - 1.0) / 2.0);
    while (row * (row + 1) / 2 > chunk.index) --row;
    while ((row + 1) * (row + 2) / 2 <= chunk.index) ++row;
    body(tile(row, n), tile(chunk.index - row * (row + 1) / 2, n));
  });
}

void negative_inverse(const Execution& execution, MatrixView<float> matrix, std::string_view what) {
  use_one_blas_thread();
  const std::size_t n = matrix.rows;
  const std::size_t tiles = tile_count(n);
  Matrix<float> panel;   // C: the column of tiles before the step
  Matrix<float> turned;  // C D^-1, D being the diagonal tile
  for (std::size_t k = 0; k < tiles; ++k) {
    const TileRange at = tile(k, n);
    if (panel.cols() != at.size()) {
      panel = Matrix<float>(n, at.size());
      turned = Matrix<float>(n, at.size());
    }
    const MatrixView<float> diagonal = block(matrix, at, at);
    if (!invert_positive(diagonal)) {
      throw NumericalError(std::string(what) + ": rows " + std::to_string(at.begin) + " to " +
                           std::to_string(at.end - 1) +
                           " are not positive definite in single precision; raise the "
                           "regularization");
    }
    copy_panel(execution, matrix, k, panel);
    parallel_for(execution, n, kTile, [&](const Chunk& chunk) {
      if (chunk.index == k) return;
      const std::size_t rows = chunk.end - chunk.begin;
      multiply({panel.row(chunk.begin), rows, at.size(), at.size()}, diagonal, false,
               {turned.row(chunk.begin), rows, at.size(), at.size()});
    });
    for_lower_tiles(execution, n, [&](const TileRange& rows, const TileRange& columns) {
      if (rows.begin == at.begin || columns.begin == at.begin) return;
      add_product(-1.0F, {turned.row(rows.begin), rows.size(), at.size(), at.size()},
                  {panel.row(columns.begin), columns.size(), at.size(), at.size()},
                  block(matrix, rows, columns));
    });
    store_panel(execution, turned, k, matrix);
    for (std::size_t i = 0; i < at.size(); ++i) {
      for (std::size_t j = 0; j < at.size(); ++j) diagonal(i, j) = -diagonal(i, j);
    }
    execution.report("train", k + 1, tiles);
  }
}

}  // namespace tenure::recommender::detail
