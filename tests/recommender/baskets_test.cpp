#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>
#include <tenure/recommender/baskets.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenure::recommender {
namespace {

using test::table;
using test::threads;
using testing::ElementsAre;

constexpr std::int64_t kDay = kSecondsPerDay;

TEST(Baskets, AreTheDaysOfACustomer) {
  // Customer 1 first in the table; two times of one day are one basket; a double line counts once.
  const EventTable events = table({{1, 2, 5 * kDay},
                                   {0, 1, 9 * kDay + 100},
                                   {0, 0, 9 * kDay + 80000},
                                   {0, 1, 9 * kDay + 200},
                                   {0, 2, 3 * kDay},
                                   {1, 2, -1}},
                                  3, 3);
  const Baskets baskets = build_baskets(threads(2), events);
  EXPECT_EQ(baskets.customers(), 3U);
  EXPECT_THAT(baskets.customer_start, ElementsAre(0, 2, 4, 4));
  EXPECT_THAT(baskets.day, ElementsAre(3, 9, -1, 5));
  EXPECT_THAT(baskets.basket_start, ElementsAre(0, 1, 3, 4, 5));
  EXPECT_THAT(baskets.items, ElementsAre(2, 0, 1, 2, 2));
  EXPECT_THAT(baskets.weights, testing::Each(1.0F));
}

TEST(Baskets, KeepTheHeaviestKindAndLeaveMaskedRowsOut) {
  const EventTable events = table({{0, 0, 0, 1.0F, EventKind::kView},
                                   {0, 0, 0},
                                   {0, 1, 0, 1.0F, EventKind::kView},
                                   {0, 1, kDay},
                                   {0, 1, 2 * kDay, 1.0F, EventKind::kReturn}},
                                  1, 2);
  InteractionOptions options;
  options.kinds = {{EventKind::kPurchase, 1.0F}, {EventKind::kView, 0.25F}};
  const std::vector<std::uint8_t> rows{1, 1, 1, 0, 1};
  const Baskets baskets = build_baskets(threads(1), events, options, rows);
  EXPECT_THAT(baskets.day, ElementsAre(0));
  EXPECT_THAT(baskets.items, ElementsAre(0, 1));
  EXPECT_THAT(baskets.weights, ElementsAre(1.0F, 0.25F));
}

TEST(Baskets, OfAnEmptyTableAndFaultyInput) {
  EventTable events = table({}, 2, 2);
  events.time = {};
  EXPECT_THROW(build_baskets(threads(1), events), DataError);
  events = table({{0, 0, 0}}, 1, 1);
  const std::vector<std::uint8_t> none{0};
  const Baskets baskets = build_baskets(threads(1), events, {}, none);
  EXPECT_EQ(baskets.size(), 0U);
  EXPECT_THAT(baskets.basket_start, ElementsAre(0));
  EXPECT_THAT(baskets.customer_start, ElementsAre(0, 0));
  const std::vector<std::uint8_t> long_mask{1, 1};
  EXPECT_THROW(build_baskets(threads(1), events, {}, long_mask), ArgumentError);
}

}  // namespace
}  // namespace tenure::recommender
