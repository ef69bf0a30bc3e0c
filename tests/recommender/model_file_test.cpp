#include "synthetic.hpp"
#include "test_data.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/ials.hpp>
#include <tenure/recommender/model_file.hpp>
#include <tenure/recommender/popularity.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>

namespace tenure::recommender {
namespace {

using test::threads;

std::string bytes_of(const std::string& path) {
  std::ostringstream bytes;
  bytes << std::ifstream(path, std::ios::binary).rdbuf();
  return bytes.str();
}

ModelFile trained(int n_threads = 1) {
  const EventTable names = test::table({}, 300, 80);
  ModelFile file;
  file.train = test::synthetic_matrix(300, 80, 7, true);
  IalsOptions options;
  options.factors = 12;
  options.epochs = 3;
  options.regularization = 0.07;
  file.model = train_ials(threads(n_threads), file.train, options);
  file.customers = names.customers;
  file.items = names.items;
  file.item_is_service.assign(80, 0);
  file.item_is_service[5] = 1;
  file.weights.kinds = {{EventKind::kPurchase, 1.0F}, {EventKind::kView, 0.1F}};
  file.weights.value = InteractionValue::kCount;
  file.weights.half_life_days = 90.5;
  file.weights.now = -5;
  file.metrics = {{"recall@20", 0.25}, {"ndcg@20", 0.125}};
  file.metric_intervals = {{1, 0.1, 0.15}};
  return file;
}

TEST(ModelFile, ComesBackAsItWasSaved) {
  const tenure::test::TempDir dir;
  const ModelFile saved = trained();
  save_model(threads(2), saved, dir / "model.h5");
  const ModelFile loaded = load_model(threads(2), dir / "model.h5");
  EXPECT_EQ(loaded.model->name(), "ials");
  EXPECT_EQ(loaded.customers, saved.customers);
  EXPECT_EQ(loaded.items, saved.items);
  EXPECT_EQ(loaded.item_is_service, saved.item_is_service);
  EXPECT_EQ(loaded.metrics, saved.metrics);
  EXPECT_EQ(loaded.metric_intervals, saved.metric_intervals);
  ASSERT_EQ(loaded.weights.kinds.size(), 2U);
  EXPECT_EQ(loaded.weights.kinds[1].kind, EventKind::kView);
  EXPECT_EQ(loaded.weights.kinds[1].weight, 0.1F);
  EXPECT_EQ(loaded.weights.value, InteractionValue::kCount);
  EXPECT_EQ(loaded.weights.half_life_days, 90.5);
  EXPECT_EQ(loaded.weights.now, -5);
  EXPECT_EQ(loaded.train.row_start, saved.train.row_start);
  EXPECT_EQ(loaded.train.columns, saved.train.columns);
  EXPECT_EQ(loaded.train.values, saved.train.values);
  const auto& options = dynamic_cast<const IalsModel&>(*loaded.model).options();
  EXPECT_EQ(options.factors, 12U);
  EXPECT_EQ(options.epochs, 3U);
  EXPECT_EQ(options.regularization, 0.07);
  const auto a = *saved.model->factors();
  const auto b = *loaded.model->factors();
  EXPECT_TRUE(std::equal(a.users.data, a.users.data + 300 * 12, b.users.data));
  EXPECT_TRUE(std::equal(a.items.data, a.items.data + 80 * 12, b.items.data));
  // The loaded model folds in as the saved one does.
  const std::vector<std::uint32_t> stranger{kNewUser};
  const std::vector<std::uint32_t> row{1};
  Matrix<float> before(1, 12);
  Matrix<float> after(1, 12);
  saved.model->user_vectors({stranger, row, saved.train}, before.view());
  loaded.model->user_vectors({stranger, row, loaded.train}, after.view());
  EXPECT_TRUE(std::equal(before.data(), before.data() + 12, after.data()));
}

TEST(ModelFile, KeepsPopularityToo) {
  const tenure::test::TempDir dir;
  ModelFile file = trained();
  file.model = train_popularity(file.train);
  file.item_is_service.clear();
  file.metrics.clear();
  file.metric_intervals.clear();
  file.weights = {};
  save_model(threads(1), file, dir / "model.h5");
  const ModelFile loaded = load_model(threads(1), dir / "model.h5");
  EXPECT_EQ(loaded.model->name(), "popularity");
  EXPECT_TRUE(loaded.item_is_service.empty());
  EXPECT_FALSE(loaded.weights.half_life_days || loaded.weights.now);
  const auto& popular = dynamic_cast<const PopularityModel&>(*loaded.model);
  EXPECT_TRUE(
      std::ranges::equal(popular.item_scores(), train_popularity(file.train)->item_scores()));
}

TEST(ModelFile, HasTheSameBytesAtAnyNumberOfThreads) {
  const tenure::test::TempDir dir;
  save_model(threads(1), trained(1), dir / "one.h5");
  for (const int n : {2, 3, 8}) {
    save_model(threads(n), trained(n), dir / "many.h5");
    EXPECT_TRUE(bytes_of(dir / "one.h5") == bytes_of(dir / "many.h5")) << n;
  }
}

TEST(ModelFile, RefusesPartsThatDoNotFit) {
  const tenure::test::TempDir dir;
  ModelFile file = trained();
  file.customers.append("one too many");
  EXPECT_THROW(save_model(threads(1), file, dir / "model.h5"), ArgumentError);
  EXPECT_FALSE(std::filesystem::exists(dir / "model.h5"));
  file = trained();
  file.model.reset();
  EXPECT_THROW(save_model(threads(1), file, dir / "model.h5"), ArgumentError);
}

TEST(ModelFile, FaultyFilesAreDataErrors) {
  const tenure::test::TempDir dir;
  EXPECT_THROW(load_model(threads(1), dir / "missing.h5"), DataError);
  std::ofstream(dir / "text.h5") << "no model\n";
  EXPECT_THROW(load_model(threads(1), dir / "text.h5"), DataError);
  save_model(threads(1), trained(), dir / "model.h5");
  const std::string whole = bytes_of(dir / "model.h5");
  for (std::size_t part = 0; part < 10; ++part) {
    std::ofstream(dir / "cut.h5", std::ios::binary) << whole.substr(0, whole.size() * part / 10);
    EXPECT_THROW(load_model(threads(1), dir / "cut.h5"), DataError) << part;
  }
  ContainerWriter writer(threads(1), dir / "unknown.h5", "model", kModelVersion);
  writer.attribute("model_name", "oracle");
  writer.commit();
  EXPECT_THROW(load_model(threads(1), dir / "unknown.h5"), DataError);
}

TEST(Fingerprint, TellsMatricesApart) {
  const Csr pairs = test::synthetic_matrix(50, 40, 6);
  Csr other = pairs;
  EXPECT_EQ(fingerprint(pairs), fingerprint(other));
  other.values[3] += 1.0F;
  EXPECT_NE(fingerprint(pairs), fingerprint(other));
  other = pairs;
  ++other.n_columns;
  EXPECT_NE(fingerprint(pairs), fingerprint(other));
}

}  // namespace
}  // namespace tenure::recommender
