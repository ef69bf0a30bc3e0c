#pragma once

#include "likelihood_rows.hpp"
#include "maximum_likelihood.hpp"

#include <tenure/core/execution.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <span>

namespace tenure::customers::detail {

/// One customer's log-likelihood at theta = (ln r, ln alpha, ln s, ln beta) in the same time unit,
/// times `weight`, is added to `sum` with its derivatives (the upper triangle of the Hessian
/// alone).
void add_pareto_nbd_row(std::span<const double> theta, double x, double t_x, double age,
                        double weight, Derivatives& sum);

/// The Pareto/NBD log-likelihood of compressed data: (r)_x alpha^r beta^s / ((alpha + t_x)^(r + x)
/// (beta + t_x)^s) times what is integrated in pareto_integral.hpp plus its alive part.
class ParetoNbdLikelihood {
 public:
  /// `data` as compress() returns it; times are divided by `time_scale`.
  ParetoNbdLikelihood(const RecencyFrequency& data, double time_scale);

  /// Total at theta = (ln r, ln(alpha / time_scale), ln s, ln(beta / time_scale)). Up to the
  /// constant sum(x) ln(time_scale) that scaling time adds.
  Derivatives evaluate(const Execution& execution, std::span<const double> theta) const;

 private:
  LikelihoodRows rows_;
};

}  // namespace tenure::customers::detail
