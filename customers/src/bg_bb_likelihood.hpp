#pragma once

#include "maximum_likelihood.hpp"

#include <tenure/core/execution.hpp>
#include <tenure/customers/bg_bb.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <span>
#include <vector>

namespace tenure::customers::detail {

/// Logarithms of the joint probabilities of a history and of each way it can have gone on: [0]
/// alive for all n opportunities, [1 + i] left right after opportunity t_x + i, i = 0 .. n - t_x -
/// 1, all by (alpha)_x (beta)_(m - x) / (alpha + beta)_m with m opportunities lived.
std::vector<double> bg_bb_log_paths(const BgBbParameters& parameters, double x, double t_x,
                                    double n);

/// Total log-likelihood at theta = logarithms of (alpha, beta, gamma, delta), with derivatives.
/// `data` as compress() returns it.
Derivatives bg_bb_evaluate(const Execution& execution, const RecencyFrequency& data,
                           std::span<const double> theta);

/// @throws ArgumentError unless (x, t_x, n) are whole with x <= t_x <= n.
void check_bg_bb_history(double x, double t_x, double n);

}  // namespace tenure::customers::detail
