#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/random.hpp>
#include <tenure/customers/lifetime_fit.hpp>
#include <tenure/customers/recency_frequency.hpp>

/// The BG/BB model of Fader, Hardie, Shang (2010), "Customer-base analysis in a discrete-time
/// noncontractual setting", Marketing Science 29(6): time comes in periods with one opportunity to
/// order each. A customer who is alive orders with probability p ~ Beta(alpha, beta); before each
/// opportunity it leaves with probability theta ~ Beta(gamma, delta).
namespace tenure::customers {

/// All finite and positive: anything else is an ArgumentError in every function below.
struct BgBbParameters {
  double alpha = 1.0;
  double beta = 1.0;
  double gamma = 1.0;
  double delta = 1.0;
};

/// log_covariance is of (log alpha, log beta, log gamma, log delta).
using BgBbFit = LifetimeFit<BgBbParameters, 4>;

/// Histories are (x, t_x, n) in data.frequency, .recency, .age: x orders in n opportunities, the
/// last at opportunity t_x; all whole, x <= t_x <= n.
/// @throws ArgumentError (also where a row is no such history), NumericalError, Cancelled.
BgBbFit fit_bg_bb(const Execution& execution, const RecencyFrequency& data,
                  const FitOptions& options = {});

/// Total log-likelihood (their equation 5), without the binomial coefficient.
double bg_bb_log_likelihood(const BgBbParameters& parameters, const RecencyFrequency& data);

/// Expected orders of a new customer in n opportunities (their equation 8). n whole, 0 to 10^7.
double bg_bb_expected_orders(const BgBbParameters& parameters, double n);

/// Expected orders in the next `periods` opportunities given (x, t_x, n) (their equation 13).
double bg_bb_conditional_expected_orders(const BgBbParameters& parameters, double x, double t_x,
                                         double n, double periods);

/// The same of one who is known to be alive at opportunity n + 1, which does not depend on t_x.
double bg_bb_expected_orders_if_alive(const BgBbParameters& parameters, double x, double t_x,
                                      double n, double periods);

/// Probability of being alive at opportunity n + 1 given (x, t_x, n) (their equation 11).
double bg_bb_p_alive(const BgBbParameters& parameters, double x, double t_x, double n);

/// Probability that a new customer is alive at opportunity n.
double bg_bb_survival(const BgBbParameters& parameters, double n);

/// Expected orders after n, that of opportunity n + i discounted by exp(-discount i) (their
/// equation 14 with exp(discount) = 1 + d). discount > 0 a period.
double bg_bb_discounted_residual_orders(const BgBbParameters& parameters, double x, double t_x,
                                        double n, double discount);

/// rate is p, dropout is theta; alive: at the next opportunity.
LifetimeLatent draw_bg_bb_prior(RandomStream& stream, const BgBbParameters& parameters);

/// A customer with history (x, t_x, n) from its exact posterior: alive at n + 1, or left before
/// opportunity t_x + 1, ..., n + 1; conjugate in each case.
LifetimeLatent draw_bg_bb_posterior(RandomStream& stream, const BgBbParameters& parameters,
                                    double x, double t_x, double n);
/// The same of one who is known to be alive at n + 1.
LifetimeLatent draw_bg_bb_alive(RandomStream& stream, const BgBbParameters& parameters, double x,
                                double t_x, double n);

}  // namespace tenure::customers
