#include <tenure/core/distributions.hpp>

#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>

namespace tenure {

namespace {

/// Ratio of two degree-7 polynomials by Horner's rule, lowest coefficient first.
double rational(const std::array<double, 8>& numerator, const std::array<double, 8>& denominator,
                double x) noexcept {
  double top = numerator[7];
  double bottom = denominator[7];
  for (std::size_t i = 7; i-- > 0;) {
    top = top * x + numerator[i];
    bottom = bottom * x + denominator[i];
  }
  return top / bottom;
}

// Coefficients of AS 241, PPND16 (Wichura 1988): centre, shoulder and tail.
constexpr std::array<double, 8> kCentreTop = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                                              1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                              4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                              3.3430575583588128105e+4, 2.5090809287301226727e+3};
constexpr std::array<double, 8> kCentreBottom = {1.0,
                                                 4.2313330701600911252e+1,
                                                 6.8718700749205790830e+2,
                                                 5.3941960214247511077e+3,
                                                 2.1213794301586595867e+4,
                                                 3.9307895800092710610e+4,
                                                 2.8729085735721942674e+4,
                                                 5.2264952788528545610e+3};
constexpr std::array<double, 8> kShoulderTop = {
    1.42343711074968357734e0,  4.63033784615654529590e0, 5.76949722146069140550e0,
    3.64784832476320460504e0,  1.27045825245236838258e0, 2.41780725177450611770e-1,
    2.27238449892691845833e-2, 7.74545014278341407640e-4};
constexpr std::array<double, 8> kShoulderBottom = {1.0,
                                                   2.05319162663775882187e0,
                                                   1.67638483018380384940e0,
                                                   6.89767334985100004550e-1,
                                                   1.48103976427480074590e-1,
                                                   1.51986665636164571966e-2,
                                                   5.47593808499534494600e-4,
                                                   1.05075007164441684324e-9};
constexpr std::array<double, 8> kTailTop = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                            1.78482653991729133580e0,  2.96560571828504891230e-1,
                                            2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                            2.71155556874348757815e-5, 2.01033439929228813265e-7};
constexpr std::array<double, 8> kTailBottom = {1.0,
                                               5.99832206555887937690e-1,
                                               1.36929880922735805310e-1,
                                               1.48753612908506148525e-2,
                                               7.86869131145613259100e-4,
                                               1.84631831751005468180e-5,
                                               1.42151175831644588870e-7,
                                               2.04426310338993978564e-15};

/// Marsaglia and Tsang (2000) for shape >= 1: d * v, accepted by the squeeze or the full test.
double gamma_at_least_one(RandomStream& stream, double shape) noexcept {
  const double d = shape - 1.0 / 3.0;
  const double c = 1.0 / std::sqrt(9.0 * d);
  for (;;) {
    const double x = draw_normal(stream);
    const double root = 1.0 + c * x;
    if (root <= 0.0) continue;
    const double v = root * root * root;
    const double u = stream.uniform();
    const double x2 = x * x;
    if (u < 1.0 - 0.0331 * x2 * x2) return d * v;
    if (std::log(u) < 0.5 * x2 + d * (1.0 - v + std::log(v))) return d * v;
  }
}

std::uint64_t poisson_by_inversion(RandomStream& stream, double mean) noexcept {
  double probability = std::exp(-mean);
  double u = stream.uniform();
  std::uint64_t k = 0;
  while (u > probability && k < 1000) {
    u -= probability;
    ++k;
    probability *= mean / static_cast<double>(k);
  }
  return k;
}

/// log k!. std::lgamma writes the sign to a global variable, which threads would race for.
double log_factorial(double k) noexcept {
  int sign = 0;
  return ::lgamma_r(k + 1.0, &sign);
}

/// Transformed rejection with squeeze, Hörmann (1993), algorithm PTRS.
std::uint64_t poisson_by_rejection(RandomStream& stream, double mean) noexcept {
  const double root = std::sqrt(mean);
  const double log_mean = std::log(mean);
  const double b = 0.931 + 2.53 * root;
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double v_r = 0.9277 - 3.6224 / (b - 2.0);
  for (;;) {
    const double u = stream.uniform() - 0.5;
    const double v = stream.uniform();
    const double us = 0.5 - std::fabs(u);
    const double k = std::floor((2.0 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= v_r) return static_cast<std::uint64_t>(k);
    if (k < 0.0 || (us < 0.013 && v > us)) continue;
    if (std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b) <=
        -mean + k * log_mean - log_factorial(k)) {
      return static_cast<std::uint64_t>(k);
    }
  }
}

}  // namespace

double normal_quantile(double p) noexcept {
  const double q = p - 0.5;
  if (std::fabs(q) <= 0.425) {
    return q * rational(kCentreTop, kCentreBottom, 0.180625 - q * q);
  }
  const double r = std::sqrt(-std::log(q < 0.0 ? p : 1.0 - p));
  const double tail = r <= 5.0 ? rational(kShoulderTop, kShoulderBottom, r - 1.6)
                               : rational(kTailTop, kTailBottom, r - 5.0);
  return q < 0.0 ? -tail : tail;
}

double draw_uniform(RandomStream& stream, double low, double high) noexcept {
  return low + (high - low) * stream.uniform();
}

double draw_exponential(RandomStream& stream, double rate) noexcept {
  return -std::log(stream.uniform()) / rate;
}

double draw_normal(RandomStream& stream) noexcept { return normal_quantile(stream.uniform()); }

double draw_gamma(RandomStream& stream, double shape, double rate) noexcept {
  if (shape >= 1.0) return gamma_at_least_one(stream, shape) / rate;
  const double boosted = gamma_at_least_one(stream, shape + 1.0);
  return boosted * std::pow(stream.uniform(), 1.0 / shape) / rate;
}

double draw_log_gamma(RandomStream& stream, double shape) noexcept {
  if (shape >= 1.0) return std::log(gamma_at_least_one(stream, shape));
  const double boosted = gamma_at_least_one(stream, shape + 1.0);
  return std::log(boosted) + std::log(stream.uniform()) / shape;
}

double draw_beta(RandomStream& stream, double a, double b) noexcept {
  const double x = draw_log_gamma(stream, a);
  const double y = draw_log_gamma(stream, b);
  return 1.0 / (1.0 + std::exp(y - x));
}

bool draw_bernoulli(RandomStream& stream, double probability) noexcept {
  return stream.uniform() < probability;
}

std::uint64_t draw_poisson(RandomStream& stream, double mean) noexcept {
  return mean < 10.0 ? poisson_by_inversion(stream, mean) : poisson_by_rejection(stream, mean);
}

std::uint32_t draw_index(RandomStream& stream, std::uint32_t bound) noexcept {
  std::uint64_t product = static_cast<std::uint64_t>(stream.next_u32()) * bound;
  if (static_cast<std::uint32_t>(product) < bound) {
    const std::uint32_t threshold = (0U - bound) % bound;
    while (static_cast<std::uint32_t>(product) < threshold) {
      product = static_cast<std::uint64_t>(stream.next_u32()) * bound;
    }
  }
  return static_cast<std::uint32_t>(product >> 32);
}

}  // namespace tenure
