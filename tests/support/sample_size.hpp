#pragma once

#include <cstdint>

namespace tenure::test {

/// Divides the sample of a statistical test: sanitizers look at memory, not at figures, and a
/// smaller sample shows them every path. Tolerances follow from the sample.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr std::uint32_t kSmaller = 4;
inline constexpr double kWider = 2.0;  ///< square root of it: by so much standard errors grow
#else
inline constexpr std::uint32_t kSmaller = 1;
inline constexpr double kWider = 1.0;
#endif

}  // namespace tenure::test
