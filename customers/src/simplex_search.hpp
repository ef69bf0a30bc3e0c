#pragma once

#include <tenure/core/function_ref.hpp>

#include <span>
#include <vector>

namespace tenure::customers::detail {

struct SimplexMinimum {
  std::vector<double> x;
  double value = 0.0;
  int evaluations = 0;
  bool converged = false;
};

/// Nelder and Mead (1965), for a few unbounded variables and no derivatives: what the box
/// boundaries of smoothing parameters ask for, where a gradient need not vanish. +inf means "not
/// here"; NaN is not allowed. Converged where the values of the simplex agree within
/// tolerance x (|best| + tolerance) and its points within sqrt(tolerance).
SimplexMinimum minimize_simplex(FunctionRef<double(std::span<const double>)> function,
                                const std::vector<double>& start, double step, double tolerance,
                                int max_evaluations);

}  // namespace tenure::customers::detail
