#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/random.hpp>
#include <tenure/customers/lifetime_fit.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <optional>
#include <vector>

/// The MBG/CNBD-k model of Platzer, Reutterer (2016), "Ticking away the moments: timing regularity
/// helps to better predict customer activity", Marketing Science 35(5). An order clock ticks at
/// rate lambda ~ Gamma(r, rate alpha); every k-th tick is an order, so gaps are Erlang-k and more
/// regular the larger k. After every order, the first included, the customer leaves with
/// probability p ~ Beta(a, b). With k = 1 it is the MBG/NBD model of Batislam, Denizel, Filiztekin
/// (2007) and Hoppe, Wagner (2007): BG/NBD with a dropout test at the first order too, so that
/// customers with one order can have left.
namespace tenure::customers {

inline constexpr int kLargestRegularity = 32;

/// r, alpha, a, b finite and positive, k in 1 to kLargestRegularity: anything else is an
/// ArgumentError in every function below. alpha is in the time units of the data; a customer's
/// orders come at rate lambda / k.
struct MbgCnbdParameters {
  double r = 1.0;
  double alpha = 1.0;
  double a = 1.0;
  double b = 1.0;
  int k = 1;
};

/// log_covariance is of (log r, log alpha, log a, log b), at the given k.
using MbgCnbdFit = LifetimeFit<MbgCnbdParameters, 4>;

/// k = 1. @throws as fit_bg_nbd.
MbgCnbdFit fit_mbg_nbd(const Execution& execution, const RecencyFrequency& data,
                       const FitOptions& options = {});

/// A given k. Its log-likelihood is of the times of all orders, so that those of different k can be
/// compared; the gaps take part by data.log_gaps.
/// @throws as fit_bg_nbd, and ArgumentError where k > 1 and data has no log_gaps.
MbgCnbdFit fit_mbg_cnbd(const Execution& execution, const RecencyFrequency& data, int k,
                        const FitOptions& options = {});

struct MbgCnbdSearch {
  MbgCnbdFit best;
  /// [k - 1]: the maximum with that k; empty where the fit found none.
  std::vector<std::optional<double>> log_likelihood;
};

/// k by maximum likelihood over 1 to largest_k; ties go to the smaller.
/// @throws as fit_mbg_cnbd, where no k can be fitted.
MbgCnbdSearch search_mbg_cnbd(const Execution& execution, const RecencyFrequency& data,
                              int largest_k = 8, const FitOptions& options = {});

/// Total log-likelihood; needs data.log_gaps where k > 1.
double mbg_cnbd_log_likelihood(const MbgCnbdParameters& parameters, const RecencyFrequency& data);

/// Expected repeat orders of a new customer in (0, t]. Exact for every k: with M ticks by t,
/// M ~ negative binomial, the sum over n of E(1 - p)^n P(M >= n k).
double mbg_cnbd_expected_orders(const MbgCnbdParameters& parameters, double t);

/// Expected orders in (T, T + t] given (x, t_x, T); exact for every k.
double mbg_cnbd_conditional_expected_orders(const MbgCnbdParameters& parameters, double x,
                                            double t_x, double T, double t);

/// The same of one who is known to be alive at T; depends on t_x where k > 1.
double mbg_cnbd_expected_orders_if_alive(const MbgCnbdParameters& parameters, double x, double t_x,
                                         double T, double t);

/// Probability of being alive at T given (x, t_x, T).
double mbg_cnbd_p_alive(const MbgCnbdParameters& parameters, double x, double t_x, double T);

/// Probability that a new customer is still alive at t: 1 - a / (a + b) just after the first order.
double mbg_cnbd_survival(const MbgCnbdParameters& parameters, double t);

/// Expected orders after T, each discounted by exp(-discount x time since T). discount > 0.
double mbg_cnbd_discounted_residual_orders(const MbgCnbdParameters& parameters, double x,
                                           double t_x, double T, double discount);

/// A new customer right after its first order; it may have left with it.
LifetimeLatent draw_mbg_cnbd_prior(RandomStream& stream, const MbgCnbdParameters& parameters);

/// A customer with history (x, t_x, T) from its exact posterior: left right after the order at t_x,
/// or alive with 0 to k - 1 ticks since; conjugate in each case.
LifetimeLatent draw_mbg_cnbd_posterior(RandomStream& stream, const MbgCnbdParameters& parameters,
                                       double x, double t_x, double T);
/// The same of one who is known to be alive at T.
LifetimeLatent draw_mbg_cnbd_alive(RandomStream& stream, const MbgCnbdParameters& parameters,
                                   double x, double t_x, double T);

}  // namespace tenure::customers
