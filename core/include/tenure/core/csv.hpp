#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/function_ref.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace tenure {

/// How the fields of a text file are told apart.
struct CsvOptions {
  /// One byte between fields, with RFC 4180 quotes. ' ' instead takes runs of spaces and tabs as
  /// one delimiter, ignores leading ones and knows no quotes.
  char delimiter = ',';
  bool header = true;  ///< the first line that is not blank names the columns
};

/// One record. The views live until the call that hands it over returns.
struct CsvRecord {
  std::uint64_t line = 0;  ///< physical line of the file where the record starts, from 1
  std::span<const std::string_view> fields;
  std::uint64_t lines = 1;   ///< physical lines it takes: more where quotes hold line ends
  bool stray_quote = false;  ///< a field begins with a quote that is an ordinary character
};

using CsvVisitor = FunctionRef<void(const CsvRecord&)>;

/// A delimited text file, mapped into memory and cut into chunks that can be parsed by different
/// threads. Quotes follow RFC 4180: a quote opens only at the start of a field, may enclose
/// delimiters, line ends and doubled quotes. One whose partner lies on a later line with text
/// behind it is stray: an ordinary character, so that a quote too many costs one record and no
/// lines. LF and CRLF, a UTF-8 byte order mark and a last line without an end are fine; blank lines
/// are skipped. The chunks depend on the file alone.
class CsvReader {
 public:
  /// @throws DataError: missing, a directory, empty, a zero byte, a quote that is never closed, a
  /// record over 1 MiB where it is needed to find the chunks; Cancelled.
  CsvReader(const Execution& execution, std::string path, const CsvOptions& options = {});
  ~CsvReader();
  CsvReader(CsvReader&&) noexcept;
  CsvReader& operator=(CsvReader&&) noexcept;

  const std::string& path() const noexcept;
  /// Names of the columns; empty without a header.
  const std::vector<std::string>& header() const noexcept;
  /// Position of the first column of exactly that name.
  std::optional<std::size_t> find_column(std::string_view name) const noexcept;
  /// As find_column. @throws DataError that lists the header's names.
  std::size_t column(std::string_view name) const;
  /// "no column 'X'; the header has: a, b, c".
  std::string missing_column(std::string_view name) const;

  /// Byte offsets of the chunks, length chunks + 1: suits parallel_for_bounds.
  std::span<const std::size_t> chunk_bounds() const noexcept;
  /// Upper bound on the records of a chunk.
  std::size_t lines_in(std::size_t chunk) const noexcept;
  /// Calls visit for each record of a chunk in order. Different threads may visit at once.
  /// @throws DataError (a record over 1 MiB), and whatever visit throws.
  void visit(std::size_t chunk, CsvVisitor visitor) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// A whole small file: the tables of counts, survival curves, covariates and experiments.
struct CsvTable {
  std::string path;
  std::vector<std::string> header;
  std::vector<std::vector<std::string>> rows;  ///< each of header.size() fields
  std::vector<std::uint64_t> lines;            ///< line of each row

  std::optional<std::size_t> find_column(std::string_view name) const noexcept;
  /// @throws DataError that lists the header's names.
  std::size_t column(std::string_view name) const;
  /// The finite number in a cell. @throws DataError with the line where it is none.
  double number(std::size_t row, std::size_t column) const;
};

/// Reads a file with a header; a row with another number of fields than the header is an error.
/// @throws DataError as CsvReader, or with the line at fault, or where there is no row.
CsvTable read_csv_table(const Execution& execution, const std::string& path, char delimiter = ',');

/// The number that is the whole text (no spaces, no trailing text); empty where it is none or not
/// finite. A decimal point, whatever the locale.
std::optional<double> parse_number(std::string_view text) noexcept;

}  // namespace tenure
