#include "kind_support.hpp"
#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>
#include <tenure/recommender/regional_popularity.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <span>

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

std::unique_ptr<RegionalPopularityModel> model_of(const EventTable& events, double smoothing,
                                                  PopularityBy by = PopularityBy::kRegion) {
  return train_regional_popularity(events, build_interactions(threads(1), events).user_items,
                                   {smoothing, by});
}

TEST(RegionalPopularity, TakesTheLatestEventThatCounts) {
  EventTable events = shop();
  EXPECT_THAT(latest_rows(events), ElementsAre(4, 2, 3, 5));
  events.time = {9, 5, 5, 5, 5};  // of one time the last row counts
  EXPECT_THAT(latest_rows(events), ElementsAre(0, 2, 3, 5));
  const std::vector<std::uint8_t> rows{0, 1, 1, 1, 1};
  EXPECT_THAT(latest_rows(events, {}, rows), ElementsAre(4, 2, 3, 5));
  // A view does not count and gives way to a purchase; where there is nothing else it tells.
  events = shop();
  events.kind = {EventKind::kPurchase, EventKind::kPurchase, EventKind::kView, EventKind::kView,
                 EventKind::kView};
  EXPECT_THAT(latest_rows(events), ElementsAre(0, 1, 3, 5));
}

TEST(RegionalPopularity, ByRegionAndChannelAPairFallsBackOnItsRegion) {
  EventTable events = table({{0, 0}, {1, 1}, {2, 2}, {3, 2}}, 4, 3);
  for (const char* id : {"north", "south"}) events.regions.append(id);
  for (const char* id : {"web", "shop"}) events.channels.append(id);
  events.region = {0, 0, 0, 1};
  events.channel = {0, 0, 1, 1};
  const auto model = model_of(events, 2.0, PopularityBy::kRegionChannel);
  std::vector<float> out(3);
  // All: .25 .25 .5. North, 3 customers: (1 + 2 * .25) / 5, the same, (1 + 2 * .5) / 5.
  model->scores_of(model->find_group("north", ""), out);
  EXPECT_THAT(out, ElementsAre(FloatEq(0.3F), FloatEq(0.3F), FloatEq(0.4F)));
  // North and web, 2 customers: (1 + 2 * .3) / 4, the same, (0 + 2 * .4) / 4.
  model->scores_of(model->find_group("north", "web"), out);
  EXPECT_THAT(out, ElementsAre(FloatEq(0.4F), FloatEq(0.4F), FloatEq(0.2F)));
  // Shop of any region, 2 customers: (2 * .25) / 4 twice, (2 + 2 * .5) / 4.
  model->scores_of(model->find_group("", "shop"), out);
  EXPECT_THAT(out, ElementsAre(FloatEq(0.125F), FloatEq(0.125F), FloatEq(0.75F)));
  // A pair nobody is in is served by its region, an unknown region by its channel, else by all.
  EXPECT_EQ(model->find_group("south", "web"), model->find_group("south", ""));
  EXPECT_EQ(model->find_group("moon", "web"), model->find_group("", "web"));
  EXPECT_EQ(model->find_group("moon", "fax"), kNoRegion);
  EXPECT_EQ(model->find_group("", ""), kNoRegion);
  const auto by_channel = model_of(events, 2.0, PopularityBy::kChannel);
  by_channel->scores_of(by_channel->find_group("north", "shop"), out);
  EXPECT_THAT(out, ElementsAre(FloatEq(0.125F), FloatEq(0.125F), FloatEq(0.75F)));
}

TEST(RegionalPopularity, OfNewcomersGoesByWhatTheLogHas) {
  const auto newcomers = [](const EventTable& events) {
    return train_newcomers(events, build_interactions(threads(1), events).user_items, {});
  };
  EventTable events = shop();
  EXPECT_EQ(newcomers(events)->by(), PopularityBy::kRegion);
  for (const char* id : {"web", "app"}) events.channels.append(id);
  events.channel = {0, 1, 0, 1, 1};
  EXPECT_EQ(newcomers(events)->by(), PopularityBy::kRegionChannel);
  events.region.clear();
  EXPECT_EQ(newcomers(events)->by(), PopularityBy::kChannel);
  events.channel.clear();
  EXPECT_EQ(newcomers(events), nullptr);
  events = shop();
  events.time.clear();
  EXPECT_EQ(newcomers(events), nullptr);
}

TEST(RegionalPopularity, ExtendsToNewUsersAndItems) {
  const auto model = model_of(shop(), 1.0);
  const auto larger = model->extended(6, 5);
  EXPECT_EQ(larger->n_users(), 6U);
  std::vector<float> before(3);
  std::vector<float> after(5);
  for (const std::uint32_t group : {0U, 1U, kNoRegion}) {
    model->scores_of(group, before);
    larger->scores_of(group, after);
    EXPECT_TRUE(std::ranges::equal(before, std::span(after).first(3)));
    EXPECT_EQ(after[3], 0.0F);
  }
  EXPECT_THROW(static_cast<void>(model->extended(1, 5)), ArgumentError);
}

TEST(RegionalPopularity, IsTheShareOfTheRegionsCustomers) {
  const auto model = model_of(shop(), 0.0);
  std::vector<float> out(3);
  model->scores_of(0, out);  // customers 0 (items 0, 2) and 2 (item 1)
  EXPECT_THAT(out, ElementsAre(0.5F, 0.5F, 0.5F));
  model->scores_of(1, out);  // customer 1 (items 0, 1)
  EXPECT_THAT(out, ElementsAre(1.0F, 1.0F, 0.0F));
  model->scores_of(kNoRegion, out);
  EXPECT_THAT(out, ElementsAre(FloatEq(2.0F / 3), FloatEq(2.0F / 3), FloatEq(1.0F / 3)));
}

TEST(RegionalPopularity, SmallRegionsFallBackOnAll) {
  const auto model = model_of(shop(), 3.0);
  std::vector<float> out(3);
  model->scores_of(1, out);  // (1 + 3 * 2/3) / (1 + 3), (0 + 3 * 1/3) / 4
  EXPECT_THAT(out, ElementsAre(FloatEq(0.75F), FloatEq(0.75F), FloatEq(0.25F)));
  EventTable empty_region = shop();
  empty_region.regions.append("nobody");
  model_of(empty_region, 0.0)->scores_of(2, out);
  EXPECT_THAT(out, ElementsAre(FloatEq(2.0F / 3), FloatEq(2.0F / 3), FloatEq(1.0F / 3)));
}

TEST(RegionalPopularity, ScoresEachUserByItsRegionAndStrangersByAll) {
  const EventTable events = shop();
  const auto model = model_of(events, 1.0);
  const std::vector<std::uint32_t> users{1, kNewUser, 3};
  const std::vector<std::uint32_t> rows{0, 0, 0};
  Matrix<float> out(3, 3);
  model->score({users, rows, build_interactions(threads(1), events).user_items}, out.view());
  std::vector<float> expected(3);
  model->scores_of(1, expected);
  EXPECT_TRUE(std::ranges::equal(out.view().row_span(0), expected));
  model->scores_of(kNoRegion, expected);
  EXPECT_TRUE(std::ranges::equal(out.view().row_span(1), expected));
  EXPECT_TRUE(std::ranges::equal(out.view().row_span(2), expected));
}

TEST(RegionalPopularity, RefusesFaultyInput) {
  EventTable events = shop();
  EXPECT_THROW(model_of(events, -1.0), ArgumentError);
  EXPECT_THROW(model_of(events, std::numeric_limits<double>::quiet_NaN()), ArgumentError);
  std::vector<float> out(3);
  EXPECT_THROW(model_of(events, 1.0)->scores_of(2, out), ArgumentError);
  EXPECT_THROW(model_of(events, 1.0)->scores_of(0, std::span(out).first(2)), ArgumentError);
  EXPECT_THROW(model_of(events, 1.0, PopularityBy::kChannel), DataError);
  events.region.clear();
  EXPECT_THROW(model_of(events, 1.0), DataError);
  events = shop();
  events.time.clear();
  EXPECT_THROW(model_of(events, 1.0), DataError);
  CustomerGroups circle{shop().regions, {1, 0}, {}};
  const Csr pairs = build_interactions(threads(1), shop()).user_items;
  EXPECT_THROW(RegionalPopularityModel({}, circle, {0, 1, 0, kNoRegion}, pairs), ArgumentError);
  EXPECT_THROW(RegionalPopularityModel({}, {}, {0, 0, 0, 0}, pairs), ArgumentError);
}

TEST(RegionalPopularity, IsAKindThatSavesAndLoads) {
  test::expect_kind_round_trip("regional-popularity", test::random_shop());
}

}  // namespace
}  // namespace tenure::recommender
