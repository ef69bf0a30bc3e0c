#pragma once

#include <tenure/core/csv.hpp>
#include <tenure/core/events.hpp>
#include <tenure/core/import.hpp>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What the readers of all log formats share: faults, the rows of one chunk, and their merging.
namespace tenure::detail {

/// Faults of a row, in the order that decides under which one it is counted as dropped.
enum class Fault : std::uint8_t {
  kBadRow,  ///< another number of fields than the header
  kNoCustomer,
  kNoItem,
  kBadDate,
  kBadNumber,
  kBadKind,
  kNegativePrice,
  kZeroQuantity,
  // From here on only flags; the row is kept.
  kNegativeQuantity,
  kCancellation,
  kZeroPrice,
  kStrayQuote,
};
inline constexpr std::size_t kFaults = 12;
std::string_view to_string(Fault fault) noexcept;

/// A set of faults.
class FaultSet {
 public:
  void add(Fault fault) noexcept { bits_ |= 1U << static_cast<unsigned>(fault); }
  void remove(Fault fault) noexcept { bits_ &= ~(1U << static_cast<unsigned>(fault)); }
  bool empty() const noexcept { return bits_ == 0; }
  bool has(Fault fault) const noexcept { return (bits_ >> static_cast<unsigned>(fault) & 1U) != 0; }
  /// The fault that drops the row, if any.
  std::optional<Fault> reason() const noexcept;

 private:
  std::uint32_t bits_ = 0;
};

/// Columns a log has; customer and item always.
struct ColumnSet {
  bool time = false;
  bool quantity = false;
  bool unit_price = false;
  bool order = false;
  bool region = false;
  bool channel = false;
  bool kind = false;
  bool text = false;      ///< of the item
  bool category = false;  ///< of the item
  friend bool operator==(const ColumnSet&, const ColumnSet&) = default;
};

/// Codes for the ids of one chunk; remembers the last, since logs repeat themselves.
class ChunkCodes {
 public:
  std::uint32_t code(std::string_view id) {
    if (id != last_ || builder_.dictionary().empty()) {
      last_code_ = builder_.code(id);
      last_.assign(id);
    }
    return last_code_;
  }
  const Dictionary& dictionary() const noexcept { return builder_.dictionary(); }

 private:
  DictionaryBuilder builder_;
  std::string last_;
  std::uint32_t last_code_ = 0;
};

/// The rows of one chunk, codes local to the chunk.
struct ChunkRows {
  std::vector<std::uint32_t> customer;
  std::vector<std::uint32_t> item;
  std::vector<std::int64_t> time;
  std::vector<float> quantity;
  std::vector<double> unit_price;
  std::vector<std::uint32_t> order;
  std::vector<std::uint32_t> region;
  std::vector<std::uint32_t> channel;
  std::vector<EventKind> kind;
  std::vector<std::uint32_t> text;
  std::vector<std::uint32_t> category;
  ChunkCodes customers;
  ChunkCodes items;
  ChunkCodes orders;
  ChunkCodes regions;
  ChunkCodes channels;
  ChunkCodes texts;
  ChunkCodes categories;

  std::uint64_t rows = 0;
  std::array<std::uint64_t, kFaults> dropped{};
  std::array<std::uint64_t, kFaults> flags{};
  /// With strict: line and message of the chunk's first row that is left out.
  std::optional<std::pair<std::uint64_t, std::string>> first_fault;
  /// The first row dropped for each fault, or flagged with a stray quote.
  std::array<std::optional<ImportExample>, kFaults> examples;
  ImportedLines several_lines;

  void reserve(const ColumnSet& columns, std::size_t rows_at_most);
  /// Counts the row; true where it is to be kept.
  bool keep(const FaultSet& faults) noexcept {
    ++rows;
    return faults.empty() || count(faults);
  }
  /// Counts a record that takes several lines of the file at `path`.
  void note_lines(const std::string& path, const CsvRecord& record);

 private:
  bool count(const FaultSet& faults) noexcept;
};

/// Parses the records of one chunk; keeps caches, so one object a chunk.
class RowParser {
 public:
  RowParser() = default;
  virtual ~RowParser() = default;
  RowParser(const RowParser&) = delete;
  RowParser& operator=(const RowParser&) = delete;
  /// Appends the record to rows, or counts why not. Returns its faults.
  virtual FaultSet parse(const CsvRecord& record, ChunkRows& rows) = 0;
};

/// Which fields of a record faults are about, as far as a format has them.
struct FaultColumns {
  std::optional<std::size_t> time;
  std::optional<std::size_t> quantity;
  std::optional<std::size_t> price;
  std::optional<std::size_t> kind;
};

/// One log file opened in its format.
class LogReader {
 public:
  explicit LogReader(CsvReader source) : csv_(std::move(source)) {}
  virtual ~LogReader() = default;
  LogReader(const LogReader&) = delete;
  LogReader& operator=(const LogReader&) = delete;

  const CsvReader& csv() const noexcept { return csv_; }
  virtual ColumnSet columns() const = 0;
  virtual std::unique_ptr<RowParser> parser() const = 0;
  /// Currency the format implies; empty where it says nothing.
  virtual std::string_view currency() const { return {}; }
  /// Whether the format knows service lines at all, and whether this item is one.
  virtual bool has_services() const { return false; }
  virtual bool is_service(std::string_view) const { return false; }
  /// What a strict reading says of a row; `quote`: with its fields.
  std::string describe(Fault fault, const CsvRecord& record, bool quote) const;
  /// The record as an example of a fault; `quote`: with the field at fault.
  ImportExample example(Fault fault, const CsvRecord& record, bool quote) const;

 protected:
  virtual FaultColumns fault_columns() const { return {}; }

 private:
  std::string value_at_fault(Fault fault, const CsvRecord& record) const;

  CsvReader csv_;
};

std::unique_ptr<LogReader> open_online_retail(const Execution& execution, const std::string& path,
                                              const ImportOptions& options);
std::unique_ptr<LogReader> open_cdnow(const Execution& execution, const std::string& path,
                                      const ImportOptions& options);
std::unique_ptr<LogReader> open_adjacency(const Execution& execution, const std::string& path,
                                          const ImportOptions& options);
std::unique_ptr<LogReader> open_pairs(const Execution& execution, const std::string& path,
                                      const ImportOptions& options);
std::unique_ptr<LogReader> open_csv(const Execution& execution, const std::string& path,
                                    const ImportOptions& options);

/// Tells the format from the first lines. @throws DataError where it is none.
LogFormat detect_format(const std::string& path, const ImportOptions& options);

/// Whether a message may quote the log: not where customers are pseudonymised. Not its header
/// either, since the first line of a log without one holds a customer.
inline bool may_quote(const ImportOptions& options) noexcept { return !options.pseudonym_key; }

/// Position of a column by its exact name. @throws DataError where it is missing.
std::size_t named_column(const CsvReader& csv, std::string_view name, const ImportOptions& options);
[[noreturn]] void throw_missing_column(const CsvReader& csv, std::string_view name,
                                       const ImportOptions& options);

/// " in the header, which has: kunde, datum; name the columns, e.g. columns customer=kunde,
/// time=datum": how to go on where roles were not found. `row`: the fields of a first row, a help
/// in telling which column is which.
std::string name_the_columns(const std::vector<std::string>& header,
                             const std::vector<std::string>& row, const ImportOptions& options);

/// Parses every chunk of a file. With strict the first faulty row of the file is thrown.
std::vector<ChunkRows> parse_log(const Execution& execution, const LogReader& log,
                                 const ImportOptions& options);

/// Adds a catalogue of items (ImportOptions::items) to the table.
/// @throws DataError as read_events() says.
void add_catalogue(const Execution& execution, const std::string& path, EventTable& events);

/// Puts chunks together in order; codes follow first appearance over all of them.
EventTable merge_chunks(const Execution& execution, std::vector<ChunkRows> chunks,
                        const ColumnSet& columns);

}  // namespace tenure::detail
