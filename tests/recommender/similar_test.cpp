#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/popularity.hpp>
#include <tenure/recommender/similar.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tenure::recommender {
namespace {

using test::threads;
using testing::ElementsAre;
using testing::IsEmpty;

IalsModel plane() {
  // Directions matter, lengths do not: item 1 is far out in the direction of item 0.
  Matrix<float> items(5, 2);
  const float values[5][2] = {{1, 0}, {50, 1}, {0, 1}, {-1, 0}, {0, 0}};
  for (std::size_t i = 0; i < 5; ++i) {
    items(i, 0) = values[i][0];
    items(i, 1) = values[i][1];
  }
  Matrix<float> users(3, 2);
  users(0, 0) = 2;
  users(1, 1) = 3;
  users(2, 0) = 0.1F;
  IalsOptions options;
  options.factors = 2;
  return {threads(1), options, std::move(users), std::move(items)};
}

TEST(Similar, RanksByCosineWithoutTheItemItself) {
  const IalsModel model = plane();
  const TopLists lists = similar_items(threads(2), model, std::vector<std::uint32_t>{0, 2}, 10);
  EXPECT_THAT(lists.list_ids(0), ElementsAre(1, 2, 3));
  EXPECT_NEAR(lists.list_scores(0)[0], 50 / std::sqrt(2501.0), 1e-6);
  EXPECT_NEAR(lists.list_scores(0)[2], -1.0, 1e-6);
  EXPECT_THAT(lists.list_ids(1), ElementsAre(1, 0, 3));  // equal cosines by code
}

TEST(Similar, FindsCustomersToo) {
  const IalsModel model = plane();
  const TopLists lists = similar_users(threads(1), model, std::vector<std::uint32_t>{2}, 1);
  EXPECT_THAT(lists.list_ids(0), ElementsAre(0));
}

TEST(Similar, LeavesDeniedAndUntrainedItemsOut) {
  const IalsModel model = plane();
  const std::vector<std::uint8_t> denied{0, 1, 0, 0, 0};
  const TopLists lists =
      similar_items(threads(1), model, std::vector<std::uint32_t>{0, 4}, 10, denied);
  EXPECT_THAT(lists.list_ids(0), ElementsAre(2, 3));
  EXPECT_THAT(lists.list_ids(1), IsEmpty());
}

TEST(Similar, RefusesModelsWithoutFactorsAndUnknownCodes) {
  const std::vector<std::uint32_t> code{9};
  EXPECT_THROW(similar_items(threads(1), plane(), code, 3), ArgumentError);
  EXPECT_THROW(similar_items(threads(1), plane(), std::vector<std::uint32_t>{0}, 0), ArgumentError);
  const PopularityModel popular(3, {1, 2, 3});
  EXPECT_THROW(similar_items(threads(1), popular, std::vector<std::uint32_t>{0}, 3), ArgumentError);
}

}  // namespace
}  // namespace tenure::recommender
