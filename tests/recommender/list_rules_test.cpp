// What a shop wants of its lists, for models with factors and models with scores alike.
#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/popularity.hpp>
#include <tenure/recommender/recommend.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace tenure::recommender {
namespace {

using test::synthetic_matrix;
using test::threads;

constexpr std::uint32_t kUsers = 200;
constexpr std::uint32_t kItems = 100;
constexpr std::uint32_t kWidth = 10;

/// The scores of a model with factors behind a model without: every rule must act alike on both.
class ScoresOf final : public Model {
 public:
  explicit ScoresOf(const Model& inner) : inner_(inner) {}
  std::string_view name() const noexcept override { return "scores"; }
  std::uint32_t n_users() const noexcept override { return inner_.n_users(); }
  std::uint32_t n_items() const noexcept override { return inner_.n_items(); }
  bool personal() const noexcept override { return true; }
  void score(const UserBatch& batch, MatrixView<float> out) const override {
    inner_.score(batch, out);
  }
  void save(ContainerWriter&, const std::string&) const override {}

 private:
  const Model& inner_;
};

class ListRulesOf : public testing::TestWithParam<const char*> {
 protected:
  ListRulesOf() : pairs_(synthetic_matrix(kUsers, kItems, 10)), rows_(test::all_rows(kUsers)) {
    IalsOptions options;
    options.factors = 8;
    options.epochs = 3;
    ials_ = train_ials(threads(2), pairs_, options);
    scores_ = std::make_unique<ScoresOf>(*ials_);
    popular_ = train_popularity(pairs_);
    options_.k = kWidth;
    options_.fallback = popular_.get();
    const std::string_view how = GetParam();
    if (how == "hnsw" || how == "flat" || how == "ivf") {
      RetrieverOptions retrieval;
      retrieval.kind = retriever_kind_from_string(how).value();
      retriever_ = make_retriever(threads(1), ials_->factors()->items, retrieval);
      options_.retriever = retriever_.get();
    }
  }
  const Model& model() const {
    const std::string_view how = GetParam();
    if (how == "scores") return *scores_;
    if (how == "popularity") return *popular_;
    return *ials_;
  }
  static bool approximate() {
    const std::string_view how = GetParam();
    return how == "hnsw" || how == "ivf";
  }
  UserBatch everyone() const { return {rows_, rows_, pairs_}; }
  Recommendations make() const { return recommend(threads(2), model(), everyone(), options_); }

  /// The score that should rank an item: the model's, popularity's where it stands in.
  Matrix<float> scores() const {
    Matrix<float> out(kUsers, kItems);
    model().score(everyone(), out.view());
    for (std::size_t user = 0; user < kUsers; ++user) {
      if (!model().personal() || pairs_.view().row_size(user) > 0) continue;
      std::copy_n(popular_->item_scores().begin(), kItems, out.row(user));
    }
    return out;
  }
  bool seen(std::size_t user, std::uint32_t item) const {
    const auto known = pairs_.view().row_columns(user);
    return std::binary_search(known.begin(), known.end(), item);
  }

  Csr pairs_;
  std::vector<std::uint32_t> rows_;
  std::unique_ptr<IalsModel> ials_;
  std::unique_ptr<ScoresOf> scores_;
  std::unique_ptr<PopularityModel> popular_;
  std::unique_ptr<Retriever> retriever_;
  RecommendOptions options_;
};

INSTANTIATE_TEST_SUITE_P(Models, ListRulesOf,
                         testing::Values("exact", "flat", "hnsw", "ivf", "scores", "popularity"),
                         [](const auto& kind) { return std::string(kind.param); });

TEST_P(ListRulesOf, AllowDenyAndStockLeaveListsFull) {
  // 30 allowed, 5 of them denied, 5 sold out: 20 are left, of which a customer has seen some.
  std::vector<std::uint8_t> allowed(kItems);
  std::vector<std::uint8_t> denied(kItems);
  std::vector<std::uint8_t> stock(kItems, 1);
  for (std::size_t i = 60; i < 90; ++i) allowed[i] = 1;
  for (std::size_t i = 60; i < 65; ++i) denied[i] = 1;
  for (std::size_t i = 85; i < 90; ++i) stock[i] = 0;
  options_.rules.allowed = allowed;
  options_.rules.denied = denied;
  options_.rules.in_stock = stock;
  const Recommendations made = make();
  for (std::size_t user = 0; user < kUsers; ++user) {
    std::uint32_t left = 0;
    for (std::uint32_t item = 65; item < 85; ++item) left += seen(user, item) ? 0U : 1U;
    ASSERT_EQ(made.lists.counts[user], std::min(kWidth, left)) << user;
    for (const std::uint32_t item : made.lists.list_ids(user)) {
      EXPECT_TRUE(item >= 65 && item < 85 && !seen(user, item)) << user << " " << item;
    }
  }
}

TEST_P(ListRulesOf, AFewAllowedItemsAreAllListed) {
  std::vector<std::uint8_t> allowed(kItems);
  allowed[93] = allowed[97] = allowed[99] = 1;  // a graph search alone would hardly meet them
  options_.rules.allowed = allowed;
  options_.allow_seen = true;
  const Recommendations made = make();
  for (std::size_t user = 0; user < kUsers; ++user) {
    std::vector<std::uint32_t> ids(made.lists.list_ids(user).begin(),
                                   made.lists.list_ids(user).end());
    std::sort(ids.begin(), ids.end());
    EXPECT_THAT(ids, testing::ElementsAre(93, 97, 99)) << user;
  }
}

TEST_P(ListRulesOf, BoostsRankByTheDocumentedScore) {
  std::vector<float> factor(kItems, 1.0F);
  std::vector<float> add(kItems, 0.0F);
  for (std::size_t i = 0; i < kItems; i += 7) factor[i] = i % 2 == 0 ? 3.0F : 0.25F;
  for (std::size_t i = 0; i < kItems; i += 11) add[i] = 0.2F;
  add[55] = 1e6F;  // first wherever it may be listed
  options_.rules.boost_factor = factor;
  options_.rules.boost_add = add;
  Matrix<float> expected = scores();
  const Recommendations made = make();
  std::size_t exact = 0;
  for (std::size_t user = 0; user < kUsers; ++user) {
    std::vector<std::pair<float, std::uint32_t>> order;
    for (std::uint32_t item = 0; item < kItems; ++item) {
      if (seen(user, item)) continue;
      const float s = expected(user, item);
      order.emplace_back((s >= 0 ? s * factor[item] : s / factor[item]) + add[item], item);
    }
    std::sort(order.begin(), order.end(), std::greater<>());
    ASSERT_EQ(made.lists.counts[user], kWidth);
    for (std::size_t i = 0; i < kWidth; ++i) {
      // Sums of eight products differ in the last bits with the order of adding.
      const double error =
          std::abs(static_cast<double>(made.lists.list_scores(user)[i] - order[i].first));
      exact += error <= 1e-5 * std::max(1.0, static_cast<double>(order[i].first)) ? 1U : 0U;
    }
    if (!seen(user, 55)) {
      EXPECT_EQ(made.lists.list_ids(user)[0], 55U);
    }
  }
  if (approximate()) {
    EXPECT_GT(exact, kUsers * kWidth * 8 / 10);  // the graph is approximate
  } else {
    EXPECT_EQ(exact, kUsers * kWidth);
  }
}

TEST_P(ListRulesOf, ACapHoldsAndTheListIsTheBestUnderIt) {
  // Category 0 holds nearly all items, so the first candidates run out of others.
  std::vector<std::uint32_t> categories(kItems, 0);
  for (std::uint32_t i = 88; i < kItems; ++i) categories[i] = 1 + i % 4;
  categories[87] = kNoCategory;
  options_.rules.categories = categories;
  options_.rules.category_cap = 2;
  options_.allow_seen = true;
  const Recommendations made = make();
  const Matrix<float> all = scores();
  for (std::size_t user = 0; user < kUsers; ++user) {
    ASSERT_EQ(made.lists.counts[user], kWidth) << user;  // 2 of each of 5, and room for item 87
    std::map<std::uint32_t, int> counts;
    float lowest = std::numeric_limits<float>::infinity();
    for (const std::uint32_t item : made.lists.list_ids(user)) {
      if (categories[item] != kNoCategory) {
        EXPECT_LE(++counts[categories[item]], 2);
      }
      if (categories[item] == 0) lowest = std::min(lowest, all(user, item));
    }
    // The two of category 0 are its best two.
    int better = 0;
    for (std::uint32_t item = 0; item < 87; ++item) better += all(user, item) > lowest + 1e-5F;
    EXPECT_LE(better, 1) << user;
  }
}

TEST_P(ListRulesOf, ACapShortensAListOnlyWhereTheCatalogueIsExhausted) {
  const std::vector<std::uint32_t> categories(kItems, 4);
  options_.rules.categories = categories;
  options_.rules.category_cap = 3;
  for (const std::uint32_t count : make().lists.counts) EXPECT_EQ(count, 3U);
}

TEST_P(ListRulesOf, DiversityLowersLikenessAndKeepsTheBestFirst) {
  std::vector<std::uint32_t> categories(kItems);
  for (std::uint32_t i = 0; i < kItems; ++i) categories[i] = i % 5;
  options_.rules.categories = categories;
  const Recommendations plain = make();
  options_.rules.diversity = 0.5;
  const Recommendations diverse = make();
  const auto same_category_pairs = [&](const Recommendations& made) {
    std::size_t same = 0;
    for (std::size_t user = 0; user < kUsers; ++user) {
      const auto ids = made.lists.list_ids(user);
      for (std::size_t i = 0; i < ids.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) same += categories[ids[i]] == categories[ids[j]];
      }
    }
    return same;
  };
  for (std::size_t user = 0; user < kUsers; ++user) {
    ASSERT_EQ(diverse.lists.counts[user], kWidth);
    if (approximate()) continue;  // more candidates may find a better one
    EXPECT_EQ(diverse.lists.list_ids(user)[0], plain.lists.list_ids(user)[0]) << user;
  }
  // Popularity's lists spread over the categories as they are.
  const double before = static_cast<double>(same_category_pairs(plain));
  EXPECT_LE(static_cast<double>(same_category_pairs(diverse)),
            (model().personal() ? 0.9 : 1.0) * before);
}

TEST_P(ListRulesOf, ListsAreTheSameAtAnyNumberOfThreads) {
  std::vector<std::uint32_t> categories(kItems);
  std::vector<float> factor(kItems, 1.0F);
  for (std::uint32_t i = 0; i < kItems; ++i) {
    categories[i] = i % 3;
    factor[i] = i % 4 == 0 ? 1.5F : 1.0F;
  }
  options_.rules.categories = categories;
  options_.rules.category_cap = 4;
  options_.rules.boost_factor = factor;
  options_.rules.diversity = 0.2;
  const Recommendations one = recommend(threads(1), model(), everyone(), options_);
  for (const int n : {2, 3, 8}) {
    const Recommendations again = recommend(threads(n), model(), everyone(), options_);
    EXPECT_EQ(one.lists.ids, again.lists.ids);
    EXPECT_EQ(one.lists.scores, again.lists.scores);
  }
}

TEST_P(ListRulesOf, RefuseWhatIsOutOfRange) {
  const auto refused = [&](const ListRules& rules) {
    options_.rules = rules;
    EXPECT_THROW(make(), ArgumentError);
  };
  const std::vector<std::uint8_t> none(kItems);
  const std::vector<std::uint8_t> few(3, 1);
  std::vector<float> boost(kItems, 1.0F);
  ListRules rules;
  rules.allowed = none;
  refused(rules);
  for (std::span<const std::uint8_t> ListRules::*list :
       {&ListRules::allowed, &ListRules::denied, &ListRules::in_stock}) {
    rules = {};
    rules.*list = few;
    refused(rules);
  }
  rules = {};
  rules.category_cap = 2;
  refused(rules);
  rules = {};
  rules.diversity = 1.0;
  refused(rules);
  for (const float value : {0.0F, -1.0F, std::numeric_limits<float>::quiet_NaN()}) {
    boost[3] = value;
    rules = {};
    rules.boost_factor = boost;
    refused(rules);
  }
  boost[3] = std::numeric_limits<float>::infinity();
  rules = {};
  rules.boost_add = boost;
  refused(rules);
}

TEST(ListRulesDiversity, TakesMarginallyRelevantItemsStepByStep) {
  // Scores 1, .9, .8, 0 for one user; item 1 points where item 0 does, item 2 across.
  Matrix<float> users(1, 2);
  Matrix<float> items(4, 2);
  users(0, 0) = 1.0F;
  users(0, 1) = 0.8F;
  items(0, 0) = 1.0F;
  items(1, 0) = 0.9F;
  items(2, 1) = 1.0F;
  IalsOptions trained;
  trained.factors = 2;
  const IalsModel model(threads(1), trained, std::move(users), std::move(items));
  const Csr known = csr_from_triplets(threads(1), 1, 4, {}, {}, {});
  const std::vector<std::uint32_t> row{0};
  RecommendOptions options;
  options.k = 4;
  // With diversity .5: item 0 first; then 2 (.4 - 0) before 1 (.45 - .5) and 3 (0 - 0, a zero
  // vector is like nothing); then 3 (0) before 1 (-.05).
  options.rules.diversity = 0.5;
  const Recommendations made = recommend(threads(1), model, {row, row, known}, options);
  EXPECT_THAT(made.lists.ids, testing::ElementsAre(0, 2, 3, 1));
}

TEST(ListRulesDiversity, NeedsFactorsOrCategories) {
  const PopularityModel model(1, {2.0F, 1.0F});
  const Csr known = csr_from_triplets(threads(1), 1, 2, {}, {}, {});
  const std::vector<std::uint32_t> row{0};
  RecommendOptions options;
  options.rules.diversity = 0.3;
  EXPECT_THROW(recommend(threads(1), model, {row, row, known}, options), ArgumentError);
}

}  // namespace
}  // namespace tenure::recommender
