#include "csv_output.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

namespace tenure::apps {

namespace {

using Row = std::vector<std::pair<std::string, std::string>>;

std::string cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string safe = "\"";
  for (const char c : text) safe += c == '"' ? std::string("\"\"") : std::string(1, c);
  return safe + "\"";
}

std::string part_name(const std::string& name, std::size_t i, std::size_t size) {
  const bool interval = size == 2 && name.find("interval") != std::string::npos;
  if (interval) return name + (i == 0 ? ".low" : ".high");
  return name + "." + std::to_string(i + 1);
}

void flatten(const Json& value, const std::string& name, Row& row) {
  if (value.is_object()) {
    for (const auto& [key, member] : value.items()) {
      flatten(member, name.empty() ? key : name + "." + key, row);
    }
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      flatten(value[i], part_name(name, i, value.size()), row);
    }
  } else if (value.is_string()) {
    row.emplace_back(name, value.get<std::string>());
  } else {
    row.emplace_back(name, value.is_null() ? "" : value.dump());
  }
}

bool holds_objects(const Json& value) {
  return value.is_array() && !value.empty() &&
         std::all_of(value.begin(), value.end(), [](const Json& v) { return v.is_object(); });
}

/// Columns in the order of first appearance.
std::vector<std::string> columns_of(const std::vector<Row>& rows) {
  std::vector<std::string> columns;
  std::map<std::string, bool> known;
  for (const Row& row : rows) {
    for (const auto& [name, text] : row) {
      if (known.emplace(name, true).second) columns.push_back(name);
    }
  }
  return columns;
}

}  // namespace

std::string csv_of(const Json& object) {
  const auto found = std::find_if(object.begin(), object.end(), holds_objects);
  std::vector<Row> rows;
  if (found == object.end()) {
    flatten(object, "", rows.emplace_back());
  } else {
    for (const Json& entry : *found) flatten(entry, "", rows.emplace_back());
  }
  const std::vector<std::string> columns = columns_of(rows);
  std::string text;
  for (std::size_t c = 0; c < columns.size(); ++c) text += (c > 0 ? "," : "") + cell(columns[c]);
  text += "\r\n";
  for (const Row& row : rows) {
    const std::map<std::string, std::string> cells(row.begin(), row.end());
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const auto at = cells.find(columns[c]);
      text += (c > 0 ? "," : "") + (at == cells.end() ? "" : cell(at->second));
    }
    text += "\r\n";
  }
  return text;
}

}  // namespace tenure::apps
