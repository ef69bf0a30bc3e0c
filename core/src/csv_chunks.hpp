#pragma once

#include <tenure/core/execution.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenure::detail {

/// Number of `c` in a text.
std::size_t count_byte(std::string_view text, char c) noexcept;

/// Why a text from a quote on, which opens a field and is never closed, cannot be read; it tells
/// how many lines the quote takes in. `whole`: the text goes to the end of the file.
std::string open_quote_fault(std::string_view text, bool whole);

/// What one parallel pass over a text finds.
struct TextSummary {
  bool quotes = false;                  ///< any '"'
  std::vector<std::uint64_t> newlines;  ///< per block of kSummaryBlock bytes
};
inline constexpr std::size_t kSummaryBlock = std::size_t{1} << 20;
/// @throws DataError with the line of the first zero byte.
TextSummary summarise_text(const Execution& execution, const std::string& path,
                           std::string_view text);

struct TextChunks {
  std::vector<std::size_t> bounds;         ///< offsets into the text, length chunks + 1
  std::vector<std::uint64_t> first_lines;  ///< line of each bound, from 1
};
/// Cuts text[begin ..] at ends of records into chunks of about chunk_bytes. `line` is that of
/// begin. With quotes, records are found by an exact scan from the start: only so is it certain
/// whether a line end lies inside a quoted field.
TextChunks cut_records(const Execution& execution, const std::string& path, std::string_view text,
                       std::size_t begin, std::uint64_t line, char delimiter, bool quotes,
                       std::size_t chunk_bytes);

}  // namespace tenure::detail
