#include "checks.hpp"

#include <tenure/core/error.hpp>

#include <cmath>
#include <initializer_list>
#include <string>

namespace tenure::customers::detail {
namespace {

void check_positive(const char* model, std::initializer_list<double> values) {
  for (const double value : values) {
    if (!std::isfinite(value) || value <= 0) {
      throw ArgumentError(std::string(model) + ": every parameter must be finite and positive");
    }
  }
}

}  // namespace

void check_parameters(const BgNbdParameters& p) {
  check_positive("BG/NBD", {p.r, p.alpha, p.a, p.b});
}

void check_parameters(const GammaGammaParameters& p) {
  check_positive("Gamma-Gamma", {p.p, p.q, p.gamma});
}

void check_history(double x, double t_x, double T) {
  const bool whole = std::isfinite(x) && x >= 0 && std::floor(x) == x;
  const bool ordered = std::isfinite(T) && t_x >= 0 && t_x <= T;
  if (!whole || !ordered || (x == 0 && t_x > 0)) {
    throw ArgumentError(
        "a customer's history needs whole x >= 0 and 0 <= t_x <= T, with t_x = 0 where x = 0");
  }
}

void check_horizon(double t) {
  if (!std::isfinite(t) || t < 0)
    throw ArgumentError("a time ahead must be finite and not negative");
}

double finite(double value, const char* what) {
  if (!std::isfinite(value)) throw NumericalError(std::string(what) + " is not finite");
  return value;
}

}  // namespace tenure::customers::detail
