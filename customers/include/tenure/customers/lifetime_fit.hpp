#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// What the fits of all lifetime models have in common.
namespace tenure::customers {

/// Whether a weak prior may take part in a fit. A small log, or one of customers who are all alike,
/// can leave the likelihood without a finite maximum. The prior is a Gamma density of each
/// parameter that is a shape: with mean 1/2 of r and s, 3/4 of a, 3/2 of b, 1/2 of beta over the
/// customers' mean age (shape 1: exponential), 6 of p and 4 of q (shape 2). alpha and gamma, which
/// hold the units of time and money, have none. The estimates are then the mode in the logarithms
/// of the parameters, their covariance that of the penalised curvature; the log-likelihood stays
/// that of the data. docs/LIFETIME.md, "Small logs", has the mathematics.
enum class PriorUse : std::uint8_t {
  kNever,  ///< maximum likelihood, or an error
  /// Only where the likelihood has no finite maximum, or one so flat that the standard error of a
  /// parameter's logarithm is over 3.
  kWhereNeeded,
  kAlways,
};

/// A fit by maximum likelihood. Parameters is a struct of positive numbers, of which N are
/// estimated.
template <class Parameters, std::size_t N>
struct LifetimeFit {
  Parameters parameters;
  Parameters standard_errors;  ///< from the inverse Hessian, on the natural scale
  /// Covariance of the parameters' logarithms, in their order, row-major: for parameter draws.
  std::array<double, N * N> log_covariance{};
  double log_likelihood = 0.0;  ///< total over customers
  std::uint64_t customers = 0;  ///< customers in the data
  int iterations = 0;           ///< on the whole data, of the best start
  std::string prior_reason;     ///< why the prior took part; empty: it did not
};

struct FitOptions {
  /// Starting points tried; the best optimum wins. Four come from the data, more are random about
  /// them, keyed by the execution's seed. On large data the climb begins on a coarser copy of it.
  int starts = 4;
  int max_iterations = 500;  ///< for each start
  double tolerance = 1e-8;   ///< on the gradient of the mean log-likelihood, log parameters
  /// Parameters known to be near the maximum, on the natural scale: the one start where given.
  std::vector<double> first_start;
  PriorUse prior = PriorUse::kNever;  ///< of models in continuous time without covariates
};

/// What a customer is, unseen.
struct LifetimeLatent {
  double rate = 0.0;  ///< orders a model time unit (a period, in BG/BB: probability of an order)
  /// Probability of leaving at an order (BG/NBD family) or a period (BG/BB), or rate of leaving a
  /// time unit (Pareto/NBD).
  double dropout = 0.0;
  bool alive = true;
  /// Ticks of the order clock since the last order, of k an order, at rate k x `rate`; 0 where k is
  /// 1 (see mbg_cnbd.hpp).
  int phase = 0;
};

}  // namespace tenure::customers
