#pragma once

#include <tenure/core/execution.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Logistic regression by penalised maximum likelihood: log odds of y = 1 are
/// intercept + sum_j coefficient_j x_j.
namespace tenure::customers {

struct LogisticOptions {
  /// lambda >= 0 of the penalty (lambda / 2) sum_j coefficient_j^2 on the total log-likelihood; the
  /// intercept goes free.
  double l2 = 0.0;
  int max_iterations = 100;
  double tolerance = 1e-9;  ///< on the largest component of the mean gradient a row
};

struct LogisticFit {
  double intercept = 0.0;
  std::vector<double> coefficients;
  /// Intercept first, then coefficients: from the inverse of the penalised Hessian, which is the
  /// sampling error for l2 = 0.
  std::vector<double> standard_errors;
  double log_likelihood = 0.0;  ///< total, without the penalty
  int iterations = 0;
};

/// Newton's method (iteratively reweighted least squares) with step halving. `x` is row-major, one
/// row an outcome of `y` (0 or 1), `columns` values a row, which may be 0. The same bytes at any
/// number of threads.
/// @throws ArgumentError (sizes, no rows, not finite, an outcome that is not 0 or 1, options out of
/// range), NumericalError (one outcome only, columns that depend on each other or outcomes they
/// separate where l2 = 0, not converged), Cancelled.
LogisticFit fit_logistic(const Execution& execution, std::span<const double> x, std::size_t columns,
                         std::span<const std::uint8_t> y, const LogisticOptions& options = {});

/// 1 / (1 + exp(-log_odds)) without overflow.
double logistic(double log_odds) noexcept;

}  // namespace tenure::customers
