#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

/// TOML read strictly: every fault is a DataError with file and line. The reader remembers which
/// keys were asked for, so that keys nobody knows are found without a list of them.
namespace tenure {

/// Values a number may take. Never NaN.
struct ConfigRange {
  double low = std::numeric_limits<double>::lowest();
  double high = std::numeric_limits<double>::max();
  bool low_open = false;        ///< low itself is refused
  bool allow_infinite = false;  ///< +inf is accepted whatever `high` says
};
inline constexpr ConfigRange kAnyReal{};
inline constexpr ConfigRange kProbability{0.0, 1.0, false, false};
inline constexpr ConfigRange kNotNegative{0.0, std::numeric_limits<double>::max(), false, false};
inline constexpr ConfigRange kPositive{0.0, std::numeric_limits<double>::max(), true, false};

namespace detail {
struct ConfigDocument;
struct ConfigNode;
}  // namespace detail

/// A table of a configuration file. A cheap handle: valid while any handle of the file lives.
/// Functions without `_or` require the key. All throw DataError with the line of the key at fault.
class ConfigTable {
 public:
  bool has(std::string_view key) const;
  double real(std::string_view key, const ConfigRange& range = kAnyReal) const;
  double real_or(std::string_view key, double fallback, const ConfigRange& range = kAnyReal) const;
  std::int64_t integer(std::string_view key, std::int64_t low, std::int64_t high) const;
  std::int64_t integer_or(std::string_view key, std::int64_t fallback, std::int64_t low,
                          std::int64_t high) const;
  bool boolean_or(std::string_view key, bool fallback) const;
  /// Not empty, at most 200 bytes, no control characters.
  std::string text(std::string_view key) const;
  std::string text_or(std::string_view key, std::string_view fallback) const;
  /// An array of text; empty where the key is absent.
  std::vector<std::string> texts_or_empty(std::string_view key) const;
  /// An array of exactly `count` numbers.
  std::vector<double> reals(std::string_view key, std::size_t count,
                            const ConfigRange& range = kAnyReal) const;
  /// An array of `size` arrays of `size` numbers, row-major.
  std::vector<double> square_matrix(std::string_view key, std::size_t size) const;
  ConfigTable table(std::string_view key) const;
  std::optional<ConfigTable> table_if(std::string_view key) const;
  /// An array of tables, as [[key]] writes it; empty where the key is absent.
  std::vector<ConfigTable> tables(std::string_view key) const;

  /// Line of the table's head, or of the key inside it where there is one. Counts from 1.
  std::uint64_t line() const;
  std::uint64_t line_of(std::string_view key) const;
  /// Throws DataError at the line of the key (of the table, where the key is absent or empty).
  [[noreturn]] void fail(std::string_view key, const std::string& message) const;

 private:
  friend class ConfigFile;
  ConfigTable(std::shared_ptr<detail::ConfigDocument> document, const detail::ConfigNode* node);
  const detail::ConfigNode* find(std::string_view key) const;
  const detail::ConfigNode& require(std::string_view key) const;
  void note(std::string_view key, std::string_view type, std::string initial,
            std::string range) const;
  void note_required(std::string_view key, std::string_view type, std::string range) const;

  std::shared_ptr<detail::ConfigDocument> document_;
  const detail::ConfigNode* node_;
};

/// A key that a reader knows. Several words where it asks in several ways.
struct ConfigKey {
  std::string path;                ///< "lever.cost.build"; tables of an array count once
  std::set<std::string> types;     ///< "number", "whole number", "text", "table", "array of tables"
  std::set<std::string> initials;  ///< defaults as in TOML, or "required"; empty: none
  std::set<std::string> ranges;    ///< of numbers: "0 to 1", "over 0", ...
};

/// A configuration file: read it, take what is known from root(), then finish().
class ConfigFile {
 public:
  /// @throws DataError (missing, a directory, over 4 MiB, not TOML: with the line).
  static ConfigFile read(const std::string& path);
  /// From memory; `path` names the text in messages.
  static ConfigFile parse(std::string_view text, const std::string& path);

  ConfigTable root() const;
  const std::string& path() const noexcept;
  /// @throws DataError for the first key, in line order, that was never asked for, with the known
  /// key nearest to it.
  void finish() const;
  /// Every key asked for so far, by path: what the reference of the keys is held against. Keys of
  /// tables that the file does not have are not among them.
  std::vector<ConfigKey> known_keys() const;

 private:
  explicit ConfigFile(std::shared_ptr<detail::ConfigDocument> document);
  std::shared_ptr<detail::ConfigDocument> document_;
};

}  // namespace tenure
