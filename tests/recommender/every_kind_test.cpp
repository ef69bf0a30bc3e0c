#include "text_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/popularity.hpp>
#include <tenure/recommender/recommend.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <utility>

namespace tenure::recommender {
namespace {

using test::threads;

constexpr std::uint32_t kCustomers = 60;
constexpr std::uint32_t kItems = 30;
constexpr std::uint32_t kSilentCustomer = kCustomers;  // the last, without events
constexpr std::uint32_t kUnsoldItem = kItems;          // the last, never bought

/// A shop with a customer that bought nothing and an item nobody bought.
EventTable odd_shop() {
  EventTable events = test::random_shop(kCustomers, kItems);
  events.customers.append("silent");
  events.items.append("unsold");
  return test::with_texts(std::move(events));
}

/// What any model must stand, for every kind that is not made of others.
class EveryKind : public testing::TestWithParam<std::string> {
 protected:
  const ModelKind& kind() const { return model_kind(GetParam()); }

  /// Few passes, and more factors than there are items.
  OptionValues options() const {
    OptionValues values(kind().options);
    if (values.has("epochs")) values.set("epochs", 3.0);
    if (values.has("factors")) values.set("factors", 64.0);
    return values;
  }

  std::unique_ptr<Model> train(const EventTable& events, const Interactions& interactions) const {
    TrainingInput input;
    input.events = &events;
    input.interactions = &interactions;
    return kind().train(threads(2), input, options());
  }
};

TEST_P(EveryKind, StandsSilentCustomersUnsoldItemsAndMoreFactorsThanItems) {
  const EventTable events = odd_shop();
  const Interactions interactions = build_interactions(threads(1), events);
  ASSERT_EQ(interactions.user_items.view().row_size(kSilentCustomer), 0U);
  const auto model = train(events, interactions);
  for (const bool as_new : {false, true}) {
    const Matrix<float> scores = test::all_scores(*model, interactions.user_items, as_new);
    EXPECT_TRUE(std::all_of(scores.data(), scores.data() + scores.size(),
                            [](float score) { return std::isfinite(score); }));
  }
}

TEST_P(EveryKind, FillsListsToTheCatalogueAndNoFurther) {
  const EventTable events = odd_shop();
  const Interactions interactions = build_interactions(threads(1), events);
  const auto model = train(events, interactions);
  const auto rows = test::all_rows(interactions.user_items.rows());
  RecommendOptions options;
  options.k = 1000;
  const auto lists =
      recommend(threads(2), *model, {rows, rows, interactions.user_items}, options).lists;
  for (const std::uint32_t user : rows) {
    const auto list = lists.list_ids(user);
    const auto seen = interactions.user_items.view().row_columns(user);
    std::set<std::uint32_t> all(list.begin(), list.end());
    EXPECT_EQ(all.size(), list.size()) << "an item twice for customer " << user;
    all.insert(seen.begin(), seen.end());
    EXPECT_EQ(all.size(), kItems + 1) << "customer " << user;
    EXPECT_EQ(list.size() + seen.size(), kItems + 1) << "customer " << user;
  }
}

TEST_P(EveryKind, TrainsOnAMatrixOfTheCallerAsOnInteractions) {
  const EventTable events = odd_shop();
  const Interactions interactions = build_interactions(threads(1), events);
  TrainingInput lent;
  lent.events = &events;
  lent.matrix = interactions.user_items;
  const auto owned = test::all_scores(*train(events, interactions), interactions.user_items, false);
  const auto model = kind().train(threads(2), lent, options());
  const auto scores = test::all_scores(*model, interactions.user_items, false);
  EXPECT_TRUE(std::equal(scores.data(), scores.data() + scores.size(), owned.data()));
}

TEST_P(EveryKind, IsNotMovedByEventsToldTwice) {
  EventTable events = odd_shop();
  const Interactions once = build_interactions(threads(1), events);
  const auto model = train(events, once);
  const std::size_t rows = events.rows();
  for (std::size_t row = 0; row < rows; ++row) {
    events.customer.push_back(events.customer[row]);
    events.item.push_back(events.item[row]);
    events.time.push_back(events.time[row]);
    events.region.push_back(events.region[row]);
    if (!events.quantity.empty()) events.quantity.push_back(events.quantity[row]);
    if (!events.kind.empty()) events.kind.push_back(events.kind[row]);
    if (!events.order.empty()) events.order.push_back(events.order[row]);
    if (!events.unit_price.empty()) events.unit_price.push_back(events.unit_price[row]);
  }
  const Interactions twice = build_interactions(threads(1), events);
  EXPECT_EQ(once.user_items.columns, twice.user_items.columns);
  EXPECT_EQ(once.user_items.values, twice.user_items.values);
  const auto again = train(events, twice);
  const Matrix<float> a = test::all_scores(*model, once.user_items, false);
  const Matrix<float> b = test::all_scores(*again, twice.user_items, false);
  // recent-popularity counts every line: all scores double, and the order stays.
  const float factor = GetParam() == "recent-popularity" ? 2.0F : 1.0F;
  EXPECT_TRUE(std::equal(a.data(), a.data() + a.size(), b.data(),
                         [factor](float x, float y) { return factor * x == y; }));
}

TEST_P(EveryKind, RefusesWeightsThatAreNoneOrNoNumber) {
  if (kind().needs_events || GetParam() == "popularity" || GetParam() == "content") {
    GTEST_SKIP() << "does not read the weights of the matrix";
  }
  const EventTable events = odd_shop();
  const Interactions good = build_interactions(threads(1), events);
  Interactions bad = good;
  bad.user_items.values[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(train(events, bad), ArgumentError);
  bad.user_items.values[3] = std::numeric_limits<float>::infinity();
  EXPECT_THROW(train(events, bad), ArgumentError);
  std::fill(bad.user_items.values.begin(), bad.user_items.values.end(), 0.0F);
  EXPECT_THROW(train(events, bad), ArgumentError);
}

std::vector<std::string> single_kinds() {
  std::vector<std::string> names;
  for (const ModelKind& kind : model_kinds()) {
    if (!kind.needs_components) names.emplace_back(kind.name);
  }
  return names;
}

INSTANTIATE_TEST_SUITE_P(Models, EveryKind, testing::ValuesIn(single_kinds()),
                         [](const testing::TestParamInfo<std::string>& kind) {
                           std::string name = kind.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace tenure::recommender
