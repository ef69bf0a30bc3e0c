#pragma once

#include "maximum_likelihood.hpp"

#include <tenure/core/execution.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <cstddef>
#include <span>
#include <vector>

namespace tenure::customers::detail {

/// The BG/NBD log-likelihood (Fader, Hardie, Lee 2005, equation 6) of compressed data. Gamma
/// functions depend on x alone and are evaluated once for each distinct x; what is left for a row
/// is three logarithms and an exponential.
class BgNbdLikelihood {
 public:
  /// `data` as compress() returns it; times are divided by `time_scale`.
  BgNbdLikelihood(const RecencyFrequency& data, double time_scale);

  /// Total log-likelihood at theta = (ln r, ln(alpha / time_scale), ln a, ln b) with its first and
  /// second derivatives in theta. Up to the constant sum(x) ln(time_scale) that scaling time adds.
  Derivatives evaluate(const Execution& execution, std::span<const double> theta) const;

 private:
  struct Group {
    double x;
    double weight;
  };
  std::vector<Group> groups_;  // distinct x
  std::vector<double> x_, t_x_, age_, weight_;
};

}  // namespace tenure::customers::detail
