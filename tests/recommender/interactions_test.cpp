#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/interactions.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tenure::recommender {
namespace {

using test::Row;
using test::table;
using test::threads;
using testing::ElementsAre;
using testing::IsEmpty;

EventTable shop() {
  return table({{0, 1, 10, 2.0F},
                {1, 2, 11, 1.0F, EventKind::kView},
                {0, 1, 12, 3.0F},
                {1, 1, 13, 4.0F, EventKind::kReturn},
                {1, 0, 14, 1.0F},
                {0, 2, 15, 1.0F}},
               3, 3);
}

TEST(Interactions, CountPurchasesOnceByDefault) {
  const Interactions made = build_interactions(threads(1), shop());
  EXPECT_THAT(made.user_items.row_start, ElementsAre(0, 2, 3, 3));
  EXPECT_THAT(made.user_items.columns, ElementsAre(1, 2, 0));
  EXPECT_THAT(made.user_items.values, ElementsAre(1.0F, 1.0F, 1.0F));
}

TEST(Interactions, AddQuantitiesOrCountsOfAPair) {
  InteractionOptions options;
  options.value = InteractionValue::kQuantity;
  EXPECT_THAT(build_interactions(threads(1), shop(), options).user_items.values,
              ElementsAre(5.0F, 1.0F, 1.0F));
  options.value = InteractionValue::kCount;
  EXPECT_THAT(build_interactions(threads(1), shop(), options).user_items.values,
              ElementsAre(2.0F, 1.0F, 1.0F));
}

TEST(Interactions, WeighKindsAndKeepTheHeaviestOfAPair) {
  EventTable events = shop();
  events.item[1] = 0;  // customer 1 views what it later buys
  InteractionOptions options;
  options.kinds = {{EventKind::kPurchase, 2.0F}, {EventKind::kView, 0.5F}};
  const Csr matrix = build_interactions(threads(1), events, options).user_items;
  EXPECT_THAT(matrix.columns, ElementsAre(1, 2, 0));
  EXPECT_THAT(matrix.values, ElementsAre(2.0F, 2.0F, 2.0F));
}

TEST(Interactions, LeaveServiceItemsAndMaskedRowsOut) {
  EventTable events = shop();
  events.item_is_service = {0, 1, 0};
  const std::vector<std::uint8_t> rows{1, 1, 1, 1, 0, 1};
  const Interactions made = build_interactions(threads(1), events, {}, rows);
  EXPECT_THAT(made.user_items.row_start, ElementsAre(0, 1, 1, 1));
  EXPECT_THAT(made.user_items.columns, ElementsAre(2));
  EXPECT_THAT(made.item_is_service, ElementsAre(0, 1, 0));
}

TEST(Interactions, RefuseBadOptions) {
  InteractionOptions options;
  options.kinds = {};
  EXPECT_THROW(build_interactions(threads(1), shop(), options), ArgumentError);
  options.kinds = {{EventKind::kPurchase, -1.0F}};
  EXPECT_THROW(build_interactions(threads(1), shop(), options), ArgumentError);
  options.kinds = {{EventKind::kPurchase, std::numeric_limits<float>::quiet_NaN()}};
  EXPECT_THROW(build_interactions(threads(1), shop(), options), ArgumentError);
  options.kinds = {{EventKind::kPurchase, 1.0F}, {EventKind::kPurchase, 2.0F}};
  EXPECT_THROW(build_interactions(threads(1), shop(), options), ArgumentError);
  const std::vector<std::uint8_t> short_mask{1};
  EXPECT_THROW(build_interactions(threads(1), shop(), {}, short_mask), ArgumentError);
}

TEST(Interactions, JoinAnotherTableByExternalId) {
  const EventTable train = table({{0, 0}, {1, 1}}, 2, 2);  // c0 c1, i0 i1
  EventTable other = table({{0, 0}, {1, 1}, {2, 0}, {1, 2}}, 3, 3);
  other.customers = Dictionary();
  for (const char* id : {"stranger", "c1", "c0"}) other.customers.append(id);
  other.items = Dictionary();
  for (const char* id : {"i1", "new", "i0"}) other.items.append(id);

  const JoinedInteractions test =
      join_interactions(threads(1), other, {}, train.customers, train.items, true);
  EXPECT_EQ(test.unknown_customers, 1U);
  EXPECT_EQ(test.unknown_items, 1U);
  EXPECT_EQ(test.user_items.n_columns, 3U);
  EXPECT_THAT(test.user_items.row_start, ElementsAre(0, 1, 3));
  EXPECT_THAT(test.user_items.columns, ElementsAre(1, 0, 2));  // c0: i1; c1: i0 and the new item

  const JoinedInteractions known =
      join_interactions(threads(1), other, {}, other.customers, train.items, false);
  EXPECT_EQ(known.unknown_customers, 0U);
  EXPECT_EQ(known.user_items.n_columns, 2U);
  EXPECT_THAT(known.user_items.row_start, ElementsAre(0, 1, 2, 3));
}

TEST(Interactions, OfAnEmptyTableAreEmpty) {
  const Interactions made = build_interactions(threads(1), EventTable());
  EXPECT_EQ(made.user_items.rows(), 0U);
  EXPECT_THAT(made.user_items.columns, IsEmpty());
}

}  // namespace
}  // namespace tenure::recommender
