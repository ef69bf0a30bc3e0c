#include "synthetic.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/split.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace tenure::recommender {
namespace {

using test::Row;
using test::table;
using test::threads;
using testing::ElementsAre;

TEST(SplitSpec, ReadsItsThreeForms) {
  EXPECT_EQ(parse_split("temporal:0.8").method, SplitMethod::kTemporal);
  EXPECT_DOUBLE_EQ(parse_split("temporal:0.8").fraction, 0.8);
  EXPECT_EQ(parse_split("leave-last:3").count, 3U);
  EXPECT_DOUBLE_EQ(parse_split("random:0.25").fraction, 0.25);
  EXPECT_EQ(parse_split("items:0.1").method, SplitMethod::kItems);
  for (const char* text : {"temporal:0.8", "leave-last:3", "random:0.25", "run:0.3", "items:0.1"}) {
    EXPECT_EQ(to_string(parse_split(text)), text);
  }
}

TEST(SplitSpec, RefusesAnythingElse) {
  for (const char* text : {"",
                           "temporal",
                           "temporal:",
                           "temporal:0",
                           "temporal:1",
                           "temporal:-0.5",
                           "temporal:nan",
                           "temporal:inf",
                           "temporal:0.8x",
                           "temporal:0.8:1",
                           "leave-last:0",
                           "leave-last:-1",
                           "leave-last:1.5",
                           "leave-last:99999999999",
                           "random:2",
                           "items:0",
                           "items:1.5",
                           "Random:0.2",
                           " random:0.2",
                           "0.8"}) {
    EXPECT_THROW(parse_split(text), ArgumentError) << text;
  }
}

TEST(ItemSplit, HoldsOutAllEventsOfAShareOfTheItems) {
  std::vector<test::Row> rows;
  for (std::uint32_t i = 0; i < 4000; ++i) rows.push_back({i % 7, i % 1000, 0});
  EventTable events = table(rows, 7, 1000);
  events.item_is_service.assign(1000, 0);
  for (std::uint32_t item = 0; item < 100; ++item) events.item_is_service[item] = 1;
  events.time.clear();  // needs none
  const RowSplit split = split_rows(threads(1), events, parse_split("items:0.3"));
  ASSERT_EQ(split.items.size(), 1000U);
  double held_out = 0.0;
  for (std::uint32_t item = 0; item < 1000; ++item) held_out += split.items[item];
  // Binomial of 900 goods: five standard errors.
  EXPECT_NEAR(held_out, 0.3 * 900, 5.0 * std::sqrt(900 * 0.3 * 0.7));
  for (std::size_t row = 0; row < events.rows(); ++row) {
    const std::uint32_t item = events.item[row];
    EXPECT_EQ(split.test[row], split.items[item]);
    EXPECT_EQ(split.train[row], item < 100 || split.items[item] != 0 ? 0 : 1);
  }
  EXPECT_EQ(split.items, split_rows(threads(3), events, parse_split("items:0.3")).items);
  EXPECT_NE(split.items, split_rows(threads(1, 2), events, parse_split("items:0.3")).items);
}

TEST(TemporalSplit, CutsAtTheQuantileWithTiesInTraining) {
  // The 60 % quantile of 10, 20, 20, 20, 30 is 20: all three at 20 stay in training.
  const EventTable events =
      table({{0, 0, 20}, {0, 1, 30}, {1, 0, 20}, {1, 1, 10}, {1, 2, 20}}, 2, 3);
  const RowSplit split = split_rows(threads(1), events, parse_split("temporal:0.4"));
  EXPECT_EQ(split.cut, 20);
  EXPECT_THAT(split.train, ElementsAre(1, 0, 1, 1, 1));
  EXPECT_THAT(split.test, ElementsAre(0, 1, 0, 0, 0));
  EXPECT_EQ(split.train_rows, 4U);
  EXPECT_EQ(split.test_rows, 1U);
}

TEST(TemporalSplit, IgnoresRowsThatDoNotCount) {
  const EventTable events =
      table({{0, 0, 1}, {0, 1, 2}, {0, 0, 99, 1.0F, EventKind::kReturn}, {0, 2, 3}}, 1, 3);
  const RowSplit split = split_rows(threads(1), events, parse_split("temporal:0.5"));
  EXPECT_EQ(split.cut, 2);
  EXPECT_THAT(split.train, ElementsAre(1, 1, 0, 0));
  EXPECT_THAT(split.test, ElementsAre(0, 0, 0, 1));
}

TEST(LeaveLastSplit, HoldsOutTheLatestAndKeepsOneInTraining) {
  const EventTable events =
      table({{0, 0, 30}, {0, 1, 10}, {0, 2, 30}, {1, 0, 5}, {1, 1, 5}, {2, 0, 1}}, 3, 3);
  const RowSplit one = split_rows(threads(1), events, parse_split("leave-last:1"));
  EXPECT_THAT(one.test, ElementsAre(0, 0, 1, 0, 1, 0));  // of equal times the later row is last
  EXPECT_THAT(one.train, ElementsAre(1, 1, 0, 1, 0, 1));
  const RowSplit two = split_rows(threads(1), events, parse_split("leave-last:2"));
  EXPECT_THAT(two.test, ElementsAre(1, 0, 1, 0, 0, 0));
}

TEST(RandomSplit, HoldsOutAShareOfPairsWithAllTheirEvents) {
  constexpr std::uint32_t kCustomers = 2000;
  std::vector<Row> rows;
  for (std::uint32_t customer = 0; customer < kCustomers; ++customer) {
    for (std::uint32_t item = 0; item < 5; ++item) {
      rows.push_back({customer, item});
      rows.push_back({customer, item});
    }
  }
  EventTable events = table(rows, kCustomers, 5);
  events.time.clear();  // a random split needs no times
  const RowSplit split = split_rows(threads(2), events, parse_split("random:0.3"));
  for (std::size_t row = 0; row < rows.size(); row += 2) {
    EXPECT_EQ(split.test[row], split.test[row + 1]);
    EXPECT_EQ(split.test[row] + split.train[row], 1);
  }
  // 10,000 pairs at 0.3: standard error 0.0046; four of them.
  const double share = static_cast<double>(split.test_rows) / static_cast<double>(rows.size());
  EXPECT_NEAR(share, 0.3, 4 * std::sqrt(0.3 * 0.7 / 10000));
}

TEST(RandomSplit, DependsOnTheSeedAndNotOnThreads) {
  std::vector<Row> rows;
  for (std::uint32_t i = 0; i < 5000; ++i) rows.push_back({i % 1500, i % 7, i});
  const EventTable events = table(rows, 1500, 7);
  const SplitSpec spec = parse_split("random:0.5");
  const RowSplit first = split_rows(threads(1), events, spec);
  for (const int n : {2, 3, 8}) {
    EXPECT_EQ(split_rows(threads(n), events, spec).test, first.test);
  }
  EXPECT_NE(split_rows(threads(1, 2), events, spec).test, first.test);
}

TEST(RunSplit, HoldsOutNeighboursInOrderOfTheirFirstEvents) {
  // Every customer buys items 0 to 19 in an order of its own, each twice.
  std::vector<test::Row> log;
  for (std::uint32_t customer = 0; customer < 200; ++customer) {
    for (std::uint32_t i = 0; i < 40; ++i) {
      log.push_back({customer, (i % 20 * 7 + customer) % 20, 1000 + i});
    }
  }
  const EventTable events = test::table(log, 200, 20);
  const RowSplit split = split_rows(threads(2), events, parse_split("run:0.25"));
  EXPECT_EQ(split.train_rows + split.test_rows, events.rows());
  std::vector<int> starts(20);
  for (std::uint32_t customer = 0; customer < 200; ++customer) {
    std::vector<int> held;  // places in the customer's order
    for (std::uint32_t i = 0; i < 20; ++i) {
      const std::size_t row = std::size_t{customer} * 40 + i;
      EXPECT_EQ(split.test[row], split.test[row + 20]) << "an item on both sides";
      if (split.test[row] != 0) held.push_back(static_cast<int>(i));
    }
    ASSERT_EQ(held.size(), 5U);
    EXPECT_EQ(held.back() - held.front(), 4) << "not a run";
    ++starts[static_cast<std::size_t>(held.front())];
  }
  // 16 places to begin, each with probability 1/16: all are met but with probability 16
  // (15/16)^200.
  for (std::size_t start = 0; start < 16; ++start) EXPECT_GT(starts[start], 0) << start;
}

TEST(MixedSplit, HoldsOutRunsOfHalfOfTheCustomersAndDrawsFromTheOthers) {
  constexpr std::uint32_t kCustomers = 1000;
  std::vector<test::Row> log;
  for (std::uint32_t customer = 0; customer < kCustomers; ++customer) {
    for (std::uint32_t i = 0; i < 30; ++i) log.push_back({customer, i * 7 % 30, 1000 + i});
  }
  const EventTable events = test::table(log, kCustomers, 30);
  const auto split = [&](const char* spec) {
    return split_rows(threads(2), events, parse_split(spec)).test;
  };
  const auto mixed = split("mixed:0.3");
  const auto run = split("run:0.3");
  const auto drawn = split("random:0.3");
  int runs = 0;
  for (std::uint32_t customer = 0; customer < kCustomers; ++customer) {
    const auto same = [&](const std::vector<std::uint8_t>& other) {
      const auto begin = mixed.begin() + 30 * customer;
      return std::equal(begin, begin + 30, other.begin() + 30 * customer);
    };
    EXPECT_TRUE(same(run) || same(drawn)) << customer;
    runs += same(run) ? 1 : 0;
  }
  EXPECT_NEAR(runs, 500, 4 * 16) << "a standard error is sqrt(1000 / 4) = 16";
  EXPECT_EQ(to_string(parse_split("mixed:0.3")), "mixed:0.3");
}
TEST(RunSplit, HoldsOutTheShareOnAverageWithoutTimesToo) {
  std::vector<test::Row> log;
  for (std::uint32_t customer = 0; customer < 4000; ++customer) {
    for (std::uint32_t i = 0; i < 3; ++i) log.push_back({customer, i});
  }
  EventTable events = test::table(log, 4000, 3);
  events.time.clear();
  const RowSplit split = split_rows(threads(1), events, parse_split("run:0.2"));
  // 0.6 items a customer, one with probability 0.6: standard error sqrt(4000 * 0.24) = 31.
  EXPECT_NEAR(static_cast<double>(split.test_rows), 2400.0, 4 * 31.0);
  const RowSplit again = split_rows(threads(8), events, parse_split("run:0.2"));
  EXPECT_EQ(split.test, again.test);
}

TEST(Split, NeedsTimesWhereItUsesThem) {
  EventTable events = table({{0, 0}, {0, 1}}, 1, 2);
  events.time.clear();
  EXPECT_THROW(split_rows(threads(1), events, parse_split("temporal:0.8")), DataError);
  EXPECT_THROW(split_rows(threads(1), events, parse_split("leave-last:1")), DataError);
  events.kind = {EventKind::kReturn, EventKind::kReturn};
  EXPECT_THROW(split_rows(threads(1), events, parse_split("random:0.5")), DataError);
}

}  // namespace
}  // namespace tenure::recommender
