#include <tenure/core/time.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tenure {
namespace {

constexpr std::int64_t kDay = kSecondsPerDay;

/// Parses from memory of exactly that size, so that a sanitizer sees any read past the end.
std::optional<std::int64_t> parse_exact(const std::string& text) {
  const std::vector<char> bytes(text.begin(), text.end());
  return parse_time({bytes.data(), bytes.size()});
}

// The C++20 calendar of the standard library is the reference.
TEST(CivilDate, AgreesWithTheStandardCalendarOnEveryDayFrom1600To2400) {
  using std::chrono::sys_days;
  const sys_days first{std::chrono::year{1600} / 1 / 1};
  const sys_days last{std::chrono::year{2400} / 12 / 31};
  int days = 0;
  for (sys_days day = first; day <= last; day += std::chrono::days{1}, ++days) {
    const std::chrono::year_month_day expected{day};
    const CivilDate date{static_cast<int>(expected.year()),
                         static_cast<std::uint8_t>(static_cast<unsigned>(expected.month())),
                         static_cast<std::uint8_t>(static_cast<unsigned>(expected.day()))};
    const std::int64_t number = day.time_since_epoch().count();
    ASSERT_EQ(days_from_civil(date), number);
    ASSERT_EQ(civil_from_days(number), date);
    const std::string text = format_date(number * kDay);
    ASSERT_EQ(parse_time(text), number * kDay) << text;
  }
  EXPECT_EQ(days, 292560);
}

TEST(CivilDate, CrossesErasAndTheYearZero) {
  EXPECT_EQ(days_from_civil({1970, 1, 1}), 0);
  EXPECT_EQ(days_from_civil({1969, 12, 31}), -1);
  EXPECT_EQ(days_from_civil({2000, 3, 1}), 11017);
  EXPECT_EQ(days_from_civil({0, 3, 1}), -719468);
  EXPECT_EQ(days_from_civil({0, 2, 29}), -719469);
  EXPECT_EQ(days_from_civil({-400, 3, 1}), -719468 - 146097);
  for (const std::int64_t day : {-719469LL, -719468LL, -865565LL, -865566LL, 2932896LL}) {
    EXPECT_EQ(days_from_civil(civil_from_days(day)), day);
  }
}

TEST(DayOf, FloorsTowardsThePast) {
  EXPECT_EQ(day_of(0), 0);
  EXPECT_EQ(day_of(kDay - 1), 0);
  EXPECT_EQ(day_of(kDay), 1);
  EXPECT_EQ(day_of(-1), -1);
  EXPECT_EQ(day_of(-kDay), -1);
  EXPECT_EQ(day_of(-kDay - 1), -2);
}

TEST(ParseTime, ReadsEveryDocumentedForm) {
  const std::int64_t noon = 1267360200;  // 2010-02-28 12:30:00 UTC, by date -u +%s
  const std::vector<std::pair<std::string, std::int64_t>> forms = {
      {"2010-02-28", noon - 45000},
      {"2010/02/28", noon - 45000},
      {"20100228", noon - 45000},
      {"2010-02-28 12:30", noon},
      {"2010-02-28T12:30", noon},
      {"2010/02/28 12:30", noon},
      {"2010-02-28 12:30:45", noon + 45},
      {"2010-02-28T12:30:45Z", noon + 45},
      {"2010-02-28T12:30:45z", noon + 45},
      {"2010-02-28T12:30Z", noon},
      {"2010-02-28T12:30:45.999Z", noon + 45},
      {"2010-02-28T12:30:45.1", noon + 45},
      {"2010-02-28T12:30:45+02:00", noon + 45 - 7200},
      {"2010-02-28T12:30:45.25-05:30", noon + 45 + 19800},
      {"2010-02-28T12:30:45+0530", noon + 45 - 19800},
      {"2010-02-28T00:15+01:00", noon - 45000 - 2700},
      {"1267360200", noon},
      {"0", 0},
      {"-1", -1},
      {"1234567", 1234567},
      {"123456789", 123456789},
      {"-1234567", -1234567},
      {"2000-02-29", 951782400},
      {"1600-02-29", -11670998400},
      {"0000-01-01", -62167219200},
      {"9999-12-31T23:59:59Z", 253402300799},
      {"2016-12-31T23:59:60Z", 1483228800},  // a leap second is the next second
  };
  for (const auto& [text, seconds] : forms) EXPECT_EQ(parse_exact(text), seconds) << text;
}

TEST(ParseTime, RefusesWhatIsNoTime) {
  for (const std::string text : {"",
                                 " ",
                                 "x",
                                 "-",
                                 "+5",
                                 "12.5",
                                 "1e9",
                                 "2010-2-28",
                                 "2010-02-30",
                                 "2011-02-29",
                                 "1900-02-29",
                                 "2100-02-29",
                                 "2010-00-10",
                                 "2010-13-01",
                                 "2010-01-00",
                                 "2010-01-32",
                                 "2010-04-31",
                                 "2010-02/28",
                                 "2010/02-28",
                                 "20100230",
                                 "20101301",
                                 "2010-02-2x",
                                 "x010-02-28",
                                 " 2010-02-28",
                                 "2010-02-28 ",
                                 "2010-02-28T",
                                 "2010-02-28x12:30",
                                 "2010-02-28 1",
                                 "2010-02-28 12",
                                 "2010-02-28 12:",
                                 "2010-02-28 12:3",
                                 "2010-02-28 24:00",
                                 "2010-02-28 12:60",
                                 "2010-02-28 12:30:",
                                 "2010-02-28 12:30:4",
                                 "2010-02-28 12:30:61",
                                 "2010-02-28 12:30:45.",
                                 "2010-02-28 12:30:45.Z",
                                 "2010-02-28 12-30",
                                 "2010-02-28T12:30:45+",
                                 "2010-02-28T12:30:45+2",
                                 "2010-02-28T12:30:45+02",
                                 "2010-02-28T12:30:45+24:00",
                                 "2010-02-28T12:30:45+02:60",
                                 "2010-02-28T12:30:45+02-00",
                                 "2010-02-28T12:30:45ZZ",
                                 "2010-02-28T12:30:45 Z",
                                 "2010-02-28T-1:30",
                                 "28/02/2010",
                                 "02-28-2010",
                                 "253402300800",
                                 "99999999999999",
                                 "-99999999999999",
                                 "99999999999999999999999",
                                 "1267360200s",
                                 "NaN",
                                 "null"}) {
    EXPECT_EQ(parse_exact(text), std::nullopt) << '"' << text << '"';
  }
  EXPECT_EQ(parse_exact(std::string("2010\0"
                                    "02-28",
                                    10)),
            std::nullopt);
}

TEST(ParseTime, NeverReadsPastTheEndOfACutText) {
  const std::string whole = "2010-02-28T12:30:45.25-05:30";
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const auto seconds = parse_exact(whole.substr(0, size));
    // A bare year is a whole number of Unix seconds.
    const bool complete = (size >= 1 && size <= 4) || size == 10 || size == 16 || size == 19 ||
                          size == 21 || size == 22 || size == 28;
    EXPECT_EQ(seconds.has_value(), complete) << whole.substr(0, size);
  }
}

TEST(FormatTime, IsReadBackAsTheSameSecond) {
  for (const std::int64_t seconds : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{1267360245},
                                     std::int64_t{-11670998401}, std::int64_t{253402300799}}) {
    EXPECT_EQ(parse_time(format_time(seconds)), seconds) << format_time(seconds);
  }
  EXPECT_EQ(format_time(1267360245), "2010-02-28T12:30:45Z");
  EXPECT_EQ(format_time(-1), "1969-12-31T23:59:59Z");
  EXPECT_EQ(format_date(-1), "1969-12-31");
  EXPECT_EQ(format_date(-62167219200), "0000-01-01");
}

}  // namespace
}  // namespace tenure
