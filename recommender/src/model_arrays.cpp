#include "model_arrays.hpp"

#include <tenure/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenure::recommender::detail {

void save_csr(ContainerWriter& writer, const std::string& prefix, const CsrView& matrix) {
  writer.attribute(prefix + "n_columns", static_cast<std::int64_t>(matrix.n_columns));
  writer.write<std::uint64_t>(prefix + "row_start", matrix.row_start);
  writer.write<std::uint32_t>(prefix + "columns", matrix.columns);
  writer.write<float>(prefix + "values", matrix.values);
}

Csr load_csr(const ContainerReader& reader, const std::string& prefix) {
  Csr matrix;
  matrix.n_columns =
      load_count(reader, prefix + "n_columns", std::numeric_limits<std::uint32_t>::max());
  matrix.row_start = reader.read<std::uint64_t>(prefix + "row_start");
  matrix.columns = reader.read<std::uint32_t>(prefix + "columns");
  matrix.values = reader.read<float>(prefix + "values", matrix.columns.size());
  try {
    csr_validate(matrix);
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix + "row_start", error.what());
  }
  return matrix;
}

Matrix<float> load_matrix(const ContainerReader& reader, const std::string& name) {
  if (!reader.has(name)) return {};
  const auto [rows, cols] = reader.shape(name);  // checked against the file when it was opened
  Matrix<float> matrix(rows, cols);
  reader.read_into<float>(name, {matrix.data(), matrix.size()});
  return matrix;
}

bool all_finite(const Matrix<float>& matrix) {
  return std::all_of(matrix.data(), matrix.data() + matrix.size(),
                     [](float value) { return std::isfinite(value); });
}

std::uint32_t load_count(const ContainerReader& reader, const std::string& name,
                         std::uint32_t high) {
  const auto count = reader.integer_attribute(name);
  if (!count || *count < 0 || *count > std::int64_t{high}) {
    throw DataError(reader.path(), name, "missing or out of range");
  }
  return static_cast<std::uint32_t>(*count);
}

}  // namespace tenure::recommender::detail
