#pragma once

#include <tenure/simulator/backtest.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tenure::simulator {

/// Means over runs (runs x weeks, row-major) against expectations.
struct RunMeans {
  std::vector<double> mean;   ///< by week
  std::vector<double> error;  ///< standard errors
  double total = 0.0;
  double total_error = 0.0;
};
/// Precondition: runs > 1.
RunMeans means_of(std::span<const std::int64_t> counts, std::size_t weeks);

/// Precondition: more runs than weeks.
Agreement agreement_of(std::span<const std::int64_t> counts, const RunMeans& means,
                       std::span<const double> expected);

/// Quantile at place probability x (n + 1) of the sorted values, between neighbours by a line.
double quantile_of(std::span<const std::int64_t> sorted, double probability);

}  // namespace tenure::simulator
