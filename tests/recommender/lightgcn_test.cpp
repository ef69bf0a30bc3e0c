#include "kind_support.hpp"
#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/lightgcn.hpp>
#include <tenure/recommender/popularity.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tenure::recommender {
namespace {

using test::synthetic_matrix;
using test::threads;

LightGcnOptions small_options() {
  LightGcnOptions options;
  options.factors = 9;
  options.epochs = 6;
  options.batch = 100;
  options.temperature = 0.2;
  return options;
}

/// The loss of lightgcn.hpp straight from its definition, in double precision.
double dense_loss(const Csr& matrix, const LightGcnOptions& options, const Matrix<double>& layer0) {
  const CsrView pairs = matrix;
  const std::size_t users = pairs.rows();
  const std::size_t nodes = users + pairs.n_columns;
  const std::size_t d = layer0.cols();
  Matrix<double> edge(nodes, nodes);
  std::vector<double> sums(nodes);
  for (std::size_t u = 0; u < users; ++u) {
    for (std::size_t k = 0; k < pairs.row_size(u); ++k) {
      const std::size_t i = users + pairs.row_columns(u)[k];
      const auto value = static_cast<double>(pairs.row_values(u)[k]);
      edge(u, i) = edge(i, u) = value;
      sums[u] += value;
      sums[i] += value;
    }
  }
  Matrix<double> mean = layer0;
  Matrix<double> from = layer0;
  for (std::uint32_t layer = 0; layer < options.layers; ++layer) {
    Matrix<double> to(nodes, d);
    for (std::size_t a = 0; a < nodes; ++a) {
      for (std::size_t b = 0; b < nodes; ++b) {
        if (edge(a, b) == 0.0) continue;
        const double weight = edge(a, b) / std::sqrt(sums[a] * sums[b]);
        for (std::size_t j = 0; j < d; ++j) to(a, j) += weight * from(b, j);
      }
    }
    for (std::size_t i = 0; i < mean.size(); ++i) mean.data()[i] += to.data()[i];
    from = to;
  }
  const auto dot = [&](std::size_t a, std::size_t b) {
    double sum = 0.0;
    for (std::size_t j = 0; j < d; ++j) sum += mean(a, j) * mean(b, j);
    return sum;
  };
  double loss = 0.0;
  double weights = 0.0;
  for (std::size_t u = 0; u < users; ++u) {
    if (sums[u] == 0.0) continue;
    double total = 0.0;
    double hit = 0.0;
    for (std::size_t i = users; i < nodes; ++i) {
      const double length = std::sqrt(dot(u, u) * dot(i, i));
      const double s = length > 0.0 ? dot(u, i) / length / options.temperature : 0.0;
      total += std::exp(s);
      hit += edge(u, i) / sums[u] * s;
    }
    const double weight = std::pow(sums[u], options.activity_exponent);
    loss += weight * (std::log(total) - hit);
    weights += weight;
  }
  return loss / weights;
}

Matrix<double> widened(const Matrix<float>& from) {
  Matrix<double> to(from.rows(), from.cols());
  std::copy(from.data(), from.data() + from.size(), to.data());
  return to;
}

TEST(LightGcn, LossAndGradientAreThoseOfTheDefinition) {
  const Csr pairs = synthetic_matrix(30, 20, 4, true);
  for (const std::uint32_t layers : {0U, 1U, 3U}) {
    LightGcnOptions options = small_options();
    options.layers = layers;
    options.activity_exponent = 0.6;
    const Matrix<float> layer0 = test::random_factors(50, 9, 3);
    const auto found = lightgcn_gradient(threads(2), pairs, options, layer0);
    const Matrix<double> at = widened(layer0);
    EXPECT_NEAR(found.loss, dense_loss(pairs, options, at), 1e-5) << layers;
    double largest = 0.0;
    for (const float g : widened(found.gradient).size() > 0
                             ? std::vector<float>(found.gradient.data(),
                                                  found.gradient.data() + found.gradient.size())
                             : std::vector<float>()) {
      largest = std::max(largest, std::abs(static_cast<double>(g)));
    }
    ASSERT_GT(largest, 1e-4);
    constexpr double kStep = 1e-5;
    for (std::size_t i = 0; i < at.size(); i += 7) {
      Matrix<double> up = at;
      Matrix<double> down = at;
      up.data()[i] += kStep;
      down.data()[i] -= kStep;
      const double slope =
          (dense_loss(pairs, options, up) - dense_loss(pairs, options, down)) / (2.0 * kStep);
      EXPECT_NEAR(static_cast<double>(found.gradient.data()[i]), slope, 1e-4 * largest + 1e-7)
          << layers << " layers, number " << i;
    }
  }
}

TEST(LightGcn, IsTheSameAtAnyNumberOfThreads) {
  const Csr pairs = synthetic_matrix(400, 90, 9);
  const LightGcnOptions options = small_options();
  const auto one = train_lightgcn(threads(1), pairs, options);
  const auto same = [&](const Model& other) {
    const FactorView a = *one->factors();
    const FactorView b = *other.factors();
    return std::equal(a.users.data, a.users.data + a.users.rows * a.users.cols, b.users.data) &&
           std::equal(a.items.data, a.items.data + a.items.rows * a.items.cols, b.items.data);
  };
  for (const int n : {2, 3, 8}) {
    EXPECT_TRUE(same(*train_lightgcn(threads(n), pairs, options))) << n;
  }
  EXPECT_FALSE(same(*train_lightgcn(threads(1, 2), pairs, options)));
}

TEST(LightGcn, LossFalls) {
  std::vector<double> losses;
  train_lightgcn(threads(2), synthetic_matrix(400, 90, 9), small_options(),
                 [&](const LightGcnEpoch& epoch) {
                   EXPECT_EQ(epoch.epoch, losses.size() + 1);
                   losses.push_back(epoch.loss);
                 });
  ASSERT_EQ(losses.size(), 6U);
  EXPECT_LT(losses.back(), losses.front() - 0.3);
}

TEST(LightGcn, ScoresAreCosinesAndRowsWithoutPairsAreZero) {
  const Csr pairs = synthetic_matrix(60, 40, 5);  // every 17th user has none
  const auto model = train_lightgcn(threads(2), pairs, small_options());
  const FactorView factors = *model->factors();
  const auto length = [](std::span<const float> row) {
    double sum = 0.0;
    for (const float x : row) sum += static_cast<double>(x) * static_cast<double>(x);
    return std::sqrt(sum);
  };
  for (std::size_t u = 0; u < 60; ++u) {
    EXPECT_NEAR(length(factors.users.row_span(u)), u % 17 == 16 ? 0.0 : 1.0, 1e-5) << u;
  }
  const Matrix<float> scores = test::all_scores(*model, pairs, false);
  for (std::size_t i = 0; i < scores.size(); ++i) EXPECT_LE(std::abs(scores.data()[i]), 1.00001F);
}

TEST(LightGcn, LearnsTastesAndFoldsThemIn) {
  const test::Held data = test::hold_out(synthetic_matrix(800, 100, 10));
  for (const std::uint32_t layers : {0U, 2U}) {
    LightGcnOptions options = small_options();
    options.layers = layers;
    options.epochs = 15;
    const auto model = train_lightgcn(threads(2), data.train, options);
    const auto popularity = train_popularity(data.train);
    EvaluationOptions evaluation;
    evaluation.at = {10};
    evaluation.bootstrap_samples = 0;
    const auto recall = [&](const Model& scored, bool fold_in) {
      return evaluate(threads(2), scored, {data.train, data.test, fold_in}, evaluation)
          .value("recall@10");
    };
    const double floor = recall(*popularity, false);
    EXPECT_GT(recall(*model, false), 1.5 * floor) << layers;
    EXPECT_GT(recall(*model, true), 1.5 * floor) << layers;
  }
}

TEST(LightGcn, ExplanationsAddUpToTheFoldedInScore) {
  const Csr pairs = synthetic_matrix(80, 40, 6);
  const auto model = train_lightgcn(threads(1), pairs, small_options());
  const Matrix<float> scores = test::all_scores(*model, pairs, true);
  const auto rows = test::all_rows(pairs.rows());
  const std::vector<std::uint32_t> items = {0, 7, 39};
  for (const std::size_t entry : {std::size_t{0}, std::size_t{5}, std::size_t{16}}) {
    const auto parts = model->explain({rows, rows, pairs}, entry, items);
    ASSERT_TRUE(parts.has_value());
    for (std::size_t r = 0; r < items.size(); ++r) {
      double sum = 0.0;
      for (std::size_t k = 0; k < parts->cols(); ++k) sum += (*parts)(r, k);
      EXPECT_NEAR(sum, static_cast<double>(scores(entry, items[r])), 1e-5);
    }
  }
  EXPECT_THROW(model->explain({rows, rows, pairs}, 80, items), ArgumentError);
  EXPECT_THROW(model->explain({rows, rows, pairs}, 0, std::vector<std::uint32_t>{40}),
               ArgumentError);
}

TEST(LightGcn, IsAKindThatSavesAndLoads) {
  test::expect_kind_round_trip("lightgcn", test::random_shop());
}

TEST(LightGcn, RefusesWhatIsOutOfRange) {
  const Csr pairs = synthetic_matrix(20, 10, 3);
  const auto refused = [&](auto change) {
    LightGcnOptions options = small_options();
    change(options);
    EXPECT_THROW(train_lightgcn(threads(1), pairs, options), ArgumentError);
  };
  refused([](LightGcnOptions& o) { o.factors = 0; });
  refused([](LightGcnOptions& o) { o.layers = 9; });
  refused([](LightGcnOptions& o) { o.temperature = 0.0; });
  refused([](LightGcnOptions& o) { o.temperature = std::numeric_limits<double>::quiet_NaN(); });
  refused([](LightGcnOptions& o) { o.learning_rate = -1.0; });
  refused([](LightGcnOptions& o) { o.activity_exponent = -0.1; });
  refused([](LightGcnOptions& o) { o.epochs = 0; });
  refused([](LightGcnOptions& o) { o.batch = 0; });
  refused([](LightGcnOptions& o) { o.init_scale = 0.0; });
  Csr negative = pairs;
  negative.values[0] = -1.0F;
  EXPECT_THROW(train_lightgcn(threads(1), negative, small_options()), ArgumentError);
  EXPECT_THROW(
      train_lightgcn(threads(1), csr_from_triplets(threads(1), 3, 3, {}, {}, {}), small_options()),
      ArgumentError);
}

TEST(LightGcn, StopsWhenAsked) {
  std::stop_source source;
  Execution execution = threads(2);
  execution.stop = source.get_token();
  LightGcnOptions options = small_options();
  options.epochs = 1000;
  EXPECT_THROW(train_lightgcn(execution, synthetic_matrix(200, 50, 5), options,
                              [&](const LightGcnEpoch&) { source.request_stop(); }),
               Cancelled);
}

}  // namespace
}  // namespace tenure::recommender
