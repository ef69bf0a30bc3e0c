#pragma once

#include <cmath>
#include <cstdint>
#include <string>

namespace tenure {

/// Money in millionths of the currency unit: sums are exact and the same in any order.
using Money = std::int64_t;

inline constexpr double kMicrosPerUnit = 1e6;

/// Nearest micro-unit. Precondition: |amount| below 9.2e12.
inline Money to_money(double amount) noexcept {
  return static_cast<Money>(std::llround(amount * kMicrosPerUnit));
}
inline double to_units(Money money) noexcept { return static_cast<double>(money) / kMicrosPerUnit; }

/// Two decimals with thousands separators, e.g. "-1,234.50".
std::string format_money(Money money);

}  // namespace tenure
