#include "config_document.hpp"

#include <tenure/core/error.hpp>

#include <toml++/toml.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

namespace tenure::detail {

namespace {

constexpr std::uintmax_t kMaxFileBytes = 4U << 20U;

ConfigNode convert(const toml::node& value) {
  ConfigNode node;
  node.line = value.source().begin.line;
  node.key_line = node.line;
  if (const toml::table* table = value.as_table()) {
    node.kind = ConfigKind::kTable;
    for (const auto& [key, member] : *table) {
      ConfigNode child = convert(member);
      if (key.source().begin.line > 0) child.key_line = key.source().begin.line;
      node.members.emplace(std::string(key.str()), std::move(child));
    }
  } else if (const toml::array* array = value.as_array()) {
    node.kind = ConfigKind::kArray;
    for (const toml::node& item : *array) node.items.push_back(convert(item));
  } else if (const auto* text = value.as_string()) {
    node.kind = ConfigKind::kText;
    node.text = text->get();
  } else if (const auto* integer = value.as_integer()) {
    node.kind = ConfigKind::kInteger;
    node.integer = integer->get();
  } else if (const auto* real = value.as_floating_point()) {
    node.kind = ConfigKind::kReal;
    node.real = real->get();
  } else if (const auto* boolean = value.as_boolean()) {
    node.kind = ConfigKind::kBoolean;
    node.boolean = boolean->get();
  } else {
    node.kind = ConfigKind::kTime;
  }
  return node;
}

}  // namespace

std::string_view kind_name(ConfigKind kind) noexcept {
  constexpr std::array<std::string_view, 7> kNames = {"a table",        "an array", "text",
                                                      "a whole number", "a number", "true or false",
                                                      "a date or time"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string read_config_text(const std::string& path) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) throw DataError(path, "no such file");
  if (std::filesystem::is_directory(status)) throw DataError(path, "is a directory");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw DataError(path, "cannot be opened");
  std::string text(kMaxFileBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) throw DataError(path, "cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMaxFileBytes) throw DataError(path, "is over 4 MiB: not a configuration file");
  return text;
}

std::shared_ptr<ConfigDocument> parse_config(std::string_view text, const std::string& path) {
  auto document = std::make_shared<ConfigDocument>();
  document->path = path;
  try {
    const toml::table table = toml::parse(text);
    document->root = convert(table);
  } catch (const toml::parse_error& error) {
    throw DataError(path, error.source().begin.line,
                    "not valid TOML: " + std::string(error.description()));
  }
  document->root.line = 1;
  return document;
}

}  // namespace tenure::detail
