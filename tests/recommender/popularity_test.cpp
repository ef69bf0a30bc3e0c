#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/popularity.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tenure::recommender {
namespace {

using test::table;
using test::threads;
using testing::ElementsAre;

constexpr std::int64_t kDay = 86400;

TEST(Popularity, CountsUsersNotWeights) {
  const Csr pairs = csr_from_triplets(threads(1), 3, 4, std::vector<std::uint32_t>{0, 1, 2, 2},
                                      std::vector<std::uint32_t>{1, 1, 1, 3},
                                      std::vector<float>{1.0F, 1.0F, 5.0F, 9.0F});
  const auto model = train_popularity(pairs);
  EXPECT_THAT(model->item_scores(), ElementsAre(0.0F, 3.0F, 0.0F, 1.0F));
  EXPECT_EQ(model->n_users(), 3U);
  EXPECT_FALSE(model->personal());
}

TEST(Popularity, GivesEveryoneTheSameScores) {
  const PopularityModel model(2, {1.0F, 3.0F, 2.0F});
  const Csr none = csr_from_triplets(threads(1), 2, 3, {}, {}, {});
  const std::vector<std::uint32_t> users{1, kNewUser};
  const std::vector<std::uint32_t> rows{1, 0};
  Matrix<float> out(2, 3);
  model.score({users, rows, none}, out.view());
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_THAT(out.view().row_span(i), ElementsAre(1.0F, 3.0F, 2.0F));
  }
  EXPECT_THROW(PopularityModel(1, {std::numeric_limits<float>::quiet_NaN()}), ArgumentError);
}

TEST(RecentPopularity, HalvesWithEveryHalfLife) {
  const EventTable events = table({{0, 0, 0}, {0, 1, 10 * kDay}, {0, 1, 20 * kDay}}, 1, 2);
  RecentPopularityOptions options;
  options.half_life_days = 10.0;
  const auto model = train_recent_popularity(events, {}, options);
  EXPECT_THAT(model->item_scores(), ElementsAre(0.25F, 1.5F));
}

TEST(RecentPopularity, LooksBackFromNowThroughTheWindow) {
  const EventTable events = table({{0, 0, 0}, {0, 1, 10 * kDay}, {0, 1, 20 * kDay}}, 1, 2);
  RecentPopularityOptions options;
  options.window_days = 12.0;
  EXPECT_THAT(train_recent_popularity(events, {}, options)->item_scores(), ElementsAre(0.0F, 2.0F));
  options.now = 11 * kDay;  // the event of day 20 has not happened yet
  EXPECT_THAT(train_recent_popularity(events, {}, options)->item_scores(), ElementsAre(1.0F, 1.0F));
}

TEST(RecentPopularity, RefusesBadOptionsAndTablesWithoutTimes) {
  EventTable events = table({{0, 0, 0}}, 1, 1);
  RecentPopularityOptions options;
  options.half_life_days = 0.0;
  EXPECT_THROW(train_recent_popularity(events, {}, options), ArgumentError);
  options.half_life_days.reset();
  options.window_days = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(train_recent_popularity(events, {}, options), ArgumentError);
  options.window_days.reset();
  events.time.clear();
  EXPECT_THROW(train_recent_popularity(events, {}, options), DataError);
}

}  // namespace
}  // namespace tenure::recommender
