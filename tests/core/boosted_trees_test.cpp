#include <tenure/core/boosted_trees.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/random.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tenure {
namespace {

/// Two features; the outcome is likely where exactly one of them is above one half.
struct Sample {
  Matrix<float> rows;
  std::vector<float> labels;
};

Sample either_or(std::size_t n) {
  Sample sample{Matrix<float>(n, 2), {}};
  RandomStream stream(5, {Purpose::kTest, 0, 1, 0});
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < 2; ++j) sample.rows(i, j) = static_cast<float>(stream.uniform());
    const bool one = (sample.rows(i, 0) > 0.5F) != (sample.rows(i, 1) > 0.5F);
    sample.labels.push_back(stream.uniform() < (one ? 0.9 : 0.2) ? 1.0F : 0.0F);
  }
  return sample;
}

/// One split on feature 1 at 0.5, then a leaf alone.
TreeEnsemble by_hand() {
  TreeEnsemble trees;
  trees.features = 2;
  trees.start = {0, 3, 4};
  trees.feature = {1, TreeEnsemble::kLeaf, TreeEnsemble::kLeaf, TreeEnsemble::kLeaf};
  trees.value = {0.5F, -1.0F, 2.0F, 0.25F};
  trees.left = {1, 0, 0, 0};
  trees.right = {2, 0, 0, 0};
  return trees;
}

class BoostedTrees : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!boosted_trees_available()) GTEST_SKIP() << "built without XGBoost";
  }
};

TEST(TreeEnsemble, AddsTheLeavesARowReaches) {
  const TreeEnsemble trees = by_hand();
  trees.validate();
  const float under[] = {9.0F, 0.25F};
  const float at[] = {9.0F, 0.5F};
  EXPECT_EQ(trees.log_odds(under), -0.75F);
  EXPECT_EQ(trees.log_odds(at), 2.25F);
}

TEST(TreeEnsemble, RefusesNodesThatLeadOutOfTheirTreeOrBack) {
  const auto refused = [](auto change) {
    TreeEnsemble trees = by_hand();
    change(trees);
    EXPECT_THROW(trees.validate(), ArgumentError);
  };
  refused([](TreeEnsemble& t) { t.left[0] = 0; });
  refused([](TreeEnsemble& t) { t.right[0] = 3; });
  refused([](TreeEnsemble& t) { t.feature[0] = 2; });
  refused([](TreeEnsemble& t) { t.value[3] = std::numeric_limits<float>::infinity(); });
  refused([](TreeEnsemble& t) { t.value.pop_back(); });
  refused([](TreeEnsemble& t) { t.start = {0, 3}; });
  refused([](TreeEnsemble& t) { t.start = {0, 3, 3, 4}; });
  refused([](TreeEnsemble& t) { t.start = {}; });
}

TEST_F(BoostedTrees, LearnWhatNoSingleFeatureTells) {
  const Sample sample = either_or(4000);
  TreeBooster booster(sample.rows.view(), sample.labels, {.depth = 2, .learning_rate = 0.3});
  for (int tree = 0; tree < 30; ++tree) booster.grow();
  const TreeEnsemble trees = booster.trees();
  EXPECT_EQ(trees.trees(), 30U);
  const float one[] = {0.9F, 0.1F};
  const float both[] = {0.9F, 0.9F};
  // Log odds of 0.9 and 0.2 are 2.2 and -1.4; without the pair of features all have 0.2.
  EXPECT_GT(static_cast<double>(trees.log_odds(one)), 1.5);
  EXPECT_LT(static_cast<double>(trees.log_odds(both)), -0.8);
}

TEST_F(BoostedTrees, AsArraysSayWhatTheBoosterSays) {
  const Sample sample = either_or(500);
  TreeBooster booster(sample.rows.view(), sample.labels, {.row_share = 0.7, .column_share = 0.5});
  for (int tree = 0; tree < 20; ++tree) booster.grow();
  const TreeEnsemble trees = booster.trees();
  const std::vector<double> log_odds = booster.log_odds(sample.rows.view());
  const std::vector<double> parts = booster.contributions(sample.rows.view());
  ASSERT_EQ(parts.size(), 3 * sample.rows.rows());
  for (std::size_t i = 0; i < sample.rows.rows(); ++i) {
    EXPECT_NEAR(static_cast<double>(trees.log_odds(sample.rows.row(i))), log_odds[i], 1e-5);
    EXPECT_NEAR(parts[3 * i] + parts[3 * i + 1] + parts[3 * i + 2], log_odds[i], 1e-5);
  }
}

TEST_F(BoostedTrees, AreTheSameTreesOnEveryRun) {
  const Sample sample = either_or(500);
  const auto grown = [&](std::uint32_t seed) {
    TreeBooster booster(sample.rows.view(), sample.labels, {.row_share = 0.7, .seed = seed});
    for (int tree = 0; tree < 5; ++tree) booster.grow();
    return booster.trees();
  };
  EXPECT_EQ(grown(3).value, grown(3).value);
  EXPECT_NE(grown(3).value, grown(4).value);
}

TEST_F(BoostedTrees, RefuseWhatCannotBeLearnedFrom) {
  Sample sample = either_or(50);
  const auto refused = [&](const BoostedTreesOptions& options) {
    EXPECT_THROW(TreeBooster(sample.rows.view(), sample.labels, options), ArgumentError);
  };
  refused({.depth = 0});
  refused({.learning_rate = 0.0});
  refused({.row_share = 1.5});
  refused({.bins = 1});
  sample.labels[3] = 0.5F;
  refused({});
  sample.labels.pop_back();
  refused({});
  sample = either_or(50);
  sample.rows(2, 1) = std::numeric_limits<float>::quiet_NaN();
  refused({});
}

}  // namespace
}  // namespace tenure
