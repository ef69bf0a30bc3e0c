#include "special_functions.hpp"

#include <boost/math/special_functions/digamma.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <boost/math/special_functions/trigamma.hpp>

#include <algorithm>
#include <cmath>

namespace tenure::customers::detail {
namespace {

namespace policies = boost::math::policies;
// Without promotion to long double, which is slow and differs between machines.
using Policy = policies::policy<policies::promote_double<false>, policies::promote_float<false>>;

// From here on the asymptotic series below are exact to double precision.
constexpr double kAsymptotic = 16.0;

// Stirling's series: ln Gamma(z) - ((z - 1/2) ln z - z + ln(2 pi) / 2).
double stirling_tail(double z) {
  const double i = 1.0 / z;
  const double s = i * i;
  return i * (1.0 / 12 + s * (-1.0 / 360 + s * (1.0 / 1260 + s * (-1.0 / 1680 + s / 1188))));
}

// psi(z) - ln z.
double digamma_tail(double z) {
  const double i = 1.0 / z;
  const double s = i * i;
  return -0.5 * i +
         s * (-1.0 / 12 + s * (1.0 / 120 + s * (-1.0 / 252 + s * (1.0 / 240 - s / 132))));
}

// psi'(z) - 1 / z.
double trigamma_tail(double z) {
  const double i = 1.0 / z;
  const double s = i * i;
  return s *
         (0.5 + i * (1.0 / 6 + s * (-1.0 / 30 + s * (1.0 / 42 + s * (-1.0 / 30 + s * 5 / 66)))));
}

double digamma(double z) { return boost::math::digamma(z, Policy()); }

}  // namespace

double log_gamma(double z) { return boost::math::lgamma(z, Policy()); }

double trigamma(double z) { return boost::math::trigamma(z, Policy()); }

double log_rising(double z, double x) {
  if (x == 0) return 0.0;
  if (z < kAsymptotic) return log_gamma(z + x) - log_gamma(z);
  return (z + x - 0.5) * std::log1p(x / z) + x * std::log(z) - x + stirling_tail(z + x) -
         stirling_tail(z);
}

double digamma_rise(double z, double x) {
  if (x == 0) return 0.0;
  if (z < kAsymptotic) return digamma(z + x) - digamma(z);
  return std::log1p(x / z) + digamma_tail(z + x) - digamma_tail(z);
}

double trigamma_rise(double z, double x) {
  if (x == 0) return 0.0;
  if (z < kAsymptotic) return trigamma(z + x) - trigamma(z);
  return -x / (z * (z + x)) + trigamma_tail(z + x) - trigamma_tail(z);
}

double log_beta(double a, double b) {
  const double low = std::min(a, b);
  return log_gamma(low) - log_rising(std::max(a, b), low);
}

double softplus(double s) { return s > 0 ? s + std::log1p(std::exp(-s)) : std::log1p(std::exp(s)); }

double logistic(double s) {
  return s > 0 ? 1 / (1 + std::exp(-s)) : std::exp(s) / (1 + std::exp(s));
}

}  // namespace tenure::customers::detail
