#include "import_fields.hpp"
#include "import_rows.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>

#include <algorithm>

namespace tenure::detail {

namespace {

std::vector<std::string> split(std::string_view line, char delimiter) {
  std::vector<std::string> fields;
  const bool spaces = delimiter == ' ';
  std::string field;
  const auto flush = [&] {
    if (!spaces || !field.empty()) fields.push_back(field);
    field.clear();
  };
  for (const char c : line) {
    if (c == delimiter || (spaces && c == '\t')) {
      flush();
    } else if (c != '"' || spaces) {
      field += c;
    }
  }
  flush();
  return fields;
}

bool is_whole_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// customer [customer] YYYYMMDD count value, the value with a decimal point.
bool is_cdnow_line(const std::vector<std::string>& words) {
  if (words.size() != 4 && words.size() != 5) return false;
  const std::string& date = words[words.size() - 3];
  const std::string& value = words.back();
  return std::all_of(words.begin(), words.end() - 1, is_whole_number) && date.size() == 8 &&
         parse_time(date).has_value() && value.find('.') != std::string::npos &&
         parse_number(value).has_value();
}

bool looks_like_cdnow(const std::vector<std::string>& lines) {
  const auto first = split(lines[0], ' ');
  const bool header =
      first == std::vector<std::string>{"customer_id", "date", "number_of_cds", "dollar_value"};
  if (header) return true;
  return std::all_of(lines.begin(), lines.end(),
                     [](const std::string& line) { return is_cdnow_line(split(line, ' ')); });
}

/// Whole numbers and blanks only.
bool looks_like_adjacency(const std::vector<std::string>& lines) {
  return std::all_of(lines.begin(), lines.end(), [](const std::string& line) {
    return line.find_first_not_of("0123456789 \t") == std::string::npos;
  });
}

bool has_names(const std::vector<std::string>& header,
               std::initializer_list<std::string_view> names) {
  return std::all_of(names.begin(), names.end(),
                     [&](std::string_view name) { return find_name(header, {name}).has_value(); });
}

}  // namespace

LogFormat detect_format(const std::string& path, const ImportOptions& options) {
  if (options.format != LogFormat::kAuto) return options.format;
  if (!options.columns.empty()) return LogFormat::kCsv;
  const auto lines = first_lines(path, 5);
  if (lines.empty()) throw DataError(path, "is empty");
  if (looks_like_cdnow(lines)) return LogFormat::kCdnow;
  if (looks_like_adjacency(lines)) return LogFormat::kAdjacency;
  const auto header = split(lines[0], guess_delimiter(lines[0]));
  if (has_names(header, {"stockcode", "quantity", "invoicedate", "customerid"})) {
    return LogFormat::kOnlineRetail;
  }
  const bool customer = find_role(header, "customer").has_value();
  if (customer && find_role(header, "time")) return LogFormat::kCsv;
  if (customer && find_role(header, "item") && (header.size() == 2 || header.size() == 3)) {
    return LogFormat::kPairs;
  }
  std::string fault =
      "no known layout: no columns for customer and time found; name the format or the columns";
  if (may_quote(options)) fault += ". The line begins: " + lines[0].substr(0, 100);
  throw DataError(path, 1, fault);
}

}  // namespace tenure::detail
