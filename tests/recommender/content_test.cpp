#include "text_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/content.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace tenure::recommender {
namespace {

using test::threads;

/// Rows (0.6, 0.8), (1, 0), nothing, (0, 1).
Csr small_features() {
  const std::vector<std::uint32_t> rows{0, 0, 1, 3};
  const std::vector<std::uint32_t> columns{0, 1, 0, 1};
  const std::vector<float> values{0.6F, 0.8F, 1.0F, 1.0F};
  return csr_from_triplets(threads(1), 4, 2, rows, columns, values);
}

TEST(Content, ScoresByTheProfileOfTheHistory) {
  const ContentModel model(threads(1), {}, 1, small_features());
  const std::vector<std::uint32_t> zeros{0, 0};
  const std::vector<std::uint32_t> columns{0, 1};
  const std::vector<float> values{2.0F, 0.5F};
  const Csr history = csr_from_triplets(threads(1), 1, 4, zeros, columns, values);
  const std::vector<std::uint32_t> user{kNewUser};
  const std::vector<std::uint32_t> row{0};
  Matrix<float> out(1, 4);
  model.score({user, row, history}, out.view());
  // The profile is (2 * .6 + .5, 2 * .8) = (1.7, 1.6).
  EXPECT_FLOAT_EQ(out(0, 0), 1.7F * 0.6F + 1.6F * 0.8F);
  EXPECT_FLOAT_EQ(out(0, 1), 1.7F);
  EXPECT_EQ(out(0, 2), 0.0F);  // no text, no score
  EXPECT_FLOAT_EQ(out(0, 3), 1.6F);
}

TEST(Content, ExplanationsAddUpToTheScore) {
  const EventTable events = test::with_texts(test::random_shop());
  const Interactions pairs = build_interactions(threads(1), events);
  const ModelKind& kind = model_kind("content");
  TrainingInput input;
  input.events = &events;
  input.interactions = &pairs;
  const auto model = kind.train(threads(2), input, OptionValues(kind.options));
  const Matrix<float> scores = test::all_scores(*model, pairs.user_items, false);
  const auto users = test::all_rows(model->n_users());
  const UserBatch batch{users, users, pairs.user_items};
  const std::vector<std::uint32_t> items{0, 7, 10, 39};
  for (std::uint32_t user = 0; user < model->n_users(); ++user) {
    const Matrix<double> because = model->explain(batch, user, items).value();
    for (std::size_t i = 0; i < items.size(); ++i) {
      double sum = 0.0;
      for (std::size_t j = 0; j < because.cols(); ++j) sum += because(i, j);
      EXPECT_NEAR(sum, scores(user, items[i]), 1e-5 * (1.0 + std::abs(sum)));
    }
    EXPECT_EQ(scores(user, 10), 0.0F);  // the item without text
  }
  EXPECT_THROW(static_cast<void>(model->explain(batch, 0, std::vector<std::uint32_t>{40})),
               ArgumentError);
  EXPECT_THROW(static_cast<void>(model->explain(batch, 999, items)), ArgumentError);
}

TEST(Content, RefusesFaultyInput) {
  EXPECT_THROW(ContentModel(threads(1), {}, 1, Csr{}), ArgumentError);
  Csr broken = small_features();
  broken.columns[0] = 9;
  EXPECT_THROW(ContentModel(threads(1), {}, 1, broken), ArgumentError);
  const EventTable events = test::random_shop();  // no texts
  const Interactions pairs = build_interactions(threads(1), events);
  for (const char* name : {"content", "hybrid"}) {
    const ModelKind& kind = model_kind(name);
    TrainingInput input;
    input.interactions = &pairs;
    EXPECT_THROW(kind.train(threads(1), input, OptionValues(kind.options)), ArgumentError);
    input.events = &events;
    EXPECT_THROW(kind.train(threads(1), input, OptionValues(kind.options)), DataError);
    EXPECT_TRUE(kind.needs_text);
  }
}

TEST(Content, IsAKindThatSavesAndLoads) {
  test::expect_kind_round_trip("content", test::with_texts(test::random_shop()));
}

}  // namespace
}  // namespace tenure::recommender
