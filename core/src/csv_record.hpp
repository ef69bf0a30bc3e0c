#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace tenure::detail {

inline constexpr std::size_t kMaxRecordBytes = std::size_t{1} << 20;

/// Whether the quote at text[open], whose partner ends before text[behind], is no quotation: there
/// are line ends between them and, spaces apart, neither a delimiter nor a line end behind. Then it
/// is an ordinary character, and the lines that it would have swallowed are records.
bool is_stray_quote(std::string_view text, std::size_t open, std::size_t behind,
                    char delimiter) noexcept;

/// Cuts one record after the other off a text. Fields are views of the text, but for those whose
/// quotes had to be undone.
class RecordSplitter {
 public:
  /// `quotes`: whether quotes may occur at all.
  RecordSplitter(char delimiter, bool quotes) : delimiter_(delimiter), quotes_(quotes) {}

  enum class Outcome : unsigned char { kRecord, kBlank, kTooLong, kOpenQuote };
  /// Takes the record at text[at] and moves `at` behind its line end. Precondition: at < size.
  Outcome next(std::string_view text, std::size_t& at);
  const std::vector<std::string_view>& fields() const noexcept { return fields_; }
  /// Whether a field of the record begins with a stray quote.
  bool stray_quote() const noexcept { return stray_quote_; }

 private:
  struct Quoted;
  Outcome split_plain(std::string_view line);
  Outcome split_spaces(std::string_view line);
  Outcome split_quoted(std::string_view text, std::size_t& at);
  bool take_quoted(std::string_view text, std::size_t& at, Quoted& field);

  char delimiter_;
  bool quotes_;
  bool stray_quote_ = false;
  std::vector<std::string_view> fields_;
  std::deque<std::string> unquoted_;  // a deque: views of its strings stay valid
};

}  // namespace tenure::detail
