#include "text_table.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tenure::apps {

namespace {

/// Columns a UTF-8 text takes on a terminal, for the scripts these tables hold.
std::size_t width_of(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

TextTable::TextTable(std::vector<std::string> header) { rows_.push_back(std::move(header)); }

void TextTable::add(std::vector<std::string> row) {
  row.resize(rows_.front().size());
  rows_.push_back(std::move(row));
}

std::string TextTable::str() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], width_of(row[c]));
  }
  std::string text;
  for (std::size_t r = 0; r < rows_.size(); ++r) {
    std::string line = "  ";
    for (std::size_t c = 0; c < widths.size(); ++c) {
      const std::string padding(widths[c] - width_of(rows_[r][c]), ' ');
      if (c > 0) line += "  ";
      line += c == 0 ? rows_[r][c] + padding : padding + rows_[r][c];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
    if (r == 0) {
      std::size_t total = 2 * (widths.size() - 1);
      for (const std::size_t width : widths) total += width;
      text += "  " + std::string(total, '-') + "\n";
    }
  }
  return text;
}

std::string with_commas(std::uint64_t value) {
  std::string digits = std::to_string(value);
  for (std::ptrdiff_t at = std::ssize(digits) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return digits;
}

std::string format_interval(std::pair<double, double> interval, int digits) {
  return fmt::format("[{:.{}f}, {:.{}f}]", interval.first, digits, interval.second, digits);
}

std::string format_number(double value, int digits) {
  return fmt::format("{:.{}g}", value, digits);
}

std::string heading(const std::string& text) { return "\n" + text + "\n"; }

}  // namespace tenure::apps
