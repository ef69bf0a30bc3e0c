#include "discounted_orders.hpp"

#include <cmath>

namespace tenure::customers::detail {

double discounted_orders(FunctionRef<double(double)> expected, double discount) {
  constexpr double kStep = 0.25;
  constexpr double kRight = 3.75;  // e^-e^3.75 = 4e-19
  double sum = 0.0;
  for (int i = 0;; ++i) {
    const double u = std::exp(kRight - kStep * i);
    const double term = std::exp(-u) * u * expected(u / discount);
    sum += term;
    // Left of u = 1 terms fall by e^-step each at least: what is left is at most 4.5 of them.
    if (u < 1 && term <= 1e-17 * sum) break;
    if (!std::isfinite(sum)) break;
  }
  return kStep * sum;
}

}  // namespace tenure::customers::detail
