#include "kind_support.hpp"
#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/bpr.hpp>
#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/popularity.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tenure::recommender {
namespace {

using test::synthetic_matrix;
using test::threads;

BprOptions small_options() {
  BprOptions options;
  options.factors = 9;
  options.epochs = 20;
  options.batch = 300;
  return options;
}

bool same(const Matrix<float>& a, MatrixView<const float> b) {
  return a.rows() == b.rows && a.cols() == b.cols &&
         std::equal(a.data(), a.data() + a.size(), b.data);
}

Matrix<float> copy_of(MatrixView<const float> view) {
  Matrix<float> result(view.rows, view.cols);
  std::copy(view.data, view.data + result.size(), result.data());
  return result;
}

TEST(Bpr, IsTheSameAtAnyNumberOfThreads) {
  const Csr pairs = synthetic_matrix(400, 90, 9);
  BprOptions options = small_options();
  options.epochs = 3;
  const auto one = train_bpr(threads(1), pairs, options);
  const Matrix<float> users = copy_of(one->factors()->users);
  const Matrix<float> items = copy_of(one->factors()->items);
  for (const int n : {2, 3, 8}) {
    const auto many = train_bpr(threads(n), pairs, options);
    EXPECT_TRUE(same(users, many->factors()->users)) << n;
    EXPECT_TRUE(same(items, many->factors()->items)) << n;
  }
  const auto other_seed = train_bpr(threads(1, 2), pairs, options);
  EXPECT_FALSE(same(users, other_seed->factors()->users));
}

TEST(Bpr, LossFalls) {
  const Csr pairs = synthetic_matrix(400, 90, 9);
  std::vector<double> losses;
  train_bpr(threads(2), pairs, small_options(), [&](const BprEpoch& epoch) {
    EXPECT_EQ(epoch.epoch, losses.size() + 1);
    losses.push_back(epoch.loss);
  });
  ASSERT_EQ(losses.size(), 20U);
  EXPECT_NEAR(losses.front(), std::log(2.0), 0.15);  // nearly zero factors at first
  EXPECT_LT(losses.back(), 0.7 * losses.front());
}

TEST(Bpr, FirstStepIsTheGradientOfOneTriple) {
  // One user with item 0 of two: every triple is (0, 0, 1). With AdaGrad the first step of every
  // coordinate is learning_rate * sign(gradient), up to the 1e-10 under the root.
  const Csr pairs = csr_from_triplets(threads(1), 1, 2, std::vector<std::uint32_t>{0},
                                      std::vector<std::uint32_t>{0}, {});
  BprOptions options;
  options.factors = 3;
  options.epochs = 1;
  options.batch = 1;
  options.regularization = 0.0;
  options.learning_rate = 1e-9;
  const auto start = train_bpr(threads(1), pairs, options);  // as initialised, to 1e-9
  options.learning_rate = 0.25;
  const auto moved = train_bpr(threads(1), pairs, options);
  const auto a = *start->factors();
  const auto b = *moved->factors();
  for (std::size_t j = 0; j < 3; ++j) {
    const float gap = a.items(0, j) - a.items(1, j);
    EXPECT_NEAR(b.users(0, j) - a.users(0, j), std::copysign(0.25F, gap), 1e-3) << j;
    EXPECT_NEAR(b.items(0, j) - a.items(0, j), std::copysign(0.25F, a.users(0, j)), 1e-3) << j;
    EXPECT_NEAR(b.items(1, j) - a.items(1, j), -std::copysign(0.25F, a.users(0, j)), 1e-3) << j;
  }
  EXPECT_NEAR(b.items(0, 3), 0.25, 1e-3);  // biases
  EXPECT_NEAR(b.items(1, 3), -0.25, 1e-3);
  EXPECT_EQ(b.users(0, 3), 1.0F);
}

TEST(Bpr, LearnsTastesAndFoldsThemIn) {
  const test::Held data = test::hold_out(synthetic_matrix(800, 100, 10));
  BprOptions options = small_options();
  options.epochs = 40;
  const auto model = train_bpr(threads(2), data.train, options);
  const auto popularity = train_popularity(data.train);
  EvaluationSet set{data.train, data.test, false};
  EvaluationOptions at;
  at.at = {10};
  const double trained = evaluate(threads(2), *model, set, at).value("recall@10");
  const auto floor = evaluate(threads(2), *popularity, set, at);
  set.fold_in = true;
  const double folded = evaluate(threads(2), *model, set, at).value("recall@10");
  EXPECT_GT(trained, floor.metrics.front().interval->high * 1.3);
  EXPECT_GT(folded, 0.9 * trained);
}

TEST(Bpr, UsersWithoutPairsAndWithAllItemsAreFine) {
  // User 0 has every item: no negative exists. User 1 has none. Item 3 nobody but user 0 has.
  const Csr pairs =
      csr_from_triplets(threads(1), 3, 4, std::vector<std::uint32_t>{0, 0, 0, 0, 2, 2},
                        std::vector<std::uint32_t>{0, 1, 2, 3, 0, 1}, {});
  const auto model = train_bpr(threads(1), pairs, small_options());
  const auto view = *model->factors();
  for (std::size_t j = 0; j < view.users.cols; ++j) EXPECT_EQ(view.users(1, j), 0.0F);
  const Matrix<float> folded = test::all_scores(*model, pairs, true);
  for (std::size_t i = 0; i < folded.size(); ++i) EXPECT_TRUE(std::isfinite(folded.data()[i]));
}

TEST(Bpr, PairsOfValueZeroAreUnobserved) {
  Csr pairs = synthetic_matrix(60, 30, 5);
  pairs.values[3] = 0.0F;
  pairs.values[7] = 9.0F;  // values do not weigh
  Csr clean = pairs;
  clean.columns.erase(clean.columns.begin() + 3);
  clean.values.assign(clean.columns.size(), 1.0F);
  for (std::uint64_t& start : clean.row_start) start -= start > 3 ? 1 : 0;
  const auto a = train_bpr(threads(1), pairs, small_options());
  const auto b = train_bpr(threads(1), clean, small_options());
  EXPECT_TRUE(same(copy_of(a->factors()->items), b->factors()->items));
}

TEST(Bpr, DivergenceIsAnErrorThatNamesTheEpoch) {
  BprOptions options = small_options();
  options.learning_rate = 1e30;
  try {
    train_bpr(threads(2), synthetic_matrix(100, 40, 6), options);
    FAIL() << "diverged in silence";
  } catch (const NumericalError& error) {
    EXPECT_NE(std::string(error.what()).find("epoch 1;"), std::string::npos) << error.what();
  }
}

TEST(Bpr, RefusesBadInput) {
  const auto refused = [](auto change) {
    BprOptions options;
    change(options);
    EXPECT_THROW(train_bpr(threads(1), synthetic_matrix(20, 10, 3), options), ArgumentError);
  };
  refused([](BprOptions& o) { o.factors = 0; });
  refused([](BprOptions& o) { o.learning_rate = 0.0; });
  refused([](BprOptions& o) { o.learning_rate = std::numeric_limits<double>::quiet_NaN(); });
  refused([](BprOptions& o) { o.regularization = -1.0; });
  refused([](BprOptions& o) { o.epochs = 0; });
  refused([](BprOptions& o) { o.batch = 0; });
  refused([](BprOptions& o) { o.init_scale = -1.0; });
  Csr pairs = synthetic_matrix(20, 10, 3);
  std::fill(pairs.values.begin(), pairs.values.end(), 0.0F);
  EXPECT_THROW(train_bpr(threads(1), pairs, {}), ArgumentError);
  pairs.values[0] = -1.0F;
  EXPECT_THROW(train_bpr(threads(1), pairs, {}), ArgumentError);
  pairs.values[0] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(train_bpr(threads(1), pairs, {}), ArgumentError);
  EXPECT_THROW(BprModel({}, Matrix<float>(2, 64), Matrix<float>(3, 64)), ArgumentError);
  Matrix<float> users(2, 65);
  users(1, 1) = std::numeric_limits<float>::infinity();
  EXPECT_THROW(BprModel({}, std::move(users), Matrix<float>(3, 65)), NumericalError);
}

TEST(Bpr, StopsWhenAsked) {
  std::stop_source source;
  Execution execution = threads(2);
  execution.stop = source.get_token();
  BprOptions options = small_options();
  options.epochs = 1000;
  EXPECT_THROW(train_bpr(execution, synthetic_matrix(100, 40, 6), options,
                         [&](const BprEpoch&) { source.request_stop(); }),
               Cancelled);
}

TEST(Bpr, IsAKindThatSavesAndLoads) { test::expect_kind_round_trip("bpr", test::random_shop()); }

}  // namespace
}  // namespace tenure::recommender
