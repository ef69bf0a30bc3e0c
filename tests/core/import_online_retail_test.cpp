#include "import_support.hpp"

#include <tenure/core/store.hpp>
#include <tenure/core/time.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenure {
namespace {

using test::bytes_of;
using test::Counts;
using test::ids_of;
using test::import_error;
using test::import_text;
using test::in_format;
using test::on_threads;
using test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr std::string_view kHeader =
    "Invoice,StockCode,Quantity,InvoiceDate,Price,CustomerID,Country\r\n";

TEST(ImportOnlineRetail, KeepsReturnsAndCountsEveryFault) {
  const EventTable events =
      import_text(std::string(kHeader) +
                  "489434,85048,12,2009-12-01 07:45:00,6.95,13085,United Kingdom\r\n"
                  "489434,POST,1,2009-12-01 07:45:00,18.00,13085.0,United Kingdom\r\n"
                  "C489449,85048,-2,2009-12-02T10:33:59,6.95,16321,Australia\r\n"
                  "489500,21523,3,2009-12-01 09:00:00,0.00,13085,France\r\n"       // a gift: kept
                  "489501,21523,3,2009-12-01 09:00:00,1.00,,France\r\n"            // no customer
                  "A506401,B,1,2010-04-29 13:36:00,-53594.36,,United Kingdom\r\n"  // two faults
                  "489502,21523,1,2009-13-01 09:00:00,1.00,13085,France\r\n"       // no such month
                  "489503,21523,many,2009-12-01 09:00:00,1.00,13085,France\r\n"
                  "489504,21523,0,2009-12-01 09:00:00,1.00,13085,France\r\n"
                  "489505,,1,2009-12-01 09:00:00,1.00,13085,France\r\n"
                  "489506,21523,1,2009-12-01 09:00:00,1.00,13085\r\n");
  EXPECT_EQ(events.counts.rows, 11U);
  EXPECT_EQ(events.counts.kept, 4U);
  EXPECT_EQ(events.counts.dropped, (Counts{{"no_customer", 2},
                                           {"bad_date", 1},
                                           {"bad_number", 1},
                                           {"zero_quantity", 1},
                                           {"no_item", 1},
                                           {"bad_row", 1}}));
  EXPECT_EQ(events.counts.flags, (Counts{{"no_customer", 2},
                                         {"bad_date", 1},
                                         {"bad_number", 1},
                                         {"zero_quantity", 1},
                                         {"no_item", 1},
                                         {"bad_row", 1},
                                         {"negative_price", 1},
                                         {"negative_quantity", 1},
                                         {"cancellation", 1},
                                         {"zero_price", 1}}));
  EXPECT_THAT(ids_of(events.customers), ElementsAre("13085", "16321"));
  EXPECT_THAT(ids_of(events.items), ElementsAre("85048", "POST", "21523"));
  EXPECT_THAT(events.item_is_service, ElementsAre(0, 1, 0));
  EXPECT_THAT(ids_of(events.orders), ElementsAre("489434", "C489449", "489500"));
  EXPECT_THAT(ids_of(events.regions), ElementsAre("United Kingdom", "Australia", "France"));
  EXPECT_THAT(events.quantity, ElementsAre(12.0F, 1.0F, 2.0F, 3.0F));
  EXPECT_THAT(events.unit_price, ElementsAre(6.95, 18.0, 6.95, 0.0));
  EXPECT_THAT(events.kind, ElementsAre(EventKind::kPurchase, EventKind::kPurchase,
                                       EventKind::kReturn, EventKind::kPurchase));
  EXPECT_EQ(format_time(events.time[2]), "2009-12-02T10:33:59Z");
  EXPECT_EQ(events.currency, "GBP");
}

TEST(ImportOnlineRetail, ColumnsComeInAnyOrderAndUnderTheirOlderNames) {
  const EventTable events = import_text(
      "\"Country\",\"Customer ID\",\"UnitPrice\",\"InvoiceDate\",\"Quantity\",\"Description\","
      "\"StockCode\",\"InvoiceNo\"\n"
      "\"EIRE\",\"1\",\"2.5\",\"2010-12-01 08:26:00\",\"6\",\"HEART, "
      "\"\"WHITE\"\"\",\"22\",\"5\"\n");
  EXPECT_EQ(events.counts.kept, 1U);
  EXPECT_EQ(events.items[0], "22");
  EXPECT_EQ(events.unit_price[0], 2.5);
}

TEST(ImportOnlineRetail, AMissingColumnIsNamed) {
  EXPECT_EQ(import_error("Invoice,StockCode,Quantity,InvoiceDate,CustomerID,Country\n1,2,3,4,5,6\n",
                         in_format(LogFormat::kOnlineRetail)),
            "log:1: no column 'Price'; the header has: Invoice, StockCode, Quantity, InvoiceDate, "
            "CustomerID, Country");
  EXPECT_EQ(import_error(kHeader), "log: has no rows");
  EXPECT_THAT(import_error(std::string(kHeader) + "1,2,3,2009-12-01,1,,UK\n"),
              HasSubstr("no row was kept of 1 (no_customer 1)"));
}

TEST(ImportOnlineRetail, StrictNamesTheFirstFaultyRowAtAnyThreadCount) {
  std::string text(kHeader);
  const std::string good = "489434,85048,12,2009-12-01 07:45:00,6.95,13085,United Kingdom\n";
  for (int i = 0; i < 150'000; ++i) {  // several chunks, a fault in more than one
    text += i == 70'000 || i > 140'000 ? "1,2,3,soon,6.95,13085,UK\n" : good;
  }
  for (const int threads : {1, 2, 8}) {
    EXPECT_EQ(import_error(text, in_format(LogFormat::kAuto, true), threads),
              "log:70002: bad_date: 1,2,3,soon,6.95,13085,UK");
  }
}

TEST(ImportOnlineRetail, ReadsThePublishedLog) {
  TENURE_REQUIRE_DATA(path, "online-retail-2/online_retail_II.csv");
  const EventTable events = read_events({}, {path}, {});
  EXPECT_EQ(events.counts.rows, 1'044'847U);
  EXPECT_EQ(events.counts.kept, 809'560U);
  EXPECT_EQ(events.counts.dropped, (Counts{{"no_customer", 235'287}}));
  EXPECT_EQ(events.counts.flags, (Counts{{"no_customer", 235'287},
                                         {"negative_quantity", 22'557},
                                         {"cancellation", 19'165},
                                         {"negative_price", 5},
                                         {"zero_price", 6'024}}));
  EXPECT_EQ(events.customers.size(), 5'942U);
  EXPECT_EQ(events.regions.size(), 41U);
  EXPECT_EQ(events.customers[0], "13085");
}

TEST(ImportOnlineRetail, StoreBytesDoNotDependOnThreads) {
  TENURE_REQUIRE_DATA(path, "online-retail-2/online_retail_II.csv");
  const TempDir dir;
  std::string first;
  for (const int threads : {1, 2, 3, 8}) {
    write_store(on_threads(threads), read_events(on_threads(threads), {path}, {}), dir / "s.h5");
    const std::string bytes = bytes_of(dir / "s.h5");
    ASSERT_GT(bytes.size(), 1'000'000U);
    if (first.empty()) first = bytes;
    EXPECT_TRUE(bytes == first) << threads << " threads";
  }
}

}  // namespace
}  // namespace tenure
