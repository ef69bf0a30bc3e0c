#pragma once

#include <tenure/customers/recency_frequency.hpp>

#include <array>

namespace tenure::bench {

struct SimplexFit {
  std::array<double, 4> parameters{};  ///< r, alpha, a, b
  double log_likelihood = 0.0;
  int evaluations = 0;
};

/// BG/NBD as common libraries fit it: the simplex method of Nelder and Mead (1965) on the
/// logarithms of the parameters from (1, 1, 1, 1), one term of the likelihood a customer, until the
/// values of the simplex differ by a share of `tolerance`.
SimplexFit fit_by_simplex(const customers::RecencyFrequency& data, double tolerance);

}  // namespace tenure::bench
