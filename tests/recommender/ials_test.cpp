#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/ials.hpp>

#include <Eigen/Dense>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <stop_token>

namespace tenure::recommender {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::synthetic_matrix;
using test::threads;

IalsOptions small_options(std::uint32_t factors) {
  IalsOptions options;
  options.factors = factors;
  options.epochs = 4;
  return options;
}

MatrixXd dense(const CsrView& matrix) {
  MatrixXd result = MatrixXd::Zero(static_cast<Eigen::Index>(matrix.rows()), matrix.n_columns);
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    for (std::size_t i = 0; i < matrix.row_size(row); ++i) {
      result(static_cast<Eigen::Index>(row), matrix.row_columns(row)[i]) =
          static_cast<double>(matrix.row_values(row)[i]);
    }
  }
  return result;
}

MatrixXd dense(MatrixView<const float> matrix) {
  MatrixXd result(matrix.rows, matrix.cols);
  for (std::size_t i = 0; i < matrix.rows; ++i) {
    for (std::size_t j = 0; j < matrix.cols; ++j) {
      result(static_cast<Eigen::Index>(i), static_cast<Eigen::Index>(j)) =
          static_cast<double>(matrix(i, j));
    }
  }
  return result;
}

/// The normal equations of one side as the paper writes them: dense, in double precision, one d x d
/// system a row.
MatrixXd reference_side(const MatrixXd& weights, const MatrixXd& fixed,
                        const IalsOptions& options) {
  MatrixXd solved = MatrixXd::Zero(weights.rows(), fixed.cols());
  for (Eigen::Index row = 0; row < weights.rows(); ++row) {
    const double n = static_cast<double>((weights.row(row).array() > 0.0).count());
    const double lambda =
        options.regularization *
        std::pow(n + options.unobserved_weight * static_cast<double>(weights.cols()),
                 options.regularization_exponent);
    const VectorXd weight = weights.row(row).transpose().array() + options.unobserved_weight;
    MatrixXd system = fixed.transpose() * weight.asDiagonal() * fixed;
    system.diagonal().array() += lambda;
    solved.row(row) = system.ldlt().solve(fixed.transpose() * weights.row(row).transpose());
  }
  return solved;
}

MatrixXd reference_scores(const CsrView& pairs, const IalsOptions& options, std::uint64_t seed) {
  const MatrixXd weights = dense(pairs);
  MatrixXd items = MatrixXd::Zero(weights.cols(), options.factors);
  MatrixXd users;
  for (Eigen::Index item = 0; item < items.rows(); ++item) {
    if (weights.col(item).isZero()) continue;
    RandomStream stream(seed, {Purpose::kModelInit, 0, static_cast<std::uint32_t>(item), 0});
    for (Eigen::Index j = 0; j < items.cols(); ++j) {
      items(item, j) = options.init_scale / std::sqrt(options.factors) * draw_normal(stream);
    }
  }
  for (std::uint32_t epoch = 0; epoch < options.epochs; ++epoch) {
    users = reference_side(weights, items, options);
    items = reference_side(weights.transpose(), users, options);
  }
  return users * items.transpose();
}

MatrixXd scores_of(const Model& model, const Csr& histories) {
  const auto rows = test::all_rows(histories.rows());
  Matrix<float> out(histories.rows(), model.n_items());
  model.score({rows, rows, histories}, out.view());
  return dense(out.view());
}

bool same_bytes(MatrixView<const float> a, MatrixView<const float> b) {
  return a.rows == b.rows && a.cols == b.cols &&
         std::memcmp(a.data, b.data, a.rows * a.cols * sizeof(float)) == 0;
}

struct ReferenceCase {
  std::uint32_t factors;
  bool weighted;
  double unobserved_weight;
  double exponent;
};

class IalsAgainstReference : public testing::TestWithParam<ReferenceCase> {};

TEST_P(IalsAgainstReference, GivesTheScoresOfTheDenseSolution) {
  // 16 of the 120 users' and most items' rows are longer than 8 factors and shorter than 48: both
  // forms of the push-through identity are taken.
  const Csr pairs = synthetic_matrix(120, 60, 9, GetParam().weighted);
  IalsOptions options = small_options(GetParam().factors);
  options.unobserved_weight = GetParam().unobserved_weight;
  options.regularization_exponent = GetParam().exponent;
  const auto model = train_ials(threads(2), pairs, options);
  const MatrixXd expected = reference_scores(pairs, options, 1);
  // Scores are of order 1. Single precision carries 6e-8; each of 8 half epochs may enlarge it by
  // the ratio of the largest to the smallest eigenvalue of a system, here under 200.
  EXPECT_LT((scores_of(*model, pairs) - expected).cwiseAbs().maxCoeff(), 1e-4);
}

INSTANTIATE_TEST_SUITE_P(
    Options, IalsAgainstReference,
    testing::Values(ReferenceCase{8, false, 0.01, 0.5}, ReferenceCase{8, true, 0.1, 1.0},
                    ReferenceCase{48, false, 0.1, 0.5}, ReferenceCase{1, false, 0.01, 0.0},
                    ReferenceCase{17, true, 0.0, 1.0}, ReferenceCase{96, false, 0.1, 1.0}));

TEST(Ials, LowersTheLossInEveryEpoch) {
  const Csr pairs = synthetic_matrix(300, 150, 8, true);
  IalsOptions options = small_options(16);
  double before = std::numeric_limits<double>::max();
  for (options.epochs = 1; options.epochs <= 8; ++options.epochs) {
    const auto model = train_ials(threads(2), pairs, options);
    const double loss = ials_loss(threads(2), pairs, *model->factors(), options);
    // An exact step cannot raise the loss; single precision may, by its rounding.
    EXPECT_LE(loss, before * (1 + 1e-6)) << "epoch " << options.epochs;
    before = loss;
  }
}

TEST(Ials, LossIsTheSumThePaperWrites) {
  const Csr pairs = synthetic_matrix(40, 30, 5, true);
  const IalsOptions options = small_options(4);
  const auto model = train_ials(threads(1), pairs, options);
  const MatrixXd weights = dense(pairs);
  const MatrixXd scores = scores_of(*model, pairs);
  double expected = (weights.array() * (1.0 - scores.array()).square()).sum() +
                    options.unobserved_weight * scores.array().square().sum();
  const auto add_norms = [&](MatrixView<const float> rows, const MatrixXd& by_row) {
    for (std::size_t i = 0; i < rows.rows; ++i) {
      double square = 0.0;
      for (const float value : rows.row_span(i)) square += std::pow(static_cast<double>(value), 2);
      const auto n =
          static_cast<double>((by_row.row(static_cast<Eigen::Index>(i)).array() > 0.0).count());
      expected += square * options.regularization *
                  std::pow(n + options.unobserved_weight * static_cast<double>(by_row.cols()),
                           options.regularization_exponent);
    }
  };
  add_norms(model->factors()->users, weights);
  add_norms(model->factors()->items, weights.transpose());
  EXPECT_NEAR(ials_loss(threads(3), pairs, *model->factors(), options), expected, 1e-5 * expected);
}

TEST(Ials, FoldsAHistoryInToTheMinimumForTheItems) {
  const Csr pairs = synthetic_matrix(200, 100, 12, true);
  const auto model = train_ials(threads(2), pairs, small_options(16));
  const auto rows = test::all_rows(pairs.rows());
  const std::vector<std::uint32_t> strangers(pairs.rows(), kNewUser);
  Matrix<float> folded(pairs.rows(), 16);
  model->user_vectors({strangers, rows, pairs}, folded.view());
  const MatrixXd expected =
      reference_side(dense(pairs), dense(model->factors()->items), model->options());
  for (std::size_t user = 0; user < pairs.rows(); ++user) {
    for (std::size_t j = 0; j < 16; ++j) {
      EXPECT_NEAR(folded(user, j),
                  expected(static_cast<Eigen::Index>(user), static_cast<Eigen::Index>(j)), 1e-5)
          << user << " " << j;
    }
  }
  Matrix<float> trained(pairs.rows(), 16);
  model->user_vectors({rows, rows, pairs}, trained.view());
  EXPECT_TRUE(same_bytes(trained.view(), model->factors()->users));
}

TEST(Ials, FoldsATrainingHistoryInToTheTrainedVectorOnceTrainingHasConverged) {
  const Csr pairs = synthetic_matrix(200, 100, 12);
  IalsOptions options = small_options(6);
  options.regularization = 0.5;
  options.epochs = 400;
  const auto model = train_ials(threads(2), pairs, options);
  const auto rows = test::all_rows(pairs.rows());
  const std::vector<std::uint32_t> strangers(pairs.rows(), kNewUser);
  Matrix<float> folded(pairs.rows(), 6);
  model->user_vectors({strangers, rows, pairs}, folded.view());
  const FactorView factors = *model->factors();
  for (std::size_t user = 0; user < pairs.rows(); ++user) {
    for (std::size_t j = 0; j < 6; ++j) {
      EXPECT_NEAR(folded(user, j), factors.users(user, j), 1e-3) << user << " " << j;
    }
  }
}

TEST(Ials, IsByteIdenticalAtAnyNumberOfThreads) {
  const Csr pairs = synthetic_matrix(3000, 700, 10);
  const IalsOptions options = small_options(24);
  const auto first = train_ials(threads(1), pairs, options);
  for (const int n : {1, 2, 3, 8}) {
    const auto again = train_ials(threads(n), pairs, options);
    EXPECT_TRUE(same_bytes(first->factors()->users, again->factors()->users)) << n;
    EXPECT_TRUE(same_bytes(first->factors()->items, again->factors()->items)) << n;
  }
  const auto other = train_ials(threads(1, 2), pairs, options);
  EXPECT_FALSE(same_bytes(first->factors()->users, other->factors()->users));
}

TEST(Ials, GivesUsersAndItemsWithoutPairsTheZeroVector) {
  const Csr pairs = csr_from_triplets(threads(1), 3, 4, std::vector<std::uint32_t>{0, 2, 2},
                                      std::vector<std::uint32_t>{0, 0, 3}, {});
  const auto model = train_ials(threads(1), pairs, small_options(8));  // more factors than items
  const FactorView factors = *model->factors();
  for (std::size_t j = 0; j < 8; ++j) {
    EXPECT_EQ(factors.users(1, j), 0.0F);
    EXPECT_EQ(factors.items(1, j), 0.0F);
  }
  const MatrixXd scores = scores_of(*model, pairs);
  EXPECT_GT(scores(0, 0), 0.5);
  EXPECT_GT(scores(2, 3), 0.5);
}

TEST(Ials, TakesAPairOfWeightZeroAsUnobserved) {
  const Csr pairs = synthetic_matrix(50, 40, 6);
  Csr with_zero = pairs;
  with_zero.values[0] = 0.0F;
  Csr without = pairs;
  without.columns.erase(without.columns.begin());
  without.values.erase(without.values.begin());
  for (std::size_t row = 1; row < without.row_start.size(); ++row) --without.row_start[row];
  const auto a = train_ials(threads(1), with_zero, small_options(6));
  const auto b = train_ials(threads(1), without, small_options(6));
  EXPECT_TRUE(same_bytes(a->factors()->users, b->factors()->users));
}

TEST(Ials, ReportsEveryEpochAndStopsWhenAsked) {
  const Csr pairs = synthetic_matrix(100, 50, 5);
  std::vector<std::uint32_t> epochs;
  train_ials(threads(1), pairs, small_options(4), [&](const IalsEpoch& epoch) {
    EXPECT_EQ(epoch.epochs, 4U);
    EXPECT_GE(epoch.seconds, 0.0);
    epochs.push_back(epoch.epoch);
  });
  EXPECT_EQ(epochs, (std::vector<std::uint32_t>{1, 2, 3, 4}));

  std::stop_source source;
  Execution execution = threads(1);
  execution.stop = source.get_token();
  EXPECT_THROW(train_ials(execution, pairs, small_options(4),
                          [&](const IalsEpoch&) { source.request_stop(); }),
               Cancelled);
}

TEST(IalsBadInput, IsRefusedBeforeWork) {
  const Csr pairs = synthetic_matrix(20, 20, 5);
  const auto refuse = [&](auto change) {
    IalsOptions options = small_options(4);
    change(options);
    EXPECT_THROW(train_ials(threads(1), pairs, options), ArgumentError);
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  refuse([](IalsOptions& o) { o.factors = 0; });
  refuse([](IalsOptions& o) { o.factors = 5000; });
  refuse([](IalsOptions& o) { o.epochs = 0; });
  refuse([](IalsOptions& o) { o.regularization = -1; });
  refuse([&](IalsOptions& o) { o.regularization = nan; });
  refuse([](IalsOptions& o) { o.unobserved_weight = -0.1; });
  refuse([&](IalsOptions& o) { o.unobserved_weight = nan; });
  refuse([&](IalsOptions& o) { o.regularization_exponent = nan; });
  refuse([](IalsOptions& o) { o.init_scale = 0; });
  refuse([](IalsOptions& o) { o.cg_steps = 0; });
  refuse([](IalsOptions& o) { o.cg_steps = 1001; });
  refuse([](IalsOptions& o) { o.block_size = 0; });
  refuse([](IalsOptions& o) { o.block_size = 5000; });

  EXPECT_THROW(train_ials(threads(1), Csr(), small_options(4)), ArgumentError);
  Csr bad = pairs;
  std::fill(bad.values.begin(), bad.values.end(), 0.0F);
  EXPECT_THROW(train_ials(threads(1), bad, small_options(4)), ArgumentError);
  bad.values[3] = -1.0F;
  EXPECT_THROW(train_ials(threads(1), bad, small_options(4)), ArgumentError);
  bad.values[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(train_ials(threads(1), bad, small_options(4)), ArgumentError);
}

TEST(IalsBadInput, SingularSystemsNameTheRow) {
  const Csr pairs = synthetic_matrix(20, 20, 5);
  IalsOptions options = small_options(4);
  options.regularization = 0;
  options.unobserved_weight = 0;
  try {
    train_ials(threads(1), pairs, options);
    FAIL() << "a system without any regularization was solved";
  } catch (const NumericalError& error) {
    EXPECT_NE(std::string(error.what()).find("epoch 1, user 0"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace tenure::recommender
