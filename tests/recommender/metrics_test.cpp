#include <tenure/core/error.hpp>
#include <tenure/recommender/metrics.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace tenure::recommender {
namespace {

using Ids = std::vector<std::uint32_t>;

TEST(ListMetrics, MatchAHandComputedExample) {
  // Hits at ranks 1 and 3 of the first 3; 4 relevant, so 3 could have been hit.
  const ListMetrics m = list_metrics(Ids{7, 9, 2, 5}, Ids{2, 5, 7, 100}, 3);
  EXPECT_DOUBLE_EQ(m.recall, 2.0 / 4.0);
  EXPECT_DOUBLE_EQ(m.recall_min, 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(m.ndcg, (1.0 + 1.0 / 2.0) / (1.0 + 1.0 / std::log2(3.0) + 1.0 / 2.0));
  EXPECT_DOUBLE_EQ(m.hit_rate, 1.0);
  // Precision 1/1 at the first hit, 2/3 at the second, over the 3 that could have been.
  EXPECT_DOUBLE_EQ(m.map, (1.0 + 2.0 / 3.0) / 3.0);
  EXPECT_DOUBLE_EQ(m.mrr, 1.0);
}

TEST(ListMetrics, RankTheFirstHitAndEachHitsPrecision) {
  // Hits at ranks 2 and 5.
  const ListMetrics m = list_metrics(Ids{9, 4, 8, 7, 3}, Ids{3, 4}, 5);
  EXPECT_DOUBLE_EQ(m.mrr, 1.0 / 2.0);
  EXPECT_DOUBLE_EQ(m.map, (1.0 / 2.0 + 2.0 / 5.0) / 2.0);
  // Cut before the second: one hit, two were possible.
  EXPECT_DOUBLE_EQ(list_metrics(Ids{9, 4, 8, 7, 3}, Ids{3, 4}, 4).map, 1.0 / 4.0);
}

TEST(ListMetrics, TruncateTheIdealAtTheNumberOfRelevantItems) {
  const ListMetrics m = list_metrics(Ids{4, 3}, Ids{3}, 10);
  EXPECT_DOUBLE_EQ(m.recall, 1.0);
  EXPECT_DOUBLE_EQ(m.recall_min, 1.0);
  EXPECT_DOUBLE_EQ(m.ndcg, 1.0 / std::log2(3.0));
}

TEST(ListMetrics, AreZeroWithoutAHitAndOneForThePerfectList) {
  const ListMetrics none = list_metrics(Ids{1, 2}, Ids{3, 4}, 2);
  EXPECT_EQ(none.recall + none.recall_min + none.ndcg + none.hit_rate + none.map + none.mrr, 0.0);
  const ListMetrics all = list_metrics(Ids{4, 3}, Ids{3, 4}, 2);
  EXPECT_EQ(all.recall, 1.0);
  EXPECT_EQ(all.recall_min, 1.0);
  EXPECT_DOUBLE_EQ(all.ndcg, 1.0);
  EXPECT_EQ(all.map, 1.0);
  EXPECT_EQ(all.mrr, 1.0);
  EXPECT_EQ(list_metrics(Ids{}, Ids{3}, 5).recall, 0.0);
}

TEST(ListMetrics, RefuseNoCutOffAndNothingRelevant) {
  EXPECT_THROW(list_metrics(Ids{1}, Ids{1}, 0), ArgumentError);
  EXPECT_THROW(list_metrics(Ids{1}, Ids{}, 1), ArgumentError);
}

}  // namespace
}  // namespace tenure::recommender
