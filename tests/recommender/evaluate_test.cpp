#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/popularity.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace tenure::recommender {
namespace {

using test::synthetic_matrix;
using test::threads;

Csr rows_of(std::uint32_t n_columns, const std::vector<std::vector<std::uint32_t>>& lists) {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> columns;
  for (std::uint32_t row = 0; row < lists.size(); ++row) {
    for (const std::uint32_t column : lists[row]) {
      rows.push_back(row);
      columns.push_back(column);
    }
  }
  return csr_from_triplets(threads(1), static_cast<std::uint32_t>(lists.size()), n_columns, rows,
                           columns, {});
}

/// Everyone gets 0, 1, 2, 3 less what they know.
PopularityModel in_order() { return {4, {4.0F, 3.0F, 2.0F, 1.0F}}; }

TEST(Evaluate, MatchesAHandComputedExample) {
  const PopularityModel model = in_order();
  const Csr known = rows_of(4, {{0}, {1}, {}, {2}});
  // User 0 is shown 1, 2: one hit of three, one test item (column 4) unknown to the model.
  // User 1 is shown 0, 2: no hit. User 2 has nothing to predict. User 3 is shown 0, 1: both hit,
  // and its test item 2 is known already, so it does not count.
  const Csr test = rows_of(5, {{2, 3, 4}, {3}, {}, {0, 1, 2}});
  EvaluationOptions options;
  options.at = {2, 1};
  const Evaluation result = evaluate(threads(2), model, {known, test, false}, options);
  EXPECT_EQ(result.users, 3U);
  EXPECT_EQ(result.users_skipped, 1U);
  EXPECT_DOUBLE_EQ(result.value("recall@2"), (1.0 / 3 + 0 + 1) / 3);
  EXPECT_DOUBLE_EQ(result.value("recall_min@2"), (0.5 + 0 + 1) / 3);
  const double second = 1 / std::log2(3.0);
  EXPECT_DOUBLE_EQ(result.value("ndcg@2"), (second / (1 + second) + 0 + 1) / 3);
  EXPECT_DOUBLE_EQ(result.value("hit_rate@2"), 2.0 / 3);
  EXPECT_DOUBLE_EQ(result.value("coverage@2"), 3.0 / 4);
  EXPECT_DOUBLE_EQ(result.value("recall@1"), (0 + 0 + 0.5) / 3);
  EXPECT_DOUBLE_EQ(result.value("coverage@1"), 2.0 / 4);
  EXPECT_THROW(result.value("recall@3"), ArgumentError);
  // Hits: user 0 at rank 2, user 3 at ranks 1 and 2.
  EXPECT_DOUBLE_EQ(result.value("map@2"), (0.25 + 0 + 1) / 3);
  EXPECT_DOUBLE_EQ(result.value("mrr@2"), (0.5 + 0 + 1) / 3);
  // Items 0, 1, 2 are known to one of four users each; 3, to nobody, is shown to nobody.
  EXPECT_DOUBLE_EQ(result.value("novelty@2"), 2.0);
  // Shown 2, 2, 2, 0 times: sorted 0 2 2 2, (-3 * 0 - 1 * 2 + 1 * 2 + 3 * 2) / (4 * 6).
  EXPECT_DOUBLE_EQ(result.value("gini@2"), 6.0 / 24.0);
  // Shown 2, 1, 0, 0 times: (1 * 1 + 3 * 2) / (4 * 3).
  EXPECT_DOUBLE_EQ(result.value("gini@1"), 7.0 / 12.0);
}

TEST(Evaluate, CountsNoveltyFromTheTrainingMatrix) {
  const PopularityModel model = in_order();
  const Csr known = rows_of(4, {{}});
  const Csr test = rows_of(4, {{3}});
  // Of 8 training users 4 have item 0, 1 has item 1 and nobody the others, which count as one.
  const Csr train = rows_of(4, {{0}, {0}, {0}, {0, 1}, {}, {}, {}, {}});
  EvaluationOptions options;
  options.at = {1, 2, 3};
  options.train = train;
  const Evaluation result = evaluate(threads(1), model, {known, test, true}, options);
  EXPECT_DOUBLE_EQ(result.value("novelty@1"), 1.0);
  EXPECT_DOUBLE_EQ(result.value("novelty@2"), (1.0 + 3.0) / 2);
  EXPECT_DOUBLE_EQ(result.value("novelty@3"), (1.0 + 3.0 + 3.0) / 3);
  const Csr other = rows_of(3, {{0}});
  options.train = other;
  EXPECT_THROW(evaluate(threads(1), model, {known, test, true}, options), ArgumentError);
}

TEST(Evaluate, CountsKnownItemsWhereRebuyIsAllowed) {
  const PopularityModel model = in_order();
  const Csr known = rows_of(4, {{0}, {1}, {}, {2}});
  const Csr test = rows_of(4, {{0}, {}, {}, {3}});
  EvaluationOptions options;
  options.at = {1};
  options.allow_seen = true;
  const Evaluation result = evaluate(threads(1), model, {known, test, false}, options);
  EXPECT_DOUBLE_EQ(result.value("recall@1"), 0.5);
  EXPECT_DOUBLE_EQ(result.value("coverage@1"), 0.25);
}

TEST(Evaluate, CountsDeniedItemsOutOfCoverage) {
  const PopularityModel model = in_order();
  const Csr known = rows_of(4, {{}, {}, {}, {}});
  const Csr test = rows_of(4, {{1}, {}, {}, {}});
  const std::vector<std::uint8_t> denied{1, 0, 0, 0};
  EvaluationOptions options;
  options.at = {1};
  options.denied = denied;
  const Evaluation result = evaluate(threads(1), model, {known, test, false}, options);
  EXPECT_DOUBLE_EQ(result.value("recall@1"), 1.0);
  EXPECT_DOUBLE_EQ(result.value("coverage@1"), 1.0 / 3);
}

TEST(Evaluate, BootstrapIntervalHasTheWidthOfTheStandardError) {
  // 1,000 users, hit or miss: the standard error is known.
  std::vector<std::vector<std::uint32_t>> test(1000);
  for (std::size_t user = 0; user < test.size(); ++user) test[user] = {user % 10 < 3 ? 0U : 1U};
  const PopularityModel model(1000, {2.0F, 1.0F});
  const Csr known = rows_of(2, std::vector<std::vector<std::uint32_t>>(1000));
  EvaluationOptions options;
  options.at = {1};
  const Evaluation result = evaluate(threads(2), model, {known, rows_of(2, test), false}, options);
  ASSERT_EQ(result.metrics[0].name, "recall@1");
  EXPECT_DOUBLE_EQ(result.metrics[0].value, 0.3);
  const Interval interval = result.metrics[0].interval.value();
  const double expected = 2 * 1.96 * std::sqrt(0.3 * 0.7 / 1000);
  // A 2.5 % quantile of 1,000 resamples has a standard error of about 0.08 of the standard
  // deviation it estimates, so the width one of about 3 %: four of them.
  EXPECT_NEAR((interval.high - interval.low) / expected, 1.0, 0.12);
  EXPECT_LT(interval.low, 0.3);
  EXPECT_GT(interval.high, 0.3);
}

/// Two models of one item each on 1,000 users: the first hits users 0 to 399, the second 100 to
/// 599.
class Compare : public testing::Test {
 protected:
  Compare() : known_(rows_of(3, std::vector<std::vector<std::uint32_t>>(1000))) {
    std::vector<std::vector<std::uint32_t>> test(1000);
    for (std::uint32_t user = 0; user < 1000; ++user) {
      if (user < 400) test[user].push_back(0);
      if (user >= 100 && user < 600) test[user].push_back(1);
      if (test[user].empty()) test[user].push_back(2);
    }
    test_ = rows_of(3, test);
    options_.at = {1};
    options_.keep_user_values = true;
  }
  Evaluation score(std::vector<float> order) const {
    const PopularityModel model(1000, std::move(order));
    return evaluate(threads(2), model, {known_, test_, false}, options_);
  }
  Csr known_;
  Csr test_;
  EvaluationOptions options_;
};

TEST_F(Compare, GivesThePairedDifferenceAndItsStandardError) {
  const Evaluation first = score({3, 2, 1});
  const Evaluation second = score({2, 3, 1});
  const auto differences = compare(threads(2), first, second);
  ASSERT_EQ(differences.size(), 7U);
  EXPECT_EQ(differences[3].name, "hit_rate@1");
  EXPECT_DOUBLE_EQ(differences[3].value, -0.1);
  // +1 for 100 users, -1 for 200, 0 for 700: variance 0.3 - 0.01.
  const double expected = 2 * 1.96 * std::sqrt(0.29 / 1000);
  const Interval interval = differences[3].interval.value();
  // The width of a bootstrap interval has a standard error of about 3 %: four of them.
  EXPECT_NEAR((interval.high - interval.low) / expected, 1.0, 0.12);
  EXPECT_LT(interval.high, 0.0);  // -0.1 + 1.96 * 0.017
  // Unpaired, the variances of .4 and .5 would add up.
  EXPECT_LT(interval.high - interval.low, 0.9 * 2 * 1.96 * std::sqrt((0.24 + 0.25) / 1000));
}

TEST_F(Compare, IsExactlyNothingForAModelWithItself) {
  const Evaluation first = score({3, 2, 1});
  for (const MetricValue& difference : compare(threads(2), first, first)) {
    EXPECT_EQ(difference.value, 0.0);
    EXPECT_EQ(difference.interval->low, 0.0);
    EXPECT_EQ(difference.interval->high, 0.0);
  }
}

TEST_F(Compare, IsTheSameAtAnyNumberOfThreads) {
  const Evaluation first = score({3, 2, 1});
  const Evaluation second = score({2, 3, 1});
  const auto one = compare(threads(1), first, second);
  for (const int n : {2, 3, 8}) {
    const auto again = compare(threads(n), first, second);
    for (std::size_t i = 0; i < one.size(); ++i) {
      EXPECT_EQ(one[i].value, again[i].value);
      EXPECT_EQ(one[i].interval->low, again[i].interval->low);
      EXPECT_EQ(one[i].interval->high, again[i].interval->high);
    }
  }
}

TEST_F(Compare, RefusesOtherUsersOrCutOffsAndEvaluationsWithoutUsers) {
  const Evaluation first = score({3, 2, 1});
  options_.at = {2};
  EXPECT_THROW(compare(threads(1), first, score({3, 2, 1})), ArgumentError);
  options_.at = {1};
  EXPECT_THROW(compare(threads(1), first, first, 0), ArgumentError);
  EXPECT_THROW(compare(threads(1), first, first, 10, 1.0), ArgumentError);
  options_.keep_user_values = false;
  EXPECT_THROW(compare(threads(1), first, score({3, 2, 1})), ArgumentError);
  options_.keep_user_values = true;
  test_ = rows_of(3, std::vector<std::vector<std::uint32_t>>(1000, {1}));
  const Evaluation same_users = score({3, 2, 1});
  EXPECT_NO_THROW(compare(threads(1), first, same_users));
  std::vector<std::vector<std::uint32_t>> fewer(1000, {1});
  fewer[7].clear();
  test_ = rows_of(3, fewer);
  EXPECT_THROW(compare(threads(1), first, score({3, 2, 1})), ArgumentError);
}

class EvaluateIals : public testing::Test {
 protected:
  EvaluateIals() : known_(synthetic_matrix(900, 120, 8)), test_(rows_of(120, held_out())) {
    IalsOptions options;
    options.factors = 8;
    options.epochs = 4;
    model_ = train_ials(threads(2), known_, options);
  }
  static std::vector<std::vector<std::uint32_t>> held_out() {
    std::vector<std::vector<std::uint32_t>> lists(900);
    for (std::uint32_t user = 0; user < 900; ++user) {
      for (std::uint32_t i = 0; i < 4; ++i)
        lists[user].push_back((user % 5) + 5 * ((user + 3 * i) % 12));
    }
    return lists;
  }
  Csr known_;
  Csr test_;
  std::unique_ptr<IalsModel> model_;
};

TEST_F(EvaluateIals, IsTheSameAtAnyNumberOfThreads) {
  const Evaluation first = evaluate(threads(1), *model_, {known_, test_, false});
  for (const int n : {2, 3, 8}) {
    const Evaluation again = evaluate(threads(n), *model_, {known_, test_, false});
    ASSERT_EQ(first.metrics.size(), again.metrics.size());
    for (std::size_t i = 0; i < first.metrics.size(); ++i) {
      EXPECT_EQ(first.metrics[i].name, again.metrics[i].name);
      EXPECT_EQ(first.metrics[i].value, again.metrics[i].value);
      if (!first.metrics[i].interval) continue;
      EXPECT_EQ(first.metrics[i].interval->low, again.metrics[i].interval->low);
      EXPECT_EQ(first.metrics[i].interval->high, again.metrics[i].interval->high);
    }
  }
}

TEST_F(EvaluateIals, LearnsTastesThatPopularityCannot) {
  const auto popular = train_popularity(known_);
  const Evaluation ials = evaluate(threads(2), *model_, {known_, test_, false});
  const Evaluation floor = evaluate(threads(2), *popular, {known_, test_, false});
  EXPECT_GT(ials.value("recall@10"), 1.5 * floor.value("recall@10"));
}

TEST_F(EvaluateIals, FoldsInUsersItWasNotTrainedOn) {
  // Strangers with the histories of users must fare about as the users do.
  const Evaluation trained = evaluate(threads(2), *model_, {known_, test_, false});
  const Evaluation folded = evaluate(threads(2), *model_, {known_, test_, true});
  EXPECT_NEAR(folded.value("recall@20"), trained.value("recall@20"), 0.05);
  EXPECT_GT(folded.value("recall@20"), 0.3);
}

TEST_F(EvaluateIals, CountsUsersServedByPopularity) {
  const auto popular = train_popularity(known_);
  EvaluationOptions options;
  options.fallback = popular.get();
  EXPECT_EQ(evaluate(threads(2), *model_, {known_, test_, false}, options).users_fallback, 52U);
}

TEST_F(EvaluateIals, RefusesWhatDoesNotFit) {
  EvaluationOptions options;
  options.at = {};
  EXPECT_THROW(evaluate(threads(1), *model_, {known_, test_, false}, options), ArgumentError);
  options.at = {0};
  EXPECT_THROW(evaluate(threads(1), *model_, {known_, test_, false}, options), ArgumentError);
  options.at = {10};
  options.confidence = 1.0;
  EXPECT_THROW(evaluate(threads(1), *model_, {known_, test_, false}, options), ArgumentError);
  options.confidence = 0.9;
  const Csr empty = rows_of(120, std::vector<std::vector<std::uint32_t>>(900));
  EXPECT_THROW(evaluate(threads(1), *model_, {known_, empty, false}, options), ArgumentError);
  const Csr few = rows_of(120, {{1}});
  EXPECT_THROW(evaluate(threads(1), *model_, {known_, few, false}, options), ArgumentError);
  EXPECT_THROW(evaluate(threads(1), *model_, {few, few, false}, options), ArgumentError);
}

}  // namespace
}  // namespace tenure::recommender
