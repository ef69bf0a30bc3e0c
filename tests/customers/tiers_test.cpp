#include <tenure/core/error.hpp>
#include <tenure/customers/tiers.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace tenure::customers {
namespace {

constexpr std::int32_t kToday = 1000;

Tier tier(const std::vector<std::int32_t>& days, const TierOptions& options = {}) {
  return tier_of(days, kToday, options);
}

TEST(Tier, LostFrom365DaysWithoutAnOrder) {
  EXPECT_EQ(tier({635}), Tier::kLost);
  EXPECT_EQ(tier({1, 2, 3, 635}), Tier::kLost);
  EXPECT_EQ(tier({636}), Tier::kSilent);
}

TEST(Tier, SilentFrom90Days) {
  EXPECT_EQ(tier({910}), Tier::kSilent);
  EXPECT_EQ(tier({911}), Tier::kGrowth);
}

// Gaps 10, 10 and then 20, 16: each over 1.5 x 10.
TEST(Tier, ChurnWarningWhereBothLastGapsAreLongAgainstTheEarlierMean) {
  EXPECT_EQ(tier({900, 910, 920, 940, 956}), Tier::kChurnWarning);
  EXPECT_EQ(tier({900, 910, 920, 940, 955}), Tier::kGrowth) << "15 is not over 15";
  EXPECT_EQ(tier({900, 910, 920, 935, 955}), Tier::kGrowth) << "only the last gap is long";
  EXPECT_EQ(tier({900, 910, 926, 942}), Tier::kChurnWarning) << "one earlier gap is enough";
  EXPECT_EQ(tier({900, 926, 952}), Tier::kGrowth) << "no earlier gap to compare with";
  // Earlier gaps 4 and 16: mean 10, bound 15.
  EXPECT_EQ(tier({900, 904, 920, 936, 952}), Tier::kChurnWarning);
}

TEST(Tier, ChurnWarningComesBeforeNewAndMatureButAfterSilent) {
  EXPECT_EQ(tier({975, 976, 978, 980}), Tier::kChurnWarning);
  EXPECT_EQ(tier({900, 901, 902, 903, 904, 910, 920}), Tier::kChurnWarning);
  EXPECT_EQ(tier({800, 801, 810, 820}), Tier::kSilent);
}

TEST(Tier, NewWithin30DaysOfTheFirstOrder) {
  EXPECT_EQ(tier({970}), Tier::kNew);
  EXPECT_EQ(tier({1000}), Tier::kNew);
  EXPECT_EQ(tier({969}), Tier::kGrowth);
  EXPECT_EQ(tier({990, 991, 992, 993, 994, 995}), Tier::kNew) << "before mature";
}

TEST(Tier, MatureFromSixOrders) {
  EXPECT_EQ(tier({900, 910, 920, 930, 940, 950}), Tier::kMature);
  EXPECT_EQ(tier({900, 910, 920, 930, 940}), Tier::kGrowth);
}

TEST(Tier, NoneWithoutAnOrder) { EXPECT_EQ(tier({}), Tier::kNone); }

TEST(Tier, ThresholdsAreOptions) {
  TierOptions options;
  options.warning_gaps = 1;
  options.mature_orders = 2;
  EXPECT_EQ(tier({900, 910, 926}, options), Tier::kChurnWarning);
  EXPECT_EQ(tier({900, 920}, options), Tier::kMature);
  options.silent_days = 10;
  EXPECT_EQ(tier({900, 990}, options), Tier::kSilent);
}

TEST(PyramidLevel, EachByHand) {
  EXPECT_EQ(pyramid_level(0, 0), PyramidLevel::kBase);
  EXPECT_EQ(pyramid_level(1, 0), PyramidLevel::kExtended);
  EXPECT_EQ(pyramid_level(0, 1), PyramidLevel::kStrategic);
  EXPECT_EQ(pyramid_level(5, 2), PyramidLevel::kStrategic);
  PyramidOptions options;
  options.strategic_reviews = 3;
  EXPECT_EQ(pyramid_level(5, 2, options), PyramidLevel::kExtended);
}

// 15 % of ten customers is more than one and at most two.
TEST(TopThreshold, TakesTheShareAndAllWhoEqualItsLeast) {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_EQ(top_threshold(values, 0.15), 9);
  EXPECT_EQ(top_threshold(values, 0.1), 10);
  EXPECT_EQ(top_threshold(values, 1.0), 1);
  EXPECT_EQ(top_threshold(std::vector<double>{5, 5, -3}, 0.15), 5);
  EXPECT_THROW(top_threshold({}, 0.15), ArgumentError);
  EXPECT_THROW(top_threshold(values, 0.0), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers
