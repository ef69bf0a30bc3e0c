#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/customers/key_figures.hpp>
#include <tenure/customers/order_history.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

/// Rules that watch the key figures of the last whole period.
namespace tenure::customers {

enum class WarningLevel { kGreen = 0, kAmber = 1, kRed = 2 };
const char* to_string(WarningLevel level) noexcept;

/// What the last period is held against.
enum class WarningReference {
  kPrevious,  ///< the period before: relative change
  kYearAgo,   ///< the same period a year (52 weeks) before: relative change
  kAverage,   ///< the mean of the `window` periods before: relative change
  kForecast,  ///< a forecast made without it: amber and red are levels of prediction intervals
  kLevel,     ///< nothing: amber and red are values of the figure
};
const char* to_string(WarningReference reference) noexcept;

enum class WarningScope { kAll, kRegion, kChannel };
const char* to_string(WarningScope scope) noexcept;

struct WarningRule {
  std::string name;
  Figure figure = Figure::kOrders;
  PeriodUnit period = PeriodUnit::kMonth;
  WarningScope scope = WarningScope::kAll;
  WarningReference reference = WarningReference::kPrevious;
  bool worse_down = true;  ///< less is worse; false: more is
  /// At or beyond these, in the worse direction. A relative change: 0 < amber < red. A forecast:
  /// 0 < amber < red < 1, the levels of the two-sided intervals whose worse end is passed. A level:
  /// red worse than amber.
  double amber = 0.05;
  double red = 0.15;
  std::size_t window = 3;  ///< of kAverage
  /// A group with fewer orders than this in the reference (kForecast: on average before; kLevel: in
  /// the period itself) is not judged: its changes are noise.
  double minimum_orders = 30.0;
};

/// One rule on one group.
struct Warning {
  std::string rule;
  Figure figure = Figure::kOrders;
  WarningScope scope = WarningScope::kAll;
  std::string group;           ///< "all", or the region's or channel's name
  std::int32_t first_day = 0;  ///< of the period judged
  PeriodUnit period = PeriodUnit::kMonth;
  double value = 0.0;
  std::optional<double> reference;  ///< empty for kLevel
  std::optional<double> change;     ///< value / reference - 1; empty for kLevel or reference 0
  WarningLevel level = WarningLevel::kGreen;
  /// Of the period before, judged in the same way; empty where that was not possible.
  std::optional<WarningLevel> previous_level;
};

struct EarlyWarnings {
  std::vector<Warning> warnings;     ///< red before amber before green, then rule and group order
  std::uint64_t not_judged = 0;      ///< group and rule pairs with too few orders or periods
  std::vector<std::string> skipped;  ///< rules whose scope the log has no column for
};

/// The documented defaults, as datasets/rules/early-warning.toml writes them.
std::vector<WarningRule> default_warning_rules();

/// @throws ArgumentError for the first rule whose numbers contradict what is said above.
void check_warning_rule(const WarningRule& rule);

/// Reads [[rule]] tables (docs/KEY_FIGURES.md describes the keys).
/// @throws DataError with file and line.
std::vector<WarningRule> read_warning_rules(const std::string& path);

/// Judges the last whole period of every group of every rule.
/// @throws ArgumentError as check_warning_rule, or groups of another history; Cancelled.
EarlyWarnings early_warnings(const Execution& execution, const std::vector<WarningRule>& rules,
                             const OrderHistory& history, const CustomerGroups& regions,
                             const CustomerGroups& channels);

}  // namespace tenure::customers
