#include "hypergeometric.hpp"

#include "beta_expectation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenure::customers::detail {
namespace {

// The series needs about (r z + 40) / (1 - z) terms and starts at (1 - z)^r.
constexpr double kLargestTau = 19.0;  // z = 0.95
constexpr double kLargestExponent = 600.0;

bool series_is_short(double r, double tau) {
  return tau <= kLargestTau && r * std::log1p(tau) <= kLargestExponent;
}

// Sum over n of P(N = n) u_n, where next() gives u_0, u_1, ... with u_n >= 0 and u_n / n not
// increasing.
template <class Next>
double negative_binomial_sum(double r, double tau, Next next) {
  const double z = tau / (1.0 + tau);
  double probability = std::exp(-r * std::log1p(tau));
  double sum = probability * next();
  for (int i = 1;; ++i) {
    const double n = i;
    probability *= z * (r + n - 1) / n;
    const double term = probability * next();
    sum += term;
    const double ratio = z * (r + n) / n;  // of the next term to this one, at most
    if (ratio < 1 && term <= (1 - ratio) * 1e-17 * sum) return sum;
    if (probability == 0) return sum;
  }
}

}  // namespace

double no_dropout_probability(double r, double a, double b, double tau) {
  if (tau == 0) return 1.0;
  if (series_is_short(r, tau)) {
    double survived = 1.0;  // E (1 - p)^n = (b)_n / (a + b)_n
    double n = 0;
    const double value = negative_binomial_sum(r, tau, [&] {
      const double u = survived;
      survived *= (b + n) / (a + b + n);
      ++n;
      return u;
    });
    return std::min(value, 1.0);
  }
  return beta_expectation(a, b, 1e-17 / (r * tau),
                          [&](double p, double) { return std::exp(-r * std::log1p(p * tau)); });
}

double expected_orders_before_dropout(double r, double a, double b, double tau) {
  if (tau == 0) return 0.0;
  if (series_is_short(r, tau)) {
    double survived = 1.0;
    double expected = 0.0;  // of n possible orders: sum of (b)_k / (a + b)_k over k < n
    double n = 0;
    return negative_binomial_sum(r, tau, [&] {
      const double u = expected;
      expected += survived;
      survived *= (b + n) / (a + b + n);
      ++n;
      return u;
    });
  }
  // (1 - (1 + p tau)^-r) / p is r tau at p = 0 and falls on the scale 1 / (r tau).
  return beta_expectation(a, b, std::min(1e-17, 1e-17 / (r * tau)), [&](double p, double) {
    return -std::expm1(-r * std::log1p(p * tau)) / p;
  });
}

}  // namespace tenure::customers::detail
