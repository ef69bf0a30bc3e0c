#include "dense_reference.hpp"
#include "kind_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/recommend.hpp>
#include <tenure/recommender/stack.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <utility>

namespace tenure::recommender {
namespace {

using test::threads;

constexpr std::uint32_t kUsers = 2000;
constexpr std::uint32_t kItems = 80;

ModelComponent component(std::string_view name, double weight) {
  const ModelKind& kind = model_kind(name);
  return {&kind, OptionValues(kind.options), weight};
}

/// A shop in which short histories follow popularity and long ones a taste of their own, so that
/// no single weight of the two suits everybody.
EventTable two_worlds() {
  std::vector<test::Row> rows;
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    RandomStream stream(7, {Purpose::kSynthetic, 3, user, 0});
    const bool keen = user % 2 == 0;
    std::set<std::uint32_t> items;
    const std::size_t wanted = keen ? 10 : 4;
    while (items.size() < wanted) {
      const double rank = std::pow(stream.uniform(), 3.0);
      items.insert(keen ? user / 2 % 4 * 20 + static_cast<std::uint32_t>(rank * 20)
                        : static_cast<std::uint32_t>(rank * kItems));
    }
    for (const std::uint32_t item : items) rows.push_back({user, item, 0});
  }
  return test::table(rows, kUsers, kItems);
}

/// small: quick to train.
StackOptions small() {
  StackOptions options;
  options.trees = 20;
  options.shortlist = 20;
  options.growth.min_child_weight = 5.0;
  return options;
}

class Stack : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!boosted_trees_available()) GTEST_SKIP() << "built without XGBoost";
    events_ = two_worlds();
    components_ = {component("ials", 1.0), component("popularity", 1.0)};
    components_[0].values.set("factors", 8.0);
    use(split_rows(threads(1), events_, parse_split("random:0.2")));
  }

  void use(const RowSplit& split) {
    rows_ = split.train;
    known_ = build_interactions(threads(1), events_, {}, split.train);
    test_ = build_interactions(threads(1), events_, {}, split.test);
  }

  TrainingInput input() const {
    TrainingInput input;
    input.events = &events_;
    input.rows = rows_;
    input.interactions = &known_;
    input.components = components_;
    return input;
  }

  /// The n items of the highest scores that the user does not know.
  std::vector<std::uint32_t> best_unknown(const Model& model, std::uint32_t user,
                                          std::uint32_t n) const {
    RecommendOptions options;
    options.k = n;
    const std::vector<std::uint32_t> one{user};
    const TopLists lists =
        recommend(threads(1), model, {one, one, known_.user_items}, options).lists;
    return {lists.list_ids(0).begin(), lists.list_ids(0).end()};
  }

  double ndcg(const Model& model) const {
    EvaluationOptions options;
    options.at = {10};
    options.bootstrap_samples = 0;
    return evaluate(threads(2), model, {known_.user_items, test_.user_items, false}, options)
        .value("ndcg@10");
  }

  EventTable events_;
  std::vector<std::uint8_t> rows_;
  std::vector<ModelComponent> components_;
  Interactions known_, test_;
};

TEST_F(Stack, RanksBetterThanItsBlendWhereCustomersDiffer) {
  StackOptions options = small();
  options.trees = 60;
  options.hold_out = {SplitMethod::kRandom, 0.2, 1};
  const auto stack = train_stack(threads(2), input(), options);
  // 2,000 lists, whose mean has a standard error of about 0.008.
  EXPECT_GT(ndcg(*stack), ndcg(stack->base()) + 0.05);
}

TEST_F(Stack, PutsCandidatesByLogOddsBeforeEverythingElse) {
  const auto stack = train_stack(threads(2), input(), small());
  const Matrix<float> scores = test::all_scores(*stack, known_.user_items, false);
  const Matrix<float> blend = test::all_scores(stack->base(), known_.user_items, false);
  for (std::uint32_t user = 0; user < kUsers; user += 50) {
    std::set<std::uint32_t> candidates;
    for (const BlendPart& part : stack->base().parts()) {
      const std::vector<std::uint32_t> best = best_unknown(*part.model, user, 20);
      candidates.insert(best.begin(), best.end());
    }
    ASSERT_GE(candidates.size(), 20U);
    ASSERT_LE(candidates.size(), 40U);
    float lowest = std::numeric_limits<float>::max();
    for (const std::uint32_t item : candidates) lowest = std::min(lowest, scores(user, item));
    for (std::uint32_t item = 1; item < kItems; ++item) {
      if (candidates.count(item) > 0) continue;
      EXPECT_LE(scores(user, item), lowest - 0.99F);
      for (std::uint32_t other = 0; other < item; ++other) {
        if (candidates.count(other) > 0 || blend(user, item) == blend(user, other)) continue;
        EXPECT_EQ(scores(user, item) > scores(user, other), blend(user, item) > blend(user, other));
      }
    }
  }
}

TEST_F(Stack, TakesKnownItemsForCandidatesWhereAsked) {
  StackOptions options = small();
  options.known_items = true;
  options.hold_out = {SplitMethod::kRandom, 0.2, 1};
  const auto stack = train_stack(threads(2), input(), options);
  const Matrix<float> scores = test::all_scores(*stack, known_.user_items, false);
  std::size_t first = 0;
  for (std::uint32_t user = 0; user < kUsers; ++user) {
    const auto best = std::max_element(scores.row(user), scores.row(user) + kItems);
    const auto item = static_cast<std::uint32_t>(best - scores.row(user));
    const auto known = known_.user_items.view().row_columns(user);
    first += std::binary_search(known.begin(), known.end(), item) ? 1 : 0;
  }
  EXPECT_GT(first, 0U);
}

TEST_F(Stack, FillsListsThatAreLongerThanTheCandidates) {
  const auto stack = train_stack(threads(2), input(), small());
  RecommendOptions options;
  options.k = kItems;
  const std::vector<std::uint32_t> user{4};
  const TopLists lists =
      recommend(threads(1), *stack, {user, user, known_.user_items}, options).lists;
  EXPECT_EQ(lists.list_ids(0).size(), kItems - known_.user_items.view().row_size(4));
}

TEST_F(Stack, IsTheSameAtAnyNumberOfThreadsAndComesBackFromItsFile) {
  const tenure::test::TempDir dir;
  const auto one = train_stack(threads(1), input(), small());
  const Matrix<float> expected = test::all_scores(*one, known_.user_items, false);
  const Matrix<float> as_new = test::all_scores(*one, known_.user_items, true);
  const auto same = [](const Matrix<float>& a, const Matrix<float>& b) {
    return std::equal(a.data(), a.data() + a.size(), b.data());
  };
  for (const int n : {2, 3, 8}) {
    const auto stack = train_stack(threads(n), input(), small());
    EXPECT_TRUE(same(test::all_scores(*stack, known_.user_items, false), expected)) << n;
  }
  const auto loaded = test::saved_and_loaded(*one, dir / "model.h5");
  EXPECT_EQ(loaded->name(), "stack");
  EXPECT_TRUE(same(test::all_scores(*loaded, known_.user_items, false), expected));
  EXPECT_TRUE(same(test::all_scores(*loaded, known_.user_items, true), as_new));
}

TEST_F(Stack, LearnsFromItsPartOfTheLogAlone) {
  const auto stack = train_stack(threads(2), input(), small());
  // Whatever the rows left out hold, the trees are the same.
  for (std::size_t row = 0; row < events_.rows(); ++row) {
    if (rows_[row] == 0) events_.item[row] = (events_.item[row] + 7) % kItems;
  }
  const auto again = train_stack(threads(2), input(), small());
  EXPECT_EQ(again->trees().value, stack->trees().value);
  EXPECT_EQ(again->trees().feature, stack->trees().feature);
}

TEST_F(Stack, RefusesWhatItCannotLearnFrom) {
  TrainingInput bad = input();
  bad.events = nullptr;
  EXPECT_THROW(train_stack(threads(1), bad, small()), ArgumentError);
  bad = input();
  bad.components = {};
  EXPECT_THROW(train_stack(threads(1), bad, small()), ArgumentError);
  StackOptions options = small();
  options.trees = 0;
  EXPECT_THROW(train_stack(threads(1), input(), options), ArgumentError);
  options = small();
  options.hold_out = {SplitMethod::kTemporal, 0.8, 1};
  events_.time.clear();
  EXPECT_THROW(train_stack(threads(1), input(), options), DataError);
}

TEST_F(Stack, RefusesTreesOfOtherComponents) {
  const auto stack = train_stack(threads(1), input(), small());
  TreeEnsemble trees = stack->trees();
  trees.features += 1;
  StackScale scale;
  scale.item_log_popularity.assign(kItems, 0.0F);
  EXPECT_THROW(StackModel(train_blend(threads(1), input()), trees, scale, 20, false, 0.2),
               ArgumentError);
  scale.item_log_popularity.pop_back();
  EXPECT_THROW(StackModel(train_blend(threads(1), input()), stack->trees(), scale, 20, false, 0.2),
               ArgumentError);
}

}  // namespace
}  // namespace tenure::recommender
