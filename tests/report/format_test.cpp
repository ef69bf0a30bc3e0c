// Numbers as the page shows them: thin spaces, units once, intervals with one unit.
#include "format.hpp"

#include <gtest/gtest.h>

namespace tenure::report {
namespace {

TEST(ReportFormat, GroupsThousandsWithNarrowSpacesThatDoNotBreak) {
  EXPECT_EQ(grouped(1234567.0, 0), "1\u202f234\u202f567");
  EXPECT_EQ(grouped(-1234.5, 2), "\u22121\u202f234.50");
  EXPECT_EQ(grouped(999.0, 0), "999");
  EXPECT_EQ(grouped(-0.001, 2), "0.00") << "no minus before a zero";
}

TEST(ReportFormat, GivesEachNumberItsUnit) {
  const Format format("USD");
  EXPECT_EQ(format.text(111979.3, Unit::kMoney), "USD\u00a0111\u202f979");
  EXPECT_EQ(format.text(43.5, Unit::kMoney), "USD\u00a043.50");
  EXPECT_EQ(format.text(0.0, Unit::kMoney), "USD\u00a00");
  EXPECT_EQ(format.text(0.125, Unit::kPercent), "12.5\u00a0%");
  EXPECT_EQ(format.text(0.49, Unit::kReturn), "+49\u00a0%");
  EXPECT_EQ(format.text(-0.25, Unit::kReturn), "\u221225\u00a0%");
  EXPECT_EQ(format.text(0.001, Unit::kReturn), "0\u00a0%") << "a zero has no sign";
  EXPECT_EQ(format.text(858.0, Unit::kDays), "858\u00a0days");
  EXPECT_EQ(Format("").text(1000.0, Unit::kMoney), "1\u202f000") << "a log may name no currency";
}

TEST(ReportFormat, SpeaksOfLargeAmountsWithThreeDigits) {
  const Format spoken = Format("USD").spoken();
  EXPECT_EQ(spoken.text(164548.02, Unit::kMoney), "USD\u00a0165\u202f000");
  EXPECT_EQ(spoken.text(-1464.0, Unit::kMoney), "USD\u00a0\u22121\u202f460");
  EXPECT_EQ(spoken.range(999600.0, 16537258.0, Unit::kMoney),
            "USD\u00a01.00\u202fM to 16.5\u202fM");
  EXPECT_EQ(spoken.text(999.5, Unit::kMoney), "USD\u00a0999.50");
  EXPECT_EQ(spoken.text(0.625, Unit::kReturn), "+62\u00a0%") << "shares stay as they are";
}

TEST(ReportFormat, GivesChancesWithoutDecimalsAndSpreadsInPoints) {
  const Format format("USD");
  EXPECT_EQ(format.text(0.926, Unit::kChance), "93\u00a0%");
  EXPECT_EQ(format.text(0.183, Unit::kPoints), "18.3\u00a0points");
  EXPECT_EQ(format.axis("Spread", Unit::kPoints), "Spread, points");
}

TEST(ReportFormat, WritesAnIntervalWithOneUnit) {
  const Format format("USD");
  EXPECT_EQ(format.range(-0.1, 0.7, Unit::kReturn), "\u221210\u00a0to\u00a0+70\u00a0%");
  EXPECT_EQ(format.with_range(5000.0, simulator::Interval{4000.0, 6000.0}, Unit::kMoney),
            "USD\u00a05\u202f000 (USD\u00a04\u202f000 to 6\u202f000)");
  EXPECT_EQ(format.with_range(0.5, std::nullopt, Unit::kPercent), "50.0\u00a0%");
}

TEST(ReportFormat, ListsNamesAndSpansAsInASentence) {
  EXPECT_EQ(listed({"a"}), "a");
  EXPECT_EQ(listed({"a", "b", "c"}), "a, b and c");
  EXPECT_EQ(span_of_days(1825.0), "5 years");
  EXPECT_EQ(span_of_days(365.0), "one year");
  EXPECT_EQ(span_of_days(500.0), "500 days");
  EXPECT_EQ(counted(1, "draw", "draws"), "1 draw");
}

}  // namespace
}  // namespace tenure::report
