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
using test::put_bytes;
using test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST(ImportCsv, FindsColumnsBySynonym) {
  const EventTable events = import_text(
      "Order Date;User-ID;SKU;Qty;Unit Price;Country;Channel;Basket ID;Event\n"
      "2024-02-29;u1;a;2;3.5;DE;web;b1;\n"
      "20240301;u2;b;;0.5;;app;b2;view\n"
      "1709251200;u1;a;-1;3.5;DE;;b3;purchase\n");
  EXPECT_THAT(ids_of(events.customers), ElementsAre("u1", "u2"));
  EXPECT_THAT(ids_of(events.items), ElementsAre("a", "b"));
  EXPECT_THAT(events.quantity, ElementsAre(2.0F, 1.0F, 1.0F));
  EXPECT_THAT(events.kind, ElementsAre(EventKind::kPurchase, EventKind::kView, EventKind::kReturn));
  EXPECT_THAT(ids_of(events.regions), ElementsAre("DE", "(none)"));
  EXPECT_THAT(ids_of(events.channels), ElementsAre("web", "app", "(none)"));
  EXPECT_THAT(ids_of(events.orders), ElementsAre("b1", "b2", "b3"));
  EXPECT_EQ(format_date(events.time[1]), "2024-03-01");
  EXPECT_EQ(events.time[1], events.time[2]);
  EXPECT_EQ(events.counts.flags, (Counts{{"negative_quantity", 1}}));
}

TEST(ImportCsv, ItemQuantityAndPriceAreOptional) {
  ImportOptions options;
  options.currency = "EUR";
  const EventTable events =
      import_text("\"Id\",\"Date\"\n\"1\",2005-01-02\n\"2\",2005-01-03\n", options);
  EXPECT_THAT(ids_of(events.items), ElementsAre("(none)"));
  EXPECT_TRUE(events.quantity.empty());
  EXPECT_FALSE(events.has_price());
  EXPECT_TRUE(events.kind.empty());
  EXPECT_EQ(events.currency, "EUR");
}

TEST(ImportCsv, CountsFaultsUnderTheFirstReason) {
  const EventTable events = import_text(
      "customer,item,time,quantity,price,kind\n"
      "c,i,2024-01-01,1,1,\n"
      ",,never,x,-1,gift\n"
      "c,,never,x,-1,gift\n"
      "c,i,never,x,-1,gift\n"
      "c,i,2024-01-01,x,-1,gift\n"
      "c,i,2024-01-01,1,-1,gift\n"
      "c,i,2024-01-01,0,-1,view\n"
      "c,i,2024-01-01,0,1,view\n"
      "c,i,2024-01-01,1e8,1e11,view\n"
      "c,i,2024-01-01\n");
  EXPECT_EQ(events.counts.rows, 10U);
  EXPECT_EQ(events.counts.kept, 1U);
  EXPECT_EQ(events.counts.dropped, (Counts{{"no_customer", 1},
                                           {"no_item", 1},
                                           {"bad_date", 1},
                                           {"bad_number", 2},
                                           {"bad_kind", 1},
                                           {"negative_price", 1},
                                           {"zero_quantity", 1},
                                           {"bad_row", 1}}));
  EXPECT_EQ(events.counts.flags.at("negative_price"), 6U);
  EXPECT_EQ(events.counts.flags.at("bad_number"), 5U);
}

TEST(ImportCsv, TakesColumnsByName) {
  ImportOptions options;
  options.columns = {{"customer", "who"}, {"time", "when"}, {"item", "what"}};
  const EventTable events = import_text("when,who,what\n2024-01-01,a,b\n", options);
  EXPECT_EQ(events.customers[0], "a");
  options.columns["price"] = "cost";
  EXPECT_EQ(import_error("when,who,what\n2024-01-01,a,b\n", options),
            "log:1: no column 'cost'; the header has: when, who, what");
  options.columns["price"] = "whatt";
  EXPECT_EQ(import_error("when,who,what\n2024-01-01,a,b\n", options),
            "log:1: no column 'whatt'; the header has: when, who, what; did you mean 'what'?");
  options.columns = {{"colour", "who"}};
  EXPECT_THROW(import_text("when,who,what\n2024-01-01,a,b\n", options), ArgumentError);
}

TEST(ImportCsv, RepeatedQuotedFieldsKeepTheirCodes) {
  const EventTable events = import_text(
      "customer,item,time\n"
      "\"a \"\"b\"\"\",\"x\"\"\",\"2024-01-01\"\n"
      "\"a \"\"c\"\"\",\"y\"\"\",\"2024-01-02\"\n"
      "\"a \"\"b\"\"\",\"x\"\"\",\"2024-01-01\"\n");
  EXPECT_THAT(ids_of(events.customers), ElementsAre("a \"b\"", "a \"c\""));
  EXPECT_THAT(events.customer, ElementsAre(0, 1, 0));
  EXPECT_THAT(ids_of(events.items), ElementsAre("x\"", "y\""));
}

TEST(ImportCsv, SaysWhatIsWrongWithAFile) {
  EXPECT_EQ(import_error(""), "log: is empty");
  EXPECT_EQ(import_error("\n\n"), "log: is empty");
  EXPECT_EQ(import_error("customer,item,time\n"), "log: has no rows");
  EXPECT_EQ(import_error("customer,item,time\n", in_format(LogFormat::kCsv)), "log: has no rows");
  EXPECT_THAT(import_error("customer,item,time\n,a,b\n"),
              HasSubstr("no row was kept of 1 (no_customer 1)"));
  EXPECT_THAT(import_error("recency,history\n1,2\n"), StartsWith("log:1: no known layout"));
  EXPECT_EQ(import_error("customer,item\n1,2\n", in_format(LogFormat::kCsv)),
            "log:1: no column for time in the header, which has: customer, item; name the columns, "
            "e.g. columns customer=customer,item=item,time=NAME");
  EXPECT_EQ(import_error("customer,item,time\na,b,2024-01-01\na,b,c\n",
                         in_format(LogFormat::kAuto, true)),
            "log:3: bad_date: a,b,c");
  const TempDir dir;
  EXPECT_THROW(read_events({}, {dir / "missing"}, {}), DataError);
  EXPECT_THROW(read_events({}, {dir.path().string()}, {}), DataError);
  EXPECT_THROW(read_events({}, {}, {}), ArgumentError);
}

TEST(ImportCsv, UnknownHeadersAreAnsweredWithAnExampleOfTheirNames) {
  const auto example = [](std::string_view text) {
    ImportOptions options;
    options.columns_option = "--columns ";
    const std::string message = import_error(text, options);
    EXPECT_THAT(message, StartsWith("log:1: no known layout: no column for ")) << message;
    return message.substr(message.find("--columns"));
  };
  EXPECT_EQ(example("Kundennummer;Artikel;Bestelldatum;Preis\n7;ball;13.02.2024;3\n"),
            "--columns customer=Kundennummer,item=Artikel,time=Bestelldatum");
  // Nothing but the values tells which is the time.
  EXPECT_EQ(example("who,placed,what\nanna,2024-02-13 10:00,ball\n"),
            "--columns customer=who,time=placed");
  EXPECT_EQ(example("Order No,Buyer Name,Sku Code,x\n1,anna,ball,2024/02/13\n"),
            "--columns 'customer=Buyer Name,item=Sku Code,time=x'");
  EXPECT_EQ(import_error("anna,ball,2024-01-01\nbert,doll,2024-01-02\n"),
            "log:1: no known layout: the first line holds data; put the names of the columns above "
            "it, such as customer,item,time,quantity,price. It begins: anna,ball,2024-01-01");
}

TEST(ImportCsv, TheFirstRowOfEachReasonIsKeptAsAnExample) {
  const EventTable events = import_text(
      "customer,item,time,quantity,price,kind\n"
      "c,i,2024-01-01,1,1,\n"
      "c,i,13/02/2024,1,1,\n"
      "c,i,14/02/2024,1,1,\n"
      ",i,2024-01-01,1,1,\n"
      "c,i,2024-01-01,1,\"3,50\",\n"
      "c,i,2024-01-01,two,x,\n"
      "c,i,2024-01-01,1,1,gift\n"
      "c,i,2024-01-01,1,-4,\n"
      "c,i,2024-01-01,0.0,1,\n"
      "c,i\n");
  const auto found = [&](const char* reason) {
    const ImportExample& example = events.counts.examples.at(reason);
    return std::to_string(example.line) + " " + example.value;
  };
  EXPECT_EQ(events.counts.examples.size(), 7U);
  EXPECT_EQ(found("bad_date"), "3 13/02/2024");
  EXPECT_EQ(found("no_customer"), "5 ");
  EXPECT_EQ(found("bad_number"), "6 3,50");
  EXPECT_EQ(found("bad_kind"), "8 gift");
  EXPECT_EQ(found("negative_price"), "9 -4");
  EXPECT_EQ(found("zero_quantity"), "10 0.0");
  EXPECT_EQ(found("bad_row"), "11 2 fields");
  EXPECT_THAT(std::string(import_advice("bad_date")), HasSubstr("YYYY-MM-DD"));
  EXPECT_EQ(import_error("customer,item,time\nc,i,13/02/2024\n,i,2024-01-01\nc,i,x\n"),
            "log: no row was kept of 3 (bad_date 2, no_customer 1); the first bad_date is "
            "\"13/02/2024\" in line 2; " +
                std::string(import_advice("bad_date")));
}

TEST(ImportCsv, TheFirstExampleIsTheFilesWhateverTheThreads) {
  std::string text = "customer,item,time\n";
  for (int i = 0; i < 300'000; ++i)
    text += i % 90'000 == 70'000 ? "c,i,never\n" : "c,i,2024-01-01\n";
  for (const int threads : {1, 3}) {
    const EventTable events = import_text(text, {}, threads);
    EXPECT_EQ(events.counts.dropped.at("bad_date"), 3U);
    EXPECT_EQ(events.counts.examples.at("bad_date").line, 70'002U);
  }
}

TEST(ImportCsv, StrayQuotesAreCountedAndCostNoOtherRow) {
  const EventTable events = import_text(
      "customer,item,time\n"
      "a,\"24\" tube,2024-01-01\n"
      "b,\"5 disc,2024-01-02\n"
      "c,ball,2024-01-03\n"
      "d,\"big, red\",2024-01-04\n");
  EXPECT_EQ(events.counts.rows, 4U);
  EXPECT_EQ(events.counts.kept, 4U);
  EXPECT_EQ(events.items[1], "\"5 disc");
  EXPECT_EQ(events.counts.flags, (Counts{{"stray_quote", 1}}));
  EXPECT_EQ(events.counts.examples.at("stray_quote").line, 3U);
}

TEST(ImportCsv, RowsOverSeveralLinesAreCountedWithTheLongest) {
  const EventTable events = import_text(
      "customer,item,time\n"
      "a,\"two\nlines\",2024-01-01\n"
      "b,\"and\nnow\nfour\nof them\",2024-01-02\n"
      "c,\"one, too\nmany,2024-01-03\nd\"\n");
  EXPECT_EQ(events.counts.kept, 2U);
  const ImportedLines& lines = events.counts.several_lines;
  EXPECT_EQ(lines.rows, 3U);
  EXPECT_EQ(lines.longest, 4U);
  EXPECT_EQ(lines.line, 4U);
  EXPECT_EQ(events.counts.examples.at("bad_row").value, "2 fields over 3 lines");
}

TEST(ImportCsv, SeveralFilesMakeOneTable) {
  const TempDir dir;
  put_bytes(dir / "1.csv", "customer,item,time\nb,x,2024-01-01\n");
  put_bytes(dir / "2.csv", "time,item,customer\n2024-01-02,y,a\n2024-01-03,x,b\n,x,b\n");
  put_bytes(dir / "3.csv", "customer,item,time,price\nb,x,2024-01-01,1\n");
  const EventTable events = read_events({}, {dir / "1.csv", dir / "2.csv"}, {});
  EXPECT_THAT(ids_of(events.customers), ElementsAre("b", "a"));
  EXPECT_THAT(events.item, ElementsAre(0, 1, 0));
  EXPECT_EQ(events.counts.rows, 4U);
  EXPECT_EQ(events.counts.dropped, (Counts{{"bad_date", 1}}));
  EXPECT_EQ(events.counts.examples.at("bad_date").path, dir / "2.csv");
  EXPECT_EQ(events.counts.examples.at("bad_date").line, 4U);
  EXPECT_THROW(read_events({}, {dir / "1.csv", dir / "3.csv"}, {}), DataError);
}

TEST(ImportCsv, ACancelledImportStops) {
  const TempDir dir;
  put_bytes(dir / "1.csv", "customer,item,time\nb,x,2024-01-01\n");
  std::stop_source stop;
  stop.request_stop();
  Execution stopped;
  stopped.stop = stop.get_token();
  EXPECT_THROW(read_events(stopped, {dir / "1.csv"}, {}), Cancelled);
}

TEST(ImportCsv, CodesDoNotDependOnThreads) {
  std::string text = "customer,item,time,price\n";
  for (int i = 0; i < 300'000; ++i) {
    text.append("c").append(std::to_string(i % 50'000 * 7919 % 50'000));
    text.append(",\"i").append(std::to_string(i % 977));
    text.append("\",2024-01-0").append(std::to_string(1 + i % 9));
    text.append(",1.").append(std::to_string(i % 100)).append("\n");
  }
  const EventTable one = import_text(text, {}, 1);
  for (const int threads : {2, 3, 8}) {
    const EventTable many = import_text(text, {}, threads);
    EXPECT_EQ(many.customers, one.customers);
    EXPECT_EQ(many.items, one.items);
    EXPECT_EQ(many.customer, one.customer);
    EXPECT_EQ(many.item, one.item);
    EXPECT_EQ(many.unit_price, one.unit_price);
  }
}

TEST(ImportCsv, ReadsThePublishedApparelLog) {
  TENURE_REQUIRE_DATA(path, "apparel/apparelTrans.csv");
  const EventTable events = read_events({}, {path}, {});
  EXPECT_EQ(events.rows(), 3'187U);
  EXPECT_EQ(events.customers.size(), 600U);
  EXPECT_EQ(events.unit_price[0], 230.3);
}

}  // namespace
}  // namespace tenure
