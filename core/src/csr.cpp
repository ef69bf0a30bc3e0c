#include <tenure/core/csr.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

namespace tenure {

namespace {

constexpr std::size_t kRowChunk = 1024;

void check_triplets(std::uint32_t n_rows, std::uint32_t n_columns,
                    std::span<const std::uint32_t> rows, std::span<const std::uint32_t> columns,
                    std::span<const float> values) {
  if (rows.size() != columns.size() || (!values.empty() && values.size() != rows.size())) {
    throw ArgumentError("csr: rows, columns and values differ in length");
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] >= n_rows || columns[i] >= n_columns) {
      throw ArgumentError("csr: entry " + std::to_string(i) + " at (" + std::to_string(rows[i]) +
                          ", " + std::to_string(columns[i]) + ") is outside " +
                          std::to_string(n_rows) + " x " + std::to_string(n_columns));
    }
    if (!values.empty() && !std::isfinite(values[i])) {
      throw ArgumentError("csr: entry " + std::to_string(i) + " is not a finite number");
    }
  }
}

/// Sorts one row by column, keeping input order among equals, and adds the values of duplicates.
/// Returns the new length.
std::size_t merge_row(std::span<std::uint32_t> columns, std::span<float> values,
                      std::vector<std::pair<std::uint32_t, float>>& scratch) {
  const std::size_t n = columns.size();
  bool ordered = true;
  for (std::size_t i = 1; i < n && ordered; ++i) ordered = columns[i - 1] < columns[i];
  if (ordered) return n;
  scratch.resize(n);
  for (std::size_t i = 0; i < n; ++i) scratch[i] = {columns[i], values[i]};
  std::stable_sort(scratch.begin(), scratch.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::size_t out = 0;
  for (std::size_t i = 0; i < n; ++i) {
    if (out > 0 && columns[out - 1] == scratch[i].first) {
      values[out - 1] += scratch[i].second;
    } else {
      columns[out] = scratch[i].first;
      values[out] = scratch[i].second;
      ++out;
    }
  }
  return out;
}

/// Closes the gaps that merging left: row i keeps its first lengths[i] entries.
void compact(Csr& matrix, std::span<const std::size_t> lengths) {
  std::uint64_t out = 0;
  for (std::size_t row = 0; row < lengths.size(); ++row) {
    const std::uint64_t begin = matrix.row_start[row];
    matrix.row_start[row] = out;
    for (std::size_t i = 0; i < lengths[row]; ++i, ++out) {
      matrix.columns[out] = matrix.columns[begin + i];
      matrix.values[out] = matrix.values[begin + i];
    }
  }
  matrix.row_start.back() = out;
  matrix.columns.resize(out);
  matrix.values.resize(out);
}

}  // namespace

Csr csr_from_triplets(const Execution& execution, std::uint32_t n_rows, std::uint32_t n_columns,
                      std::span<const std::uint32_t> rows, std::span<const std::uint32_t> columns,
                      std::span<const float> values) {
  check_triplets(n_rows, n_columns, rows, columns, values);
  Csr matrix;
  matrix.n_columns = n_columns;
  matrix.row_start.assign(std::size_t{n_rows} + 1, 0);
  for (const std::uint32_t row : rows) ++matrix.row_start[std::size_t{row} + 1];
  std::partial_sum(matrix.row_start.begin(), matrix.row_start.end(), matrix.row_start.begin());
  matrix.columns.resize(rows.size());
  matrix.values.resize(rows.size());
  std::vector<std::uint64_t> next(matrix.row_start.begin(), matrix.row_start.end() - 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const std::uint64_t at = next[rows[i]]++;
    matrix.columns[at] = columns[i];
    matrix.values[at] = values.empty() ? 1.0F : values[i];
  }
  std::vector<std::size_t> lengths(n_rows);
  parallel_for(execution, n_rows, kRowChunk, [&](const Chunk& chunk) {
    std::vector<std::pair<std::uint32_t, float>> scratch;
    for (std::size_t row = chunk.begin; row < chunk.end; ++row) {
      const std::uint64_t begin = matrix.row_start[row];
      const std::size_t size = matrix.row_start[row + 1] - begin;
      lengths[row] = merge_row(std::span(matrix.columns).subspan(begin, size),
                               std::span(matrix.values).subspan(begin, size), scratch);
    }
  });
  compact(matrix, lengths);
  for (std::size_t i = 0; i < matrix.values.size(); ++i) {
    if (!std::isfinite(matrix.values[i])) {
      throw ArgumentError("csr: the values of a duplicated entry add up to no finite number");
    }
  }
  return matrix;
}

Csr csr_transpose(const Execution& execution, const CsrView& matrix) {
  execution.check_cancelled();
  if (matrix.rows() > std::numeric_limits<std::uint32_t>::max()) {
    throw ArgumentError("csr: a transpose has at most 2^32 - 1 columns");
  }
  Csr result;
  result.n_columns = static_cast<std::uint32_t>(matrix.rows());
  result.row_start.assign(std::size_t{matrix.n_columns} + 1, 0);
  for (const std::uint32_t column : matrix.columns) ++result.row_start[std::size_t{column} + 1];
  std::partial_sum(result.row_start.begin(), result.row_start.end(), result.row_start.begin());
  result.columns.resize(matrix.nonzeros());
  result.values.resize(matrix.nonzeros());
  std::vector<std::uint64_t> next(result.row_start.begin(), result.row_start.end() - 1);
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    for (std::uint64_t i = matrix.row_start[row]; i < matrix.row_start[row + 1]; ++i) {
      const std::uint64_t at = next[matrix.columns[i]]++;
      result.columns[at] = static_cast<std::uint32_t>(row);
      result.values[at] = matrix.values[i];
    }
  }
  return result;
}

void csr_validate(const CsrView& matrix) {
  const auto fault = [](std::size_t row, const char* what) {
    throw ArgumentError("csr: row " + std::to_string(row) + ": " + what);
  };
  if (matrix.row_start.empty() || matrix.row_start.front() != 0 ||
      matrix.row_start.back() != matrix.columns.size() ||
      matrix.columns.size() != matrix.values.size()) {
    throw ArgumentError("csr: row offsets do not span the entries");
  }
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    if (matrix.row_start[row] > matrix.row_start[row + 1]) fault(row, "offsets decrease");
    if (matrix.row_start[row + 1] > matrix.columns.size()) fault(row, "offset past the end");
    for (std::uint64_t i = matrix.row_start[row]; i < matrix.row_start[row + 1]; ++i) {
      if (matrix.columns[i] >= matrix.n_columns) fault(row, "column out of range");
      if (i > matrix.row_start[row] && matrix.columns[i - 1] >= matrix.columns[i]) {
        fault(row, "columns do not increase");
      }
      if (!std::isfinite(matrix.values[i])) fault(row, "value is not finite");
    }
  }
}

}  // namespace tenure
