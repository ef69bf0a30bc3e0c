#include "csv_record.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>

namespace tenure::detail {

namespace {

/// Position of `c` in text from `at`, or text.size().
std::size_t find_byte(std::string_view text, char c, std::size_t at) noexcept {
  const void* found = std::memchr(text.data() + at, c, text.size() - at);
  return found == nullptr ? text.size()
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

/// Which of eight bytes equal c: the high bit of each, the first byte lowest.
std::uint64_t bytes_equal(const char* bytes, char c) noexcept {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  constexpr std::uint64_t kLow = 0x7F * kOnes;
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  word ^= static_cast<unsigned char>(c) * kOnes;
  return ~(((word & kLow) + kLow) | word | kLow);
}

}  // namespace

bool is_stray_quote(std::string_view text, std::size_t open, std::size_t behind,
                    char delimiter) noexcept {
  std::size_t at = behind;
  while (at < text.size() && text[at] != delimiter && (text[at] == ' ' || text[at] == '\t')) ++at;
  if (at == text.size() || text[at] == delimiter || text[at] == '\n' || text[at] == '\r') {
    return false;
  }
  return find_byte(text.substr(0, behind), '\n', open) < behind;
}

/// The text of a quoted field as far as it stands between the quotes.
struct RecordSplitter::Quoted {
  std::string* whole = nullptr;  // where it is no view of the file
  std::string_view text;         // what is not in `whole` yet
};

RecordSplitter::Outcome RecordSplitter::next(std::string_view text, std::size_t& at) {
  fields_.clear();
  stray_quote_ = false;
  const std::size_t start = at;
  const std::size_t end = find_byte(text, '\n', start);
  std::string_view line = text.substr(start, end - start);
  if (quotes_ && line.find('"') != std::string_view::npos) {
    unquoted_.clear();
    const Outcome outcome = split_quoted(text, at);
    return at - start > kMaxRecordBytes + 2 ? Outcome::kTooLong : outcome;
  }
  at = std::min(end + 1, text.size());
  if (line.size() > kMaxRecordBytes) return Outcome::kTooLong;
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  if (line.empty()) return Outcome::kBlank;
  return delimiter_ == ' ' ? split_spaces(line) : split_plain(line);
}

RecordSplitter::Outcome RecordSplitter::split_plain(std::string_view line) {
  // Fields are short: eight bytes at a time beat a search for each delimiter.
  std::size_t begin = 0;
  std::size_t at = 0;
  for (; at + 8 <= line.size(); at += 8) {
    for (std::uint64_t found = bytes_equal(line.data() + at, delimiter_); found != 0;
         found &= found - 1) {
      const std::size_t end = at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
      fields_.push_back(line.substr(begin, end - begin));
      begin = end + 1;
    }
  }
  for (; at < line.size(); ++at) {
    if (line[at] != delimiter_) continue;
    fields_.push_back(line.substr(begin, at - begin));
    begin = at + 1;
  }
  fields_.push_back(line.substr(begin));
  return Outcome::kRecord;
}

RecordSplitter::Outcome RecordSplitter::split_spaces(std::string_view line) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t'; };
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && is_space(line[at])) ++at;
    if (at == line.size()) return fields_.empty() ? Outcome::kBlank : Outcome::kRecord;
    const std::size_t begin = at;
    while (at < line.size() && !is_space(line[at])) ++at;
    fields_.push_back(line.substr(begin, at - begin));
  }
}

/// Moves behind the closing quote of the field that opens at text[at]; not at all where the quote
/// is stray. False where it is never closed.
bool RecordSplitter::take_quoted(std::string_view text, std::size_t& at, Quoted& field) {
  const std::size_t open = at;
  std::size_t begin = ++at;
  while (true) {
    const std::size_t quote = find_byte(text, '"', at);
    if (quote == text.size()) return false;
    at = quote + 1;
    if (at == text.size() || text[at] != '"') {
      field.text = text.substr(begin, quote - begin);
      break;
    }
    if (field.whole == nullptr) field.whole = &unquoted_.emplace_back();
    field.whole->append(text.substr(begin, at - begin));  // up to and with one of the two quotes
    begin = ++at;
  }
  if (is_stray_quote(text, open, at, delimiter_)) {
    stray_quote_ = true;
    field = {};
    at = open;
  }
  return true;
}

RecordSplitter::Outcome RecordSplitter::split_quoted(std::string_view text, std::size_t& at) {
  while (true) {
    Quoted quoted;
    if (at < text.size() && text[at] == '"' && !take_quoted(text, at, quoted)) {
      return Outcome::kOpenQuote;
    }
    // The rest up to the delimiter: the whole field, or text behind a closing quote.
    std::size_t end = at;
    while (end < text.size() && text[end] != delimiter_ && text[end] != '\n') ++end;
    const bool last = end == text.size() || text[end] == '\n';
    std::string_view rest = text.substr(at, end - at);
    if (last && !rest.empty() && rest.back() == '\r') rest.remove_suffix(1);
    std::string_view field = quoted.text;
    if (quoted.whole != nullptr) {
      quoted.whole->append(field).append(rest);
      field = *quoted.whole;
    } else if (field.empty()) {
      field = rest;
    } else if (!rest.empty()) {
      field = unquoted_.emplace_back(std::string(field).append(rest));
    }
    fields_.push_back(field);
    at = std::min(end + 1, text.size());
    if (last) return Outcome::kRecord;
  }
}

}  // namespace tenure::detail
