#include "format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tenure::report {

namespace {

constexpr const char* kThin = "\u202f";
constexpr const char* kMinus = "\u2212";

/// Of a value with three significant digits: "1.28 M" from a million on.
std::string short_amount(double value) {
  const double millions = std::abs(value) / 1e6;
  if (millions < 1.0) return grouped(value, 0);
  return grouped(value / 1e6, millions < 10.0 ? 2 : millions < 100.0 ? 1 : 0) + kThin + "M";
}

double three_digits(double value) {
  const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 2.0);
  return std::round(value / unit) * unit;
}

}  // namespace

const char* to_string(Unit unit) noexcept {
  switch (unit) {
    case Unit::kCount:
      return "count";
    case Unit::kMoney:
      return "money";
    case Unit::kPercent:
    case Unit::kChance:
    case Unit::kPoints:
      return "percent";
    case Unit::kReturn:
      return "return";
    case Unit::kDays:
      return "days";
    case Unit::kNumber:
      break;
  }
  return "number";
}

std::string grouped(double value, int decimals) {
  const std::string plain = fmt::format("{:.{}f}", std::abs(value), decimals);
  const std::size_t point = std::min(plain.find('.'), plain.size());
  std::string text;
  for (std::size_t i = 0; i < plain.size(); ++i) {
    if (i > 0 && i < point && (point - i) % 3 == 0) text += kThin;
    text += plain[i];
  }
  const bool zero = plain.find_first_not_of("0.") == std::string::npos;
  return value < 0.0 && !zero ? kMinus + text : text;
}

std::string Format::bare(double value, Unit unit) const {
  switch (unit) {
    case Unit::kMoney:
      if (spoken_ && std::abs(value) >= 1000.0) return short_amount(three_digits(value));
      return grouped(value, value != 0.0 && std::abs(value) < 1000.0 ? 2 : 0);
    case Unit::kPercent:
    case Unit::kPoints:
      return grouped(100.0 * value, 1);
    case Unit::kChance:
      return grouped(100.0 * value, 0);
    case Unit::kReturn: {
      const std::string text = grouped(100.0 * value, 0);
      return value > 0.0 && text != "0" ? "+" + text : text;
    }
    case Unit::kNumber:
      return std::abs(value) >= 1000.0 ? grouped(value, 0) : fmt::format("{:.4g}", value);
    case Unit::kCount:
      return grouped(value, value < 100.0 && value != std::round(value) ? 1 : 0);
    case Unit::kDays:
      break;
  }
  return grouped(value, 0);
}

std::string Format::text(double value, Unit unit) const {
  std::string number = bare(value, unit);
  switch (unit) {
    case Unit::kMoney:
      return currency_.empty() ? number : currency_ + "\u00a0" + number;
    case Unit::kPercent:
    case Unit::kChance:
    case Unit::kReturn:
      return number + "\u00a0%";
    case Unit::kPoints:
      return number + "\u00a0points";
    case Unit::kDays:
      return number + "\u00a0days";
    case Unit::kCount:
    case Unit::kNumber:
      break;
  }
  return number;
}

std::string Format::range(double low, double high, Unit unit) const {
  if (unit == Unit::kMoney) return text(low, unit) + " to " + bare(high, unit);
  return bare(low, unit) + "\u00a0to\u00a0" + text(high, unit);
}

std::string Format::with_range(double value, const std::optional<simulator::Interval>& interval,
                               Unit unit) const {
  if (!interval) return text(value, unit);
  return text(value, unit) + " (" + range(interval->low, interval->high, unit) + ")";
}

Cell Format::cell(double value, Unit unit) const { return {text(value, unit), value}; }

Cell Format::cell(const std::optional<double>& value, Unit unit) const {
  return value ? cell(*value, unit) : Cell{"\u2013"};
}

void Format::add_range(std::vector<Cell>& row, const std::optional<simulator::Interval>& interval,
                       Unit unit) const {
  row.push_back(interval ? cell(interval->low, unit) : Cell{"\u2013"});
  row.push_back(interval ? cell(interval->high, unit) : Cell{"\u2013"});
}

std::string Format::axis(std::string_view what, Unit unit) const {
  std::string title(what);
  if (unit == Unit::kMoney) return currency_.empty() ? title : title + ", " + currency_;
  if (unit == Unit::kPercent || unit == Unit::kReturn) return title + ", %";
  if (unit == Unit::kPoints) return title + ", points";
  if (unit == Unit::kDays) return title + ", days";
  return title;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

std::string span_of_days(double days) {
  const double years = days / 365.0;
  if (years >= 2.0 && std::abs(years - std::round(years)) < 0.01) {
    return fmt::format("{:.0f} years", years);
  }
  if (std::abs(years - 1.0) < 0.01) return "one year";
  return grouped(days, 0) + " days";
}

std::string counted(std::size_t n, const std::string& one, const std::string& many) {
  return grouped(static_cast<double>(n), 0) + " " + (n == 1 ? one : many);
}

}  // namespace tenure::report
