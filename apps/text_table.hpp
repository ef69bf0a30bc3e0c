#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tenure::apps {

/// Columns of text for people: the first flush left, the rest flush right.
class TextTable {
 public:
  explicit TextTable(std::vector<std::string> header);
  void add(std::vector<std::string> row);
  /// Lines ending in a newline, indented by two spaces, with a rule under the header.
  std::string str() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// 1234567 -> "1,234,567".
std::string with_commas(std::uint64_t value);
/// "[lo, hi]" with `digits` decimals.
std::string format_interval(std::pair<double, double> interval, int digits);
/// Up to four significant digits without exponent where that reads well.
std::string format_number(double value, int digits = 4);
/// A heading line with a blank line before it.
std::string heading(const std::string& text);

}  // namespace tenure::apps
