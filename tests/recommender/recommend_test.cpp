#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/popularity.hpp>
#include <tenure/recommender/recommend.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace tenure::recommender {
namespace {

using test::synthetic_matrix;
using test::threads;
using testing::ElementsAre;

class Recommend : public testing::Test {
 protected:
  Recommend() : pairs_(synthetic_matrix(400, 100, 10)), rows_(test::all_rows(400)) {
    IalsOptions options;
    options.factors = 8;
    options.epochs = 3;
    model_ = train_ials(threads(2), pairs_, options);
    popular_ = train_popularity(pairs_);
  }
  UserBatch everyone() const { return {rows_, rows_, pairs_}; }

  Csr pairs_;
  std::vector<std::uint32_t> rows_;
  std::unique_ptr<IalsModel> model_;
  std::unique_ptr<PopularityModel> popular_;
};

TEST_F(Recommend, NeverListsSeenOrDeniedItemsAndFillsLists) {
  std::vector<std::uint8_t> denied(100);
  denied[0] = denied[1] = 1;  // the most popular of two groups
  RecommendOptions options;
  options.denied = denied;
  for (const Model* model :
       {static_cast<const Model*>(model_.get()), static_cast<const Model*>(popular_.get())}) {
    const Recommendations made = recommend(threads(2), *model, everyone(), options);
    for (std::size_t user = 0; user < 400; ++user) {
      ASSERT_EQ(made.lists.counts[user], 10U) << model->name() << " " << user;
      const auto seen = pairs_.view().row_columns(user);
      for (const std::uint32_t item : made.lists.list_ids(user)) {
        EXPECT_FALSE(std::binary_search(seen.begin(), seen.end(), item));
        EXPECT_EQ(denied[item], 0);
      }
    }
  }
}

TEST_F(Recommend, ListsSeenItemsAgainWhereAllowed) {
  RecommendOptions options;
  options.allow_seen = true;
  const Recommendations made = recommend(threads(2), *model_, everyone(), options);
  std::size_t again = 0;
  for (std::size_t user = 0; user < 400; ++user) {
    const auto seen = pairs_.view().row_columns(user);
    for (const std::uint32_t item : made.lists.list_ids(user)) {
      again += std::binary_search(seen.begin(), seen.end(), item) ? 1U : 0U;
    }
  }
  EXPECT_GT(again, 400U);
}

TEST_F(Recommend, GivesUsersWithoutHistoryWhatIsPopularAndSaysSo) {
  RecommendOptions options;
  options.k = 5;
  options.fallback = popular_.get();
  const Recommendations made = recommend(threads(2), *model_, everyone(), options);
  const Recommendations popular = recommend(threads(2), *popular_, everyone(), options);
  for (std::size_t user = 0; user < 400; ++user) {
    const bool stranger = pairs_.view().row_size(user) == 0;
    EXPECT_EQ(made.used_fallback[user], stranger ? 1 : 0);
    EXPECT_EQ(popular.used_fallback[user], 0);
    if (stranger) {
      EXPECT_TRUE(std::ranges::equal(made.lists.list_ids(user), popular.lists.list_ids(user)));
    }
  }
}

TEST_F(Recommend, RanksByTheModelsOwnScores) {
  RecommendOptions options;
  options.k = 100;
  options.allow_seen = true;
  const Recommendations made = recommend(threads(1), *model_, everyone(), options);
  Matrix<float> scores(400, 100);
  model_->score(everyone(), scores.view());
  for (std::size_t user = 0; user < 400; ++user) {
    const auto ids = made.lists.list_ids(user);
    ASSERT_EQ(ids.size(), 100U);
    for (std::size_t i = 1; i < ids.size(); ++i) {
      // Two ways to sum 8 products may differ in the last bits.
      EXPECT_GE(scores(user, ids[i - 1]), scores(user, ids[i]) - 1e-5F);
    }
  }
}

TEST_F(Recommend, IsTheSameWithEveryExactRetrieverAndNumberOfThreads) {
  RecommendOptions options;
  const Recommendations first = recommend(threads(1), *model_, everyone(), options);
  for (const int n : {2, 3, 8}) {
    const Recommendations again = recommend(threads(n), *model_, everyone(), options);
    EXPECT_EQ(first.lists.ids, again.lists.ids);
    EXPECT_EQ(first.lists.scores, again.lists.scores);
  }
  RetrieverOptions flat;
  flat.kind = RetrieverKind::kFlat;
  const auto retriever = make_retriever(threads(1), model_->factors()->items, flat);
  options.retriever = retriever.get();
  const Recommendations with_flat = recommend(threads(2), *model_, everyone(), options);
  for (std::size_t user = 0; user < 400; ++user) {
    if (pairs_.view().row_size(user) == 0) continue;
    const auto a = first.lists.list_scores(user);
    const auto b = with_flat.lists.list_scores(user);
    for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-5);
  }
}

TEST_F(Recommend, ShortensListsToWhatTheCatalogueHas) {
  std::vector<std::uint8_t> denied(100, 1);
  denied[40] = denied[41] = 0;
  RecommendOptions options;
  options.k = 1000;
  options.allow_seen = true;
  options.denied = denied;
  const Recommendations made = recommend(threads(2), *model_, everyone().slice(0, 3), options);
  EXPECT_EQ(made.lists.width, 100U);
  EXPECT_THAT(made.lists.counts, ElementsAre(2, 2, 2));
  EXPECT_EQ(made.lists.ids[2], kNoItem);
}

TEST_F(Recommend, RefusesWhatDoesNotFitTheModel) {
  RecommendOptions options;
  options.k = 0;
  EXPECT_THROW(recommend(threads(1), *model_, everyone(), options), ArgumentError);
  options.k = 5;
  const std::vector<std::uint32_t> outside{400};
  const std::vector<std::uint32_t> row{0};
  EXPECT_THROW(recommend(threads(1), *model_, {outside, row, pairs_}, options), ArgumentError);
  EXPECT_THROW(recommend(threads(1), *model_, {row, outside, pairs_}, options), ArgumentError);
  EXPECT_THROW(recommend(threads(1), *model_, {row, {}, pairs_}, options), ArgumentError);
  const Csr other = synthetic_matrix(400, 50, 10);
  EXPECT_THROW(recommend(threads(1), *model_, {row, row, other}, options), ArgumentError);
  const std::vector<std::uint8_t> denied(3);
  options.denied = denied;
  EXPECT_THROW(recommend(threads(1), *model_, everyone(), options), ArgumentError);
  options.denied = {};
  const PopularityModel stranger(1, {1.0F});
  options.fallback = &stranger;
  EXPECT_THROW(recommend(threads(1), *model_, everyone(), options), ArgumentError);
}

}  // namespace
}  // namespace tenure::recommender
