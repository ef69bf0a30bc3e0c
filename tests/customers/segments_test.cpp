#include "log_builder.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/customers/cohort.hpp>
#include <tenure/customers/segments.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace tenure::customers {
namespace {

Segments segments_at(const EventTable& events, std::int32_t as_of, int threads = 2,
                     const SegmentOptions& options = {}) {
  OrderHistoryOptions until;
  until.end_day = as_of;
  const OrderHistory history = make_order_history(test::threads(threads), events, until);
  return segment_customers(test::threads(threads), events, history, options);
}

/// Everything the table says of its customers, in a form that compares.
std::string fingerprint(const Segments& segments) {
  std::string text;
  for (const SegmentRow& row : segments.rows) {
    for (const std::int64_t number :
         {std::int64_t{row.code}, std::int64_t{row.orders}, std::int64_t{row.first_day},
          std::int64_t{row.last_day}, row.revenue, static_cast<std::int64_t>(row.tier),
          static_cast<std::int64_t>(row.customer_class), static_cast<std::int64_t>(row.level),
          std::int64_t{row.top}, std::int64_t{row.scores.recency},
          std::int64_t{row.scores.frequency}, std::int64_t{row.scores.monetary}}) {
      text += std::to_string(number) + ',';
    }
    // Bits, not rounded text.
    const double index = row.health.index.value_or(-1);
    text.append(reinterpret_cast<const char*>(&index), sizeof index);
    for (const auto& points : row.health.contribution) {
      const float value = points.value_or(-1);
      text.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
  }
  for (const std::string& why : segments.health.left_out) text += why + ';';
  return text;
}

EventTable shop() {
  return test::LogBuilder()
      .add("lost", "x", "2022-01-01")
      .add("silent", "x", "2023-08-01")
      .add("new", "x", "2023-12-20")
      .add("new", "y", "2023-12-20", EventKind::kPurchase, 1, 90)
      .add("growth", "x", "2023-10-01")
      .add("growth", "y", "2023-11-15")
      .add("warned", "x", "2023-09-01")
      .add("warned", "x", "2023-09-11")
      .add("warned", "x", "2023-10-11")
      .add("warned", "x", "2023-11-20")
      .add("mature", "x", "2023-06-01")
      .add("mature", "x", "2023-07-01")
      .add("mature", "x", "2023-08-01")
      .add("mature", "x", "2023-09-01")
      .add("mature", "x", "2023-10-01")
      .add("mature", "x", "2023-11-01")
      .add("mature", "y", "2023-12-01", EventKind::kShare)
      .add("mature", "y", "2023-12-02", EventKind::kReview)
      .add("regret", "x", "2023-12-01")
      .add("regret", "x", "2023-12-05", EventKind::kReturn)
      .add("visitor", "y", "2023-12-05", EventKind::kVisit)
      .table();
}

TEST(Segments, OfASmallShopByHand) {
  const Segments segments = segments_at(shop(), test::day32("2023-12-31"));
  ASSERT_EQ(segments.rows.size(), 8U);
  const std::vector<Tier> tiers = {Tier::kLost,         Tier::kSilent, Tier::kNew,  Tier::kGrowth,
                                   Tier::kChurnWarning, Tier::kMature, Tier::kNone, Tier::kNone};
  for (std::size_t i = 0; i < tiers.size(); ++i) {
    EXPECT_EQ(segments.rows[i].tier, tiers[i]) << i;
    EXPECT_EQ(segments.by_tier[static_cast<std::size_t>(tiers[i])].customers, i < 6 ? 1U : 2U);
  }
  EXPECT_EQ(segments.rows[5].level, PyramidLevel::kStrategic);
  EXPECT_EQ(segments.by_level[0].customers, 5U);
  // 15 % of six is one: the hundred of the new customer's day.
  EXPECT_TRUE(segments.rows[2].top);
  EXPECT_EQ(segments.top.customers, 1U);
  EXPECT_EQ(segments.top.revenue, 100'000'000);
  // Idle days 729, 152, 11, 46, 41, 60: the new is better than five of six.
  EXPECT_EQ(segments.rows[2].scores.recency, 5);
  EXPECT_EQ(segments.rows[0].scores.recency, 1);
  // Orders 1, 1, 1, 2, 4, 6: a sixth times five beats 5 x 5 / 6 = 4, 3 x 5 / 6 = 2 ...
  EXPECT_EQ(segments.rows[5].scores.frequency, 5);
  EXPECT_EQ(segments.rows[3].scores.frequency, 3);
  EXPECT_EQ(segments.rows[0].scores.frequency, 1);
  EXPECT_FALSE(segments.rows[7].health.index.has_value());
}

TEST(Segments, SumsAddUpToTheKeyFigures) {
  const EventTable events = shop();
  OrderHistoryOptions until;
  until.end_day = test::day32("2023-12-31");
  const OrderHistory history = make_order_history(test::threads(2), events, until);
  const Segments segments = segment_customers(test::threads(2), events, history);
  const KeyFigures figures = key_figures(history);
  SegmentSums tiers, classes, levels;
  const auto add = [](SegmentSums& into, const SegmentSums& from) {
    into.customers += from.customers;
    into.orders += from.orders;
    into.revenue += from.revenue;
  };
  for (std::size_t t = 0; t + 1 < kTiers; ++t) add(tiers, segments.by_tier[t]);
  for (const SegmentSums& sums : segments.by_class) add(classes, sums);
  for (const SegmentSums& sums : segments.by_level) add(levels, sums);
  for (const SegmentSums& sums : {tiers, classes, levels, segments.total}) {
    EXPECT_EQ(sums.customers, figures.customers);
    EXPECT_EQ(sums.orders, figures.orders);
    EXPECT_EQ(sums.revenue, figures.revenue);
  }
}

TEST(Segments, DoNotKnowTheFuture) {
  const std::int32_t today = test::day32("2023-12-31");
  const EventTable events = shop();
  const Segments before = segments_at(events, today);
  EventTable later = events;
  const auto append = [&](std::uint32_t customer, std::uint32_t item, EventKind kind,
                          const char* date) {
    later.customer.push_back(customer);
    later.item.push_back(item);
    later.kind.push_back(kind);
    later.time.push_back(test::day(date) * kSecondsPerDay);
    later.quantity.push_back(1);
    later.unit_price.push_back(1000);
  };
  const std::uint32_t stranger = later.customers.append("stranger");
  const std::uint32_t novelty = later.items.append("novelty");
  append(0, 0, EventKind::kPurchase, "2024-01-01");
  append(5, 0, EventKind::kReturn, "2024-01-01");  // of an order that stands today
  append(2, novelty, EventKind::kPurchase, "2024-01-02");
  append(3, novelty, EventKind::kCart, "2024-01-02");
  append(stranger, novelty, EventKind::kPurchase, "2024-01-03");
  const Segments after = segments_at(later, today);
  EXPECT_EQ(fingerprint(before), fingerprint(after));
  EXPECT_NE(fingerprint(before), fingerprint(segments_at(later, today + 3)));
}

EventTable random_log(std::uint32_t customers) {
  test::LogBuilder builder;
  EventTable events = builder.table();
  for (std::uint32_t c = 0; c < customers; ++c) {
    events.customers.append(std::to_string(c));
    RandomStream stream(11, {Purpose::kTest, 0, c, 0});
    const std::uint32_t count = 1 + draw_index(stream, 12);
    for (std::uint32_t i = 0; i < count; ++i) {
      events.customer.push_back(c);
      events.item.push_back(draw_index(stream, 30));
      events.time.push_back(std::int64_t{draw_index(stream, 700)} * kSecondsPerDay);
      events.quantity.push_back(static_cast<float>(1 + draw_index(stream, 3)));
      events.unit_price.push_back(1 + 0.01 * draw_index(stream, 5000));
      events.kind.push_back(draw_index(stream, 3) == 0
                                ? static_cast<EventKind>(draw_index(stream, 8))
                                : EventKind::kPurchase);
    }
  }
  for (int item = 0; item < 30; ++item) events.items.append("item" + std::to_string(item));
  return events;
}

TEST(Segments, AreTheSameBytesAtAnyNumberOfThreads) {
  const EventTable events = random_log(20'000);
  const std::string one = fingerprint(segments_at(events, 690, 1));
  EXPECT_GT(one.size(), 1'000'000U);
  for (const int threads : {2, 3, 8}) {
    EXPECT_TRUE(fingerprint(segments_at(events, 690, threads)) == one) << threads;
  }
}

TEST(Segments, OfCustomersWithOneOrderOnOneDay) {
  test::LogBuilder builder(false);
  for (int c = 0; c < 10; ++c) builder.add(std::to_string(c), "x", "2024-01-01");
  const Segments segments = segments_at(builder.table(), test::day32("2024-01-01"));
  EXPECT_EQ(segments.by_tier[static_cast<std::size_t>(Tier::kNew)].customers, 10U);
  for (const SegmentRow& row : segments.rows) {
    EXPECT_EQ(row.scores, (RfmScores{1, 1, 0}));
    EXPECT_TRUE(row.top) << "all are equal";
    EXPECT_TRUE(row.health.index.has_value());
  }
}

TEST(Segments, StandNegativeSpend) {
  const EventTable events = test::LogBuilder()
                                .add("a", "discount", "2024-01-01", EventKind::kPurchase, 1, -50)
                                .add("a", "discount", "2024-02-01", EventKind::kPurchase, 1, -70)
                                .add("b", "x", "2024-01-01")
                                .table();
  const Segments segments = segments_at(events, test::day32("2024-03-01"));
  EXPECT_EQ(segments.rows[0].revenue, -120'000'000);
  EXPECT_LT(segments.rows[0].scores.monetary, segments.rows[1].scores.monetary);
  EXPECT_EQ(segments.total.revenue, -110'000'000);
  EXPECT_EQ(segments.top.customers, 1U);
  EXPECT_FALSE(segments.rows[0].top);
}

TEST(Segments, OfNobody) {
  const Segments segments = segments_at(shop(), test::day32("2000-01-01"));
  EXPECT_TRUE(segments.rows.empty());
  EXPECT_EQ(segments.total.customers, 0U);
}

TEST(Segments, RefuseAHistoryOfOtherEvents) {
  const EventTable events = shop();
  OrderHistory history = make_order_history(test::threads(1), events);
  history.end_day = test::day32("2023-06-30");
  EXPECT_THROW(segment_customers(test::threads(1), events, history), ArgumentError);
  EXPECT_THROW(segment_customers(test::threads(1), EventTable(), history), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
