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

void check_parameters(const MbgCnbdParameters& p) {
  check_positive("MBG/CNBD-k", {p.r, p.alpha, p.a, p.b});
  if (p.k < 1 || p.k > kLargestRegularity) {
    throw ArgumentError("MBG/CNBD-k: k must be 1 to " + std::to_string(kLargestRegularity));
  }
}

void check_parameters(const ParetoNbdParameters& p) {
  check_positive("Pareto/NBD", {p.r, p.alpha, p.s, p.beta});
}

void check_parameters(const BgBbParameters& p) {
  check_positive("BG/BB", {p.alpha, p.beta, p.gamma, p.delta});
}

void check_parameters(const SbgParameters& p) { check_positive("sBG", {p.alpha, p.beta}); }

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

void check_discount(double discount) {
  if (!std::isfinite(discount) || discount <= 0) {
    throw ArgumentError("a discount rate must be finite and positive");
  }
}

double finite(double value, const char* what) {
  if (!std::isfinite(value)) throw NumericalError(std::string(what) + " is not finite");
  return value;
}

}  // namespace tenure::customers::detail
