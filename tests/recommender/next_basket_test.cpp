#include "kind_support.hpp"
#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>
#include <tenure/recommender/next_basket.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tenure::recommender {
namespace {

using test::Row;
using test::table;
using test::threads;
using testing::ElementsAre;
using testing::FloatNear;

constexpr std::int64_t kDay = kSecondsPerDay;

TEST(NextBasket, VectorsAreEquationsOneAndTwo) {
  // Five baskets, one item each but item 0 in the newest two; groups of two from the newest back:
  // {b1}, {b2, b3}, {b4, b5}.
  const EventTable events = table(
      {{0, 1, 0}, {0, 2, 1 * kDay}, {0, 3, 2 * kDay}, {0, 0, 3 * kDay}, {0, 0, 4 * kDay}}, 1, 4);
  NextBasketOptions options;
  options.group_size = 2;
  options.within_decay = 0.5;
  options.group_decay = 0.25;
  const auto model = train_next_basket(threads(1), build_baskets(threads(1), events), options);
  const float g1 = 1.0F;             // v_1 = b1
  const float g2_old = 0.5F / 2.0F;  // v_2 = (0.5 b2 + b3) / 2
  const float g2_new = 1.0F / 2.0F;
  const float g3 = (0.5F + 1.0F) / 2.0F;  // v_3 = (0.5 b4 + b5) / 2
  EXPECT_THAT(model->vectors().values,
              ElementsAre(FloatNear(g3 / 3.0F, 1e-6F), FloatNear(0.0625F * g1 / 3.0F, 1e-6F),
                          FloatNear(0.25F * g2_old / 3.0F, 1e-6F),
                          FloatNear(0.25F * g2_new / 3.0F, 1e-6F)));
}

/// Scores straight from the definition, densely.
std::vector<double> dense_scores(const Csr& vectors, std::uint32_t user,
                                 const NextBasketOptions& options) {
  const auto n_users = static_cast<std::uint32_t>(vectors.rows());
  Matrix<double> dense(n_users, vectors.n_columns);
  const CsrView view = vectors;
  for (std::uint32_t u = 0; u < n_users; ++u) {
    for (std::size_t j = 0; j < view.row_size(u); ++j) {
      dense(u, view.row_columns(u)[j]) = static_cast<double>(view.row_values(u)[j]);
    }
  }
  const auto dot = [&](std::uint32_t a, std::uint32_t b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < dense.cols(); ++i) sum += dense(a, i) * dense(b, i);
    return sum;
  };
  std::vector<std::pair<double, std::uint32_t>> near;
  for (std::uint32_t u = 0; u < n_users; ++u) {
    if (u == user || !(dot(user, u) > 0.0)) continue;
    near.emplace_back(-dot(user, u) / std::sqrt(dot(u, u) * dot(user, user)), u);
  }
  std::sort(near.begin(), near.end());
  near.resize(std::min<std::size_t>(near.size(), options.neighbours));
  double total = 0.0;
  for (const auto& [minus, u] : near) total += std::pow(-minus, options.similarity_power);
  std::vector<double> scores(dense.cols());
  for (std::size_t i = 0; i < dense.cols(); ++i) {
    scores[i] = options.alpha * dense(user, i);
    for (const auto& [minus, u] : near) {
      scores[i] +=
          (1.0 - options.alpha) * std::pow(-minus, options.similarity_power) / total * dense(u, i);
    }
  }
  return scores;
}

TEST(NextBasket, ScoresAreEquationThree) {
  // All neighbours, so that ties at the border cannot differ from the dense sums by rounding.
  const Baskets baskets = build_baskets(threads(1), test::random_shop(60, 20));
  for (const double power : {0.0, 2.0}) {
    NextBasketOptions options;
    options.neighbours = 1000;
    options.alpha = 0.3;
    options.group_size = 3;
    options.similarity_power = power;
    options.trend_power = 0.0;
    const auto model = train_next_basket(threads(1), baskets, options);
    const Matrix<float> scores = test::all_scores(*model, model->vectors(), false);
    for (std::uint32_t user = 0; user < 60; ++user) {
      const auto expected = dense_scores(model->vectors(), user, options);
      for (std::size_t i = 0; i < expected.size(); ++i) {
        // Popularity adds less than 2^-24, rounding of about 60 float sums the rest.
        EXPECT_NEAR(scores(user, i), expected[i], 2e-6) << user << " " << i;
      }
    }
  }
}

TEST(NextBasket, ANeighbourLendsItsItems) {
  // c0 and c1 share i0; c1 also has i1; c2 has i2 alone.
  const EventTable events = table({{0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {2, 2, 0}, {3, 2, 0}}, 4, 4);
  NextBasketOptions options;
  options.alpha = 0.5;
  options.trend_power = 0.0;
  const auto model = train_next_basket(threads(1), build_baskets(threads(1), events), options);
  const Matrix<float> scores = test::all_scores(*model, model->vectors(), false);
  EXPECT_NEAR(scores(0, 0), 1.0, 1e-6);
  EXPECT_NEAR(scores(0, 1), 0.5, 1e-6);
  EXPECT_GT(scores(0, 2), scores(0, 3));  // nobody near has either: the popular one first
  EXPECT_LT(scores(0, 2), 1e-6);
}

TEST(NextBasket, TrendIsRecentAgainstUsualSales) {
  // Over days 0 to 99: item 0 sold 4 times, all of them in the last 10 days; item 1 4 times, none
  // of them recent; item 2 never. c = 0.1 * 8 / (100 * 4).
  std::vector<Row> rows;
  for (std::uint32_t user = 0; user < 4; ++user) {
    rows.push_back({user, 0, (96 + user) * kDay});
    rows.push_back({user, 1, user * kDay});
  }
  NextBasketOptions options;
  options.trend_days = 10.0;
  options.trend_power = 0.5;
  const Baskets baskets = build_baskets(threads(1), table(rows, 4, 4));
  const double c = 0.002;
  const auto trends = item_trends(baskets, options);
  EXPECT_NEAR(trends[0], std::sqrt((0.4 + c) / (0.04 + c)), 1e-6);
  EXPECT_NEAR(trends[1], std::sqrt(c / (0.04 + c)), 1e-6);
  EXPECT_EQ(trends[2], 1.0F);
  const auto model = train_next_basket(threads(1), baskets, options);
  const Matrix<float> scores = test::all_scores(*model, model->vectors(), false);
  options.trend_power = 0.0;
  const Matrix<float> plain =
      test::all_scores(*train_next_basket(threads(1), baskets, options), model->vectors(), false);
  EXPECT_NEAR(scores(0, 0), plain(0, 0) * trends[0], 1e-6);
  EXPECT_NEAR(scores(0, 1), plain(0, 1) * trends[1], 1e-6);
}

TEST(NextBasket, ScoresANewUserLikeATrainedOneOfOneBasket) {
  // The stranger has customer 0's basket; customer 0 itself is then its nearest neighbour.
  const EventTable events = table({{0, 0, 0}, {0, 1, 0}, {1, 1, 0}, {1, 2, 0}}, 2, 3);
  NextBasketOptions options;
  options.alpha = 0.0;
  options.neighbours = 1;
  options.trend_power = 0.0;
  const auto model = train_next_basket(threads(1), build_baskets(threads(1), events), options);
  Csr history = model->vectors();
  std::fill(history.values.begin(), history.values.end(), 7.0F);  // values are not looked at
  const Matrix<float> scores = test::all_scores(*model, history, true);
  EXPECT_NEAR(scores(0, 0), 1.0, 1e-6);
  EXPECT_NEAR(scores(0, 1), 1.0, 1e-6);
  EXPECT_NEAR(scores(0, 2), 0.0, 1e-6);
}

TEST(NextBasket, StaysFiniteOverManyOldBaskets) {
  std::vector<Row> rows;
  for (std::uint32_t day = 0; day < 5000; ++day) rows.push_back({0, day % 50, day * kDay});
  rows.push_back({1, 7, 0});
  NextBasketOptions options;
  options.within_decay = 0.01;
  options.group_decay = 0.01;
  const auto model =
      train_next_basket(threads(1), build_baskets(threads(1), table(rows, 2, 50)), options);
  EXPECT_EQ(model->vectors().nonzeros(), 51U);
  const Matrix<float> scores = test::all_scores(*model, model->vectors(), false);
  for (std::size_t i = 0; i < scores.size(); ++i) ASSERT_TRUE(std::isfinite(scores.data()[i]));
}

TEST(NextBasket, RefusesBadOptions) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const auto refused = [](auto change) {
    NextBasketOptions options;
    change(options);
    EXPECT_THROW(validate(options), ArgumentError);
  };
  refused([](NextBasketOptions& o) { o.neighbours = 0; });
  refused([](NextBasketOptions& o) { o.group_size = 0; });
  refused([](NextBasketOptions& o) { o.within_decay = 0.0; });
  refused([](NextBasketOptions& o) { o.group_decay = 1.5; });
  refused([nan](NextBasketOptions& o) { o.alpha = nan; });
  refused([nan](NextBasketOptions& o) { o.similarity_power = nan; });
  refused([nan](NextBasketOptions& o) { o.trend_power = nan; });
  refused([](NextBasketOptions& o) { o.trend_days = 0.5; });
  Csr vectors = test::synthetic_matrix(5, 10, 3);
  EXPECT_THROW(NextBasketModel(threads(1), {}, vectors, {1.0F}), ArgumentError);
  vectors.values[0] = -1.0F;
  EXPECT_THROW(NextBasketModel(threads(1), {}, vectors), ArgumentError);
}

TEST(NextBasket, IsAKindThatSavesAndLoads) {
  test::expect_kind_round_trip("next-basket", test::random_shop());
}

}  // namespace
}  // namespace tenure::recommender
