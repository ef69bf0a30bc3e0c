#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace tenure::apps {

/// Day number (since 1970-01-01) of a date option; empty text means not given.
/// @throws ArgumentError where the text is no date; `option` names it.
std::optional<std::int64_t> parse_day(const std::string& option, const std::string& text);

/// Days of a time unit: "day", "week" or "year" (365 days).
/// @throws ArgumentError for any other word.
double days_per_unit(const std::string& unit);

}  // namespace tenure::apps
