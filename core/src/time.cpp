#include <tenure/core/time.hpp>

#include <array>
#include <charconv>
#include <cstdio>

namespace tenure {

namespace {

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Reads exactly `count` digits at `at`; -1 where they are not all there.
int digits_at(std::string_view text, std::size_t at, std::size_t count) noexcept {
  if (at + count > text.size()) return -1;
  int value = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

int days_in_month(int year, int month) noexcept {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

std::optional<std::int64_t> seconds_of_date(int year, int month, int day) noexcept {
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month)) {
    return std::nullopt;
  }
  return days_from_civil({year, static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)}) *
         kSecondsPerDay;
}

/// Offset from UTC in seconds for "", "Z" or "+HH:MM" / "-HH:MM" / "+HHMM".
std::optional<std::int64_t> parse_offset(std::string_view text) noexcept {
  if (text.empty() || text == "Z" || text == "z") return 0;
  if (text[0] != '+' && text[0] != '-') return std::nullopt;
  const bool colon = text.size() == 6 && text[3] == ':';
  if (!colon && text.size() != 5) return std::nullopt;
  const int hours = digits_at(text, 1, 2);
  const int minutes = digits_at(text, colon ? 4 : 3, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
  const std::int64_t offset = hours * 3600 + minutes * 60;
  return text[0] == '-' ? -offset : offset;
}

/// Seconds since midnight UTC for "HH:MM[:SS[.fff]][offset]"; may leave [0, 86400) by the offset.
std::optional<std::int64_t> parse_clock(std::string_view text) noexcept {
  const int hour = digits_at(text, 0, 2);
  const int minute = digits_at(text, 3, 2);
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || text[2] != ':') return std::nullopt;
  std::size_t at = 5;
  int second = 0;
  if (at < text.size() && text[at] == ':') {
    second = digits_at(text, at + 1, 2);
    if (second < 0 || second > 60) return std::nullopt;
    at += 3;
    if (at < text.size() && text[at] == '.') {
      const std::size_t fraction = ++at;
      while (at < text.size() && is_digit(text[at])) ++at;
      if (at == fraction) return std::nullopt;
    }
  }
  const auto offset = parse_offset(text.substr(at));
  if (!offset) return std::nullopt;
  return hour * 3600 + minute * 60 + second - *offset;
}

}  // namespace

// Both conversions count years from 1 March, so that the leap day ends a year, in eras of 400
// years = 146,097 days.
std::int64_t days_from_civil(const CivilDate& date) noexcept {
  const std::int64_t year = static_cast<std::int64_t>(date.year) - (date.month <= 2 ? 1 : 0);
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t year_of_era = year - era * 400;
  const std::int64_t shifted_month = (date.month + 9) % 12;
  const std::int64_t day_of_year = (153 * shifted_month + 2) / 5 + date.day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;
}

CivilDate civil_from_days(std::int64_t days) noexcept {
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const std::int64_t day_of_era = shifted - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t shifted_month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<std::uint8_t>(day_of_year - (153 * shifted_month + 2) / 5 + 1);
  const auto month =
      static_cast<std::uint8_t>(shifted_month < 10 ? shifted_month + 3 : shifted_month - 9);
  return {static_cast<std::int32_t>(year_of_era + era * 400 + (month <= 2 ? 1 : 0)), month, day};
}

std::optional<std::int64_t> parse_time(std::string_view text) noexcept {
  const bool dashed = text.size() >= 10 && (text[4] == '-' || text[4] == '/') && text[7] == text[4];
  if (dashed) {
    const auto date =
        seconds_of_date(digits_at(text, 0, 4), digits_at(text, 5, 2), digits_at(text, 8, 2));
    if (!date || text.size() == 10) return date;
    if (text[10] != ' ' && text[10] != 'T') return std::nullopt;
    const auto clock = parse_clock(text.substr(11));
    if (!clock) return std::nullopt;
    return *date + *clock;
  }
  if (text.size() == 8 && is_digit(text[0])) {
    return seconds_of_date(digits_at(text, 0, 4), digits_at(text, 4, 2), digits_at(text, 6, 2));
  }
  std::int64_t seconds = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, seconds);
  constexpr std::int64_t kFirst = -62167219200;  // 0000-01-01
  constexpr std::int64_t kEnd = 253402300800;    // 10000-01-01
  if (error != std::errc() || stopped != end || seconds < kFirst || seconds >= kEnd) {
    return std::nullopt;
  }
  return seconds;
}

std::string format_date(std::int64_t seconds) {
  const CivilDate date = civil_from_days(day_of(seconds));
  std::array<char, 48> text{};
  const int n = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", date.year,
                              static_cast<unsigned>(date.month), static_cast<unsigned>(date.day));
  return {text.data(), static_cast<std::size_t>(n)};
}

std::string format_time(std::int64_t seconds) {
  const std::int64_t of_day = seconds - day_of(seconds) * kSecondsPerDay;
  std::array<char, 32> text{};
  const int n =
      std::snprintf(text.data(), text.size(), "T%02d:%02d:%02dZ", static_cast<int>(of_day / 3600),
                    static_cast<int>(of_day / 60 % 60), static_cast<int>(of_day % 60));
  return format_date(seconds) + std::string(text.data(), static_cast<std::size_t>(n));
}

}  // namespace tenure
