#include "config_document.hpp"

#include <tenure/core/config.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/suggest.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tenure {

namespace {

using detail::ConfigKind;
using detail::ConfigNode;

constexpr std::size_t kMaxTextBytes = 200;

std::string number_text(double value) {
  std::string text = std::to_string(value);
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

[[noreturn]] void wrong_type(const detail::ConfigDocument& document, const ConfigNode& node,
                             std::string_view key, std::string_view wanted) {
  throw DataError(document.path, node.line,
                  "'" + std::string(key) + "' must be " + std::string(wanted) + ", not " +
                      std::string(detail::kind_name(node.kind)));
}

double number_of(const detail::ConfigDocument& document, const ConfigNode& node,
                 std::string_view key, const ConfigRange& range) {
  if (node.kind != ConfigKind::kInteger && node.kind != ConfigKind::kReal) {
    wrong_type(document, node, key, "a number");
  }
  const double value =
      node.kind == ConfigKind::kInteger ? static_cast<double>(node.integer) : node.real;
  if (range.allow_infinite && std::isinf(value) && value > 0.0) return value;
  const bool low_ok = range.low_open ? value > range.low : value >= range.low;
  if (std::isfinite(value) && low_ok && value <= range.high) return value;
  const bool bounded_above = range.high < std::numeric_limits<double>::max();
  const bool bounded_below = range.low > std::numeric_limits<double>::lowest();
  std::string wanted = " must be a finite number";
  if (bounded_below && bounded_above) {
    wanted = std::string(" must be ") + (range.low_open ? "over " : "between ") +
             number_text(range.low) + (range.low_open ? " and at most " : " and ") +
             number_text(range.high);
  } else if (bounded_below) {
    wanted = std::string(" must be ") + (range.low_open ? "over " : "at least ") +
             number_text(range.low);
    if (!std::isfinite(value)) wanted += " and finite";
  } else if (bounded_above) {
    wanted = " must be at most " + number_text(range.high);
  }
  throw DataError(document.path, node.line,
                  "'" + std::string(key) + "'" + wanted + ", not " + number_text(value));
}

std::string text_of(const detail::ConfigDocument& document, const ConfigNode& node,
                    std::string_view key) {
  if (node.kind != ConfigKind::kText) wrong_type(document, node, key, "text");
  const bool plain = std::none_of(node.text.begin(), node.text.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  if (node.text.empty() || node.text.size() > kMaxTextBytes || !plain) {
    throw DataError(document.path, node.line,
                    "'" + std::string(key) + "' must be 1 to " + std::to_string(kMaxTextBytes) +
                        " bytes of text without control characters");
  }
  return node.text;
}

std::string unknown_key(std::string_view key, const std::string& suggestion) {
  std::string message = "unknown key '" + std::string(key) + "'";
  if (!suggestion.empty()) message += ", did you mean '" + suggestion + "'?";
  return message;
}

struct UnknownKey {
  std::uint64_t line = 0;
  std::string message;
};

/// The first member in line order, at any depth, that nobody asked for.
void find_unknown(const ConfigNode& node, std::optional<UnknownKey>& first) {
  for (const ConfigNode& item : node.items) find_unknown(item, first);
  for (const auto& [key, member] : node.members) {
    if (node.asked.contains(key)) {
      find_unknown(member, first);
      continue;
    }
    if (first && first->line <= member.key_line) continue;
    std::vector<std::string> free;
    for (const std::string& name : node.asked) {
      if (!node.members.contains(name)) free.push_back(name);
    }
    first = UnknownKey{member.key_line, unknown_key(key, nearest_name(key, free))};
  }
}

}  // namespace

ConfigTable::ConfigTable(std::shared_ptr<detail::ConfigDocument> document, const ConfigNode* node)
    : document_(std::move(document)), node_(node) {}

const ConfigNode* ConfigTable::find(std::string_view key) const {
  node_->asked.emplace(key);
  const auto it = node_->members.find(key);
  return it == node_->members.end() ? nullptr : &it->second;
}

const ConfigNode& ConfigTable::require(std::string_view key) const {
  if (const ConfigNode* node = find(key)) return *node;
  // A misspelt key is both unknown and missing: say where it stands.
  for (const auto& [name, member] : node_->members) {
    if (!node_->asked.contains(name) &&
        !nearest_name(name, std::vector<std::string>{std::string(key)}).empty()) {
      throw DataError(document_->path, member.key_line, unknown_key(name, std::string(key)));
    }
  }
  throw DataError(document_->path, node_->line, "missing key '" + std::string(key) + "'");
}

bool ConfigTable::has(std::string_view key) const { return find(key) != nullptr; }

double ConfigTable::real(std::string_view key, const ConfigRange& range) const {
  return number_of(*document_, require(key), key, range);
}

double ConfigTable::real_or(std::string_view key, double fallback, const ConfigRange& range) const {
  return has(key) ? real(key, range) : fallback;
}

std::int64_t ConfigTable::integer(std::string_view key, std::int64_t low, std::int64_t high) const {
  const ConfigNode& node = require(key);
  if (node.kind != ConfigKind::kInteger) wrong_type(*document_, node, key, "a whole number");
  if (node.integer < low || node.integer > high) {
    throw DataError(document_->path, node.line,
                    "'" + std::string(key) + "' must be between " + std::to_string(low) + " and " +
                        std::to_string(high) + ", not " + std::to_string(node.integer));
  }
  return node.integer;
}

std::int64_t ConfigTable::integer_or(std::string_view key, std::int64_t fallback, std::int64_t low,
                                     std::int64_t high) const {
  return has(key) ? integer(key, low, high) : fallback;
}

bool ConfigTable::boolean_or(std::string_view key, bool fallback) const {
  const ConfigNode* node = find(key);
  if (node == nullptr) return fallback;
  if (node->kind != ConfigKind::kBoolean) wrong_type(*document_, *node, key, "true or false");
  return node->boolean;
}

std::string ConfigTable::text(std::string_view key) const {
  return text_of(*document_, require(key), key);
}

std::string ConfigTable::text_or(std::string_view key, std::string_view fallback) const {
  return has(key) ? text(key) : std::string(fallback);
}

std::vector<std::string> ConfigTable::texts_or_empty(std::string_view key) const {
  const ConfigNode* node = find(key);
  std::vector<std::string> values;
  if (node == nullptr) return values;
  if (node->kind != ConfigKind::kArray) wrong_type(*document_, *node, key, "an array of text");
  for (const ConfigNode& item : node->items) values.push_back(text_of(*document_, item, key));
  return values;
}

std::vector<double> ConfigTable::reals(std::string_view key, std::size_t count,
                                       const ConfigRange& range) const {
  const ConfigNode& node = require(key);
  const std::string wanted = "an array of " + std::to_string(count) + " numbers";
  if (node.kind != ConfigKind::kArray) wrong_type(*document_, node, key, wanted);
  if (node.items.size() != count) {
    throw DataError(document_->path, node.line,
                    "'" + std::string(key) + "' must be " + wanted + ", it has " +
                        std::to_string(node.items.size()));
  }
  std::vector<double> values;
  for (const ConfigNode& item : node.items) {
    values.push_back(number_of(*document_, item, key, range));
  }
  return values;
}

std::vector<double> ConfigTable::square_matrix(std::string_view key, std::size_t size) const {
  const ConfigNode& node = require(key);
  const std::string wanted =
      "an array of " + std::to_string(size) + " rows of " + std::to_string(size) + " numbers";
  if (node.kind != ConfigKind::kArray) wrong_type(*document_, node, key, wanted);
  bool fits = node.items.size() == size;
  for (const ConfigNode& row : node.items) {
    fits = fits && row.kind == ConfigKind::kArray && row.items.size() == size;
  }
  if (!fits) {
    throw DataError(document_->path, node.line, "'" + std::string(key) + "' must be " + wanted);
  }
  std::vector<double> values;
  for (const ConfigNode& row : node.items) {
    for (const ConfigNode& item : row.items) {
      values.push_back(number_of(*document_, item, key, kAnyReal));
    }
  }
  return values;
}

ConfigTable ConfigTable::table(std::string_view key) const {
  const ConfigNode& node = require(key);
  if (node.kind != ConfigKind::kTable) wrong_type(*document_, node, key, "a table");
  return {document_, &node};
}

std::optional<ConfigTable> ConfigTable::table_if(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  return table(key);
}

std::vector<ConfigTable> ConfigTable::tables(std::string_view key) const {
  std::vector<ConfigTable> tables;
  const ConfigNode* node = find(key);
  if (node == nullptr) return tables;
  const std::string wanted = "an array of tables, written [[" + std::string(key) + "]]";
  if (node->kind != ConfigKind::kArray) wrong_type(*document_, *node, key, wanted);
  for (const ConfigNode& item : node->items) {
    if (item.kind != ConfigKind::kTable) wrong_type(*document_, item, key, wanted);
    tables.push_back({document_, &item});
  }
  return tables;
}

std::uint64_t ConfigTable::line() const { return node_->line; }

std::uint64_t ConfigTable::line_of(std::string_view key) const {
  const ConfigNode* node = find(key);
  return node == nullptr ? node_->line : node->key_line;
}

void ConfigTable::fail(std::string_view key, const std::string& message) const {
  throw DataError(document_->path, key.empty() ? line() : line_of(key), message);
}

ConfigFile::ConfigFile(std::shared_ptr<detail::ConfigDocument> document)
    : document_(std::move(document)) {}

ConfigFile ConfigFile::read(const std::string& path) {
  return parse(detail::read_config_text(path), path);
}

ConfigFile ConfigFile::parse(std::string_view text, const std::string& path) {
  return ConfigFile(detail::parse_config(text, path));
}

ConfigTable ConfigFile::root() const { return {document_, &document_->root}; }

const std::string& ConfigFile::path() const noexcept { return document_->path; }

void ConfigFile::finish() const {
  std::optional<UnknownKey> first;
  find_unknown(document_->root, first);
  if (first) throw DataError(document_->path, first->line, first->message);
}

}  // namespace tenure
