#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tenure {

inline constexpr std::int64_t kSecondsPerDay = 86400;

/// A proleptic Gregorian calendar date.
struct CivilDate {
  std::int32_t year = 1970;
  std::uint8_t month = 1;  ///< 1 to 12
  std::uint8_t day = 1;    ///< 1 to 31
  friend bool operator==(const CivilDate&, const CivilDate&) = default;
};

/// Days since 1970-01-01 (negative before).
std::int64_t days_from_civil(const CivilDate& date) noexcept;
CivilDate civil_from_days(std::int64_t days) noexcept;

/// Day number (days since 1970-01-01) of a UTC time in seconds; floors, so that -1 s is day -1.
constexpr std::int64_t day_of(std::int64_t seconds) noexcept {
  const std::int64_t day = seconds / kSecondsPerDay;
  return seconds % kSecondsPerDay < 0 ? day - 1 : day;
}

/// Reads a UTC time into seconds since 1970-01-01. Forms: YYYY-MM-DD, YYYY/MM/DD, YYYYMMDD, each of
/// the first two with an optional time of day after a space or 'T' (HH:MM or HH:MM:SS, an optional
/// fraction that is dropped, an optional Z or +HH:MM offset), or Unix seconds (an integer that is
/// not 8 digits long) of the years 0 to 9999. Second 60 is the first of the next minute. Empty
/// where the text is none of these or names no real date.
std::optional<std::int64_t> parse_time(std::string_view text) noexcept;

/// "YYYY-MM-DD".
std::string format_date(std::int64_t seconds);
/// "YYYY-MM-DDTHH:MM:SSZ".
std::string format_time(std::int64_t seconds);

}  // namespace tenure
