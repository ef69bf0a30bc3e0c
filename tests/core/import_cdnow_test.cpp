#include "import_support.hpp"

#include <tenure/core/time.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenure {
namespace {

using test::Counts;
using test::ids_of;
using test::import_error;
using test::import_text;
using test::in_format;
using testing::ElementsAre;

TEST(ImportCdnow, ReadsTheMasterLayout) {
  const EventTable events = import_text(
      " customer_id  date number_of_cds  dollar_value\r\n"
      " 00001 19970101  1   11.77\r\n"
      " 00002 19970112  5   77.00\r\n"
      " 00002 19970229  5   77.00\r\n"
      " 00003 19970112  0    3.00\r\n"
      " 00003 19970113  1    0.00\r\n"
      " 00003 19970113 -1    1.00\r\n");
  EXPECT_THAT(ids_of(events.customers), ElementsAre("00001", "00002", "00003"));
  EXPECT_THAT(ids_of(events.items), ElementsAre("CD"));
  EXPECT_THAT(events.quantity, ElementsAre(1.0F, 5.0F, 1.0F, 1.0F));
  EXPECT_THAT(events.unit_price, ElementsAre(11.77, 15.4, 3.0, 0.0));
  EXPECT_EQ(format_date(events.time[1]), "1997-01-12");
  EXPECT_EQ(events.currency, "USD");
  EXPECT_EQ(events.counts.rows, 6U);
  EXPECT_EQ(events.counts.dropped, (Counts{{"bad_date", 1}, {"bad_number", 1}}));
  EXPECT_EQ(events.counts.flags, (Counts{{"bad_date", 1}, {"bad_number", 1}, {"zero_price", 1}}));
}

TEST(ImportCdnow, TheSamplesCustomerIsItsSecondColumn) {
  const EventTable events = import_text(
      " 00004 0001 19970101  2   29.33\r\n"
      " 00021 0002 19970101  3   63.34\r\n");
  EXPECT_THAT(ids_of(events.customers), ElementsAre("0001", "0002"));
}

TEST(ImportCdnow, OtherLayoutsAreADataError) {
  EXPECT_EQ(import_error("1 2 3\n", in_format(LogFormat::kCdnow)),
            "log:1: a CDNOW line has 4 or 5 fields, not 3");
  EXPECT_EQ(import_error(" customer_id  date number_of_cds  dollar_value\n"),
            "log: has a header and no rows");
  EXPECT_EQ(import_error("1 19970101 1 2.0\n1 19970101 1\n", in_format(LogFormat::kCdnow, true)),
            "log:2: bad_row: 1,19970101,1");
}

TEST(ImportCdnow, ReadsThePublishedLogs) {
  TENURE_REQUIRE_DATA(master, "cdnow/CDNOW_master.txt");
  TENURE_REQUIRE_DATA(sample, "cdnow/CDNOW_sample.txt");
  const EventTable all = read_events({}, {master}, {});
  EXPECT_EQ(all.counts.kept, 69'659U);
  EXPECT_EQ(all.customers.size(), 23'570U);
  const EventTable tenth = read_events({}, {sample}, {});
  EXPECT_EQ(tenth.counts.kept, 6'919U);
  EXPECT_EQ(tenth.customers.size(), 2'357U);
}

}  // namespace
}  // namespace tenure
