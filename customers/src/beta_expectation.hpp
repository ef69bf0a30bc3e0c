#pragma once

#include <algorithm>
#include <cmath>

namespace tenure::customers::detail {

/// E f(p, 1 - p) for p ~ Beta(a, b), by the trapezoid rule in y = logit p, where the integrand
/// p^a (1 - p)^b f is analytic and decays on both sides, so that the rule converges exponentially.
/// f must be bounded, smooth on the scale of y, and constant to double precision for p below
/// `flat_below` and for 1 - p below 1e-17: there the tails are geometric series, summed in closed
/// form. The weights are normalised by their own sum, so that no constant of the density cancels.
template <class Function>
double beta_expectation(double a, double b, double flat_below, const Function& f) {
  const double step = 0.25 * std::min(1.0, std::sqrt(1.0 / a + 1.0 / b));
  const double mode = std::log(a / b);
  const auto log_p = [](double y) {
    return y > 0 ? -std::log1p(std::exp(-y)) : y - std::log1p(std::exp(y));
  };
  const auto log_weight = [&](double y) { return a * log_p(y) + b * log_p(-y); };
  const double peak = log_weight(mode);
  // f may be larger in a tail than at the mode by 1 / flat_below at most.
  const double cutoff = -45.0 + std::log(std::min(1.0, flat_below));

  double total = 0.0;
  double sum = 0.0;
  const auto add = [&](double y, double factor) {
    const double weight = factor * std::exp(log_weight(y) - peak);
    total += weight;
    sum += weight * f(std::exp(log_p(y)), std::exp(log_p(-y)));
  };
  add(mode, 1.0);
  for (int k = 1;; ++k) {
    const double y = mode + k * step;
    const bool flat = y > 39.2;  // 1 - p < 1e-17
    if (!flat && log_weight(y) - peak < cutoff) break;
    add(y, flat ? -1.0 / std::expm1(-b * step) : 1.0);
    if (flat) break;
  }
  const double lowest = std::log(std::min(flat_below, 1e-17));
  for (int k = 1;; ++k) {
    const double y = mode - k * step;
    const bool flat = y < lowest;
    if (!flat && log_weight(y) - peak < cutoff) break;
    add(y, flat ? -1.0 / std::expm1(-a * step) : 1.0);
    if (flat) break;
  }
  return sum / total;
}

}  // namespace tenure::customers::detail
