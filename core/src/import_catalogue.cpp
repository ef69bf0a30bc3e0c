#include "import_fields.hpp"
#include "import_rows.hpp"

#include <tenure/core/csv.hpp>
#include <tenure/core/error.hpp>

#include <algorithm>
#include <array>

namespace tenure::detail {

namespace {

/// What is known of each item, by code; an item column is left out where nothing is.
std::vector<std::string> unpacked(const Dictionary& column, std::size_t n_items) {
  std::vector<std::string> values(n_items);
  for (std::uint32_t code = 0; code < column.size(); ++code) values[code] = column[code];
  return values;
}

Dictionary packed(const std::vector<std::string>& values) {
  Dictionary column;
  const bool any = std::any_of(values.begin(), values.end(),
                               [](const std::string& value) { return !value.empty(); });
  if (!any) return column;
  for (const std::string& value : values) column.append(value);
  return column;
}

}  // namespace

void add_catalogue(const Execution& execution, const std::string& path, EventTable& events) {
  const auto lines = first_lines(path, 1);
  const CsvTable table =
      read_csv_table(execution, path, guess_delimiter(lines.empty() ? "" : lines[0]));
  const auto item = find_role(table.header, "item");
  if (!item) throw DataError(path, 1, "a catalogue needs a column item");
  const std::array columns{find_role(table.header, "text"), find_role(table.header, "category")};
  if (!columns[0] && !columns[1]) {
    throw DataError(path, 1, "a catalogue needs a column text or category");
  }
  DictionaryBuilder items;
  for (std::uint32_t code = 0; code < events.items.size(); ++code) items.code(events.items[code]);
  const std::size_t most = std::size_t{events.items.size()} + table.rows.size();
  std::array values{unpacked(events.item_text, most), unpacked(events.item_category, most)};
  std::vector<std::uint8_t> listed(most);
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::vector<std::string>& fields = table.rows[row];
    if (fields[*item].empty()) throw DataError(path, table.lines[row], "the item is empty");
    const std::uint32_t code = items.code(fields[*item]);
    if (listed[code] != 0) {
      throw DataError(path, table.lines[row], "a second row of item " + fields[*item]);
    }
    listed[code] = 1;
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (!columns[c]) continue;
      const std::string_view value = trimmed(fields[*columns[c]]);
      if (!value.empty()) values[c][code] = value;
    }
  }
  events.items = std::move(items).take();
  for (auto& column : values) column.resize(events.items.size());
  events.item_text = packed(values[0]);
  events.item_category = packed(values[1]);
}

}  // namespace tenure::detail
