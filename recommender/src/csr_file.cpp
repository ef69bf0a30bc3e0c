#include "csr_file.hpp"

#include <tenure/core/error.hpp>

#include <algorithm>
#include <cstdint>
#include <limits>

namespace tenure::recommender::detail {

void write_csr(ContainerWriter& writer, const std::string& name, const CsrView& matrix) {
  writer.write<std::uint64_t>(name + "/row_start", matrix.row_start);
  writer.write<std::uint32_t>(name + "/columns", matrix.columns);
  writer.write<float>(name + "/values", matrix.values);
}

Csr read_csr(const ContainerReader& reader, const std::string& name, std::size_t n_columns) {
  if (n_columns >= std::numeric_limits<std::uint32_t>::max()) {
    throw DataError(reader.path(), name, "too many columns");
  }
  Csr matrix;
  matrix.n_columns = static_cast<std::uint32_t>(n_columns);
  matrix.row_start = reader.read<std::uint64_t>(name + "/row_start");
  matrix.columns = reader.read<std::uint32_t>(name + "/columns");
  matrix.values = reader.read<float>(name + "/values", matrix.columns.size());
  try {
    csr_validate(matrix);
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), name, error.what());
  }
  return matrix;
}

std::vector<float> column_share(const CsrView& matrix) {
  std::vector<std::uint64_t> counts(matrix.n_columns);
  for (const std::uint32_t column : matrix.columns) ++counts[column];
  const std::uint64_t most = counts.empty() ? 0 : *std::max_element(counts.begin(), counts.end());
  std::vector<float> share(counts.size());
  std::transform(counts.begin(), counts.end(), share.begin(), [&](std::uint64_t count) {
    return static_cast<float>(static_cast<double>(count) / static_cast<double>(most + 1));
  });
  return share;
}

}  // namespace tenure::recommender::detail
