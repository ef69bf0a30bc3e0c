#include "import_fields.hpp"
#include "import_rows.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>

#include <algorithm>
#include <map>

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

/// Words in names of columns that synonyms do not know, such as "buyer_number" or "Datum".
bool holds_any(const std::string& name, std::initializer_list<std::string_view> words) {
  const std::string plain = normalised(name);
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return plain.find(word) != std::string::npos; });
}

/// Something like a date, of whatever form: digits with '-', '/' or '.' among them, twice.
bool looks_like_date(std::string_view text) {
  const auto is_mark = [](char c) { return c == '-' || c == '/' || c == '.'; };
  return text.size() >= 6 && text[0] >= '0' && text[0] <= '9' &&
         std::count_if(text.begin(), text.end(), is_mark) >= 2;
}

/// Which column is meant for a role that no synonym tells: a guess, for an example.
class ColumnGuess {
 public:
  ColumnGuess(const std::vector<std::string>& header, const std::vector<std::string>& row)
      : header_(header), row_(row), taken_(header.size()) {
    for (std::size_t i = 0; i < header.size(); ++i) {
      const std::string& name = header[i];
      taken_[i] = name.empty() || name.find_first_of(",='") != std::string::npos ? 1 : 0;
    }
  }

  /// "customer=buyer,item=sku,time=ordered_at"
  std::string text() {
    take("customer", find_role(header_, "customer"));
    take("item", find_role(header_, "item"));
    take("time", find_role(header_, "time"));
    guess("time", [&](std::size_t i) { return i < row_.size() && looks_like_date(row_[i]); });
    guess("time", [&](std::size_t i) { return holds_any(header_[i], {"date", "time", "datum"}); });
    guess("customer", [&](std::size_t i) {
      return holds_any(header_[i], {"cust", "client", "user", "buyer", "member", "account", "kund",
                                    "mail", "visitor"});
    });
    guess("item", [&](std::size_t i) {
      return holds_any(header_[i], {"item", "product", "sku", "article", "artik", "stock"});
    });
    guess("customer", [](std::size_t) { return true; });
    return "customer=" + name("customer", "NAME") + with("item") + ",time=" + name("time", "NAME");
  }

 private:
  void take(const std::string& role, std::optional<std::size_t> column) {
    if (!column || found_.contains(role)) return;
    found_.emplace(role, *column);
    taken_[*column] = 1;
  }
  template <class Fits>
  void guess(const std::string& role, const Fits& fits) {
    for (std::size_t i = 0; i < header_.size() && !found_.contains(role); ++i) {
      if (taken_[i] == 0 && fits(i)) take(role, i);
    }
  }
  std::string name(const std::string& role, const std::string& none) const {
    const auto found = found_.find(role);
    return found == found_.end() ? none : header_[found->second];
  }
  std::string with(const std::string& role) const {
    return found_.contains(role) ? "," + role + "=" + name(role, "") : "";
  }

  const std::vector<std::string>& header_;
  const std::vector<std::string>& row_;
  std::vector<std::uint8_t> taken_;
  std::map<std::string, std::size_t> found_;
};

/// "customer and time", as far as the header has no column for them.
std::string missing_roles(const std::vector<std::string>& header) {
  std::string missing;
  for (const char* role : {"customer", "time"}) {
    if (!find_role(header, role)) missing.append(missing.empty() ? "" : " and ").append(role);
  }
  return missing;
}

/// A first line with numbers or dates in it is no header.
bool looks_like_data(const std::vector<std::string>& fields) {
  return std::any_of(fields.begin(), fields.end(), [](const std::string& field) {
    return parse_number(field).has_value() || parse_time(field).has_value();
  });
}

[[noreturn]] void throw_unknown_layout(const std::string& path,
                                       const std::vector<std::string>& lines,
                                       const ImportOptions& options) {
  const char delimiter = guess_delimiter(lines[0]);
  const auto header = split(lines[0], delimiter);
  std::string fault = "no known layout: ";
  if (looks_like_data(header)) {
    fault +=
        "the first line holds data; put the names of the columns above it, such as "
        "customer,item,time,quantity,price";
    if (may_quote(options)) fault += ". It begins: " + lines[0].substr(0, 100);
  } else {
    const std::string missing = missing_roles(header);
    fault += "no column for " + (missing.empty() ? "customer, item and time" : missing);
    const auto row = split(lines.size() > 1 ? lines[1] : "", delimiter);
    fault += name_the_columns(header, row, options);
  }
  throw DataError(path, 1, fault);
}

}  // namespace

std::string name_the_columns(const std::vector<std::string>& header,
                             const std::vector<std::string>& row, const ImportOptions& options) {
  const bool quote = may_quote(options);
  std::string names;
  for (const std::string& name : header) names.append(names.empty() ? "" : ", ").append(name);
  std::string example =
      quote ? ColumnGuess(header, row).text() : "customer=NAME,item=NAME,time=NAME";
  if (example.find_first_of(" \t();&|<>*?$#\"\\") != std::string::npos)
    example = "'" + example + "'";
  return (quote ? " in the header, which has: " + names.substr(0, 300) : " in the header") +
         "; name the columns, e.g. " + options.columns_option + example;
}

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
  throw_unknown_layout(path, lines, options);
}

}  // namespace tenure::detail
