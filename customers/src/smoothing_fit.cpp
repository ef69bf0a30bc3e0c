#include "first_states.hpp"
#include "simplex_search.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/forecast.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenure::customers {
namespace {

using detail::first_state_count;
using detail::FirstStates;
using detail::smoothing_parameter_count;
using detail::SmoothingParameters;

constexpr double kTolerance = 1e-8;
constexpr int kMaxEvaluations = 4000;
// Sums of squares below this share of the series' own are rounding: the fit is exact.
constexpr double kExact = 1e-22;

std::size_t shortest_series(const SmoothingModel& model) {
  // Parameters include sigma.
  return std::max(smoothing_parameter_count(model) + first_state_count(model) + 3,
                  2 * model.season);
}

// Search variables are unbounded: sin^2 maps each onto a share in [0, 1], ends included.
SmoothingParameters parameters_at(const SmoothingModel& model, std::span<const double> u) {
  std::vector<double> shares;
  for (const double x : u) shares.push_back(std::sin(x) * std::sin(x));
  return detail::parameters_from(model, shares);
}

// Alpha in its own right, all other shares alike.
std::vector<double> start_at(const SmoothingModel& model, double alpha, double others) {
  std::vector<double> start(smoothing_parameter_count(model), std::asin(std::sqrt(others)));
  start.front() = std::asin(std::sqrt(alpha));
  return start;
}

void check_series(std::span<const double> series, const SmoothingModel& model) {
  if (model.season == 1) throw ArgumentError("forecast: a season has at least two periods");
  if (series.size() < shortest_series(model)) {
    throw ArgumentError("forecast: the model '" + to_string(model) + "' needs at least " +
                        std::to_string(shortest_series(model)) + " observations, not " +
                        std::to_string(series.size()));
  }
  if (!std::all_of(series.begin(), series.end(), [](double y) { return std::isfinite(y); })) {
    throw ArgumentError("forecast: every observation must be finite");
  }
}

// The search's answer as parameters, the best of two starts.
SmoothingParameters search(const Execution& execution, std::span<const double> series,
                           const SmoothingModel& model, double scale) {
  const auto objective = [&](std::span<const double> u) {
    return FirstStates(model, parameters_at(model, u), series).sum_of_squares() / scale;
  };
  detail::SimplexMinimum best;
  best.value = std::numeric_limits<double>::infinity();
  for (const auto& start : {start_at(model, 0.2, 0.1), start_at(model, 0.8, 0.4)}) {
    execution.check_cancelled();
    detail::SimplexMinimum found =
        detail::minimize_simplex(objective, start, 0.3, kTolerance, kMaxEvaluations);
    if (found.converged && found.value < best.value) best = std::move(found);
  }
  if (!best.converged) {
    throw NumericalError("forecast: the smoothing parameters of '" + to_string(model) +
                         "' did not settle after " + std::to_string(kMaxEvaluations) +
                         " evaluations");
  }
  return parameters_at(model, best.x);
}

void fill_states(SmoothingFit& fit, const FirstStates& states) {
  const std::size_t season = fit.model.season;
  fit.initial_level = states.theta(0);
  if (fit.model.trend != Trend::kNone) fit.initial_slope = states.theta(1);
  const Eigen::VectorXd last = states.last_state();
  const Eigen::MatrixXd factor = states.factor();
  const auto columns = static_cast<std::size_t>(factor.cols());
  fit.level = last[0];
  fit.slope = last[1];
  fit.state_factor.resize((2 + season) * columns);
  for (std::size_t row = 0; row < 2 + season; ++row) {
    const auto index = static_cast<Eigen::Index>(row);
    if (row >= 2) fit.seasonal.push_back(last[index]);
    for (std::size_t j = 0; j < columns; ++j) {
      fit.state_factor[row * columns + j] = factor(index, static_cast<Eigen::Index>(j));
    }
  }
}

}  // namespace

std::string to_string(const SmoothingModel& model) {
  std::string text = model.trend == Trend::kNone       ? "level"
                     : model.trend == Trend::kAdditive ? "trend"
                                                       : "damped trend";
  if (model.season > 0) text += " + season " + std::to_string(model.season);
  return text;
}

SmoothingFit fit_smoothing(const Execution& execution, std::span<const double> series,
                           const SmoothingModel& model) {
  check_series(series, model);
  double scale = 0.0;
  for (const double y : series) scale += y * y;
  if (!std::isfinite(scale)) throw NumericalError("forecast: the observations are too large");
  const SmoothingParameters p = search(execution, series, model, scale > 0.0 ? scale : 1.0);
  const FirstStates states(model, p, series);
  SmoothingFit fit;
  fit.model = model;
  fit.alpha = p.alpha;
  fit.beta = p.beta;
  fit.gamma = p.gamma;
  fit.phi = p.phi;
  fit.observations = series.size();
  fit.series.assign(series.begin(), series.end());
  const std::size_t estimated = smoothing_parameter_count(model) + first_state_count(model);
  fit.degrees_of_freedom = series.size() - estimated;
  fill_states(fit, states);
  fit.sum_of_squares = states.sum_of_squares() <= kExact * scale ? 0.0 : states.sum_of_squares();
  fit.sigma = std::sqrt(fit.sum_of_squares / static_cast<double>(fit.degrees_of_freedom));
  const auto n = static_cast<double>(series.size());
  const auto k = static_cast<double>(estimated + 1);
  // An exact fit is as good as rounding lets it be, so that the simpler of two wins.
  const double least = std::max(kExact * scale, std::numeric_limits<double>::min());
  fit.aicc = n * std::log(std::max(fit.sum_of_squares, least) / n) + 2.0 * k +
             2.0 * k * (k + 1.0) / (n - k - 1.0);
  return fit;
}

SmoothingFit fit_best_smoothing(const Execution& execution, std::span<const double> series,
                                std::size_t season) {
  SmoothingFit best = fit_smoothing(execution, series, {});
  for (const std::size_t s : {std::size_t{0}, season}) {
    for (const Trend trend : {Trend::kNone, Trend::kAdditive, Trend::kDamped}) {
      const SmoothingModel model{trend, s > 1 ? s : 0};
      const bool known = model.season == 0 && (s != 0 || trend == Trend::kNone);
      if (known || series.size() < shortest_series(model)) continue;
      SmoothingFit fit = fit_smoothing(execution, series, model);
      if (fit.aicc < best.aicc) best = std::move(fit);
    }
  }
  return best;
}

}  // namespace tenure::customers
