#include "import_support.hpp"

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
using testing::HasSubstr;

TEST(ImportAdjacency, EveryItemIsARow) {
  const EventTable events = import_text("7 1 2 3\n8\n9 3 1 \n");
  EXPECT_THAT(ids_of(events.customers), ElementsAre("7", "8", "9"));
  EXPECT_THAT(ids_of(events.items), ElementsAre("1", "2", "3"));
  EXPECT_THAT(events.customer, ElementsAre(0, 0, 0, 2, 2));
  EXPECT_THAT(events.item, ElementsAre(0, 1, 2, 2, 0));
  EXPECT_FALSE(events.has_time());
  EXPECT_TRUE(events.quantity.empty());
  EXPECT_EQ(events.counts.rows, 5U);
  EXPECT_EQ(import_error("1\n2\n"), "log: has no rows");
}

TEST(ImportAdjacency, ReadsThePublishedSplit) {
  TENURE_REQUIRE_DATA(train, "gowalla/train.txt");
  const EventTable events = read_events({}, {train}, {});
  EXPECT_EQ(events.rows(), 810'128U);
  EXPECT_EQ(events.customers.size(), 29'858U);
  EXPECT_EQ(events.items.size(), 40'981U);
}

TEST(ImportPairs, ReadsTwoOrThreeColumns) {
  const EventTable two = import_text("uid,sid\n5,a\n5,b\n6,a\n,c\n7,\n8\n");
  EXPECT_THAT(ids_of(two.customers), ElementsAre("5", "6"));
  EXPECT_THAT(two.item, ElementsAre(0, 1, 0));
  EXPECT_EQ(two.counts.dropped, (Counts{{"no_customer", 1}, {"no_item", 1}, {"bad_row", 1}}));
  const EventTable three =
      import_text("user\titem\trating\n5\ta\t4.5\n5\tb\t0\n5\tc\tx\n5\td\t-1\n");
  EXPECT_THAT(three.quantity, ElementsAre(4.5F));
  EXPECT_EQ(three.counts.dropped, (Counts{{"zero_quantity", 1}, {"bad_number", 2}}));
  EXPECT_THAT(import_error("a,b,c,d\n1,2,3,4\n", in_format(LogFormat::kPairs)),
              HasSubstr("log:1: pairs have 2 or 3 columns"));
}

TEST(ImportPairs, ReadsThePublishedPairs) {
  TENURE_REQUIRE_DATA(train, "ml1m/train.csv");
  TENURE_REQUIRE_DATA(held_out, "ml1m/validation_tr.csv");
  EXPECT_EQ(read_events({}, {train}, {}).rows(), 388'246U);
  const EventTable both = read_events({}, {train, held_out}, {});
  EXPECT_GT(both.rows(), 388'246U);
  EXPECT_EQ(both.customers[0], "1102");
}

}  // namespace
}  // namespace tenure
