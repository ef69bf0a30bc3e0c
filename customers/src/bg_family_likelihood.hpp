#pragma once

#include "likelihood_rows.hpp"
#include "maximum_likelihood.hpp"

#include <tenure/core/execution.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <cstddef>
#include <span>

namespace tenure::customers::detail {

/// Which member of the family: BG/NBD {0, 1}, MBG/NBD {1, 1}, MBG/CNBD-k {1, k}.
struct BgVariant {
  int first_tosses = 0;  ///< dropout tests that come with the first order
  int k = 1;             ///< ticks of the order clock an order
};

/// One customer's log-likelihood at theta = (ln r, ln alpha, ln a, ln b) in the same time unit,
/// times `weight`, is added to `sum` with its derivatives (the upper triangle of the Hessian
/// alone).
void add_bg_family_row(const BgVariant& variant, std::span<const double> theta, double x,
                       double t_x, double age, double weight, Derivatives& sum);

/// Natural log odds of having left right after the last order against being alive at T, given the
/// history, and what it is made of. Call where there was a dropout test: x + first_tosses > 0.
double bg_family_log_odds_left(const BgVariant& variant, double r, double alpha, double a, double b,
                               double x, double t_x, double age);

/// The log-likelihood of compressed data (BG/NBD: Fader, Hardie, Lee 2005, equation 6; MBG/CNBD-k:
/// Platzer, Reutterer 2016). Gamma functions depend on x alone and are evaluated once for each
/// distinct x; what is left for a row is three logarithms and an exponential, and for k > 1 the
/// k terms of the chance that no order came since t_x.
class BgFamilyLikelihood {
 public:
  /// `data` as compress() returns it; times are divided by `time_scale`.
  BgFamilyLikelihood(const RecencyFrequency& data, double time_scale, BgVariant variant = {});

  /// Total log-likelihood at theta = (ln r, ln(alpha / time_scale), ln a, ln b) with its first and
  /// second derivatives in theta. Up to the constant sum(x) ln(time_scale) that scaling time adds,
  /// and for k > 1 the constant of the gaps between orders (see mbg_cnbd_fit.cpp).
  Derivatives evaluate(const Execution& execution, std::span<const double> theta) const;

 private:
  BgVariant variant_;
  LikelihoodRows rows_;
};

}  // namespace tenure::customers::detail
