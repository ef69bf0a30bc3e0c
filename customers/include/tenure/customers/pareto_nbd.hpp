#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/random.hpp>
#include <tenure/customers/lifetime_fit.hpp>
#include <tenure/customers/recency_frequency.hpp>

/// The Pareto/NBD model of Schmittlein, Morrison, Colombo (1987), "Counting your customers", in the
/// notation of Fader, Hardie (2005), "A note on deriving the Pareto/NBD model": while alive a
/// customer orders at rate lambda ~ Gamma(r, rate alpha); it leaves at rate mu ~ Gamma(s, rate
/// beta), at any time and not only at an order.
namespace tenure::customers {

/// All finite and positive: anything else is an ArgumentError in every function below. alpha and
/// beta are in the time units of the data.
struct ParetoNbdParameters {
  double r = 1.0;
  double alpha = 1.0;
  double s = 1.0;
  double beta = 1.0;
};

/// log_covariance is of (log r, log alpha, log s, log beta).
using ParetoNbdFit = LifetimeFit<ParetoNbdParameters, 4>;

/// @throws as fit_bg_nbd.
ParetoNbdFit fit_pareto_nbd(const Execution& execution, const RecencyFrequency& data,
                            const FitOptions& options = {});

/// Total log-likelihood (their equations 19 to 21, as the integral before it is written with 2F1).
double pareto_nbd_log_likelihood(const ParetoNbdParameters& parameters,
                                 const RecencyFrequency& data);

/// Expected repeat orders of a new customer in (0, t] (their equation 27); s = 1 is no exception.
double pareto_nbd_expected_orders(const ParetoNbdParameters& parameters, double t);

/// Expected orders in (T, T + t] given (x, t_x, T) (their equation 41).
double pareto_nbd_conditional_expected_orders(const ParetoNbdParameters& parameters, double x,
                                              double t_x, double T, double t);

/// The same of one who is known to be alive at T, which does not depend on t_x.
double pareto_nbd_expected_orders_if_alive(const ParetoNbdParameters& parameters, double x,
                                           double t_x, double T, double t);

/// Probability of being alive at T given (x, t_x, T).
double pareto_nbd_p_alive(const ParetoNbdParameters& parameters, double x, double t_x, double T);

/// Probability that a new customer is still alive at t: (beta / (beta + t))^s.
double pareto_nbd_survival(const ParetoNbdParameters& parameters, double t);

/// Expected orders after T, each discounted by exp(-discount x time since T), discount > 0 (Fader,
/// Hardie, Lee 2005, "RFM and CLV", equation 2, whose Tricomi function is evaluated as the integral
/// it stands for).
double pareto_nbd_discounted_residual_orders(const ParetoNbdParameters& parameters, double x,
                                             double t_x, double T, double discount);

/// latent.dropout is mu, a rate.
LifetimeLatent draw_pareto_nbd_prior(RandomStream& stream, const ParetoNbdParameters& parameters);

/// A customer with history (x, t_x, T) from its exact posterior. Alive at T, rate and dropout are
/// Gamma(r + x, alpha + T) and Gamma(s, beta + T). Else it left at a time tau in (t_x, T) with
/// density in proportion to (alpha + tau)^-(r + x) (beta + tau)^-(s + 1), drawn by inverting its
/// distribution function, and given tau they are Gamma(r + x, alpha + tau), Gamma(s + 1, beta +
/// tau).
LifetimeLatent draw_pareto_nbd_posterior(RandomStream& stream,
                                         const ParetoNbdParameters& parameters, double x,
                                         double t_x, double T);
/// The same of one who is known to be alive at T.
LifetimeLatent draw_pareto_nbd_alive(RandomStream& stream, const ParetoNbdParameters& parameters,
                                     double x, double t_x, double T);

}  // namespace tenure::customers
