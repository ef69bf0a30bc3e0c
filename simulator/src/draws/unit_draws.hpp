#pragma once

#include <tenure/core/money.hpp>

#include <bit>
#include <cstdint>

/// How one random 32-bit word becomes a number, in float. Each operation is rounded by itself and
/// in this order, here and in lanes-inl.hpp, so that scalar code and every instruction set compute
/// the same bytes: no fused multiply-add, no estimates.
namespace tenure::simulator {

/// Constants of the functions below, shared with the lanes.
namespace unit {

inline constexpr float kTwoToMinus24 = 0x1.0p-24F;
inline constexpr float kTwoToMinus32 = 0x1.0p-32F;
inline constexpr float kLn2 = 0x1.62e43p-1F;
inline constexpr std::int32_t kSqrtHalfBits = 0x3F3504F3;
inline constexpr int kMantissaBits = 23;

// 2 atanh(s) = s (2 + s^2 (A + B s^2)), |s| <= 0.1716: minimax, relative error 1.5e-7.
inline constexpr float kAtanhA = 0.66655622F;
inline constexpr float kAtanhB = 0.41201995F;

// exp(r) = 1 + r + r^2 (E0 + ... + E4 r^4), |r| <= 0.3466: minimax, relative error 3e-9.
inline constexpr float kLog2E = 0x1.715476p+0F;
inline constexpr float kLn2High = 0x1.62ep-1F;  // 12 bits: exact times a whole number of 12 bits
inline constexpr float kLn2Low = 0x1.0bfbe8p-15F;
inline constexpr float kExpE0 = 0.49999993F;
inline constexpr float kExpE1 = 0.16666521F;
inline constexpr float kExpE2 = 0.041668389F;
inline constexpr float kExpE3 = 0.0083687072F;
inline constexpr float kExpE4 = 0.0013814551F;
inline constexpr float kExpLow = -86.0F;  // keeps the result a normal number
inline constexpr float kExpHigh = 88.0F;
inline constexpr float kRound = 0x1.8p23F;  // added and taken off: nearest whole number

inline constexpr float kMaxOrderValue = 1e9F;    // currency units: sums stay within Money
inline constexpr double kRoundMoney = 0x1.8p52;  // as kRound, in double

}  // namespace unit

/// The word as a signed position: u where it is under 1/2, u - 1 where not (then negative), for
/// u = (word + 1/2) / 2^32. So both ends of (0, 1) keep float's relative precision: down to 2^-33.
inline float signed_unit(std::uint32_t word) noexcept {
  const float position = static_cast<float>(static_cast<std::int32_t>(word)) + 0.5F;
  return position * unit::kTwoToMinus32;
}

/// Unit exponential, -log u: from 1.2e-10 to 22.9, relative error under 5e-7.
inline float unit_exponential(std::uint32_t word) noexcept {
  const float position = signed_unit(word);
  const float u = position + (position < 0.0F ? 1.0F : 0.0F);
  const auto bits = std::bit_cast<std::int32_t>(u);
  // u = 2^octave m with m in [sqrt 1/2, sqrt 2).
  const std::int32_t octave = (bits - unit::kSqrtHalfBits) >> unit::kMantissaBits;
  const auto shifted = std::bit_cast<float>(bits - octave * (1 << unit::kMantissaBits));
  const float f = octave == 0 ? position : shifted - 1.0F;
  const float s = f / (f + 2.0F);
  const float z = s * s;
  const float logarithm = s * (z * (z * unit::kAtanhB + unit::kAtanhA) + 2.0F);
  return static_cast<float>(octave) * -unit::kLn2 - logarithm;
}

/// Uniform on the multiples of 2^-24 in [0, 1): `unit_uniform(w) < p` has probability p, rounded up
/// to such a multiple; never for 0, always for 1.
inline float unit_uniform(std::uint32_t word) noexcept {
  return static_cast<float>(static_cast<std::int32_t>(word >> 8)) * unit::kTwoToMinus24;
}

/// exp(y) with y held to [-86, 88]; relative error under 3e-7.
inline float bounded_exp(float y) noexcept {
  y = y < unit::kExpLow ? unit::kExpLow : y;
  y = y > unit::kExpHigh ? unit::kExpHigh : y;
  const float shifted = y * unit::kLog2E + unit::kRound;
  const float octave = shifted - unit::kRound;
  const float r = (y - octave * unit::kLn2High) - octave * unit::kLn2Low;
  float p = r * unit::kExpE4 + unit::kExpE3;
  p = p * r + unit::kExpE2;
  p = p * r + unit::kExpE1;
  p = p * r + unit::kExpE0;
  p = (r * r) * p + r + 1.0F;
  const std::int32_t exponent =
      std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(unit::kRound);
  return std::bit_cast<float>(std::bit_cast<std::int32_t>(p) +
                              exponent * (1 << unit::kMantissaBits));
}

/// Money of an order of `value` >= 0 currency units, at most 1e9, to the nearest micro-unit.
inline Money order_money(float value) noexcept {
  const float held = value > unit::kMaxOrderValue ? unit::kMaxOrderValue : value;
  const double rounded = static_cast<double>(held) * kMicrosPerUnit + unit::kRoundMoney;
  return std::bit_cast<std::int64_t>(rounded) - std::bit_cast<std::int64_t>(unit::kRoundMoney);
}

}  // namespace tenure::simulator
