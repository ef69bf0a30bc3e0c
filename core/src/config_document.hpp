#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace tenure::detail {

enum class ConfigKind : std::uint8_t { kTable, kArray, kText, kInteger, kReal, kBoolean, kTime };

/// "a table", "text", ... for messages.
std::string_view kind_name(ConfigKind kind) noexcept;

/// As what a key was asked for: more than one of each where a reader asks in several ways.
struct ConfigAsk {
  bool looked_for = false;  ///< whether it is there was asked first: it need not be
  std::set<std::string> types;
  std::set<std::string> initials;
  std::set<std::string> ranges;
};

/// One value of a file with the lines it came from, free of the parser's own types.
struct ConfigNode {
  ConfigKind kind = ConfigKind::kTable;
  std::uint64_t line = 1;      ///< of the value
  std::uint64_t key_line = 1;  ///< of its key
  std::string text;
  std::int64_t integer = 0;
  double real = 0.0;
  bool boolean = false;
  std::vector<ConfigNode> items;
  std::map<std::string, ConfigNode, std::less<>> members;
  /// Keys a reader asked for: known keys, present or not, and as what.
  mutable std::map<std::string, ConfigAsk, std::less<>> asked;
};

struct ConfigDocument {
  std::string path;
  ConfigNode root;
};

/// @throws DataError (missing, a directory, unreadable, too large).
std::string read_config_text(const std::string& path);
/// @throws DataError with the line of the first fault.
std::shared_ptr<ConfigDocument> parse_config(std::string_view text, const std::string& path);

}  // namespace tenure::detail
