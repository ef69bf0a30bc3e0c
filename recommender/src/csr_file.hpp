#pragma once

#include <tenure/core/container.hpp>
#include <tenure/core/csr.hpp>

#include <cstddef>
#include <string>
#include <vector>

namespace tenure::recommender::detail {

/// A matrix as NAME/row_start, NAME/columns, NAME/values. The number of columns is not written: it
/// comes from an array of that length, so that no file can claim more than it holds.
void write_csr(ContainerWriter& writer, const std::string& name, const CsrView& matrix);
/// @throws DataError where a part is missing or does not fit; csr_validate() holds after.
Csr read_csr(const ContainerReader& reader, const std::string& name, std::size_t n_columns);

/// For each column the rows that hold it, over one more than the most of any column: in [0, 1).
std::vector<float> column_share(const CsrView& matrix);

}  // namespace tenure::recommender::detail
