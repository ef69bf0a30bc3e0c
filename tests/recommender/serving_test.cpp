#include "served_models.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/popularity.hpp>
#include <tenure/recommender/recommend.hpp>
#include <tenure/recommender/serving.hpp>
#include <tenure/recommender/similar.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>
#include <thread>

namespace tenure::recommender {
namespace {

using test::served_file;
using test::threads;
using testing::Contains;
using testing::Not;

std::vector<std::string_view> history_of(const ModelFile& file, std::uint32_t user) {
  std::vector<std::string_view> ids;
  for (const std::uint32_t item : file.train.view().row_columns(user)) {
    ids.push_back(file.items[item]);
  }
  return ids;
}

TEST(ServedModel, AnswersWhatBulkListsSay) {
  const ServedModel served(threads(1), served_file(1));
  const ModelFile file = served_file(1);
  const std::vector<std::uint32_t> users = {0, 7, 120};
  RecommendOptions options;
  options.denied = file.item_is_service;
  const auto popularity = train_popularity(file.train);
  options.fallback = popularity.get();
  const auto bulk = recommend(threads(2), *file.model, {users, users, file.train}, options);
  for (std::size_t i = 0; i < users.size(); ++i) {
    const ServedList list = served.recommend(file.customers[users[i]], {});
    EXPECT_THAT(list.items, testing::ElementsAreArray(bulk.lists.list_ids(i)));
    EXPECT_THAT(list.scores, testing::ElementsAreArray(bulk.lists.list_scores(i)));
    EXPECT_EQ(list.fallback, i == 0);
    EXPECT_THAT(list.items, Not(Contains(5U)));
  }
}

TEST(ServedModel, FoldsInAHistoryWhateverItsOrderAndWhatItDoesNotKnow) {
  const ServedModel served(threads(1), served_file(1));
  auto ids = history_of(served.file(), 7);
  ASSERT_GE(ids.size(), 3U);
  const ServedList list = served.recommend_history(ids, {}, {});
  EXPECT_FALSE(list.fallback);
  for (const std::string_view id : ids) {
    EXPECT_THAT(list.items, Not(Contains(*served.item_code(id)))) << "seen";
  }
  std::reverse(ids.begin(), ids.end());
  ids.push_back(ids.front());
  ids.push_back("of another shop");
  EXPECT_EQ(served.recommend_history(ids, {}, {}).items, list.items);
  EXPECT_EQ(served.recommend_history(ids, {}, {}).scores, list.scores);

  const std::vector<std::string_view> unknown = {"of another shop"};
  EXPECT_TRUE(served.recommend_history(unknown, {}, {}).fallback);
  EXPECT_TRUE(served.recommend_history({}, {}, {}).fallback);
}

TEST(ServedModel, WeightsOfAHistoryCount) {
  const ServedModel served(threads(1), served_file(1));
  const auto ids = history_of(served.file(), 7);
  std::vector<float> weights(ids.size(), 1.0F);
  EXPECT_EQ(served.recommend_history(ids, weights, {}).scores,
            served.recommend_history(ids, {}, {}).scores);
  weights[0] = 9.0F;
  EXPECT_NE(served.recommend_history(ids, weights, {}).scores,
            served.recommend_history(ids, {}, {}).scores);
  for (const float bad : {0.0F, -1.0F, std::numeric_limits<float>::quiet_NaN()}) {
    weights[0] = bad;
    EXPECT_THROW(served.recommend_history(ids, weights, {}), ArgumentError);
  }
  weights.pop_back();
  EXPECT_THROW(served.recommend_history(ids, weights, {}), ArgumentError);
}

TEST(ServedModel, SimilarItemsAreThoseOfTheModel) {
  const ServedModel served(threads(1), served_file(1));
  const std::vector<std::uint32_t> code = {11};
  const auto expected =
      similar_items(threads(1), *served.file().model, code, 6, served.file().item_is_service);
  EXPECT_THAT(served.similar_items(served.items()[11], 6).items,
              testing::ElementsAreArray(expected.list_ids(0)));
  EXPECT_THROW(served.similar_items("nowhere", 6), ArgumentError);
}

TEST(ServedModel, RefusesWhatItCannotAnswer) {
  const ServedModel served(threads(1), served_file(1));
  EXPECT_THROW(served.recommend("nobody", {}), ArgumentError);
  ListRequest request;
  request.k = 0;
  EXPECT_THROW(served.recommend(served.file().customers[3], request), ArgumentError);
  const tenure::test::TempDir dir;
  EXPECT_THROW(ServedModel::load(threads(1), dir / "absent.h5"), DataError);
}

// Ten thousand requests of eight threads, a hundred swaps between two models loaded anew each time:
// every answer is wholly one model's. Run under the sanitizers as well.
TEST(ModelSlot, SwapsUnderLoadWithoutATornAnswer) {
  constexpr int kThreads = 8;
  constexpr int kRequests = 10'000;
  constexpr int kSwaps = 100;
  constexpr int kBetween = kRequests / (kSwaps + 1);
  const tenure::test::TempDir dir;
  const std::string paths[] = {dir / "a.h5", dir / "b.h5"};
  for (std::size_t m = 0; m < 2; ++m) save_model(threads(1), served_file(m + 1), paths[m]);
  const auto a = ServedModel::load(threads(1), paths[0]);
  const auto b = ServedModel::load(threads(1), paths[1]);
  std::vector<ServedList> of_a;
  std::vector<ServedList> of_b;
  for (std::uint32_t user = 0; user < 300; ++user) {
    of_a.push_back(a->recommend(a->file().customers[user], {}));
    of_b.push_back(b->recommend(b->file().customers[user], {}));
  }
  ASSERT_NE(of_a[7].scores, of_b[7].scores);

  ModelSlot slot(a);
  std::atomic<int> next{0};
  std::atomic<int> torn{0};
  std::atomic<int> from_b{0};
  {
    std::vector<std::jthread> callers;
    for (int t = 0; t < kThreads; ++t) {
      callers.emplace_back([&] {
        for (int i = next++; i < kRequests; i = next++) {
          // Not a whole swap ahead, however slowly the machine loads models.
          while (static_cast<int>(slot.generation()) + 2 < std::min(i / kBetween, kSwaps)) {
            std::this_thread::yield();
          }
          const auto model = slot.current();
          const auto user = static_cast<std::uint32_t>(i) % 300;
          const ServedList list = model->recommend(model->file().customers[user], {});
          const bool is_a = list.items == of_a[user].items && list.scores == of_a[user].scores;
          const bool is_b = list.items == of_b[user].items && list.scores == of_b[user].scores;
          if (!is_a && !is_b) ++torn;
          if (!is_a && is_b) ++from_b;
        }
      });
    }
    // Swaps are spread over the requests, whatever the pace of the machine.
    for (int s = 1; s <= kSwaps; ++s) {
      while (next.load() < s * kBetween) std::this_thread::yield();
      slot.swap(ServedModel::load(threads(1), paths[s % 2]));
    }
  }
  EXPECT_EQ(torn.load(), 0);
  EXPECT_GT(from_b.load(), 0);
  EXPECT_EQ(slot.generation(), static_cast<std::uint64_t>(kSwaps));
  EXPECT_THROW(slot.swap(nullptr), ArgumentError);
  EXPECT_THROW(ModelSlot(nullptr), ArgumentError);
}

}  // namespace
}  // namespace tenure::recommender
