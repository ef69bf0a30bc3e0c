#include "csv_chunks.hpp"
#include "csv_record.hpp"
#include "mapped_file.hpp"

#include <tenure/core/csv.hpp>
#include <tenure/core/error.hpp>

#include <fast_float/fast_float.h>

#include <algorithm>
#include <cmath>

namespace tenure {

namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 21;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

using detail::RecordSplitter;

std::optional<std::size_t> position_of(const std::vector<std::string>& header,
                                       std::string_view name) noexcept {
  const auto it = std::find(header.begin(), header.end(), name);
  if (it == header.end()) return std::nullopt;
  return static_cast<std::size_t>(it - header.begin());
}

std::string no_column(const std::vector<std::string>& header, std::string_view name) {
  std::string text = "no column '" + std::string(name) + "'; the header has: ";
  for (std::size_t i = 0; i < header.size(); ++i) {
    if (i > 0) text += ", ";
    text += header[i];
  }
  return text;
}

}  // namespace

struct CsvReader::State {
  State(const Execution& execution, std::string source, const CsvOptions& given)
      : path(std::move(source)), options(given), file(path), text(file.text()) {
    const auto summary = detail::summarise_text(execution, path, text);
    quotes = summary.quotes && options.delimiter != ' ';
    std::size_t at = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
    if (options.header) at = read_header(at);
    const std::uint64_t line = 1 + detail::count_byte(text.substr(0, at), '\n');
    chunks = detail::cut_records(execution, path, text, at, line, options.delimiter, quotes,
                                 kChunkBytes);
  }

  std::size_t read_header(std::size_t at) {
    RecordSplitter splitter(options.delimiter, quotes);
    while (at < text.size()) {
      const std::uint64_t line = 1 + detail::count_byte(text.substr(0, at), '\n');
      const std::size_t start = at;
      const auto outcome = splitter.next(text, at);
      check(outcome, line, text.substr(start));
      if (outcome == RecordSplitter::Outcome::kBlank) continue;
      header.assign(splitter.fields().begin(), splitter.fields().end());
      break;
    }
    if (header.empty()) throw DataError(path, "is empty");
    return at;
  }

  /// `rest`: the text from the record's start on.
  void check(RecordSplitter::Outcome outcome, std::uint64_t line, std::string_view rest) const {
    if (outcome == RecordSplitter::Outcome::kTooLong) {
      throw DataError(path, line, "a line of more than 1 MiB");
    }
    if (outcome == RecordSplitter::Outcome::kOpenQuote) {
      throw DataError(path, line, detail::open_quote_fault(rest, true));
    }
  }

  std::string path;
  CsvOptions options;
  detail::MappedFile file;
  std::string_view text;
  bool quotes = false;
  std::vector<std::string> header;
  detail::TextChunks chunks;
};

CsvReader::CsvReader(const Execution& execution, std::string path, const CsvOptions& options)
    : state_(std::make_unique<State>(execution, std::move(path), options)) {}
CsvReader::~CsvReader() = default;
CsvReader::CsvReader(CsvReader&&) noexcept = default;
CsvReader& CsvReader::operator=(CsvReader&&) noexcept = default;

const std::string& CsvReader::path() const noexcept { return state_->path; }
const std::vector<std::string>& CsvReader::header() const noexcept { return state_->header; }

std::optional<std::size_t> CsvReader::find_column(std::string_view name) const noexcept {
  return position_of(state_->header, name);
}

std::string CsvReader::missing_column(std::string_view name) const {
  return no_column(state_->header, name);
}

std::size_t CsvReader::column(std::string_view name) const {
  if (const auto found = find_column(name)) return *found;
  throw DataError(path(), 1, missing_column(name));
}

std::span<const std::size_t> CsvReader::chunk_bounds() const noexcept {
  return state_->chunks.bounds;
}

std::size_t CsvReader::lines_in(std::size_t chunk) const noexcept {
  const auto& lines = state_->chunks.first_lines;
  return lines[chunk + 1] - lines[chunk] + 1;  // the last line may have no end
}

void CsvReader::visit(std::size_t chunk, CsvVisitor visitor) const {
  const State& state = *state_;
  const std::size_t end = state.chunks.bounds[chunk + 1];
  // The whole text: whether a quote is stray may show behind the chunk.
  const std::string_view text = state.text;
  RecordSplitter splitter(state.options.delimiter, state.quotes);
  std::uint64_t line = state.chunks.first_lines[chunk];
  std::size_t at = state.chunks.bounds[chunk];
  while (at < end) {
    const std::size_t start = at;
    const auto outcome = splitter.next(text, at);
    const std::uint64_t ends =
        state.quotes ? detail::count_byte(text.substr(start, at - start), '\n') : 1;
    if (outcome == RecordSplitter::Outcome::kRecord) {
      const std::uint64_t unended = text[at - 1] == '\n' ? 0 : 1;  // the last line of the file
      const std::uint64_t lines = state.quotes ? ends + unended : 1;
      visitor({line, splitter.fields(), lines, splitter.stray_quote()});
    } else {
      state.check(outcome, line, text.substr(start));
    }
    line += ends;
  }
}

std::optional<std::size_t> CsvTable::find_column(std::string_view name) const noexcept {
  return position_of(header, name);
}

std::size_t CsvTable::column(std::string_view name) const {
  if (const auto found = find_column(name)) return *found;
  throw DataError(path, 1, no_column(header, name));
}

double CsvTable::number(std::size_t row, std::size_t column_index) const {
  const std::string& text = rows.at(row).at(column_index);
  if (const auto value = parse_number(text)) return *value;
  throw DataError(path, lines.at(row),
                  "column '" + header.at(column_index) + "': \"" + text + "\" is no number");
}

CsvTable read_csv_table(const Execution& execution, const std::string& path, char delimiter) {
  const CsvReader reader(execution, path, {delimiter, true});
  CsvTable table;
  table.path = path;
  table.header = reader.header();
  for (std::size_t chunk = 0; chunk + 1 < reader.chunk_bounds().size(); ++chunk) {
    execution.check_cancelled();
    reader.visit(chunk, [&](const CsvRecord& record) {
      if (record.fields.size() != table.header.size()) {
        throw DataError(path, record.line,
                        std::to_string(record.fields.size()) + " fields, the header has " +
                            std::to_string(table.header.size()));
      }
      table.rows.emplace_back(record.fields.begin(), record.fields.end());
      table.lines.push_back(record.line);
    });
  }
  if (table.rows.empty()) throw DataError(path, "has a header and no rows");
  return table;
}

std::optional<double> parse_number(std::string_view text) noexcept {
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = fast_float::from_chars(text.data(), end, value);
  if (error != std::errc() || stopped != end || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace tenure
