#include <tenure/core/error.hpp>
#include <tenure/simulator/intervals.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace tenure::simulator {
namespace {

TEST(Intervals, LimitsOfAShareAreWilsons) {
  // 40 of 40: n / (n + z^2) = 40 / 43.84146.
  EXPECT_NEAR(wilson_limits(1.0, 40.0).low, 0.912378, 1e-6);
  EXPECT_EQ(wilson_limits(1.0, 40.0).high, 1.0);
  EXPECT_EQ(wilson_limits(0.0, 40.0).low, 0.0);
  EXPECT_NEAR(wilson_limits(0.0, 40.0).high, 1.0 - 0.912378, 1e-6);
  // 1 of 2: symmetric about a half, half width z sqrt(1 / 8 + z^2 / 16) / (1 + z^2 / 2).
  EXPECT_NEAR(wilson_limits(0.5, 2.0).low, 0.094531, 1e-6);
  EXPECT_NEAR(wilson_limits(0.5, 2.0).high, 0.905469, 1e-6);
}

TEST(Intervals, StudentsQuantileIsThatOfTheTables) {
  EXPECT_NEAR(student_quantile(1.0), 12.7062, 1e-4);
  EXPECT_NEAR(student_quantile(10.0), 2.2281, 1e-4);
  EXPECT_NEAR(student_quantile(1e9), 1.9600, 1e-4);
}

TEST(Intervals, RefuseWhatIsNoShareAndNoDegrees) {
  EXPECT_THROW(wilson_limits(1.5, 10.0), ArgumentError);
  EXPECT_THROW(wilson_limits(-0.5, 10.0), ArgumentError);
  EXPECT_THROW(wilson_limits(std::numeric_limits<double>::quiet_NaN(), 10.0), ArgumentError);
  EXPECT_THROW(wilson_limits(0.5, 0.0), ArgumentError);
  EXPECT_THROW(student_quantile(0.0), ArgumentError);
}

}  // namespace
}  // namespace tenure::simulator
