#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

/// One model for each group of customers (a region, a cohort) with partial pooling, so that small
/// groups are not noise.
namespace tenure::customers {

struct PooledFit {
  /// All groups as one.
  FitReport together;
  /// Of the logarithms of the parameters over groups, in the order of the report's names: mean and
  /// covariance (row-major).
  std::vector<double> mean;
  std::vector<double> covariance;
  /// By group: parameters at the posterior mode, standard errors and covariance of the posterior,
  /// log-likelihood of the group's own data there.
  std::vector<FitReport> groups;
  /// By group: its fit on its own data alone; empty where that has no maximum.
  std::vector<std::optional<FitReport>> alone;
  int iterations = 0;
};

/// Empirical Bayes: the logarithms of a group's parameters are normal about a mean that all groups
/// share, theta_g ~ N(mu, Sigma); mu and Sigma by expectation maximisation with each group's
/// posterior taken as normal about its mode (Laplace's approximation). To the groups' spread one
/// imaginary group with a standard deviation of 0.1 in every logarithm is added, which keeps Sigma
/// regular where there are few. A group's estimates are drawn to the mean the more, the less its
/// own data say; without a single order they are the mean.
/// For the kinds in continuous time; k of MBG/CNBD-k is found on all groups together.
/// @throws ArgumentError (fewer than two groups, an empty one, units that differ), NumericalError
/// where the groups together have no maximum or the iteration does not settle, Cancelled.
PooledFit fit_groups(const Execution& execution, std::string_view kind,
                     std::span<const RecencyFrequency> groups,
                     const LifetimeFitOptions& options = {});

}  // namespace tenure::customers
