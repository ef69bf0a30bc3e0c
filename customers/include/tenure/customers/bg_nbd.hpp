#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/random.hpp>
#include <tenure/customers/lifetime_fit.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

/// The BG/NBD model of Fader, Hardie, Lee (2005), "Counting your customers the easy way", Marketing
/// Science 24(2): while alive a customer orders at rate lambda ~ Gamma(r, rate alpha) per time
/// unit, and leaves after any repeat order with probability p ~ Beta(a, b). The first order is
/// given and is never followed by a dropout test of its own.
namespace tenure::customers {

/// All finite and positive: anything else is an ArgumentError in every function below. alpha is in
/// the time units of the data it was fitted to.
struct BgNbdParameters {
  double r = 1.0;
  double alpha = 1.0;
  double a = 1.0;
  double b = 1.0;
};

/// log_covariance is of (log r, log alpha, log a, log b).
using BgNbdFit = LifetimeFit<BgNbdParameters, 4>;
using BgNbdOptions = FitOptions;

/// Fits on (x, t_x, T) summaries; equal rows are merged first.
/// @throws ArgumentError (no customers, a row at fault: see RecencyFrequency::validate),
/// NumericalError (no finite maximum, or not converged; what() says where the search ended),
/// Cancelled.
BgNbdFit fit_bg_nbd(const Execution& execution, const RecencyFrequency& data,
                    const BgNbdOptions& options = {});

/// Total log-likelihood (their equation 6).
double bg_nbd_log_likelihood(const BgNbdParameters& parameters, const RecencyFrequency& data);

/// Expected repeat orders of a new customer in (0, t] (their equation 9). t >= 0 in model units.
double bg_nbd_expected_orders(const BgNbdParameters& parameters, double t);

/// Expected orders in (T, T + t] of a customer with x repeat orders, the last at t_x, observed
/// until T (their equation 10).
double bg_nbd_conditional_expected_orders(const BgNbdParameters& parameters, double x, double t_x,
                                          double T, double t);

/// The same of one who is known to be alive at T, which does not depend on t_x.
double bg_nbd_expected_orders_if_alive(const BgNbdParameters& parameters, double x, double t_x,
                                       double T, double t);

/// Probability of being alive at T given (x, t_x, T); 1 for x = 0, as the model has it.
double bg_nbd_p_alive(const BgNbdParameters& parameters, double x, double t_x, double T);

/// Probability that a new customer is still alive at t: no dropout among its repeat orders so far.
double bg_nbd_survival(const BgNbdParameters& parameters, double t);

/// Expected orders after T of a customer with history (x, t_x, T), each discounted by
/// exp(-discount x time since T). discount > 0 a model time unit.
double bg_nbd_discounted_residual_orders(const BgNbdParameters& parameters, double x, double t_x,
                                         double T, double discount);

using BgNbdLatent = LifetimeLatent;

/// A new customer from the prior.
BgNbdLatent draw_bg_nbd_prior(RandomStream& stream, const BgNbdParameters& parameters);

/// A customer with history (x, t_x, T) from its exact posterior: a mixture of two conjugate
/// components, alive at T or left right after the order at t_x.
BgNbdLatent draw_bg_nbd_posterior(RandomStream& stream, const BgNbdParameters& parameters, double x,
                                  double t_x, double T);
/// The same of one who is known to be alive at T: the first component.
BgNbdLatent draw_bg_nbd_alive(RandomStream& stream, const BgNbdParameters& parameters, double x,
                              double t_x, double T);

}  // namespace tenure::customers
