#include "covariates_file.hpp"

#include <tenure/core/csv.hpp>
#include <tenure/core/error.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace tenure::apps {

customers::Covariates read_covariates(const Execution& execution, const std::string& path,
                                      const CustomerLookup& lookup, const CustomerIds& file,
                                      std::span<const std::uint32_t> customers) {
  const CsvTable table = read_csv_table(execution, path);
  if (table.header.size() < 2) throw DataError(path, 1, "no column of covariates beside the ids");
  customers::Covariates covariates;
  covariates.names.assign(table.header.begin() + 1, table.header.end());
  const DictionaryIndex index(file.ids);
  std::vector<std::optional<std::size_t>> row_of(file.ids.size());
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const auto code = index.find(lookup.name(table.rows[row][0], file));
    if (!code) continue;
    if (row_of[*code]) {
      throw DataError(path, table.lines[row],
                      "customer '" + table.rows[row][0] + "' for the second time");
    }
    row_of[*code] = row;
  }
  for (const std::uint32_t code : customers) {
    if (!row_of[code]) {
      throw DataError(path, "has no row of customer '" + std::string(file.ids[code]) + "'");
    }
    for (std::size_t column = 1; column < table.header.size(); ++column) {
      covariates.values.push_back(table.number(*row_of[code], column));
    }
  }
  return covariates;
}

}  // namespace tenure::apps
