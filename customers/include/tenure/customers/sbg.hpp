#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/random.hpp>
#include <tenure/customers/lifetime_fit.hpp>

#include <span>
#include <vector>

/// The shifted beta-geometric model of Fader, Hardie (2007), "How to project customer retention",
/// for customers under contract, whose leaving is seen: at the end of each period a customer leaves
/// with probability theta ~ Beta(alpha, beta).
namespace tenure::customers {

/// Finite and positive: anything else is an ArgumentError in every function below.
struct SbgParameters {
  double alpha = 1.0;
  double beta = 1.0;
};

/// log_covariance is of (log alpha, log beta).
using SbgFit = LifetimeFit<SbgParameters, 2>;

/// One cohort: survival[t] is the share still there after t periods, survival[0] = 1, not
/// increasing, all within [0, 1]; `customers` > 0 its size, which only the standard errors and the
/// log-likelihood depend on.
/// @throws ArgumentError, NumericalError (nobody left, everybody left in the first period, no
/// finite maximum), Cancelled.
SbgFit fit_sbg(const Execution& execution, std::span<const double> survival, double customers,
               const FitOptions& options = {});

/// Total log-likelihood (their equation B3), lost customers as shares x customers.
double sbg_log_likelihood(const SbgParameters& parameters, std::span<const double> survival,
                          double customers);

/// Share still there after `periods` (their equation 6); periods >= 0, whole.
double sbg_survival(const SbgParameters& parameters, double periods);

/// Share of those there after `period` - 1 who stay through `period` >= 1 (their equation 8).
double sbg_retention(const SbgParameters& parameters, double period);

/// Expected further renewals of a customer who has renewed `renewals` times, the i-th from now
/// discounted by exp(-discount i) (Fader, Hardie 2010, "Customer-base valuation in a contractual
/// setting"). discount > 0 a period, at least 4.5e-6.
double sbg_discounted_residual_renewals(const SbgParameters& parameters, double renewals,
                                        double discount);

/// dropout is theta, rate 1 (every period is paid for). A customer who has renewed `renewals` >= 0
/// times, from its exact posterior Beta(alpha, beta + renewals); 0 is the prior.
LifetimeLatent draw_sbg(RandomStream& stream, const SbgParameters& parameters,
                        double renewals = 0.0);

}  // namespace tenure::customers
