#pragma once

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>

namespace tenure::customers::detail {

/// Up to four significant digits, for messages.
inline std::string short_number(double value) {
  std::array<char, 40> text{};
  const int length = std::snprintf(text.data(), text.size(), "%.4g", value);
  return {text.data(), static_cast<std::size_t>(std::max(length, 0))};
}

}  // namespace tenure::customers::detail
