#include "calendar.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>

namespace tenure::apps {

std::optional<std::int64_t> parse_day(const std::string& option, const std::string& text) {
  if (text.empty()) return std::nullopt;
  const auto seconds = parse_time(text);
  if (!seconds) throw ArgumentError(option + ": '" + text + "' is no date (YYYY-MM-DD)");
  return day_of(*seconds);
}

double days_per_unit(const std::string& unit) {
  if (unit == "day") return 1.0;
  if (unit == "week") return 7.0;
  if (unit == "year") return 365.0;
  throw ArgumentError("--unit: '" + unit + "' is none of day, week, year");
}

}  // namespace tenure::apps
