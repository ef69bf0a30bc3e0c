#include <tenure/core/money.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace tenure {
namespace {

TEST(Money, RoundsToTheNearestMicroUnit) {
  EXPECT_EQ(to_money(0.0), 0);
  EXPECT_EQ(to_money(2.95), 2950000);
  EXPECT_EQ(to_money(-2.95), -2950000);
  EXPECT_EQ(to_money(0.0000004), 0);
  EXPECT_EQ(to_money(0.0000006), 1);
  EXPECT_EQ(to_money(-0.0000006), -1);
  EXPECT_EQ(to_money(9e12), 9000000000000000000);
}

TEST(Money, KeepsEveryCentOfATypicalPrice) {
  for (int cents = -200000; cents <= 200000; ++cents) {
    const double price = cents / 100.0;
    ASSERT_EQ(to_money(price), std::int64_t{cents} * 10000);
    ASSERT_EQ(to_units(to_money(price)), price);
  }
}

TEST(Money, AddsUpExactlyWhereDoublesDrift) {
  Money sum = 0;
  double drifting = 0.0;
  for (int i = 0; i < 1000000; ++i) {
    sum += to_money(0.1);
    drifting += 0.1;
  }
  EXPECT_EQ(sum, to_money(100000.0));
  EXPECT_NE(drifting, 100000.0);
}

TEST(FormatMoney, WritesTwoDecimalsAndThousands) {
  EXPECT_EQ(format_money(0), "0.00");
  EXPECT_EQ(format_money(to_money(1.0)), "1.00");
  EXPECT_EQ(format_money(to_money(0.05)), "0.05");
  EXPECT_EQ(format_money(to_money(12.5)), "12.50");
  EXPECT_EQ(format_money(to_money(999.99)), "999.99");
  EXPECT_EQ(format_money(to_money(999.995)), "1,000.00");
  EXPECT_EQ(format_money(to_money(1234.5)), "1,234.50");
  EXPECT_EQ(format_money(to_money(-1234.5)), "-1,234.50");
  EXPECT_EQ(format_money(to_money(123456.78)), "123,456.78");
  EXPECT_EQ(format_money(to_money(1234567.89)), "1,234,567.89");
}

TEST(FormatMoney, WritesNoNegativeZeroAndTheExtremes) {
  EXPECT_EQ(format_money(-4999), "0.00");
  EXPECT_EQ(format_money(-5000), "-0.01");
  EXPECT_EQ(format_money(4999), "0.00");
  EXPECT_EQ(format_money(5000), "0.01");
  EXPECT_EQ(format_money(std::numeric_limits<Money>::max()), "9,223,372,036,854.78");
  EXPECT_EQ(format_money(std::numeric_limits<Money>::min()), "-9,223,372,036,854.78");
}

}  // namespace
}  // namespace tenure
