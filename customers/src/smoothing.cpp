#include "smoothing.hpp"

namespace tenure::customers::detail {

void run_smoothing(const SmoothingParameters& parameters, std::span<const double> series,
                   SmoothingState& state, std::span<double> errors) {
  const std::size_t season = state.seasonal.size();
  std::size_t at = 0;  // t % season
  for (std::size_t t = 0; t < errors.size(); ++t) {
    const double slope = parameters.phi * state.slope;
    double fitted = state.level + slope;
    if (season > 0) fitted += state.seasonal[at];
    const double error = (series.empty() ? 0.0 : series[t]) - fitted;
    state.level += slope + parameters.alpha * error;
    state.slope = slope + parameters.beta * error;
    if (season > 0) {
      state.seasonal[at] += parameters.gamma * error;
      at = at + 1 == season ? 0 : at + 1;
    }
    errors[t] = error;
  }
}

std::vector<SmoothingState> first_state_basis(const SmoothingModel& model) {
  std::vector<SmoothingState> basis;
  const SmoothingState zero{0.0, 0.0, std::vector<double>(model.season, 0.0)};
  basis.push_back(zero);
  basis.back().level = 1.0;
  if (model.trend != Trend::kNone) {
    basis.push_back(zero);
    basis.back().slope = 1.0;
  }
  for (std::size_t s = 0; s + 1 < model.season; ++s) {
    basis.push_back(zero);
    basis.back().seasonal[s] = 1.0;
    basis.back().seasonal[model.season - 1] = -1.0;
  }
  return basis;
}

}  // namespace tenure::customers::detail
