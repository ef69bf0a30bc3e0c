#pragma once

#include "smoothing.hpp"

#include <tenure/customers/forecast.hpp>

#include <Eigen/Dense>

#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace tenure::customers::detail {

/// Smoothing parameters and first states that a model estimates.
std::size_t smoothing_parameter_count(const SmoothingModel& model);
std::size_t first_state_count(const SmoothingModel& model);

/// Parameters from shares in [0, 1], one for each: alpha, beta / alpha, gamma / (1 - alpha), phi
/// from its least to its largest value.
SmoothingParameters parameters_from(const SmoothingModel& model, std::span<const double> shares);

/// The errors as a linear function of the first states, e = e0 - A theta, solved by QR.
class FirstStates {
 public:
  FirstStates(const SmoothingModel& model, const SmoothingParameters& parameters,
              std::span<const double> series);

  /// +inf where the data do not determine the first states.
  double sum_of_squares() const { return sum_of_squares_; }
  /// ln det(A' A) / 2.
  double log_determinant() const;
  double theta(std::size_t i) const { return theta_[static_cast<Eigen::Index>(i)]; }
  /// Level, slope and seasonal terms (the next period's first) after the last observation.
  Eigen::VectorXd last_state() const;
  /// F with sigma^2 F F' the covariance of last_state().
  Eigen::MatrixXd factor() const;

 private:
  Eigen::VectorXd packed(const SmoothingState& state) const;

  std::size_t observations_;
  std::vector<SmoothingState> basis_;  // moved to the end of the series
  SmoothingState last_;                // of a start at zero
  Eigen::MatrixXd r_;
  Eigen::VectorXd theta_;
  double sum_of_squares_ = std::numeric_limits<double>::infinity();
};

}  // namespace tenure::customers::detail
