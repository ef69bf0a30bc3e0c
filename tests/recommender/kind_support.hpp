#pragma once

#include "synthetic.hpp"
#include "test_data.hpp"

#include <tenure/core/container.hpp>
#include <tenure/core/time.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace tenure::recommender::test {

/// Purchases of `customers` over two years in three regions; customers come back to their items.
inline EventTable random_shop(std::uint32_t customers = 150, std::uint32_t items = 40) {
  std::vector<Row> rows;
  for (std::uint32_t customer = 0; customer < customers; ++customer) {
    RandomStream stream(5, {Purpose::kSynthetic, 2, customer, 0});
    const std::uint32_t lines = draw_index(stream, 25);
    for (std::uint32_t i = 0; i < lines; ++i) {
      const std::uint32_t item = draw_bernoulli(stream, 0.5) ? customer % 8 + draw_index(stream, 4)
                                                             : draw_index(stream, items);
      rows.push_back({customer, item, draw_index(stream, 730) * kSecondsPerDay});
    }
  }
  EventTable events = table(rows, customers, items);
  for (const char* id : {"north", "south", "east"}) events.regions.append(id);
  for (const std::uint32_t customer : events.customer) events.region.push_back(customer % 3);
  return events;
}

inline Matrix<float> all_scores(const Model& model, const CsrView& histories, bool as_new) {
  const auto rows = all_rows(histories.rows());
  const std::vector<std::uint32_t> strangers(histories.rows(), kNewUser);
  Matrix<float> out(histories.rows(), model.n_items());
  model.score({as_new ? strangers : rows, rows, histories}, out.view());
  return out;
}

/// Trains a kind at its defaults with 1, 2, 3 and 8 threads, saves and loads it: the same scores
/// for trained and new users every time, all finite.
inline void expect_kind_round_trip(std::string_view name, const EventTable& events) {
  const tenure::test::TempDir dir;
  const ModelKind& kind = model_kind(name);
  const Interactions interactions = build_interactions(threads(1), events);
  TrainingInput input;
  input.events = &events;
  input.interactions = &interactions;
  const OptionValues options(kind.options);
  std::vector<Matrix<float>> first;
  for (const int n : {1, 2, 3, 8}) {
    const auto trained = kind.train(threads(n), input, options);
    EXPECT_EQ(trained->name(), name);
    const std::string path = dir / "model.h5";
    ContainerWriter writer(threads(n), path, "model", 1);
    trained->save(writer, "model/");
    writer.commit();
    const ContainerReader reader(threads(n), path, "model", 1);
    const auto loaded = kind.load(threads(n), reader, "model/");
    for (const Model* model : {trained.get(), loaded.get()}) {
      ASSERT_EQ(model->n_users(), events.customers.size());
      ASSERT_EQ(model->n_items(), events.items.size());
      for (const bool as_new : {false, true}) {
        const Matrix<float> scores = all_scores(*model, interactions.user_items, as_new);
        for (std::size_t i = 0; i < scores.size(); ++i) {
          ASSERT_TRUE(std::isfinite(scores.data()[i])) << name;
        }
        if (n == 1 && model == trained.get()) first.push_back(scores);
        const Matrix<float>& expected = first[as_new ? 1 : 0];
        EXPECT_TRUE(std::equal(scores.data(), scores.data() + scores.size(), expected.data()))
            << name << " at " << n << " threads, new users " << as_new;
      }
    }
  }
}

}  // namespace tenure::recommender::test
