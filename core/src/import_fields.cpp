#include "import_fields.hpp"

#include "mapped_file.hpp"

#include <tenure/core/time.hpp>

#include <algorithm>
#include <cmath>

namespace tenure::detail {

namespace {

struct Role {
  std::string_view name;
  std::vector<std::string_view> synonyms;
};

const std::vector<Role>& roles() {
  static const std::vector<Role> kRoles = {
      {"customer",
       {"customer", "customerid", "custid", "cust", "user", "userid", "uid", "client", "clientid",
        "buyer", "buyerid", "visitorid", "member", "memberid", "id"}},
      {"item",
       {"item", "itemid", "iid", "product", "productid", "sku", "stockcode", "article", "articleid",
        "asin", "movie", "movieid", "songid", "sid"}},
      {"time",
       {"time", "timestamp", "datetime", "date", "eventtime", "orderdate", "purchasedate",
        "invoicedate", "transactiondate", "createdat", "ts"}},
      {"quantity", {"quantity", "qty", "units", "count"}},
      {"price", {"price", "unitprice", "amount", "value", "spend", "sales", "revenue"}},
      {"region", {"region", "country", "market"}},
      {"channel", {"channel", "source", "medium"}},
      {"order",
       {"order", "orderid", "orderno", "invoice", "invoiceno", "invoiceid", "transaction",
        "transactionid", "basket", "basketid"}},
      {"kind", {"kind", "event", "eventtype", "eventkind", "behavior", "behaviour"}},
      {"text",
       {"text", "description", "itemtext", "itemdescription", "itemname", "productdescription",
        "productname", "title"}},
      {"category", {"category", "itemcategory", "productcategory", "categoryname", "department"}},
  };
  return kRoles;
}

/// Two digits at text[at], or -1.
int two_digits(std::string_view text, std::size_t at) noexcept {
  const int tens = text[at] - '0';
  const int ones = text[at + 1] - '0';
  return tens < 0 || tens > 9 || ones < 0 || ones > 9 ? -1 : tens * 10 + ones;
}

}  // namespace

std::optional<std::int64_t> TimeCache::parse_new(std::string_view text) {
  // "YYYY-MM-DD HH:MM:SS" on a day seen just before: only the clock is new.
  if (text.size() == 19 && text.substr(0, 10) == day_ && (text[10] == ' ' || text[10] == 'T') &&
      text[13] == ':' && text[16] == ':') {
    const int hour = two_digits(text, 11);
    const int minute = two_digits(text, 14);
    const int second = two_digits(text, 17);
    if (hour >= 0 && hour < 24 && minute >= 0 && minute < 60 && second >= 0 && second < 60) {
      return day_seconds_ + hour * 3600 + minute * 60 + second;
    }
  }
  const auto time = parse_time(text);
  if (time && text.size() >= 10 && text[4] == '-') {
    if (const auto day = parse_time(text.substr(0, 10))) {
      day_.assign(text.substr(0, 10));
      day_seconds_ = *day;
    }
  }
  return time;
}

std::optional<double> parse_number_below(std::string_view text, double limit) noexcept {
  // Whole numbers of a few digits are most of all numbers.
  if (!text.empty() && text.size() <= 8) {
    const bool minus = text[0] == '-';
    std::int32_t value = 0;
    std::size_t at = minus ? 1 : 0;
    const std::size_t digits = at;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
      value = value * 10 + (text[at++] - '0');
    }
    if (at == text.size() && at > digits && static_cast<double>(value) < limit) {
      return minus ? -value : value;
    }
  }
  const auto value = parse_number(text);
  if (!value || std::abs(*value) >= limit) return std::nullopt;
  return value;
}

Amount check_amount(std::optional<double> quantity, std::optional<double> price,
                    FaultSet& faults) noexcept {
  Amount amount;
  if (!quantity || !price || std::abs(*quantity * *price) >= kMaxMoney) {
    faults.add(Fault::kBadNumber);
  }
  if (quantity) {
    amount.negative = *quantity < 0;
    amount.quantity = std::abs(*quantity);
    if (amount.negative) faults.add(Fault::kNegativeQuantity);
    if (amount.quantity == 0) faults.add(Fault::kZeroQuantity);
  }
  if (price) {
    amount.price = std::abs(*price);  // a kept price is never negative; this is for "-0"
    if (*price < 0) faults.add(Fault::kNegativePrice);
    if (*price == 0) faults.add(Fault::kZeroPrice);
  }
  return amount;
}

std::string_view without_zero_fraction(std::string_view id) noexcept {
  if (id.size() < 3 || !id.ends_with(".0")) return id;
  const std::string_view whole = id.substr(0, id.size() - 2);
  const bool digits =
      std::all_of(whole.begin(), whole.end(), [](char c) { return c >= '0' && c <= '9'; });
  return digits ? whole : id;
}

std::string_view trimmed(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") + 1 - first);
}

std::string normalised(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (c >= 'A' && c <= 'Z') {
      text += static_cast<char>(c - 'A' + 'a');
    } else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || byte >= 128) {
      text += c;
    }
  }
  return text;
}

const std::vector<std::string_view>& synonyms(std::string_view role) {
  const auto it = std::find_if(roles().begin(), roles().end(),
                               [&](const Role& known) { return known.name == role; });
  return it->synonyms;
}

std::vector<std::string> role_names() {
  std::vector<std::string> names;
  for (const Role& role : roles()) names.emplace_back(role.name);
  return names;
}

bool is_role(std::string_view role) noexcept {
  return std::any_of(roles().begin(), roles().end(),
                     [&](const Role& known) { return known.name == role; });
}

std::optional<std::size_t> find_name(const std::vector<std::string>& header,
                                     const std::vector<std::string_view>& names) {
  std::vector<std::string> plain;
  plain.reserve(header.size());
  for (const std::string& name : header) plain.push_back(normalised(name));
  for (const std::string_view name : names) {
    const auto it = std::find(plain.begin(), plain.end(), name);
    if (it != plain.end()) return static_cast<std::size_t>(it - plain.begin());
  }
  return std::nullopt;
}

std::optional<std::size_t> find_role(const std::vector<std::string>& header,
                                     std::string_view role) {
  return find_name(header, synonyms(role));
}

char guess_delimiter(std::string_view first_line) noexcept {
  char best = ',';
  std::ptrdiff_t most = 0;
  for (const char c : {',', ';', '\t', '|'}) {
    const auto count = std::count(first_line.begin(), first_line.end(), c);
    if (count > most) {
      most = count;
      best = c;
    }
  }
  return best;
}

std::vector<std::string> first_lines(const std::string& path, std::size_t count) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  constexpr std::size_t kMostBytes = 65536;
  const MappedFile file(path);
  std::string_view text = file.text().substr(0, kMostBytes);
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < count) {
    const std::size_t end = std::min(text.size(), text.find('\n'));
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.find_first_not_of(" \t") != std::string_view::npos) lines.emplace_back(line);
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return lines;
}

}  // namespace tenure::detail
