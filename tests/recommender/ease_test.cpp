#include "dense_reference.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/ease.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace tenure::recommender {
namespace {

using test::threads;

/// The closed form of the header in double precision.
Matrix<double> closed_form(const Csr& pairs, double regularization) {
  const Matrix<double> x = test::dense(pairs);
  Matrix<double> gram = test::product(test::transposed(x), x);
  for (std::size_t i = 0; i < gram.rows(); ++i) gram(i, i) += regularization;
  const Matrix<double> p = test::inverse(gram);
  Matrix<double> b(p.rows(), p.cols());
  for (std::size_t i = 0; i < p.rows(); ++i) {
    for (std::size_t j = 0; j < p.cols(); ++j) b(i, j) = i == j ? 0.0 : -p(i, j) / p(j, j);
  }
  return b;
}

Matrix<double> as_double(MatrixView<const float> matrix) {
  Matrix<double> result(matrix.rows, matrix.cols);
  for (std::size_t i = 0; i < matrix.rows; ++i) {
    for (std::size_t j = 0; j < matrix.cols; ++j) {
      result(i, j) = static_cast<double>(matrix(i, j));
    }
  }
  return result;
}

EaseOptions with(double regularization) {
  EaseOptions options;
  options.regularization = regularization;
  return options;
}

struct Shape {
  std::uint32_t users;
  std::uint32_t items;
};

/// Both sides of the inverse; 600 and 1100 reach over the edges of its tiles.
class Ease : public testing::TestWithParam<Shape> {
 protected:
  static Csr pairs() { return test::synthetic_matrix(GetParam().users, GetParam().items, 9, true); }
};

TEST_P(Ease, IsTheClosedForm) {
  const Matrix<double> expected = closed_form(pairs(), 5.0);
  const auto model = train_ease(threads(2), pairs(), with(5.0));
  const Matrix<double> weights = as_double(model->weights());
  EXPECT_LT(test::largest_difference(weights, expected), 2e-5);
  EXPECT_GT(test::largest(expected), 0.05);
  const Matrix<double> scores = test::product(test::dense(pairs()), weights);
  EXPECT_LT(test::largest_difference(test::scores(*model, pairs()), scores),
            1e-5 * test::largest(scores));
}

TEST_P(Ease, IsTheSameAtAnyNumberOfThreads) {
  const auto one = train_ease(threads(1), pairs(), with(20.0));
  const std::size_t n = one->weights().rows * one->weights().cols;
  for (const int many : {2, 3, 8}) {
    const auto other = train_ease(threads(many), pairs(), with(20.0));
    EXPECT_TRUE(std::equal(one->weights().data, one->weights().data + n, other->weights().data))
        << many;
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, Ease,
                         testing::Values(Shape{300, 60}, Shape{60, 300}, Shape{1200, 600},
                                         Shape{600, 700}),
                         [](const auto& test) {
                           return std::to_string(test.param.users) + "x" +
                                  std::to_string(test.param.items);
                         });

TEST(EaseModel, ComesBackFromItsFile) {
  const tenure::test::TempDir dir;
  const Csr pairs = test::synthetic_matrix(80, 40, 6);
  const auto model = train_ease(threads(2), pairs, with(7.0));
  const auto loaded = test::saved_and_loaded(*model, dir / "model.h5");
  EXPECT_EQ(loaded->n_users(), 80U);
  EXPECT_EQ(dynamic_cast<const EaseModel&>(*loaded).options().regularization, 7.0);
  EXPECT_EQ(test::largest_difference(test::scores(*loaded, pairs), test::scores(*model, pairs)),
            0.0);
}

TEST(EaseModel, RefusesWhatDoesNotFitTheMemoryAllowed) {
  // 41,000 items: 6.3 GiB. The refusal comes before any memory is taken.
  Csr wide = test::synthetic_matrix(20, 30, 4);
  wide.n_columns = 41000;
  EaseOptions options;
  options.memory_gigabytes = 6.0;
  EXPECT_GT(ease_bytes(20, 41000), 6.0 * 0x1.0p30);
  try {
    train_ease(threads(1), wide, options);
    FAIL() << "not refused";
  } catch (const ArgumentError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("41000 items"));
    EXPECT_THAT(error.what(), testing::HasSubstr("6.00 allowed"));
  }
  EXPECT_GE(ease_bytes(std::uint64_t{1} << 32, std::uint64_t{1} << 32), 0x1.0p66);
}

TEST(EaseModel, RefusesWhatMakesNoSense) {
  const Csr pairs = test::synthetic_matrix(30, 20, 4);
  EXPECT_THROW(train_ease(threads(1), pairs, with(0.0)), ArgumentError);
  EXPECT_THROW(EaseModel(30, Matrix<float>(3, 4), {}), ArgumentError);
  Matrix<float> weights(3, 3);
  weights(1, 2) = std::numeric_limits<float>::infinity();
  EXPECT_THROW(EaseModel(30, std::move(weights), {}), NumericalError);
}

TEST(SparseEase, WithAllNeighboursIsEase) {
  // Every pair of items is bought together by somebody, so that every item is a neighbour.
  Csr pairs = test::synthetic_matrix(400, 30, 8, true);
  SparseEaseOptions options;
  options.regularization = 6.0;
  options.neighbours = 30;
  const auto sparse = train_sparse_ease(threads(2), pairs, options);
  ASSERT_EQ(sparse->weights().nonzeros(), 30U * 29U);
  EXPECT_LT(test::largest_difference(test::dense(sparse->weights()), closed_form(pairs, 6.0)),
            2e-5);
}

TEST(SparseEase, SolvesEachItemOnItsNeighbours) {
  // The gradient of |x_j - X_N b|^2 + lambda |b|^2 is zero on N(j).
  const Csr pairs = test::synthetic_matrix(200, 120, 7, true);
  SparseEaseOptions options;
  options.regularization = 3.0;
  options.neighbours = 10;
  const Matrix<double> b = test::dense(train_sparse_ease(threads(2), pairs, options)->weights());
  const Matrix<double> x = test::dense(pairs);
  const Matrix<double> gram = test::product(test::transposed(x), x);
  const Matrix<double> fitted = test::product(gram, b);
  for (std::size_t j = 0; j < 120; ++j) {
    std::size_t neighbours = 0;
    for (std::size_t i = 0; i < 120; ++i) {
      if (b(i, j) == 0.0) continue;
      ++neighbours;
      EXPECT_NEAR(fitted(i, j) + 3.0 * b(i, j), gram(i, j), 1e-3) << i << " " << j;
    }
    EXPECT_LE(neighbours, 10U);
    EXPECT_EQ(b(j, j), 0.0);
  }
}

TEST(SparseEase, IsTheSameAtAnyNumberOfThreads) {
  const Csr pairs = test::synthetic_matrix(500, 300, 9);
  SparseEaseOptions options;
  options.neighbours = 25;
  const auto one = train_sparse_ease(threads(1), pairs, options);
  for (const int n : {2, 3, 8}) {
    const auto many = train_sparse_ease(threads(n), pairs, options);
    EXPECT_TRUE(std::ranges::equal(one->weights().columns, many->weights().columns)) << n;
    EXPECT_TRUE(std::ranges::equal(one->weights().values, many->weights().values)) << n;
  }
}

TEST(SparseEase, ComesBackFromItsFile) {
  const tenure::test::TempDir dir;
  const Csr pairs = test::synthetic_matrix(80, 40, 6);
  const auto model = train_sparse_ease(threads(2), pairs, {});
  const auto loaded = test::saved_and_loaded(*model, dir / "model.h5");
  EXPECT_EQ(loaded->name(), "ease-sparse");
  EXPECT_EQ(test::largest_difference(test::scores(*loaded, pairs), test::scores(*model, pairs)),
            0.0);
}

}  // namespace
}  // namespace tenure::recommender
