#pragma once

#include <tenure/customers/forecast.hpp>

#include <cstddef>
#include <span>
#include <vector>

/// The recursions of exponential smoothing.
namespace tenure::customers::detail {

struct SmoothingParameters {
  double alpha = 0.0;
  double beta = 0.0;
  double gamma = 0.0;
  double phi = 1.0;
};

/// Level, slope and seasonal terms; the term of time t (from 0) is seasonal[t % season].
struct SmoothingState {
  double level = 0.0;
  double slope = 0.0;
  std::vector<double> seasonal;
};

/// Runs the state through n observations (zeros where `series` is empty) and writes their one-step
/// errors, length n.
void run_smoothing(const SmoothingParameters& parameters, std::span<const double> series,
                   SmoothingState& state, std::span<double> errors);

/// The first states that a model leaves open, as vectors of a basis: level, slope where there is a
/// trend, season - 1 contrasts of seasonal terms, which sum to 0.
std::vector<SmoothingState> first_state_basis(const SmoothingModel& model);

}  // namespace tenure::customers::detail
