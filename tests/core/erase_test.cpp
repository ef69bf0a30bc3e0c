#include "import_support.hpp"

#include <tenure/core/erase.hpp>
#include <tenure/core/store.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenure {
namespace {

using test::bytes_of;
using test::ids_of;
using test::import_text;
using test::TempDir;
using testing::ElementsAre;

constexpr const char* kHeader =
    "customer,item,time,quantity,price,order,region,channel,kind,text\n";

/// anna bought the first ball, alone has the doll, shares the order o2 and the region East.
constexpr const char* kAnna[] = {
    "anna,ball,2024-01-01,1,2.5,o1,East,web,purchase,Ball\n",
    "anna,doll,2024-01-04,2,9,o2,East,app,purchase,Doll\n",
    "anna,ball,2024-01-09,1,2.5,o1,East,web,return,Ball\n",
};
constexpr const char* kOthers[] = {
    "bert,kite,2024-01-02,1,7,o2,West,web,purchase,Kite\n",
    "carl,ball,2024-01-03,4,2.5,o3,West,shop,purchase,Ball\n",
    "bert,ball,2024-01-05,1,2.5,o4,East,web,view,Ball\n",
};

std::string full_log() {
  return std::string(kHeader) + kAnna[0] + kOthers[0] + kOthers[1] + kAnna[1] + kOthers[2] +
         kAnna[2];
}
std::string log_without_anna() {
  return std::string(kHeader) + kOthers[0] + kOthers[1] + kOthers[2];
}

std::string store_bytes(const EventTable& events) {
  const TempDir dir;
  write_store({}, events, dir / "s.h5");
  return bytes_of(dir / "s.h5");
}

const std::vector<std::uint32_t> kFirst = {0};
constexpr EraseOptions kDropItems{false};

TEST(EraseCustomers, StoreIsByteForByteTheOneOfTheLogWithoutTheirRows) {
  const EventTable erased = erase_customers(import_text(full_log()), kFirst, kDropItems);
  EXPECT_EQ(store_bytes(erased), store_bytes(import_text(log_without_anna())));
}

TEST(EraseCustomers, CodesFollowFirstAppearanceOfWhatIsLeft) {
  const EventTable events = import_text(full_log());
  EXPECT_THAT(ids_of(events.items), ElementsAre("ball", "kite", "doll"));
  const EventTable erased = erase_customers(events, kFirst, kDropItems);
  EXPECT_THAT(ids_of(erased.customers), ElementsAre("bert", "carl"));
  EXPECT_THAT(ids_of(erased.items), ElementsAre("kite", "ball"));
  EXPECT_THAT(ids_of(erased.orders), ElementsAre("o2", "o3", "o4"));
  EXPECT_THAT(ids_of(erased.regions), ElementsAre("West", "East"));
  EXPECT_THAT(ids_of(erased.channels), ElementsAre("web", "shop"));
  EXPECT_THAT(erased.customer, ElementsAre(0, 1, 0));
  EXPECT_THAT(erased.item, ElementsAre(0, 1, 1));
}

TEST(EraseCustomers, CatalogueStaysUnlessItIsToGoToo) {
  const EventTable erased = erase_customers(import_text(full_log()), kFirst);
  EXPECT_THAT(ids_of(erased.items), ElementsAre("kite", "ball", "doll"));
  EXPECT_THAT(ids_of(erased.item_text), ElementsAre("Kite", "Ball", "Doll"));
  // The same as the log without their rows, read with the old catalogue.
  const TempDir dir;
  test::put_bytes(dir / "items", "item,text\nball,Ball\nkite,Kite\ndoll,Doll\n");
  ImportOptions options;
  options.items = dir / "items";
  EXPECT_EQ(store_bytes(erased), store_bytes(import_text(log_without_anna(), options)));
}

TEST(EraseCustomers, ItemsThatNobodyHasBoughtYetAlwaysStay) {
  const TempDir dir;
  test::put_bytes(dir / "items", "item,text\nnew,New thing\n");
  ImportOptions options;
  options.items = dir / "items";
  const EventTable events = import_text(full_log(), options);
  const EventTable erased = erase_customers(events, kFirst, kDropItems);
  EXPECT_EQ(store_bytes(erased), store_bytes(import_text(log_without_anna(), options)));
  EXPECT_THAT(ids_of(erased.items), ElementsAre("kite", "ball", "new"));
}

TEST(EraseCustomers, SeveralAtOnceInAnyOrderAreTheSameAsOneAfterTheOther) {
  const EventTable events = import_text(full_log());
  const std::vector<std::uint32_t> both = {2, 0, 2};
  const std::vector<std::uint32_t> second = {1};
  EXPECT_EQ(store_bytes(erase_customers(events, both)),
            store_bytes(erase_customers(erase_customers(events, kFirst), second)));
}

TEST(EraseCustomers, ServiceMarksAndCustomersWithoutRowsKeepTheirPlace) {
  const std::string header = "Invoice,StockCode,Quantity,InvoiceDate,Price,Customer ID,Country\n";
  const std::string anna = "1,POST,1,2024-01-01,3,11,France\n";
  const std::string bert = "2,85048,1,2024-01-02,3,12,France\n3,POST,1,2024-01-02,3,12,Spain\n";
  const EventTable erased = erase_customers(import_text(header + anna + bert), kFirst, kDropItems);
  EXPECT_EQ(store_bytes(erased), store_bytes(import_text(header + bert)));
  EXPECT_THAT(erased.item_is_service, ElementsAre(0, 1));

  const auto lists = test::in_format(LogFormat::kAdjacency);
  const EventTable silent = import_text("1 10 20\n2\n3 20 30\n4\n", lists);
  EXPECT_EQ(store_bytes(erase_customers(silent, kFirst, kDropItems)),
            store_bytes(import_text("2\n3 20 30\n4\n", lists)));
}

TEST(EraseCustomers, RowsStillAddUpAndFaultsStayAsTheyWereImported) {
  const std::string faulty = ",ball,2024-01-02,1,2,o,East,web,purchase,Ball\n";
  const EventTable erased = erase_customers(import_text(full_log() + faulty), kFirst);
  EXPECT_EQ(erased.counts.rows, 4U);
  EXPECT_EQ(erased.counts.kept, 3U);
  EXPECT_EQ(erased.counts.dropped, (test::Counts{{"no_customer", 1}}));
  EXPECT_EQ(erased.counts.kept, erased.rows());
}

TEST(EraseCustomers, RefusesUnknownCodesAndToLeaveNobody) {
  const EventTable events = import_text(full_log());
  const std::vector<std::uint32_t> unknown = {3};
  const std::vector<std::uint32_t> everybody = {0, 1, 2};
  EXPECT_THROW(erase_customers(events, unknown), ArgumentError);
  EXPECT_THROW(erase_customers(events, everybody), ArgumentError);
}

TEST(EraseCustomers, PseudonymsStayThoseOfTheirKey) {
  ImportOptions options;
  options.pseudonym_key = PseudonymKey::generate();
  const EventTable events = import_text(full_log(), options);
  EXPECT_EQ(store_bytes(erase_customers(events, kFirst, kDropItems)),
            store_bytes(import_text(log_without_anna(), options)));
}

TEST(RowsOfCustomer, AreTheirsInFileOrder) {
  const EventTable events = import_text(full_log());
  EXPECT_THAT(rows_of_customer(events, 0), ElementsAre(0, 3, 5));
  EXPECT_THAT(rows_of_customer(events, 1), ElementsAre(1, 4));
}

}  // namespace
}  // namespace tenure
