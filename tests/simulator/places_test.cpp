#include "engine/places.hpp"

#include "every_target.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenure::simulator::test {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::IsEmpty;

TEST(Places, AreFoundInOrderBelowALimitAndFromItOn) {
  const std::vector<float> days{5.0F, 1.0F, 3.0F, 3.0F, 9.0F};
  const std::vector<float> later{9.0F, 9.0F, 9.0F, 2.0F, 9.0F};
  std::vector<std::uint32_t> places;
  EXPECT_THAT(places_below(days, later, 3.0F, places), ElementsAre(1, 3));
  EXPECT_THAT(places_from(days, 3.0F, places), ElementsAre(0, 2, 3, 4));
  EXPECT_EQ(count_from(days, 3.0F), 4U);
  EXPECT_THAT(places_below({}, {}, 3.0F, places), IsEmpty());
}

TEST(Places, AreTheSameOnEveryInstructionSetAndForAnyLength) {
  for (const std::size_t length : {1U, 15U, 16U, 33U, 1000U}) {
    std::vector<float> days;
    std::vector<std::uint32_t> below;
    std::vector<std::uint32_t> from;
    for (std::size_t i = 0; i < length; ++i) {
      days.push_back(static_cast<float>(i * i % 97));
      (days[i] < 40.0F ? below : from).push_back(static_cast<std::uint32_t>(i));
    }
    on_every_target([&] {
      std::vector<std::uint32_t> buffer;
      EXPECT_THAT(places_below(days, days, 40.0F, buffer), ElementsAreArray(below));
      EXPECT_THAT(places_from(days, 40.0F, buffer), ElementsAreArray(from));
      EXPECT_EQ(count_from(days, 40.0F), from.size());
    });
  }
}

}  // namespace
}  // namespace tenure::simulator::test
