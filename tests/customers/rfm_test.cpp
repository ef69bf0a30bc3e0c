#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/rfm.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace tenure::customers {
namespace {

using testing::ElementsAre;
using testing::Optional;

const std::vector<double> kRecency = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100};
const std::vector<double> kOrders = {1, 1, 1, 1, 1, 1, 2, 2, 5, 9};
const std::vector<double> kMoney = {-5, 1, 2, 3, 4, 5, 6, 7, 8, 9};

// A fifth of ten customers is two. Of the recencies 100 and 90 are the worst two, so 80 is the
// first with score 2. Six customers with one order: 2 orders beat six tenths, 1 + floor(5 x .6)
// = 4.
TEST(RfmScale, QuantilesByHand) {
  const RfmScale scale = make_rfm_scale({}, kRecency, kOrders, kMoney);
  EXPECT_THAT(scale.recency,
              ElementsAre(Optional(80.), Optional(60.), Optional(40.), Optional(20.)));
  EXPECT_THAT(scale.frequency, ElementsAre(Optional(2.), Optional(2.), Optional(2.), Optional(5.)));
  EXPECT_THAT(scale.monetary, ElementsAre(Optional(2.), Optional(4.), Optional(6.), Optional(8.)));
  EXPECT_EQ(rfm_scores(scale, 20, 1, -5), (RfmScores{5, 1, 1}));
  EXPECT_EQ(rfm_scores(scale, 30, 2, 2), (RfmScores{4, 4, 2}));
  EXPECT_EQ(rfm_scores(scale, 100, 9, 100), (RfmScores{1, 5, 5}));
}

TEST(RfmScale, IsOnePlusTheShareOfCustomersWhoAreWorse) {
  RandomStream stream(5, {Purpose::kTest});
  for (const std::size_t n : {1U, 2U, 7U, 100U, 333U}) {
    std::vector<double> values(n);
    for (double& value : values) value = draw_index(stream, 12);
    for (const int groups : {2, 3, 5, 10}) {
      RfmOptions options;
      options.groups = groups;
      const RfmScale scale = make_rfm_scale(options, values, values, values);
      for (const double value : values) {
        const auto less = std::count_if(values.begin(), values.end(),
                                        [&](double other) { return other < value; });
        const auto more = std::count_if(values.begin(), values.end(),
                                        [&](double other) { return other > value; });
        const auto score = [&](std::ptrdiff_t worse) {
          return 1 + static_cast<std::ptrdiff_t>(groups) * worse / static_cast<std::ptrdiff_t>(n);
        };
        const RfmScores scores = rfm_scores(scale, value, value, value);
        EXPECT_EQ(scores.recency, score(more)) << n << ' ' << groups << ' ' << value;
        EXPECT_EQ(scores.frequency, score(less)) << n << ' ' << groups << ' ' << value;
        EXPECT_EQ(scores.monetary, score(less));
      }
    }
  }
}

TEST(RfmScale, EqualCustomersAllScoreOne) {
  const std::vector<double> same(7, 3.0);
  const RfmScale scale = make_rfm_scale({}, same, same, same);
  EXPECT_EQ(rfm_scores(scale, 3, 3, 3), (RfmScores{1, 1, 1}));
  EXPECT_FALSE(scale.recency.front().has_value());
}

TEST(RfmScale, FixedCutsAreBoundsThatBelongToTheBetterScore) {
  RfmOptions options;
  options.cuts = RfmCuts::kFixed;
  const RfmScale scale = make_rfm_scale(options, kRecency, kOrders, kMoney);
  EXPECT_EQ(rfm_scores(scale, 30, 2, 50), (RfmScores{5, 2, 2}));
  EXPECT_EQ(rfm_scores(scale, 31, 1, 49.99), (RfmScores{4, 1, 1}));
  EXPECT_EQ(rfm_scores(scale, 366, 12, 1500), (RfmScores{1, 5, 5}));
  options.frequency = {2, 2, 3, 4};
  EXPECT_THROW(make_rfm_scale(options, kRecency, kOrders, kMoney), ArgumentError);
  options.frequency = {2, 3, 4};
  EXPECT_THROW(make_rfm_scale(options, kRecency, kOrders, kMoney), ArgumentError);
}

TEST(RfmScale, HasNoMoneyAxisWithoutPrices) {
  const RfmScale scale = make_rfm_scale({}, kRecency, kOrders, {});
  EXPECT_TRUE(scale.monetary.empty());
  EXPECT_EQ(rfm_scores(scale, 10, 9, 12345).monetary, 0);
}

TEST(RfmScale, RefusesValuesThatAreNoNumbers) {
  std::vector<double> bad = kMoney;
  bad[3] = std::numeric_limits<double>::quiet_NaN();
  EXPECT_THROW(make_rfm_scale({}, kRecency, kOrders, bad), ArgumentError);
  EXPECT_THROW(make_rfm_scale({}, kRecency, {}, {}), ArgumentError);
  RfmOptions options;
  options.groups = 1;
  EXPECT_THROW(make_rfm_scale(options, kRecency, kOrders, kMoney), ArgumentError);
}

// Recent from score 3; valuable where the mean of F and M is 3 or more; social from one share or
// review.
TEST(CustomerClass, EachOfTheEightByHand) {
  const auto name = [](RfmScores scores, std::uint64_t social) {
    return std::string(to_string(customer_class(scores, social)));
  };
  EXPECT_EQ(name({3, 4, 2}, 1), "advocate");
  EXPECT_EQ(name({3, 4, 2}, 0), "loyal");
  EXPECT_EQ(name({5, 3, 2}, 2), "promoter");
  EXPECT_EQ(name({5, 1, 4}, 0), "casual");
  EXPECT_EQ(name({2, 1, 5}, 1), "fading-advocate");
  EXPECT_EQ(name({2, 3, 3}, 0), "fading-loyal");
  EXPECT_EQ(name({1, 2, 3}, 9), "fading-promoter");
  EXPECT_EQ(name({1, 1, 1}, 0), "fading-casual");
}

TEST(CustomerClass, ValueIsFrequencyAloneWithoutPrices) {
  EXPECT_EQ(customer_class({3, 3, 0}, 0), CustomerClass::kLoyal);
  EXPECT_EQ(customer_class({3, 2, 0}, 0), CustomerClass::kCasual);
}

}  // namespace
}  // namespace tenure::customers
