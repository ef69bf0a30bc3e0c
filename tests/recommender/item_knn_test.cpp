#include "dense_reference.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/item_knn.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

namespace tenure::recommender {
namespace {

using test::threads;

constexpr std::uint32_t kUsers = 60;
constexpr std::uint32_t kItems = 35;

Csr weighted_pairs() {
  Csr pairs = test::synthetic_matrix(kUsers, kItems, 6, true);
  for (std::size_t i = 0; i < pairs.nonzeros(); ++i) {
    pairs.values[i] += 0.25F * static_cast<float>(i % 5);
  }
  return pairs;
}

/// Similarities straight from the formulas of the header, had x scored, diagonal 0.
class Reference {
 public:
  explicit Reference(const Csr& pairs) : v_(test::dense(pairs)) {
    for (std::size_t u = 0; u < kUsers; ++u) {
      for (std::size_t i = 0; i < kItems; ++i) {
        user_count_[u] += v_(u, i) > 0.0 ? 1.0 : 0.0;
        item_count_[i] += v_(u, i) > 0.0 ? 1.0 : 0.0;
        user_sum_[u] += v_(u, i);
        item_sum_[i] += v_(u, i);
      }
    }
  }

  Matrix<double> similarity(const ItemKnnOptions& options) const {
    Matrix<double> had(kUsers, kItems);
    Matrix<double> scored(kUsers, kItems);
    const double pairs = std::accumulate(item_count_.begin(), item_count_.end(), 0.0);
    for (std::size_t u = 0; u < kUsers; ++u) {
      const double idf = std::log((1.0 + kItems) / (1.0 + user_count_[u]));
      for (std::size_t i = 0; i < kItems; ++i) {
        const double v = v_(u, i);
        if (v == 0.0) continue;
        switch (options.similarity) {
          case ItemSimilarity::kCosine:
            had(u, i) = scored(u, i) = v;
            break;
          case ItemSimilarity::kTfIdf:
            had(u, i) = scored(u, i) = std::sqrt(v) * idf;
            break;
          case ItemSimilarity::kBm25: {
            const double length =
                1.0 - options.bm25_b + options.bm25_b * item_count_[i] / (pairs / kItems);
            had(u, i) = scored(u, i) =
                v * (options.bm25_k1 + 1.0) / (v + options.bm25_k1 * length) * idf;
            break;
          }
          case ItemSimilarity::kRp3Beta:
            had(u, i) = std::pow(v / item_sum_[i], options.alpha);
            scored(u, i) = std::pow(v / user_sum_[u], options.alpha);
            break;
        }
      }
    }
    const Matrix<double> sums = test::product(test::transposed(had), scored);
    const Matrix<double> squares = test::product(test::transposed(had), had);
    Matrix<double> result(kItems, kItems);
    for (std::size_t i = 0; i < kItems; ++i) {
      for (std::size_t j = 0; j < kItems; ++j) {
        double norm = 1.0;
        if (options.similarity == ItemSimilarity::kRp3Beta) {
          norm = std::pow(item_sum_[j], options.beta);
        } else if (options.similarity != ItemSimilarity::kBm25) {
          norm = std::pow(squares(i, i), options.asymmetry) *
                     std::pow(squares(j, j), 1.0 - options.asymmetry) +
                 options.shrinkage;
        }
        if (i != j && sums(i, j) > 0.0) result(i, j) = sums(i, j) / norm;
      }
    }
    return result;
  }

 private:
  Matrix<double> v_;
  std::vector<double> user_count_ = std::vector<double>(kUsers);
  std::vector<double> item_count_ = std::vector<double>(kItems);
  std::vector<double> user_sum_ = std::vector<double>(kUsers);
  std::vector<double> item_sum_ = std::vector<double>(kItems);
};

class ItemKnn : public testing::TestWithParam<ItemSimilarity> {
 protected:
  static ItemKnnOptions options() {
    ItemKnnOptions options;
    options.similarity = GetParam();
    options.neighbours = kItems;
    options.alpha = 0.8;
    options.beta = 0.4;
    options.bm25_k1 = 2.0;
    options.bm25_b = 0.6;
    if (GetParam() == ItemSimilarity::kCosine || GetParam() == ItemSimilarity::kTfIdf) {
      options.shrinkage = 3.0;
      options.asymmetry = 0.3;
    }
    return options;
  }
};

TEST_P(ItemKnn, IsTheFormula) {
  const Csr pairs = weighted_pairs();
  const Matrix<double> expected = Reference(pairs).similarity(options());
  const auto model = train_item_knn(threads(2), pairs, options());
  EXPECT_LT(test::largest_difference(test::dense(model->weights()), expected),
            1e-5 * test::largest(expected));
  const Matrix<double> scores = test::product(test::dense(pairs), expected);
  EXPECT_LT(test::largest_difference(test::scores(*model, pairs), scores),
            1e-5 * test::largest(scores));
}

TEST_P(ItemKnn, ScoresEachItemFromItsNearest) {
  const Csr pairs = weighted_pairs();
  ItemKnnOptions few = options();
  few.neighbours = 4;
  const Matrix<double> all = Reference(pairs).similarity(options());
  const Matrix<double> kept = test::dense(train_item_knn(threads(2), pairs, few)->weights());
  for (std::size_t j = 0; j < kItems; ++j) {
    std::vector<double> column(kItems);
    std::size_t count = 0;
    for (std::size_t i = 0; i < kItems; ++i) {
      column[i] = all(i, j);
      count += kept(i, j) > 0.0 ? 1U : 0U;
    }
    std::sort(column.begin(), column.end(), std::greater<>());
    const std::size_t positive = static_cast<std::size_t>(
        std::count_if(column.begin(), column.end(), [](double s) { return s > 0.0; }));
    EXPECT_EQ(count, std::min<std::size_t>(4, positive)) << j;
    for (std::size_t i = 0; i < kItems; ++i) {
      if (kept(i, j) > 0.0) {
        EXPECT_GE(kept(i, j), column[3] * (1.0 - 1e-5)) << i << " " << j;
      }
    }
  }
}

TEST_P(ItemKnn, IsTheSameAtAnyNumberOfThreads) {
  const Csr pairs = test::synthetic_matrix(500, 300, 9);
  ItemKnnOptions few = options();
  few.neighbours = 20;
  const auto one = train_item_knn(threads(1), pairs, few);
  for (const int n : {2, 3, 8}) {
    const auto many = train_item_knn(threads(n), pairs, few);
    EXPECT_TRUE(std::ranges::equal(one->weights().row_start, many->weights().row_start)) << n;
    EXPECT_TRUE(std::ranges::equal(one->weights().columns, many->weights().columns)) << n;
    EXPECT_TRUE(std::ranges::equal(one->weights().values, many->weights().values)) << n;
  }
}

TEST_P(ItemKnn, ComesBackFromItsFile) {
  const tenure::test::TempDir dir;
  const Csr pairs = weighted_pairs();
  const auto model = train_item_knn(threads(2), pairs, options());
  const auto loaded = test::saved_and_loaded(*model, dir / "model.h5");
  EXPECT_EQ(loaded->n_users(), kUsers);
  const auto& same = dynamic_cast<const ItemWeightsModel&>(*loaded);
  EXPECT_EQ(same.options().word("similarity"), to_string(GetParam()));
  EXPECT_TRUE(std::ranges::equal(same.weights().values, model->weights().values));
  EXPECT_EQ(test::largest_difference(test::scores(*loaded, pairs), test::scores(*model, pairs)),
            0.0);
}

INSTANTIATE_TEST_SUITE_P(Similarities, ItemKnn,
                         testing::Values(ItemSimilarity::kCosine, ItemSimilarity::kTfIdf,
                                         ItemSimilarity::kBm25, ItemSimilarity::kRp3Beta),
                         [](const auto& test) { return std::string(to_string(test.param)); });

TEST(ItemNeighbours, OfEqualOnesAreTheSmallerCodes) {
  // One customer has everything: all similarities are 1.
  const std::vector<std::uint32_t> rows(6, 0);
  const std::vector<std::uint32_t> columns = test::all_rows(6);
  const Csr pairs = csr_from_triplets(threads(1), 1, 6, rows, columns, {});
  ItemKnnOptions options;
  options.neighbours = 2;
  const Matrix<double> weights = test::dense(train_item_knn(threads(2), pairs, options)->weights());
  for (std::size_t j = 0; j < 6; ++j) {
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < 6; ++i) {
      if (weights(i, j) > 0.0) kept.push_back(i);
    }
    const std::vector<std::size_t> expected =
        j == 0 ? std::vector<std::size_t>{1, 2}
               : (j == 1 ? std::vector<std::size_t>{0, 2} : std::vector<std::size_t>{0, 1});
    EXPECT_EQ(kept, expected) << j;
  }
}

TEST(ItemNeighbours, RefuseWhatMakesNoSense) {
  Csr pairs = test::synthetic_matrix(30, 20, 4);
  ItemKnnOptions options;
  options.neighbours = 0;
  EXPECT_THROW(train_item_knn(threads(1), pairs, options), ArgumentError);
  options = {};
  options.asymmetry = 1.5;
  EXPECT_THROW(train_item_knn(threads(1), pairs, options), ArgumentError);
  pairs.values[0] = -1.0F;
  EXPECT_THROW(train_item_knn(threads(1), pairs), ArgumentError);
  std::fill(pairs.values.begin(), pairs.values.end(), 0.0F);
  EXPECT_THROW(train_item_knn(threads(1), pairs), ArgumentError);
}

TEST(ItemNeighbours, TakeZeroWeightsAsAbsent) {
  Csr pairs = test::synthetic_matrix(50, 20, 5);
  Csr without = pairs;
  pairs.values[3] = 0.0F;
  without.columns.erase(without.columns.begin() + 3);
  without.values.erase(without.values.begin() + 3);
  for (std::uint64_t& start : without.row_start) start -= start > 3 ? 1 : 0;
  EXPECT_EQ(test::largest_difference(test::dense(train_item_knn(threads(1), pairs)->weights()),
                                     test::dense(train_item_knn(threads(1), without)->weights())),
            0.0);
}

}  // namespace
}  // namespace tenure::recommender
