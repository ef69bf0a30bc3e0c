// Texts and categories of items: from logs and from catalogues.
#include "import_support.hpp"

#include <tenure/core/store.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenure {
namespace {

using test::bytes_of;
using test::ids_of;
using test::import_text;
using test::on_threads;
using test::put_bytes;
using test::TempDir;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::string_view kLog =
    "customer,item,time,product name,department\n"
    "a,x,2024-01-01,red mug,kitchen\n"
    "a,y,2024-01-01,,\n"
    "b,x,2024-01-02,Red Mug ,\n"
    "b,x,2024-01-03,Red Mug,garden\n"
    "b,z,2024-01-03,lamp,\n"
    "b,z,2024-01-04,LAMP,\n"
    ",z,2024-01-05,LAMP,\n";

EventTable import_with(std::string_view log, std::string_view catalogue, int threads = 2) {
  const TempDir dir;
  put_bytes(dir / "log", log);
  put_bytes(dir / "items.csv", catalogue);
  ImportOptions options;
  options.items = dir / "items.csv";
  EventTable events = read_events(on_threads(threads), {dir / "log"}, options);
  events.validate();
  return events;
}

std::string catalogue_error(std::string_view catalogue) {
  try {
    import_with(kLog, catalogue);
    return "no error";
  } catch (const DataError& error) {
    return error.what();
  }
}

TEST(ImportItems, TheMostFrequentTextOfKeptRowsIsTakenOfEqualOnesTheFirst) {
  const EventTable events = import_text(kLog);
  EXPECT_THAT(ids_of(events.items), ElementsAre("x", "y", "z"));
  EXPECT_THAT(ids_of(events.item_text), ElementsAre("Red Mug", "", "lamp"));
  EXPECT_THAT(ids_of(events.item_category), ElementsAre("kitchen", "", ""));
}

TEST(ImportItems, NamedColumnsAreTakenAndNoColumnIsNoText) {
  ImportOptions options;
  options.columns = {{"text", "what"}, {"category", "where"}};
  const EventTable events =
      import_text("customer,item,time,what,where\na,x,2024-01-01,cup,shelf\n", options);
  EXPECT_THAT(ids_of(events.item_text), ElementsAre("cup"));
  EXPECT_THAT(ids_of(events.item_category), ElementsAre("shelf"));
  const EventTable none = import_text("customer,item,time\na,x,2024-01-01\n");
  EXPECT_FALSE(none.has_item_text());
  const EventTable blank = import_text("customer,item,time,text\na,x,2024-01-01, \n");
  EXPECT_FALSE(blank.has_item_text());
}

TEST(ImportItems, OnlineRetailDescriptionsAreTexts) {
  const EventTable events = import_text(
      "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country\n"
      "489434,85048,\"15CM GLASS BALL, 20 LIGHTS\",12,2009-12-01 07:45:00,6.95,13085,France\n"
      "489435,85048,\"15CM GLASS BALL, 20 LIGHTS\",12,2009-12-01 07:45:00,6.95,13085,France\n"
      "489436,85048,damaged,1,2009-12-01 07:45:00,6.95,13085,France\n");
  EXPECT_THAT(ids_of(events.item_text), ElementsAre("15CM GLASS BALL, 20 LIGHTS"));
  EXPECT_THAT(ids_of(events.item_category), IsEmpty());
}

TEST(ImportItems, ACatalogueReplacesTextsAndAddsItemsWithoutEvents) {
  const EventTable events =
      import_with(kLog, "item;description;category\nnew;a lamp;light\nx;mug;\ny;;\nx2;;light\n");
  EXPECT_EQ(events.rows(), 6U);
  EXPECT_THAT(ids_of(events.items), ElementsAre("x", "y", "z", "new", "x2"));
  EXPECT_THAT(ids_of(events.item_text), ElementsAre("mug", "", "lamp", "a lamp", ""));
  EXPECT_THAT(ids_of(events.item_category), ElementsAre("kitchen", "", "", "light", "light"));
  const TempDir dir;
  write_store(on_threads(2), events, dir / "store.h5");
  const EventTable read = read_store(on_threads(2), dir / "store.h5");
  EXPECT_EQ(read.items, events.items);
  EXPECT_EQ(read.item_text, events.item_text);
  EXPECT_EQ(read.item_category, events.item_category);
}

TEST(ImportItems, ServiceLinesOfACatalogueAreKnownAsSuch) {
  const EventTable events = import_with(
      "Invoice,StockCode,Quantity,InvoiceDate,Price,CustomerID,Country\n"
      "489434,85048,12,2009-12-01 07:45:00,6.95,13085,France\n",
      "item,text\nPOST,postage\n22423,cakestand\n");
  EXPECT_THAT(events.item_is_service, ElementsAre(0, 1, 0));
}

TEST(ImportItems, FaultyCataloguesAreErrorsWithTheirLine) {
  EXPECT_THAT(catalogue_error("item,text\nx,a\nx,b\n"), HasSubstr("items.csv:3: a second row"));
  EXPECT_THAT(catalogue_error("item,text\n,a\n"), HasSubstr("items.csv:2: the item is empty"));
  EXPECT_THAT(catalogue_error("item,price\nx,1\n"), HasSubstr("text or category"));
  EXPECT_THAT(catalogue_error("thing,text\nx,1\n"), HasSubstr("a column item"));
  EXPECT_THAT(catalogue_error("item,text\nx,a,b\n"), HasSubstr("items.csv:2"));
  EXPECT_THAT(catalogue_error("item,text\n"), HasSubstr("items.csv"));
  const TempDir dir;
  ImportOptions missing;
  missing.items = dir / "absent.csv";
  EXPECT_THROW(import_text(kLog, missing), DataError);
}

TEST(ImportItems, ATableWhoseTextsDoNotFitIsRefused) {
  EventTable events = import_text(kLog);
  events.item_text.append("one too many");
  EXPECT_THROW(events.validate(), ArgumentError);
}

TEST(ImportItems, TextsDoNotDependOnThreads) {
  std::string text = "customer,item,time,text,category\n";
  for (int i = 0; i < 120'000; ++i) {
    text.append("c").append(std::to_string(i % 977));
    text.append(",i").append(std::to_string(i % 1013));
    text.append(",2024-01-01,words ").append(std::to_string(i * 31 % 7));
    text.append(",k").append(std::to_string(i % 5)).append("\n");
  }
  const EventTable one = import_text(text, {}, 1);
  for (const int threads : {2, 3, 8}) {
    const EventTable many = import_text(text, {}, threads);
    EXPECT_EQ(many.item_text, one.item_text);
    EXPECT_EQ(many.item_category, one.item_category);
  }
}

}  // namespace
}  // namespace tenure
