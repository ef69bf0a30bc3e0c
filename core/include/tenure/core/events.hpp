#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenure {

/// What an event is. The numbers are stored in files: never renumber.
enum class EventKind : std::uint8_t {
  kPurchase = 0,
  kReturn = 1,
  kView = 2,
  kCart = 3,
  kFavourite = 4,
  kShare = 5,
  kReview = 6,
  kVisit = 7,
};
std::string_view to_string(EventKind kind) noexcept;
std::optional<EventKind> event_kind_from_string(std::string_view text) noexcept;

/// External ids by dense code, in order of first appearance, packed end to end.
class Dictionary {
 public:
  std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(offsets_.size() - 1); }
  bool empty() const noexcept { return offsets_.size() == 1; }
  /// The id of a code below size(). Valid until the dictionary changes.
  std::string_view operator[](std::uint32_t code) const noexcept {
    return std::string_view(bytes_).substr(offsets_[code], offsets_[code + 1] - offsets_[code]);
  }
  /// Appends an id and returns its code; does not look for duplicates (see DictionaryBuilder).
  std::uint32_t append(std::string_view id);

  const std::vector<std::uint64_t>& offsets() const noexcept { return offsets_; }
  const std::string& bytes() const noexcept { return bytes_; }
  /// @throws ArgumentError where offsets do not start at 0, decrease, or do not end at
  /// bytes.size().
  static Dictionary from_parts(std::vector<std::uint64_t> offsets, std::string bytes);
  friend bool operator==(const Dictionary&, const Dictionary&) = default;

 private:
  std::vector<std::uint64_t> offsets_{0};  // length size() + 1
  std::string bytes_;
};

/// Finds codes by id. Keeps a view of the dictionary it was made from.
class DictionaryIndex {
 public:
  explicit DictionaryIndex(const Dictionary& dictionary);
  std::optional<std::uint32_t> find(std::string_view id) const;

 private:
  const Dictionary* dictionary_;
  std::vector<std::uint32_t> slots_;  // open addressing, code + 1, 0 where free
};

/// Gives each new id the next code.
class DictionaryBuilder {
 public:
  DictionaryBuilder();
  std::uint32_t code(std::string_view id);
  const Dictionary& dictionary() const noexcept { return dictionary_; }
  Dictionary take() &&;

 private:
  Dictionary dictionary_;
  std::vector<std::uint32_t> slots_;
};

/// A line of an input that shows what a count is about.
struct ImportExample {
  std::string path;
  std::uint64_t line = 0;  ///< where the row starts, from 1
  std::string value;       ///< what is at fault; empty where there is nothing to show
};

/// Rows that take several lines of a text file, by line ends in quotes.
struct ImportedLines {
  std::uint64_t rows = 0;
  std::uint64_t longest = 0;  ///< lines of the longest, the first of equals
  std::string path;           ///< where that is
  std::uint64_t line = 0;
};

/// Where the rows of an input went. Every row is either kept or counted under one reason of
/// `dropped`; `flags` counts every fault, so that one row can be under several.
struct ImportCounts {
  std::uint64_t rows = 0;
  std::uint64_t kept = 0;
  std::map<std::string, std::uint64_t> dropped;
  std::map<std::string, std::uint64_t> flags;
  /// The first row dropped for each reason, and the first with a stray quote. Of an import only: a
  /// store does not keep it, nor what follows.
  std::map<std::string, ImportExample> examples;
  ImportedLines several_lines;
};

/// A log of events, one row an event, in the order of the input. Columns are parallel arrays of
/// length rows(); an optional column is either empty or full.
struct EventTable {
  std::vector<std::uint32_t> customer;  ///< codes into customers
  std::vector<std::uint32_t> item;      ///< codes into items
  std::vector<std::int64_t> time;       ///< optional: seconds since 1970-01-01 UTC
  std::vector<float> quantity;          ///< optional: >= 0 (a return's is positive too); default 1
  std::vector<double> unit_price;       ///< optional: >= 0, in `currency` units
  std::vector<std::uint32_t> order;     ///< optional: codes into orders
  std::vector<std::uint32_t> region;    ///< optional: codes into regions
  std::vector<std::uint32_t> channel;   ///< optional: codes into channels
  std::vector<EventKind> kind;          ///< optional: default kPurchase

  Dictionary customers;
  Dictionary items;
  Dictionary orders;
  Dictionary regions;
  Dictionary channels;
  /// Optional, length items.size(): 1 for postage, fees and adjustments, which count as money and
  /// are never recommended.
  std::vector<std::uint8_t> item_is_service;
  /// Optional, length items.size(): what an item is called and the category it is in, by item code;
  /// empty where unknown. Packed as dictionaries are, but values may repeat.
  Dictionary item_text;
  Dictionary item_category;

  std::string currency;  ///< empty where unknown
  /// Fingerprint of the key whose pseudonyms stand in `customers` (tenure/core/pseudonym.hpp);
  /// empty: original ids.
  std::string pseudonym_key;
  ImportCounts counts;  ///< of the import that made the table

  std::size_t rows() const noexcept { return customer.size(); }
  bool has_time() const noexcept { return !time.empty(); }
  bool has_price() const noexcept { return !unit_price.empty(); }
  EventKind kind_of(std::size_t row) const noexcept {
    return kind.empty() ? EventKind::kPurchase : kind[row];
  }
  float quantity_of(std::size_t row) const noexcept {
    return quantity.empty() ? 1.0F : quantity[row];
  }
  bool has_item_text() const noexcept { return !item_text.empty() || !item_category.empty(); }
  bool is_service(std::uint32_t item_code) const noexcept {
    return !item_is_service.empty() && item_is_service[item_code] != 0;
  }
  /// @throws ArgumentError that names the first column whose length or codes do not fit.
  void validate() const;
};

}  // namespace tenure
