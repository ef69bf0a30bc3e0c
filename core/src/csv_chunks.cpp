#include "csv_chunks.hpp"

#include "csv_record.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <cstring>

namespace tenure::detail {

namespace {

std::size_t find_byte(std::string_view text, char c, std::size_t at) noexcept {
  const void* found = std::memchr(text.data() + at, c, text.size() - at);
  return found == nullptr ? text.size()
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

[[noreturn]] void throw_too_long(const std::string& path, std::string_view text, std::size_t at) {
  throw DataError(path, 1 + count_byte(text.substr(0, at), '\n'), "a line of more than 1 MiB");
}

/// Offset behind the first line end at or after `from`, without looking at quotes.
std::size_t next_line(const std::string& path, std::string_view text, std::size_t from) {
  const std::size_t window = std::min(text.size(), from + kMaxRecordBytes + 2);
  const std::size_t end = find_byte(text.substr(0, window), '\n', from);
  if (end == window && window < text.size()) throw_too_long(path, text, from);
  return std::min(end + 1, text.size());
}

/// Walks over quoted fields, so as to know which line ends end records.
class QuoteScanner {
 public:
  QuoteScanner(const std::string& path, std::string_view text, std::size_t begin, char delimiter)
      : path_(path), text_(text), begin_(begin), at_(begin), delimiter_(delimiter) {
    find_quote();
  }

  /// Offset behind the first record end at or after `from`; calls must not go back.
  std::size_t next_record(std::size_t from) {
    while (true) {
      // Outside quotes on [at_, quote_).
      const std::size_t start = std::max(from, at_);
      if (start < quote_) {
        const std::size_t end = find_byte(text_.substr(0, quote_), '\n', start);
        if (end < quote_) return end + 1;
      }
      if (quote_ == text_.size()) return text_.size();
      skip_quoted();
      find_quote();
    }
  }

 private:
  /// Sets quote_ to the next quote that opens a field, or to the end.
  void find_quote() {
    quote_ = at_;
    while (true) {
      quote_ = find_byte(text_, '"', quote_);
      if (quote_ == text_.size() || quote_ == begin_ || text_[quote_ - 1] == delimiter_ ||
          text_[quote_ - 1] == '\n') {
        return;
      }
      ++quote_;
    }
  }

  /// Moves at_ behind the field that opens at quote_, or behind a quote that opens none.
  void skip_quoted() {
    const std::size_t limit = std::min(text_.size(), quote_ + kMaxRecordBytes);
    const std::string_view window = text_.substr(0, limit);
    for (at_ = quote_ + 1;; at_ += 2) {
      at_ = find_byte(window, '"', std::min(at_, limit));
      if (at_ >= limit) {
        throw DataError(path_, 1 + count_byte(text_.substr(0, quote_), '\n'),
                        open_quote_fault(window.substr(quote_), limit == text_.size()));
      }
      if (at_ + 1 >= text_.size() || text_[at_ + 1] != '"') break;
    }
    ++at_;
    if (is_stray_quote(text_, quote_, at_, delimiter_)) at_ = quote_ + 1;
  }

  const std::string& path_;
  std::string_view text_;
  std::size_t begin_;
  std::size_t at_;
  std::size_t quote_ = 0;
  char delimiter_;
};

}  // namespace

std::size_t count_byte(std::string_view text, char c) noexcept {
  std::size_t total = 0;
  for (std::size_t at = 0; at < text.size(); at += 128) {
    // Byte counters over at most 255 bytes: the loop becomes vector compares and subtractions.
    const std::size_t end = std::min(text.size(), at + 128);
    std::uint8_t count = 0;
    for (std::size_t i = at; i < end; ++i) {
      count = static_cast<std::uint8_t>(count + (text[i] == c ? 1 : 0));
    }
    total += count;
  }
  return total;
}

std::string open_quote_fault(std::string_view text, bool whole) {
  const std::size_t lines = count_byte(text, '\n') - (text.ends_with('\n') ? 1 : 0);
  std::string fault =
      whole ? "a quoted field is never closed" : "a quoted field of more than 1 MiB";
  if (lines > 0) {
    fault += ": the quote takes in the " +
             (lines == 1 ? "line" : std::to_string(lines) + " lines") + " behind it" +
             (whole ? ", to the end of the file" : "");
  }
  return fault;
}

TextSummary summarise_text(const Execution& execution, const std::string& path,
                           std::string_view text) {
  const std::size_t blocks = (text.size() + kSummaryBlock - 1) / kSummaryBlock;
  TextSummary summary;
  summary.newlines.resize(blocks);
  std::vector<std::size_t> zero(blocks, text.size());
  std::vector<std::uint8_t> quotes(blocks);
  parallel_for(execution, text.size(), kSummaryBlock, [&](const Chunk& chunk) {
    const std::string_view block = text.substr(chunk.begin, chunk.end - chunk.begin);
    summary.newlines[chunk.index] = count_byte(block, '\n');
    quotes[chunk.index] = find_byte(block, '"', 0) < block.size() ? 1 : 0;
    const std::size_t found = find_byte(block, '\0', 0);
    if (found < block.size()) zero[chunk.index] = chunk.begin + found;
  });
  const std::size_t first_zero = blocks == 0 ? 0 : *std::min_element(zero.begin(), zero.end());
  if (first_zero < text.size()) {
    throw DataError(path, 1 + count_byte(text.substr(0, first_zero), '\n'),
                    "a zero byte: this is no text file");
  }
  summary.quotes = std::find(quotes.begin(), quotes.end(), 1) != quotes.end();
  return summary;
}

TextChunks cut_records(const Execution& execution, const std::string& path, std::string_view text,
                       std::size_t begin, std::uint64_t line, char delimiter, bool quotes,
                       std::size_t chunk_bytes) {
  TextChunks chunks;
  chunks.bounds.push_back(begin);
  if (quotes) {
    QuoteScanner scanner(path, text, begin, delimiter);
    while (chunks.bounds.back() < text.size()) {
      execution.check_cancelled();
      const std::size_t from = chunks.bounds.back() + chunk_bytes - 1;
      chunks.bounds.push_back(scanner.next_record(std::min(from, text.size())));
    }
  } else {
    while (chunks.bounds.back() < text.size()) {
      const std::size_t from = chunks.bounds.back() + chunk_bytes - 1;
      chunks.bounds.push_back(from < text.size() ? next_line(path, text, from) : text.size());
    }
  }
  chunks.first_lines.assign(chunks.bounds.size(), 0);
  parallel_for_bounds(execution, chunks.bounds, [&](const Chunk& chunk) {
    const std::string_view part = text.substr(chunk.begin, chunk.end - chunk.begin);
    chunks.first_lines[chunk.index + 1] = count_byte(part, '\n');
  });
  chunks.first_lines[0] = line;
  for (std::size_t i = 1; i < chunks.first_lines.size(); ++i) {
    chunks.first_lines[i] += chunks.first_lines[i - 1];
  }
  return chunks;
}

}  // namespace tenure::detail
