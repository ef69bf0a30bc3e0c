#include "dense_reference.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/graph_filter.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace tenure::recommender {
namespace {

using test::product;
using test::threads;
using test::transposed;

constexpr std::uint32_t kUsers = 70;
constexpr std::uint32_t kItems = 40;

Csr pairs() { return test::synthetic_matrix(kUsers, kItems, 6, true); }

/// D_U^-a R D_I^(a - 1).
Matrix<double> normalized(const Csr& matrix, double a) {
  Matrix<double> n = test::dense(matrix);
  std::vector<double> users(n.rows());
  std::vector<double> items(n.cols());
  for (std::size_t u = 0; u < n.rows(); ++u) {
    for (std::size_t i = 0; i < n.cols(); ++i) {
      users[u] += n(u, i);
      items[i] += n(u, i);
    }
  }
  for (std::size_t u = 0; u < n.rows(); ++u) {
    for (std::size_t i = 0; i < n.cols(); ++i) {
      if (n(u, i) > 0.0) n(u, i) *= std::pow(users[u], -a) * std::pow(items[i], a - 1.0);
    }
  }
  return n;
}

/// f(P) of the header, term by term.
Matrix<double> filter_matrix(const Csr& matrix, const GraphFilterOptions& options) {
  const Matrix<double> n = normalized(matrix, options.user_exponent);
  Matrix<double> p = product(transposed(n), n);
  for (std::size_t i = 0; i < p.size(); ++i) p.data()[i] = std::pow(p.data()[i], options.power);
  const Matrix<double> p2 = product(p, p);
  const Matrix<double> p3 = product(p2, p);
  Matrix<double> result = p;
  for (std::size_t i = 0; i < p.size(); ++i) {
    if (options.filter == 2) result.data()[i] = 2.0 * p.data()[i] - p2.data()[i];
    if (options.filter == 3) {
      result.data()[i] += 0.01 * (-p3.data()[i] + 10.0 * p2.data()[i] - 29.0 * p.data()[i]);
    }
  }
  return result;
}

struct Case {
  std::uint32_t filter;
  double power;
};

class TurboCf : public testing::TestWithParam<Case> {
 protected:
  static GraphFilterOptions options() {
    GraphFilterOptions options;
    options.user_exponent = 0.6;
    options.filter = GetParam().filter;
    options.power = GetParam().power;
    return options;
  }
};

TEST_P(TurboCf, IsThePolynomialOfTheItemGraph) {
  const Csr matrix = pairs();
  const GraphFilterModel model(threads(2), "turbo-cf", matrix, options());
  const Matrix<double> expected = product(test::dense(matrix), filter_matrix(matrix, options()));
  EXPECT_LT(test::largest_difference(test::scores(model, matrix), expected),
            1e-5 * test::largest(expected));
}

TEST_P(TurboCf, ScoresABlockAsItScoresEachUser) {
  const Csr matrix = pairs();
  const GraphFilterModel model(threads(2), "turbo-cf", matrix, options());
  const Matrix<double> together = test::scores(model, matrix);
  for (const std::uint32_t user : {0U, 15U, 16U, kUsers - 1U}) {
    const std::vector<std::uint32_t> one{user};
    Matrix<float> out(1, kItems);
    model.score({one, one, matrix}, out.view());
    for (std::size_t i = 0; i < kItems; ++i) {
      EXPECT_EQ(static_cast<double>(out(0, i)), together(user, i)) << user << " " << i;
    }
  }
}

TEST_P(TurboCf, ComesBackFromItsFile) {
  const tenure::test::TempDir dir;
  const Csr matrix = pairs();
  const GraphFilterModel model(threads(2), "turbo-cf", matrix, options());
  const auto loaded = test::saved_and_loaded(model, dir / "model.h5");
  EXPECT_EQ(loaded->n_users(), kUsers);
  EXPECT_EQ(test::largest_difference(test::scores(*loaded, matrix), test::scores(model, matrix)),
            0.0);
}

INSTANTIATE_TEST_SUITE_P(Filters, TurboCf,
                         testing::Values(Case{1, 1.0}, Case{1, 0.7}, Case{2, 1.0}, Case{2, 0.7},
                                         Case{3, 1.0}, Case{3, 1.3}),
                         [](const auto& test) {
                           return "filter" + std::to_string(test.param.filter) + "power" +
                                  std::to_string(static_cast<int>(test.param.power * 10));
                         });

GraphFilterOptions gf_options(std::uint32_t rank) {
  GraphFilterOptions options;
  options.low_pass_weight = 0.3;
  options.rank = rank;
  options.iterations = 30;
  return options;
}

TEST(GfCf, AtFullRankAddsTheNormalisedIdentity) {
  // With every singular vector, V V^T is the projection on the rows of N: the identity where N has
  // full column rank, so that the ideal filter gives back x.
  const Csr matrix = test::synthetic_matrix(200, 20, 6);
  const GraphFilterModel model(threads(2), "gf-cf", matrix, gf_options(20));
  ASSERT_EQ(model.low_pass_vectors().cols, 20U);
  const Matrix<double> x = test::dense(matrix);
  Matrix<double> expected = product(x, filter_matrix(matrix, {}));
  for (std::size_t i = 0; i < x.size(); ++i) expected.data()[i] += 0.3 * x.data()[i];
  EXPECT_LT(test::largest_difference(test::scores(model, matrix), expected), 1e-4);
}

TEST(GfCf, FindsTheLeadingSingularVectors) {
  // For orthonormal V of the leading subspace, the squares of N V add up to the largest
  // eigenvalues of N^T N; any other subspace of that rank has less. Power iteration in double
  // precision, deflated, gives them.
  constexpr std::uint32_t kRank = 5;
  const Csr matrix = test::synthetic_matrix(300, 90, 8);
  const GraphFilterModel model(threads(2), "gf-cf", matrix, gf_options(kRank));
  const Matrix<double> n = normalized(matrix, 0.5);
  Matrix<double> p = product(transposed(n), n);
  double largest_sum = 0.0;
  for (std::uint32_t k = 0; k < kRank; ++k) {
    Matrix<double> v(90, 1);
    for (std::size_t i = 0; i < 90; ++i)
      v(i, 0) = 1.0 + 0.01 * static_cast<double>(i * (k + 3) % 17);
    double value = 0.0;
    for (int step = 0; step < 3000; ++step) {
      v = product(p, v);
      value = std::sqrt(product(transposed(v), v)(0, 0));
      for (std::size_t i = 0; i < 90; ++i) v(i, 0) /= value;
    }
    largest_sum += value;
    for (std::size_t i = 0; i < 90; ++i) {
      for (std::size_t j = 0; j < 90; ++j) p(i, j) -= value * v(i, 0) * v(j, 0);
    }
  }
  Matrix<double> v(90, kRank);
  const Matrix<double> x = test::dense(matrix);
  const auto scaled = model.low_pass_vectors();
  for (std::size_t i = 0; i < 90; ++i) {
    double sum = 0.0;
    for (std::size_t u = 0; u < 300; ++u) sum += x(u, i);
    for (std::size_t j = 0; j < kRank; ++j) {
      v(i, j) = static_cast<double>(scaled(i, j)) * std::sqrt(sum);
    }
  }
  const Matrix<double> gram = product(transposed(v), v);
  for (std::size_t i = 0; i < kRank; ++i) {
    for (std::size_t j = 0; j < kRank; ++j) EXPECT_NEAR(gram(i, j), i == j ? 1.0 : 0.0, 1e-5);
  }
  const Matrix<double> image = product(n, v);
  double sum = 0.0;
  for (std::size_t i = 0; i < image.size(); ++i) sum += image.data()[i] * image.data()[i];
  EXPECT_NEAR(sum, largest_sum, 1e-4 * largest_sum);
}

TEST(GfCf, ComesBackFromItsFile) {
  const tenure::test::TempDir dir;
  const Csr matrix = pairs();
  const GraphFilterModel model(threads(2), "gf-cf", matrix, gf_options(8));
  const auto loaded = test::saved_and_loaded(model, dir / "model.h5");
  EXPECT_EQ(test::largest_difference(test::scores(*loaded, matrix), test::scores(model, matrix)),
            0.0);
}

TEST(GfCf, IsTheSameAtAnyNumberOfThreads) {
  const Csr matrix = test::synthetic_matrix(900, 700, 8);
  const Matrix<double> one =
      test::scores(GraphFilterModel(threads(1), "gf-cf", matrix, gf_options(24)), matrix);
  for (const int n : {2, 3, 8}) {
    const GraphFilterModel model(threads(n), "gf-cf", matrix, gf_options(24));
    EXPECT_EQ(test::largest_difference(test::scores(model, matrix), one), 0.0) << n;
  }
}

TEST(GraphFilter, RefusesWhatMakesNoSense) {
  const Csr matrix = pairs();
  const auto refused = [&](GraphFilterOptions options) {
    EXPECT_THROW(GraphFilterModel(threads(1), "turbo-cf", matrix, options), ArgumentError);
  };
  GraphFilterOptions options;
  options.filter = 4;
  refused(options);
  options = {};
  options.power = std::numeric_limits<double>::quiet_NaN();
  refused(options);
  options = {};
  options.user_exponent = 0.6;
  options.low_pass_weight = 0.3;
  refused(options);
  options = gf_options(4);
  EXPECT_THROW(GraphFilterModel(threads(1), "gf-cf", matrix, options, Matrix<float>(kItems - 1, 4)),
               ArgumentError);
}

}  // namespace
}  // namespace tenure::recommender
