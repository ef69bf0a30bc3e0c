#pragma once

#include <tenure/core/execution.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tenure {

/// View of a compressed sparse row matrix. Row i holds columns[row_start[i] .. row_start[i + 1]) in
/// increasing order, without duplicates, with the values beside them. Does not own.
struct CsrView {
  std::span<const std::uint64_t> row_start;  ///< length rows + 1
  std::span<const std::uint32_t> columns;    ///< length nonzeros
  std::span<const float> values;             ///< length nonzeros
  std::uint32_t n_columns = 0;

  std::size_t rows() const noexcept { return row_start.empty() ? 0 : row_start.size() - 1; }
  std::size_t nonzeros() const noexcept { return columns.size(); }
  std::size_t row_size(std::size_t i) const noexcept { return row_start[i + 1] - row_start[i]; }
  std::span<const std::uint32_t> row_columns(std::size_t i) const noexcept {
    return columns.subspan(row_start[i], row_size(i));
  }
  std::span<const float> row_values(std::size_t i) const noexcept {
    return values.subspan(row_start[i], row_size(i));
  }
};

/// Owning compressed sparse row matrix; see CsrView for the layout. Offsets are 64 bit: more than
/// 2^31 nonzeros are fine.
struct Csr {
  std::vector<std::uint64_t> row_start{0};
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  std::uint32_t n_columns = 0;

  std::size_t rows() const noexcept { return row_start.size() - 1; }
  std::size_t nonzeros() const noexcept { return columns.size(); }
  CsrView view() const noexcept { return {row_start, columns, values, n_columns}; }
  operator CsrView() const noexcept { return view(); }  // NOLINT: a matrix is its view
};

/// Builds a CSR matrix from (row, column, value) triplets in any order; the values of duplicate
/// pairs are added in input order. `values` may be empty: every triplet then counts 1.
/// @throws ArgumentError where lengths differ, an index is out of range or a value is not finite.
Csr csr_from_triplets(const Execution& execution, std::uint32_t n_rows, std::uint32_t n_columns,
                      std::span<const std::uint32_t> rows, std::span<const std::uint32_t> columns,
                      std::span<const float> values);

/// The transpose: rows become columns. Linear in rows + columns + nonzeros.
Csr csr_transpose(const Execution& execution, const CsrView& matrix);

/// Checks the invariants of CsrView (offsets from 0 and not decreasing, columns in range and
/// strictly increasing in each row, values finite).
/// @throws ArgumentError that names the first row at fault.
void csr_validate(const CsrView& matrix);

}  // namespace tenure
