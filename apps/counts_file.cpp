#include "counts_file.hpp"

#include <tenure/core/csv.hpp>
#include <tenure/core/error.hpp>

#include <initializer_list>
#include <optional>

namespace tenure::apps {

namespace {

/// Position of the first of these names the header has.
std::optional<std::size_t> find_any(const CsvTable& table,
                                    std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const auto column = table.find_column(name)) return column;
  }
  return std::nullopt;
}

std::vector<double> numbers(const CsvTable& table, std::optional<std::size_t> column) {
  std::vector<double> values;
  for (std::size_t row = 0; column && row < table.rows.size(); ++row) {
    values.push_back(table.number(row, *column));
  }
  return values;
}

/// The library names a faulty row by number; this file has lines.
void check_row(const CsvTable& table, const CountsFile& file, std::size_t row) {
  customers::RecencyFrequency one;
  one.frequency = {file.counts.frequency[row]};
  one.recency = {file.counts.recency[row]};
  one.age = {file.counts.age[row]};
  if (!file.counts.weight.empty()) one.weight = {file.counts.weight[row]};
  if (!file.counts.log_gaps.empty()) one.log_gaps = {file.counts.log_gaps[row]};
  try {
    one.validate();
  } catch (const ArgumentError& error) {
    throw DataError(table.path, table.lines[row], error.what());
  }
}

CountsFile read_one(const Execution& execution, const std::string& path, double days_per_unit) {
  const CsvTable table = read_csv_table(execution, path);
  CountsFile file;
  const auto age = find_any(table, {"T", "age", "periods"});
  file.counts.frequency = numbers(table, table.column("frequency"));
  file.counts.recency = numbers(table, table.column("recency"));
  file.counts.age = numbers(table, age ? *age : table.column("T"));
  file.counts.weight = numbers(table, find_any(table, {"weights", "weight"}));
  file.counts.log_gaps = numbers(table, table.find_column("log_gaps"));
  file.counts.days_per_unit = days_per_unit;
  file.mean_value = numbers(table, find_any(table, {"mean_value", "monetary_value"}));
  for (std::size_t row = 0; row < table.rows.size(); ++row) check_row(table, file, row);
  return file;
}

void append(std::vector<double>& to, const std::vector<double>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

/// Appends a column that only some files have: kept where all have it.
void append_if_both(std::vector<double>& to, const std::vector<double>& from) {
  if (to.empty() || from.empty()) {
    to.clear();
  } else {
    append(to, from);
  }
}

}  // namespace

CountsFile read_counts(const Execution& execution, const std::vector<std::string>& paths,
                       double days_per_unit) {
  CountsFile pooled = read_one(execution, paths.front(), days_per_unit);
  for (std::size_t i = 1; i < paths.size(); ++i) {
    CountsFile next = read_one(execution, paths[i], days_per_unit);
    if (pooled.counts.weight.empty() != next.counts.weight.empty()) {
      customers::RecencyFrequency& plain =
          pooled.counts.weight.empty() ? pooled.counts : next.counts;
      plain.weight.assign(plain.size(), 1.0);
    }
    append(pooled.counts.weight, next.counts.weight);
    append_if_both(pooled.counts.log_gaps, next.counts.log_gaps);
    append_if_both(pooled.mean_value, next.mean_value);
    append(pooled.counts.frequency, next.counts.frequency);
    append(pooled.counts.recency, next.counts.recency);
    append(pooled.counts.age, next.counts.age);
  }
  return pooled;
}

}  // namespace tenure::apps
