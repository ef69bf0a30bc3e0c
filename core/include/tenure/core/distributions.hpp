#pragma once

#include <tenure/core/random.hpp>

#include <cstdint>

/// Draws from the distributions the models need, written on top of Philox because those of the
/// standard library differ between implementations. Parameters outside their range are a
/// precondition violation: callers validate before work.
namespace tenure {

/// Uniform between low and high; an end is met only by rounding.
double draw_uniform(RandomStream& stream, double low, double high) noexcept;
/// Exponential with the given rate > 0 (mean 1 / rate). One 64-bit number.
double draw_exponential(RandomStream& stream, double rate = 1.0) noexcept;
/// Standard normal by inversion (Wichura 1988, AS 241, PPND16). One 64-bit number.
double draw_normal(RandomStream& stream) noexcept;
/// Gamma with shape > 0 and rate > 0 (mean shape / rate); Marsaglia and Tsang (2000), boosted below
/// shape 1 by u^(1 / shape), which underflows to 0 for the smallest shapes (see draw_log_gamma).
double draw_gamma(RandomStream& stream, double shape, double rate = 1.0) noexcept;
/// Logarithm of a gamma draw with rate 1: safe for shapes so small that the draw underflows.
double draw_log_gamma(RandomStream& stream, double shape) noexcept;
/// Beta(a, b), a, b > 0, as a ratio of gammas in log space. In [0, 1]: for a small a or b the draw
/// rounds to an end (exactly 1 in one draw of 80 for a = b = 0.1).
double draw_beta(RandomStream& stream, double a, double b) noexcept;
/// True with the given probability in [0, 1]. One 64-bit number.
bool draw_bernoulli(RandomStream& stream, double probability) noexcept;
/// Poisson with mean >= 0: sequential inversion below 10, else PTRS of Hörmann (1993).
std::uint64_t draw_poisson(RandomStream& stream, double mean) noexcept;
/// Uniform integer in [0, bound), bound > 0, without bias (Lemire 2019).
std::uint32_t draw_index(RandomStream& stream, std::uint32_t bound) noexcept;

/// Inverse of the standard normal distribution function for p in (0, 1) (AS 241).
double normal_quantile(double p) noexcept;

}  // namespace tenure
