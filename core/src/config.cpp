#include "config_document.hpp"

#include <tenure/core/config.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/suggest.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
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

std::int64_t integer_of(const detail::ConfigDocument& document, const ConfigNode& node,
                        std::string_view key, std::int64_t low, std::int64_t high) {
  if (node.kind != ConfigKind::kInteger) wrong_type(document, node, key, "a whole number");
  if (node.integer < low || node.integer > high) {
    throw DataError(document.path, node.line,
                    "'" + std::string(key) + "' must be between " + std::to_string(low) + " and " +
                        std::to_string(high) + ", not " + std::to_string(node.integer));
  }
  return node.integer;
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
    for (const auto& [name, ask] : node.asked) {
      if (!node.members.contains(name)) free.push_back(name);
    }
    first = UnknownKey{member.key_line, unknown_key(key, nearest_name(key, free))};
  }
}

/// As in TOML, as short as it can be: 1e9, 0.5, inf.
std::string short_number(double value) {
  if (std::isinf(value)) return value > 0.0 ? "inf" : "-inf";
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  std::string text(digits.data(), end);
  if (const std::size_t plus = text.find("e+"); plus != std::string::npos) text.erase(plus + 1, 1);
  const std::size_t exponent = text.find_first_of("123456789", text.find('e'));
  if (text.find('e') != std::string::npos && text[exponent - 1] == '0') text.erase(exponent - 1, 1);
  return text;
}

std::string range_words(const ConfigRange& range) {
  const bool above = range.high < std::numeric_limits<double>::max();
  const bool below = range.low > std::numeric_limits<double>::lowest();
  std::string text;
  if (below && !range.low_open && above) {
    text = short_number(range.low) + " to " + short_number(range.high);
  } else {
    if (below) text = (range.low_open ? "over " : "at least ") + short_number(range.low);
    if (above) text += (below ? ", at most " : "at most ") + short_number(range.high);
  }
  if (range.allow_infinite) text += (text.empty() ? "inf" : "; inf");
  return text;
}

/// The keys below a node that were asked for, merged by path.
void collect_keys(const ConfigNode& node, const std::string& prefix,
                  std::map<std::string, ConfigKey>& keys) {
  for (const ConfigNode& item : node.items) collect_keys(item, prefix, keys);
  for (const auto& [name, ask] : node.asked) {
    const std::string path = prefix.empty() ? name : prefix + "." + name;
    ConfigKey& key = keys[path];
    key.path = path;
    key.types.insert(ask.types.begin(), ask.types.end());
    key.initials.insert(ask.initials.begin(), ask.initials.end());
    key.ranges.insert(ask.ranges.begin(), ask.ranges.end());
    const auto member = node.members.find(name);
    if (member != node.members.end()) collect_keys(member->second, path, keys);
  }
}

}  // namespace

ConfigTable::ConfigTable(std::shared_ptr<detail::ConfigDocument> document, const ConfigNode* node)
    : document_(std::move(document)), node_(node) {}

const ConfigNode* ConfigTable::find(std::string_view key) const {
  node_->asked.try_emplace(std::string(key));
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

void ConfigTable::note(std::string_view key, std::string_view type, std::string initial,
                       std::string range) const {
  detail::ConfigAsk& ask = node_->asked[std::string(key)];
  ask.types.emplace(type);
  if (!initial.empty()) ask.initials.insert(std::move(initial));
  if (!range.empty()) ask.ranges.insert(std::move(range));
}

void ConfigTable::note_required(std::string_view key, std::string_view type,
                                std::string range) const {
  const auto asked = node_->asked.find(key);
  const bool need_not_be = asked != node_->asked.end() && asked->second.looked_for;
  note(key, type, need_not_be ? "" : "required", std::move(range));
}

bool ConfigTable::has(std::string_view key) const {
  node_->asked[std::string(key)].looked_for = true;
  return find(key) != nullptr;
}

double ConfigTable::real(std::string_view key, const ConfigRange& range) const {
  note_required(key, "number", range_words(range));
  return number_of(*document_, require(key), key, range);
}

double ConfigTable::real_or(std::string_view key, double fallback, const ConfigRange& range) const {
  note(key, "number", short_number(fallback), range_words(range));
  const ConfigNode* node = find(key);
  return node == nullptr ? fallback : number_of(*document_, *node, key, range);
}

std::int64_t ConfigTable::integer(std::string_view key, std::int64_t low, std::int64_t high) const {
  note_required(key, "whole number", std::to_string(low) + " to " + std::to_string(high));
  return integer_of(*document_, require(key), key, low, high);
}

std::int64_t ConfigTable::integer_or(std::string_view key, std::int64_t fallback, std::int64_t low,
                                     std::int64_t high) const {
  note(key, "whole number", std::to_string(fallback),
       std::to_string(low) + " to " + std::to_string(high));
  const ConfigNode* node = find(key);
  return node == nullptr ? fallback : integer_of(*document_, *node, key, low, high);
}

bool ConfigTable::boolean_or(std::string_view key, bool fallback) const {
  note(key, "true or false", fallback ? "true" : "false", "");
  const ConfigNode* node = find(key);
  if (node == nullptr) return fallback;
  if (node->kind != ConfigKind::kBoolean) wrong_type(*document_, *node, key, "true or false");
  return node->boolean;
}

std::string ConfigTable::text(std::string_view key) const {
  note_required(key, "text", "");
  return text_of(*document_, require(key), key);
}

std::string ConfigTable::text_or(std::string_view key, std::string_view fallback) const {
  std::string quoted(1, '"');
  quoted.append(fallback).push_back('"');
  note(key, "text", std::move(quoted), "");
  const ConfigNode* node = find(key);
  return node == nullptr ? std::string(fallback) : text_of(*document_, *node, key);
}

std::vector<std::string> ConfigTable::texts_or_empty(std::string_view key) const {
  note(key, "array of text", "[]", "");
  const ConfigNode* node = find(key);
  std::vector<std::string> values;
  if (node == nullptr) return values;
  if (node->kind != ConfigKind::kArray) wrong_type(*document_, *node, key, "an array of text");
  for (const ConfigNode& item : node->items) values.push_back(text_of(*document_, item, key));
  return values;
}

std::vector<double> ConfigTable::reals(std::string_view key, std::size_t count,
                                       const ConfigRange& range) const {
  const std::string type = "array of " + std::to_string(count) + " numbers";
  const std::string wanted = "an " + type;
  note_required(key, type, range_words(range));
  const ConfigNode& node = require(key);
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
  note_required(key, "square array of numbers", "");
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
  note_required(key, "table", "");
  const ConfigNode& node = require(key);
  if (node.kind != ConfigKind::kTable) wrong_type(*document_, node, key, "a table");
  return {document_, &node};
}

std::optional<ConfigTable> ConfigTable::table_if(std::string_view key) const {
  if (!has(key)) return std::nullopt;
  return table(key);
}

std::vector<ConfigTable> ConfigTable::tables(std::string_view key) const {
  note(key, "array of tables", "", "");
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

std::vector<ConfigKey> ConfigFile::known_keys() const {
  std::map<std::string, ConfigKey> by_path;
  collect_keys(document_->root, "", by_path);
  std::vector<ConfigKey> keys;
  for (auto& [path, key] : by_path) keys.push_back(std::move(key));
  return keys;
}

}  // namespace tenure
