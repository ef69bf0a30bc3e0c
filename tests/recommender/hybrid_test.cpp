#include "feature_regression.hpp"
#include "ials_solver.hpp"
#include "prior_solver.hpp"
#include "text_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/hybrid.hpp>

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenure::recommender {
namespace {

using Dense = Eigen::MatrixXd;
using test::threads;

Dense dense(const CsrView& rows, bool constant) {
  Dense out = Dense::Zero(static_cast<Eigen::Index>(rows.rows()),
                          static_cast<Eigen::Index>(rows.n_columns) + (constant ? 1 : 0));
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    for (std::size_t j = 0; j < rows.row_size(i); ++j) {
      out(row, rows.row_columns(i)[j]) = static_cast<double>(rows.row_values(i)[j]);
    }
    if (constant && rows.row_size(i) > 0) out(row, rows.n_columns) = 1.0;
  }
  return out;
}

Dense dense(MatrixView<const float> from) {
  Dense out(static_cast<Eigen::Index>(from.rows), static_cast<Eigen::Index>(from.cols));
  for (std::size_t i = 0; i < from.rows; ++i) {
    for (std::size_t j = 0; j < from.cols; ++j) {
      out(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
          static_cast<double>(from(i, j));
    }
  }
  return out;
}

/// A shop whose last items have texts and no events.
struct Shop {
  static constexpr std::uint32_t kItems = 60;
  static constexpr std::uint32_t kSold = 50;
  Csr pairs;
  Csr features;
  HybridOptions options;

  Shop() {
    EventTable events = test::with_texts(test::table({}, 1, kItems));
    features = tfidf_features(events).rows;
    pairs = test::synthetic_matrix(200, kSold, 8, true);
    pairs.n_columns = kItems;
    options.ials.factors = 6;
    options.ials.epochs = 4;
  }

  double lambda(std::size_t n, double others) const {
    return options.ials.regularization *
           std::pow(static_cast<double>(n) + options.ials.unobserved_weight * others,
                    options.ials.regularization_exponent);
  }
  /// lambda_i of items with pairs, else 0.
  Eigen::VectorXd weights() const {
    Eigen::VectorXd result = Eigen::VectorXd::Zero(kItems);
    std::vector<std::size_t> n(kItems);
    for (const std::uint32_t item : pairs.columns) ++n[item];
    for (std::uint32_t i = 0; i < kItems; ++i) {
      if (n[i] > 0) result[i] = lambda(n[i], 200.0);
    }
    return result;
  }
  double penalty() const {
    const Eigen::VectorXd w = weights();
    return options.feature_regularization * w.sum() / static_cast<double>((w.array() > 0).count());
  }
  /// The best map from features to given item factors.
  Dense regression(const Dense& items) const {
    const Dense x = dense(features, true);
    const Dense system = x.transpose() * weights().asDiagonal() * x +
                         penalty() * Dense::Identity(x.cols(), x.cols());
    return system.llt().solve(x.transpose() * weights().asDiagonal() * items);
  }
  /// What training lowers, at the best map for the items.
  double objective(const HybridModel& model) const {
    const Dense users = dense(model.factors()->users);
    Dense items = dense(model.factors()->items);
    for (std::uint32_t i = 0; i < kItems; ++i) {
      if (model.new_items()[i] != 0) items.row(i).setZero();
    }
    const Dense b = regression(items);
    const Dense means = dense(features, true) * b;
    const Dense scores = users * items.transpose();
    double loss =
        options.ials.unobserved_weight * scores.squaredNorm() + penalty() * b.squaredNorm();
    const CsrView view = pairs;
    for (std::uint32_t user = 0; user < 200; ++user) {
      for (std::size_t k = 0; k < view.row_size(user); ++k) {
        const double miss = 1.0 - scores(user, view.row_columns(user)[k]);
        loss += static_cast<double>(view.row_values(user)[k]) * miss * miss;
      }
      loss += lambda(view.row_size(user), kItems) * users.row(user).squaredNorm();
    }
    for (std::uint32_t i = 0; i < kItems; ++i) {
      loss += weights()[i] * (items.row(i) - means.row(i)).squaredNorm();
    }
    return loss;
  }
};

TEST(FeatureRegression, SolvesTheNormalEquations) {
  const Shop shop;
  const Matrix<float> targets = test::random_factors(Shop::kItems, 5, 3);
  const Eigen::VectorXd weights = shop.weights();
  const detail::FeatureRegression regression(
      threads(2), shop.features, {weights.data(), weights.data() + weights.size()}, shop.penalty());
  const Matrix<double> b = regression.solve(threads(2), targets.view());
  const Dense expected = shop.regression(dense(targets.view()));
  ASSERT_EQ(b.rows(), static_cast<std::size_t>(expected.rows()));
  for (Eigen::Index i = 0; i < expected.rows(); ++i) {
    for (Eigen::Index j = 0; j < 5; ++j) {
      EXPECT_NEAR(b(static_cast<std::size_t>(i), static_cast<std::size_t>(j)), expected(i, j),
                  1e-4 * expected.norm());
    }
  }
  for (const int n : {1, 3, 8}) {
    const Matrix<double> again = regression.solve(threads(n), targets.view());
    EXPECT_TRUE(std::equal(b.data(), b.data() + b.size(), again.data()));
  }
  // Nothing to explain is explained by nothing.
  const Matrix<double> none = regression.solve(threads(1), Matrix<float>(Shop::kItems, 2).view());
  EXPECT_TRUE(std::all_of(none.data(), none.data() + none.size(), [](double v) { return v == 0; }));
}

TEST(PriorSolver, IsTheExactMinimumForShortAndLongRows) {
  const Csr pairs = test::synthetic_matrix(120, 40, 12, true);
  const CsrView view = pairs;
  for (const std::size_t d : {3U, 24U}) {  // most rows longer, most shorter
    Matrix<float> fixed = test::random_factors(40, d, 1);
    Matrix<float> means = test::random_factors(120, d, 2);
    Matrix<float> solved(120, d);
    const Dense f = dense(fixed.view());
    const Dense mu = dense(means.view());
    IalsOptions options;
    options.factors = static_cast<std::uint32_t>(d);
    detail::solve_side_with_means(threads(2), pairs, options, {1, "item"}, fixed, means, solved);
    // Rotations leave scores: compare F h with the scores of the dense solution.
    const Dense scores = dense(solved.view()) * dense(fixed.view()).transpose();
    for (std::uint32_t row = 0; row < 120; ++row) {
      const std::size_t n = view.row_size(row);
      Eigen::VectorXd expected = Eigen::VectorXd::Zero(static_cast<Eigen::Index>(d));
      if (n > 0) {
        const double lambda = detail::row_regularization(options, n, 40);
        Dense system = options.unobserved_weight * f.transpose() * f;
        system.diagonal().array() += lambda;
        Eigen::VectorXd right = lambda * mu.row(row).transpose();
        for (std::size_t k = 0; k < n; ++k) {
          const Eigen::VectorXd w = f.row(view.row_columns(row)[k]).transpose();
          system += static_cast<double>(view.row_values(row)[k]) * w * w.transpose();
          right += static_cast<double>(view.row_values(row)[k]) * w;
        }
        expected = system.llt().solve(right);
      }
      const Eigen::VectorXd due = f * expected;
      EXPECT_LT((scores.row(row).transpose() - due).norm(), 1e-4 * (1.0 + due.norm()))
          << "row " << row << " of " << n << " pairs at d " << d;
    }
  }
}

TEST(Hybrid, EveryEpochLowersTheObjective) {
  Shop shop;
  double before = std::numeric_limits<double>::infinity();
  for (std::uint32_t epochs = 1; epochs <= 6; ++epochs) {
    shop.options.ials.epochs = epochs;
    const auto model = train_hybrid(threads(2), shop.pairs, shop.features, shop.options);
    const double after = shop.objective(*model);
    EXPECT_LT(after, before * (1.0 + 1e-6)) << epochs;
    before = after;
  }
}

TEST(Hybrid, AnItemWithoutEventsHasTheFactorsOfItsFeatures) {
  const Shop shop;
  const auto model = train_hybrid(threads(2), shop.pairs, shop.features, shop.options);
  Dense items = dense(model->factors()->items);
  for (std::uint32_t i = Shop::kSold; i < Shop::kItems; ++i) {
    EXPECT_EQ(model->new_items()[i], 1);
    items.row(i).setZero();
  }
  const Dense means = dense(shop.features, true) * shop.regression(items);
  for (std::uint32_t i = Shop::kSold; i < Shop::kItems; ++i) {
    const Eigen::VectorXd got = dense(model->factors()->items).row(i);
    EXPECT_LT((got - means.row(i).transpose()).norm(), 1e-3 * (1e-3 + means.row(i).norm())) << i;
    if (i % 11 == 10) {
      EXPECT_EQ(got.norm(), 0.0);  // no text: nothing to go by
    }
  }
}

TEST(Hybrid, NewItemsCountInHistoriesAndNotAsDeclined) {
  const Shop shop;
  const auto model = train_hybrid(threads(1), shop.pairs, shop.features, shop.options);
  const std::vector<std::uint32_t> zero{0};
  const std::vector<std::uint32_t> bought{Shop::kSold + 1};
  const Csr history = csr_from_triplets(threads(1), 1, Shop::kItems, zero, bought, {});
  const std::vector<std::uint32_t> stranger{kNewUser};
  Matrix<float> scores(1, Shop::kItems);
  model->score({stranger, zero, history}, scores.view());
  EXPECT_GT(scores(0, Shop::kSold + 1), 0.0F);
  // The exact minimum with the Gram matrix of the items that were on offer.
  const Dense all = dense(model->factors()->items);
  const Dense sold = all.topRows(Shop::kSold);
  Dense system = shop.options.ials.unobserved_weight * sold.transpose() * sold;
  system.diagonal().array() += shop.lambda(1, Shop::kItems);
  const Eigen::VectorXd h = all.row(Shop::kSold + 1).transpose();
  system += h * h.transpose();
  const Eigen::VectorXd due = all * system.llt().solve(h);
  for (std::uint32_t i = 0; i < Shop::kItems; ++i) EXPECT_NEAR(scores(0, i), due[i], 1e-4);
}

TEST(Hybrid, RefusesFaultyInput) {
  Shop shop;
  const auto train = [&] {
    return train_hybrid(threads(1), shop.pairs, shop.features, shop.options);
  };
  shop.options.ials.regularization = 0.0;
  EXPECT_THROW(train(), ArgumentError);
  shop.options.ials.regularization = 0.1;
  for (const double value : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    shop.options.feature_regularization = value;
    EXPECT_THROW(train(), ArgumentError);
  }
  shop.options.feature_regularization = 1.0;
  shop.options.ials.solver = IalsSolver::kBlock;
  EXPECT_THROW(train(), ArgumentError);
  shop.options.ials.solver = IalsSolver::kAuto;
  shop.pairs.n_columns = Shop::kItems + 1;
  EXPECT_THROW(train(), ArgumentError);
  shop.pairs.n_columns = Shop::kItems;
  std::fill(shop.pairs.values.begin(), shop.pairs.values.end(), 0.0F);
  EXPECT_THROW(train(), ArgumentError);
}

TEST(Hybrid, IsAKindThatSavesAndLoads) {
  test::expect_kind_round_trip("hybrid", test::with_texts(test::random_shop()));
}

}  // namespace
}  // namespace tenure::recommender
