#pragma once

#include <string_view>

namespace tenure::recommender {

/// Name of the instruction set that the kernels take on this machine, e.g. "AVX2" or "AVX3"
/// (Highway's name for AVX-512).
std::string_view simd_target() noexcept;

}  // namespace tenure::recommender
