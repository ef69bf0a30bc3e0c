#pragma once

#include <tenure/core/container.hpp>
#include <tenure/core/csr.hpp>
#include <tenure/core/matrix.hpp>

#include <cstdint>
#include <string>

namespace tenure::recommender::detail {

/// Writes prefix + {row_start, columns, values} and the attribute prefix + "n_columns".
void save_csr(ContainerWriter& writer, const std::string& prefix, const CsrView& matrix);
/// @throws DataError where the arrays are no CSR matrix.
Csr load_csr(const ContainerReader& reader, const std::string& prefix);

/// A matrix; empty where there is none of that name.
/// @throws DataError where it is no 2-D array of f32.
Matrix<float> load_matrix(const ContainerReader& reader, const std::string& name);

/// Whether every number of the matrix is finite.
bool all_finite(const Matrix<float>& matrix);

/// A count stored as an attribute.
/// @throws DataError where it is missing or above `high`.
std::uint32_t load_count(const ContainerReader& reader, const std::string& name,
                         std::uint32_t high);

}  // namespace tenure::recommender::detail
