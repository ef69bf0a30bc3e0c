#include "kind_support.hpp"
#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>
#include <tenure/recommender/regional_popularity.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tenure::recommender {
namespace {

using test::table;
using test::threads;
using testing::ElementsAre;
using testing::FloatEq;

EventTable shop() {
  EventTable events = table({{0, 0, 5}, {1, 0, 5}, {1, 1, 6}, {2, 1, 5}, {0, 2, 9}}, 4, 3);
  events.regions.append("north");
  events.regions.append("south");
  events.region = {0, 1, 1, 0, 0};
  return events;
}

RegionalPopularityModel model_of(const EventTable& events, double smoothing) {
  return {{smoothing},
          events.regions,
          latest_regions(events),
          build_interactions(threads(1), events).user_items};
}

TEST(RegionalPopularity, TakesTheRegionOfTheLatestEvent) {
  EventTable events = shop();
  EXPECT_THAT(latest_regions(events), ElementsAre(0, 1, 0, kNoRegion));
  events.region = {0, 1, 0, 0, 1};  // customer 0 moves south at 9, customer 1 north at 6
  EXPECT_THAT(latest_regions(events), ElementsAre(1, 0, 0, kNoRegion));
  events.time = {9, 5, 5, 5, 5};  // of one time the last row counts
  EXPECT_THAT(latest_regions(events), ElementsAre(0, 0, 0, kNoRegion));
  const std::vector<std::uint8_t> rows{0, 1, 1, 1, 1};
  EXPECT_THAT(latest_regions(events, {}, rows), ElementsAre(1, 0, 0, kNoRegion));
}

TEST(RegionalPopularity, IsTheShareOfTheRegionsCustomers) {
  const auto model = model_of(shop(), 0.0);
  std::vector<float> out(3);
  model.scores_of(0, out);  // customers 0 (items 0, 2) and 2 (item 1)
  EXPECT_THAT(out, ElementsAre(0.5F, 0.5F, 0.5F));
  model.scores_of(1, out);  // customer 1 (items 0, 1)
  EXPECT_THAT(out, ElementsAre(1.0F, 1.0F, 0.0F));
  model.scores_of(kNoRegion, out);
  EXPECT_THAT(out, ElementsAre(FloatEq(2.0F / 3), FloatEq(2.0F / 3), FloatEq(1.0F / 3)));
}

TEST(RegionalPopularity, SmallRegionsFallBackOnAll) {
  const auto model = model_of(shop(), 3.0);
  std::vector<float> out(3);
  model.scores_of(1, out);  // (1 + 3 * 2/3) / (1 + 3), (0 + 3 * 1/3) / 4
  EXPECT_THAT(out, ElementsAre(FloatEq(0.75F), FloatEq(0.75F), FloatEq(0.25F)));
  EventTable empty_region = shop();
  empty_region.regions.append("nobody");
  model_of(empty_region, 0.0).scores_of(2, out);
  EXPECT_THAT(out, ElementsAre(FloatEq(2.0F / 3), FloatEq(2.0F / 3), FloatEq(1.0F / 3)));
}

TEST(RegionalPopularity, ScoresEachUserByItsRegionAndStrangersByAll) {
  const EventTable events = shop();
  const auto model = model_of(events, 1.0);
  const std::vector<std::uint32_t> users{1, kNewUser, 3};
  const std::vector<std::uint32_t> rows{0, 0, 0};
  Matrix<float> out(3, 3);
  model.score({users, rows, build_interactions(threads(1), events).user_items}, out.view());
  std::vector<float> expected(3);
  model.scores_of(1, expected);
  EXPECT_TRUE(std::ranges::equal(out.view().row_span(0), expected));
  model.scores_of(kNoRegion, expected);
  EXPECT_TRUE(std::ranges::equal(out.view().row_span(1), expected));
  EXPECT_TRUE(std::ranges::equal(out.view().row_span(2), expected));
}

TEST(RegionalPopularity, RefusesFaultyInput) {
  EventTable events = shop();
  EXPECT_THROW(model_of(events, -1.0), ArgumentError);
  EXPECT_THROW(model_of(events, std::numeric_limits<double>::quiet_NaN()), ArgumentError);
  std::vector<float> out(3);
  EXPECT_THROW(model_of(events, 1.0).scores_of(2, out), ArgumentError);
  EXPECT_THROW(model_of(events, 1.0).scores_of(0, std::span(out).first(2)), ArgumentError);
  events.region.clear();
  EXPECT_THROW(latest_regions(events), DataError);
  events = shop();
  events.time.clear();
  EXPECT_THROW(latest_regions(events), DataError);
}

TEST(RegionalPopularity, IsAKindThatSavesAndLoads) {
  test::expect_kind_round_trip("regional-popularity", test::random_shop());
}

}  // namespace
}  // namespace tenure::recommender
