#include "kind_support.hpp"
#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>
#include <tenure/recommender/personal_frequency.hpp>
#include <tenure/recommender/recommend.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace tenure::recommender {
namespace {

using test::table;
using test::threads;
using testing::ElementsAre;

constexpr std::int64_t kDay = kSecondsPerDay;

EventTable shop() {
  // c0: i0 on two days, i1 on one (twice); c1 and c2 have i3, c2 has i2.
  return table({{0, 1, 0},
                {0, 1, 60},
                {0, 0, 0},
                {0, 0, 10 * kDay},
                {1, 3, 10 * kDay},
                {2, 3, 0},
                {2, 2, 0}},
               3, 5);
}

TEST(PersonalFrequency, CountsDaysNotLines) {
  const auto model = train_personal_frequency(threads(1), build_baskets(threads(1), shop()));
  EXPECT_THAT(model->counts().columns, ElementsAre(0, 1, 3, 2, 3));
  EXPECT_THAT(model->counts().values, ElementsAre(2.0F, 1.0F, 1.0F, 1.0F, 1.0F));
}

TEST(PersonalFrequency, DecaysFromTheLastBasketOfAll) {
  PersonalFrequencyOptions options;
  options.half_life_days = 10.0;
  const auto model =
      train_personal_frequency(threads(1), build_baskets(threads(1), shop()), options);
  EXPECT_THAT(model->counts().values, ElementsAre(1.5F, 0.5F, 1.0F, 0.5F, 0.5F));
}

TEST(PersonalFrequency, ListsOwnItemsThenWhatIsPopular) {
  const auto model = train_personal_frequency(threads(1), build_baskets(threads(1), shop()));
  const Csr history =
      csr_from_triplets(threads(1), 1, 5, std::vector<std::uint32_t>{0, 0},
                        std::vector<std::uint32_t>{1, 4}, std::vector<float>{1.0F, 3.0F});
  const std::vector<std::uint32_t> users{0, kNewUser};
  const std::vector<std::uint32_t> rows{0, 0};  // the trained user's history is not looked at
  RecommendOptions options;
  options.k = 5;
  options.allow_seen = true;
  const auto lists = recommend(threads(1), *model, {users, rows, history}, options).lists;
  EXPECT_THAT(lists.list_ids(0), ElementsAre(0, 1, 3, 2, 4));
  EXPECT_THAT(lists.list_ids(1), ElementsAre(4, 1, 3, 0, 2));
}

TEST(PersonalFrequency, BreaksTiesOfCountsByPopularity) {
  const EventTable events = table({{0, 0, 0}, {0, 1, 0}, {1, 1, 0}}, 2, 2);
  const auto model = train_personal_frequency(threads(1), build_baskets(threads(1), events));
  const std::vector<std::uint32_t> users{0};
  Matrix<float> out(1, 2);
  model->score({users, users, model->counts()}, out.view());
  EXPECT_GT(out(0, 1), out(0, 0));
  EXPECT_GT(out(0, 0), 1.0F);
}

TEST(PersonalFrequency, RefusesBadOptionsAndCounts) {
  PersonalFrequencyOptions options;
  const Baskets baskets = build_baskets(threads(1), shop());
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    options.half_life_days = bad;
    EXPECT_THROW(train_personal_frequency(threads(1), baskets, options), ArgumentError);
  }
  Csr counts = test::synthetic_matrix(5, 10, 3);
  counts.values[0] = 0.0F;
  EXPECT_THROW(PersonalFrequencyModel{counts}, ArgumentError);
}

TEST(PersonalFrequency, IsAKindThatSavesAndLoads) {
  test::expect_kind_round_trip("personal-frequency", test::random_shop());
}

}  // namespace
}  // namespace tenure::recommender
