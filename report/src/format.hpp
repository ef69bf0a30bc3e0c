#pragma once

#include "figure.hpp"

#include <tenure/simulator/roi.hpp>

#include <optional>
#include <string>
#include <string_view>

/// Numbers as people read them: thin spaces between thousands, units, intervals.
namespace tenure::report {

/// A chance is a share without decimals, a point a hundredth of a return.
enum class Unit { kCount, kMoney, kPercent, kChance, kReturn, kPoints, kDays, kNumber };

/// The name that charts.js knows a unit by.
const char* to_string(Unit unit) noexcept;

class Format {
 public:
  explicit Format(std::string currency) : currency_(std::move(currency)) {}

  /// The same for sentences: amounts from 1000 on with three significant digits, "USD 1.28 M".
  Format spoken() const {
    Format format(*this);
    format.spoken_ = true;
    return format;
  }
  /// "USD 1 234", "12.3 %", "+49 %" (a return of 0.49), "858 days".
  std::string text(double value, Unit unit) const;
  /// "a to b" with one unit.
  std::string range(double low, double high, Unit unit) const;
  /// "value (a to b)", or the value where there is no interval.
  std::string with_range(double value, const std::optional<simulator::Interval>& interval,
                         Unit unit) const;
  std::string with_range(const simulator::Estimate& estimate, Unit unit) const {
    return with_range(estimate.value, estimate.interval, unit);
  }
  Cell cell(double value, Unit unit) const;
  Cell cell(const std::optional<double>& value, Unit unit) const;
  /// Adds the low and high end, "-" where there is none.
  void add_range(std::vector<Cell>& row, const std::optional<simulator::Interval>& interval,
                 Unit unit) const;
  /// "cost, USD", "customers": the title of an axis.
  std::string axis(std::string_view what, Unit unit) const;
  const std::string& currency() const noexcept { return currency_; }

 private:
  std::string bare(double value, Unit unit) const;

  std::string currency_;
  bool spoken_ = false;
};

/// 1234567.891 with two decimals -> "1 234 567.89", the spaces narrow and not to be broken.
std::string grouped(double value, int decimals);
/// "a, b and c".
std::string listed(const std::vector<std::string>& names);
/// "five years", "18 months", "365 days".
std::string span_of_days(double days);
/// "1 strategy", "3 strategies".
std::string counted(std::size_t n, const std::string& one, const std::string& many);

}  // namespace tenure::report
