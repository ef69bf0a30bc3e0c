#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>
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

TEST(Interactions, DecayHalvesWithEveryHalfLife) {
  const std::int64_t day = kSecondsPerDay;
  const EventTable events =
      table({{0, 0, 0}, {0, 1, 10 * day}, {0, 0, 20 * day}, {1, 1, 20 * day}}, 2, 2);
  InteractionOptions options;
  options.half_life_days = 10.0;
  options.value = InteractionValue::kCount;
  EXPECT_THAT(build_interactions(threads(1), events, options).user_items.values,
              ElementsAre(1.25F, 0.5F, 1.0F));
  options.value = InteractionValue::kBinary;  // the largest: the latest event's
  EXPECT_THAT(build_interactions(threads(1), events, options).user_items.values,
              ElementsAre(1.0F, 0.5F, 1.0F));
}

TEST(Interactions, DecayLooksBackFromTheLastRowThatIsBuiltFrom) {
  const std::int64_t day = kSecondsPerDay;
  const EventTable events = table(
      {{0, 0, 0}, {0, 1, 10 * day}, {1, 1, 90 * day, 1.0F, EventKind::kView}, {1, 0, 50 * day}}, 2,
      2);
  const std::vector<std::uint8_t> train{1, 1, 1, 0};
  InteractionOptions options;
  options.half_life_days = 10.0;
  EXPECT_EQ(with_fixed_now(events, options, train).now, 10 * day);
  EXPECT_THAT(build_interactions(threads(1), events, options, train).user_items.values,
              ElementsAre(0.5F, 1.0F));
  options.now = 20 * day;  // said by the caller; what comes after has age 0
  EXPECT_EQ(with_fixed_now(events, options, train).now, 20 * day);
  EXPECT_THAT(build_interactions(threads(1), events, options).user_items.values,
              ElementsAre(0.25F, 0.5F, 1.0F));
}

TEST(Interactions, DecayNeverDropsAPair) {
  EventTable events = table({{0, 0, 0}, {0, 1, 100000 * kSecondsPerDay}}, 1, 2);
  InteractionOptions options;
  options.half_life_days = 1e-300;
  options.kinds = {{EventKind::kPurchase, 1e-30F}};
  const Csr matrix = build_interactions(threads(1), events, options).user_items;
  EXPECT_THAT(matrix.columns, ElementsAre(0, 1));
  EXPECT_GT(matrix.values[0], 0.0F);
}

TEST(Interactions, DecayNeedsTimesAndAPositiveHalfLife) {
  EventTable events = shop();
  InteractionOptions options;
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity()}) {
    options.half_life_days = bad;
    EXPECT_THROW(build_interactions(threads(1), events, options), ArgumentError) << bad;
  }
  options.half_life_days = 5.0;
  options.now = 100;
  events.time.clear();
  EXPECT_THROW(build_interactions(threads(1), events, options), DataError);
}

TEST(Interactions, JoinDecaysAsOfTheGivenMoment) {
  const EventTable events = table({{0, 0, 0}, {0, 1, 10 * kSecondsPerDay}}, 1, 2);
  InteractionOptions options;
  options.half_life_days = 10.0;
  options.now = 20 * kSecondsPerDay;
  const auto joined =
      join_interactions(threads(1), events, options, events.customers, events.items, false);
  EXPECT_THAT(joined.user_items.values, ElementsAre(0.25F, 0.5F));
}

TEST(Interactions, NameTheirValues) {
  for (const auto value :
       {InteractionValue::kBinary, InteractionValue::kCount, InteractionValue::kQuantity}) {
    EXPECT_EQ(interaction_value_from_string(to_string(value)), value);
  }
  EXPECT_FALSE(interaction_value_from_string("counts"));
}

TEST(Interactions, RefuseBadOptions) {
  InteractionOptions options;
  options.kinds = {};
  EXPECT_THROW(build_interactions(threads(1), shop(), options), ArgumentError);
  options.kinds = {{EventKind::kPurchase, -1.0F}};
  EXPECT_THROW(build_interactions(threads(1), shop(), options), ArgumentError);
  options.kinds = {{EventKind::kPurchase, std::numeric_limits<float>::quiet_NaN()}};
  EXPECT_THROW(build_interactions(threads(1), shop(), options), ArgumentError);
  options.kinds = {{EventKind::kPurchase, 0.0F}, {EventKind::kView, 0.0F}};
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
