#pragma once

#include "results/samples.hpp"

#include <cstddef>
#include <vector>

/// Several figures over the same outer draws: which one is the greatest?
namespace tenure::simulator {

/// One row a figure, one column a draw.
using DrawnRows = std::vector<std::vector<double>>;

/// The draws of all figures with the noise of their replications taken out of their joint
/// distribution: deviations are mapped linearly so that their covariance is that of the draws less
/// that of the noise (its negative part cut off). One figure alone: RatioSamples::without_noise().
DrawnRows without_noise(const std::vector<RatioSamples>& figures);

/// Share of the columns in which each row is the greatest; ties are shared.
std::vector<double> probability_greatest(const DrawnRows& rows);

}  // namespace tenure::simulator
