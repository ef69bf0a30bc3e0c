#pragma once

#include <boost/math/distributions/chi_squared.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// Goodness of fit at a fixed seed. Every test that uses these fails for a correct sampler with the
/// probability it names (one seed in a thousand or rarer) and then always: seeds are fixed.
namespace tenure::test {

/// Upper tail probability of a chi-square statistic.
inline double chi_square_p(double statistic, double degrees_of_freedom) {
  return boost::math::cdf(
      boost::math::complement(boost::math::chi_squared(degrees_of_freedom), statistic));
}

/// p-value of observed counts against expected counts (same total). Neighbouring cells are merged
/// from the left until each expects at least `smallest`.
inline double chi_square_p(std::span<const std::uint64_t> observed,
                           std::span<const double> expected, double smallest = 10.0) {
  std::vector<double> merged_observed;
  std::vector<double> merged_expected;
  double seen = 0.0;
  double due = 0.0;
  for (std::size_t i = 0; i < observed.size(); ++i) {
    seen += static_cast<double>(observed[i]);
    due += expected[i];
    if (due >= smallest) {
      merged_observed.push_back(seen);
      merged_expected.push_back(due);
      seen = due = 0.0;
    }
  }
  if (merged_expected.empty()) return 0.0;
  merged_observed.back() += seen;
  merged_expected.back() += due;
  double statistic = 0.0;
  for (std::size_t i = 0; i < merged_expected.size(); ++i) {
    const double difference = merged_observed[i] - merged_expected[i];
    statistic += difference * difference / merged_expected[i];
  }
  return chi_square_p(statistic, static_cast<double>(merged_expected.size()) - 1.0);
}

/// p-value of values that should be uniform on [0, 1] (a draw put through its distribution
/// function), over cells cut at `edges` (increasing, inside (0, 1)). Fine edges near 0 and 1 make
/// it a test of the tails.
inline double uniform_cells_p(std::span<const double> values, std::span<const double> edges) {
  std::vector<std::uint64_t> observed(edges.size() + 1, 0);
  for (const double value : values) {
    ++observed[static_cast<std::size_t>(std::upper_bound(edges.begin(), edges.end(), value) -
                                        edges.begin())];
  }
  std::vector<double> expected;
  double before = 0.0;
  for (const double edge : edges) {
    expected.push_back((edge - before) * static_cast<double>(values.size()));
    before = edge;
  }
  expected.push_back((1.0 - before) * static_cast<double>(values.size()));
  return chi_square_p(observed, expected);
}

/// Kolmogorov-Smirnov p-value (asymptotic) of values that should be uniform on [0, 1].
inline double kolmogorov_smirnov_p(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto n = static_cast<double>(values.size());
  double distance = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto rank = static_cast<double>(i);
    distance = std::max({distance, values[i] - rank / n, (rank + 1.0) / n - values[i]});
  }
  const double x = std::sqrt(n) * distance;
  if (x < 0.2) return 1.0;
  double p = 0.0;
  double sign = 1.0;
  for (int k = 1; k <= 100; ++k, sign = -sign) p += 2.0 * sign * std::exp(-2.0 * k * k * x * x);
  return std::clamp(p, 0.0, 1.0);
}

}  // namespace tenure::test
