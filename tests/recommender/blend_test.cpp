#include "dense_reference.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/blend.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/item_knn.hpp>
#include <tenure/recommender/popularity.hpp>

#include <gtest/gtest.h>

#include <limits>
#include <utility>

namespace tenure::recommender {
namespace {

using test::threads;

constexpr std::uint32_t kUsers = 120;
constexpr std::uint32_t kItems = 50;

ModelComponent component(std::string_view name, double weight) {
  const ModelKind& kind = model_kind(name);
  return {&kind, OptionValues(kind.options), weight};
}

struct Trained {
  Interactions interactions;
  std::vector<ModelComponent> components;
  std::unique_ptr<BlendModel> model;
};

Trained trained(int n_threads = 2) {
  Trained result;
  result.interactions.user_items = test::synthetic_matrix(kUsers, kItems, 7);
  result.components = {component("ials", 1.0), component("item-knn", 0.5),
                       component("popularity", 0.25)};
  result.components[0].values.set("factors", 8.0);
  result.components[1].values.set("neighbours", 10.0);
  TrainingInput input;
  input.interactions = &result.interactions;
  input.components = result.components;
  result.model = train_blend(threads(n_threads), input);
  return result;
}

/// Rows with mean 0 and standard deviation 1; constant rows become 0.
Matrix<double> standardized(Matrix<double> scores) {
  for (std::size_t u = 0; u < scores.rows(); ++u) {
    double mean = 0.0;
    double square = 0.0;
    for (std::size_t i = 0; i < kItems; ++i) mean += scores(u, i) / kItems;
    for (std::size_t i = 0; i < kItems; ++i) {
      scores(u, i) -= mean;
      square += scores(u, i) * scores(u, i) / kItems;
    }
    for (std::size_t i = 0; i < kItems; ++i) {
      scores(u, i) = square > 1e-12 ? scores(u, i) / std::sqrt(square) : 0.0;
    }
  }
  return scores;
}

TEST(Blend, AddsStandardisedScores) {
  const Trained blend = trained();
  const Csr& pairs = blend.interactions.user_items;
  Matrix<double> expected(kUsers, kItems);
  for (const BlendPart& part : blend.model->parts()) {
    const Matrix<double> own = standardized(test::scores(*part.model, pairs));
    for (std::size_t i = 0; i < own.size(); ++i) expected.data()[i] += part.weight * own.data()[i];
  }
  EXPECT_LT(test::largest_difference(test::scores(*blend.model, pairs), expected), 1e-5);
  EXPECT_GT(test::largest(expected), 1.0);
  EXPECT_TRUE(blend.model->personal());
}

TEST(Blend, OfKnownUsersTakesTheirTrainedVectors) {
  const Trained blend = trained();
  const Csr& pairs = blend.interactions.user_items;
  const std::vector<std::uint32_t> user{5};
  Matrix<float> out(1, kItems);
  blend.model->score({user, user, pairs}, out.view());
  Matrix<double> own(1, kItems);
  Matrix<float> scores(1, kItems);
  for (const BlendPart& part : blend.model->parts()) {
    part.model->score({user, user, pairs}, scores.view());
    Matrix<double> exact(1, kItems);
    for (std::size_t i = 0; i < kItems; ++i) exact(0, i) = static_cast<double>(scores(0, i));
    const Matrix<double> unit = standardized(exact);
    for (std::size_t i = 0; i < kItems; ++i) own(0, i) += part.weight * unit(0, i);
  }
  for (std::size_t i = 0; i < kItems; ++i) {
    EXPECT_NEAR(static_cast<double>(out(0, i)), own(0, i), 1e-5);
  }
}

TEST(Blend, ComesBackFromItsFile) {
  const tenure::test::TempDir dir;
  const Trained blend = trained();
  const Csr& pairs = blend.interactions.user_items;
  const auto loaded = test::saved_and_loaded(*blend.model, dir / "model.h5");
  const auto& same = dynamic_cast<const BlendModel&>(*loaded);
  ASSERT_EQ(same.parts().size(), 3U);
  EXPECT_EQ(same.parts()[1].weight, 0.5);
  EXPECT_EQ(same.parts()[1].model->name(), "item-knn");
  EXPECT_EQ(
      test::largest_difference(test::scores(*loaded, pairs), test::scores(*blend.model, pairs)),
      0.0);
}

TEST(Blend, IsTheSameAtAnyNumberOfThreads) {
  const Trained one = trained(1);
  const Csr& pairs = one.interactions.user_items;
  for (const int n : {2, 3, 8}) {
    EXPECT_EQ(test::largest_difference(test::scores(*trained(n).model, pairs),
                                       test::scores(*one.model, pairs)),
              0.0)
        << n;
  }
}

TEST(Blend, OfPopularityAloneIsNotPersonal) {
  const Csr pairs = test::synthetic_matrix(kUsers, kItems, 7);
  std::vector<BlendPart> parts;
  parts.push_back({train_popularity(pairs), 2.0});
  parts.push_back({train_item_knn(threads(1), pairs), 0.0});
  EXPECT_FALSE(BlendModel(std::move(parts)).personal());
}

TEST(Blend, RefusesWhatDoesNotFitTogether) {
  const Csr pairs = test::synthetic_matrix(kUsers, kItems, 7);
  const auto blend = [&](double weight, std::uint32_t items) {
    std::vector<BlendPart> parts;
    parts.push_back({train_popularity(pairs), 0.0});
    parts.push_back({train_popularity(test::synthetic_matrix(kUsers, items, 7)), weight});
    return BlendModel(std::move(parts));
  };
  EXPECT_NO_THROW(blend(1.0, kItems));
  EXPECT_THROW(blend(0.0, kItems), ArgumentError);
  EXPECT_THROW(blend(-1.0, kItems), ArgumentError);
  EXPECT_THROW(blend(std::numeric_limits<double>::quiet_NaN(), kItems), ArgumentError);
  EXPECT_THROW(blend(1.0, kItems + 5), ArgumentError);
  EXPECT_THROW(BlendModel({}), ArgumentError);
  Trained nested = trained();
  nested.components.push_back(component("blend", 1.0));
  TrainingInput input;
  input.interactions = &nested.interactions;
  EXPECT_THROW(train_blend(threads(1), input), ArgumentError);
  input.components = nested.components;
  EXPECT_THROW(train_blend(threads(1), input), ArgumentError);
}

TEST(Blend, InAFileWithoutItsPartsIsADataError) {
  const tenure::test::TempDir dir;
  const auto load = [&](const std::string& path) {
    const ContainerReader reader(threads(1), path, "model", 1);
    return model_kind("blend").load(threads(1), reader, "model/");
  };
  {
    ContainerWriter writer(threads(1), dir / "none.h5", "model", 1);
    writer.attribute("model/parts", std::int64_t{0});
    writer.commit();
  }
  {
    ContainerWriter writer(threads(1), dir / "nested.h5", "model", 1);
    writer.attribute("model/parts", std::int64_t{1});
    writer.attribute("model/0/weight", 1.0);
    writer.attribute("model/0/kind", "blend");
    writer.commit();
  }
  {
    ContainerWriter writer(threads(1), dir / "missing.h5", "model", 1);
    writer.attribute("model/parts", std::int64_t{1000000});
    writer.commit();
  }
  for (const char* name : {"none.h5", "nested.h5", "missing.h5"}) {
    EXPECT_THROW(load(dir / name), DataError) << name;
  }
}

}  // namespace
}  // namespace tenure::recommender
