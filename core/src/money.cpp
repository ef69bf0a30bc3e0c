#include <tenure/core/money.hpp>

#include <cstdint>
#include <string>

namespace tenure {

std::string format_money(Money money) {
  const bool negative = money < 0;
  // Unsigned arithmetic: the magnitude of the smallest int64 does not fit an int64.
  const std::uint64_t magnitude =
      negative ? 0U - static_cast<std::uint64_t>(money) : static_cast<std::uint64_t>(money);
  const std::uint64_t cents = (magnitude + 5000U) / 10000U;
  std::string digits = std::to_string(cents / 100U);
  for (std::ptrdiff_t at = std::ssize(digits) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), 1, ',');
  }
  const std::string fraction = std::to_string(cents % 100U);
  return (negative && cents > 0 ? "-" : "") + digits + (fraction.size() == 1 ? ".0" : ".") +
         fraction;
}

}  // namespace tenure
