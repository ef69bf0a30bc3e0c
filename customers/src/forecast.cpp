#include "simplex_search.hpp"
#include "smoothing.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/forecast.hpp>

#include <Eigen/Dense>
#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenure::customers {
namespace {

using detail::SmoothingParameters;
using detail::SmoothingState;

constexpr double kLeastPhi = 0.8;  // below, a damped trend is over at once; above, it is a trend
constexpr double kLargestPhi = 0.98;
constexpr double kTolerance = 1e-8;
constexpr int kMaxEvaluations = 4000;
constexpr double kSingular = 1e-10;  // of a column of the first states' equations
// Sums of squares below this share of the series' own are rounding: the fit is exact.
constexpr double kExact = 1e-22;

std::size_t smoothing_parameters(const SmoothingModel& model) {
  const std::size_t trend = model.trend == Trend::kNone ? 0 : model.trend == Trend::kDamped ? 2 : 1;
  return 1 + trend + (model.season > 0 ? 1 : 0);
}

std::size_t first_states(const SmoothingModel& model) {
  return 1 + (model.trend == Trend::kNone ? 0U : 1U) + (model.season > 0 ? model.season - 1 : 0);
}

std::size_t shortest_series(const SmoothingModel& model) {
  // Parameters include sigma.
  return std::max(smoothing_parameters(model) + first_states(model) + 3, 2 * model.season);
}

// Search variables are unbounded: sin^2 maps each onto [0, 1], ends included.
double unit(double u) {
  const double s = std::sin(u);
  return s * s;
}
double angle(double share) { return std::asin(std::sqrt(share)); }

SmoothingParameters parameters_at(const SmoothingModel& model, std::span<const double> u) {
  SmoothingParameters p;
  std::size_t i = 0;
  p.alpha = unit(u[i++]);
  if (model.trend != Trend::kNone) p.beta = p.alpha * unit(u[i++]);
  if (model.season > 0) p.gamma = (1.0 - p.alpha) * unit(u[i++]);
  if (model.trend == Trend::kDamped) {
    p.phi = kLeastPhi + (kLargestPhi - kLeastPhi) * unit(u[i++]);
  }
  return p;
}

std::vector<double> start_at(const SmoothingModel& model, double alpha, double share, double phi) {
  std::vector<double> start = {angle(alpha)};
  if (model.trend != Trend::kNone) start.push_back(angle(share));
  if (model.season > 0) start.push_back(angle(share));
  if (model.trend == Trend::kDamped) {
    start.push_back(angle((phi - kLeastPhi) / (kLargestPhi - kLeastPhi)));
  }
  return start;
}

/// The errors as a linear function of the first states, e = e0 - A theta, solved by QR.
class FirstStates {
 public:
  FirstStates(const SmoothingModel& model, const SmoothingParameters& parameters,
              std::span<const double> series)
      : basis_(detail::first_state_basis(model)) {
    const auto n = static_cast<Eigen::Index>(series.size());
    const auto columns = static_cast<Eigen::Index>(basis_.size());
    Eigen::MatrixXd a(n, columns);
    for (Eigen::Index j = 0; j < columns; ++j) {
      std::span<double> column(a.col(j).data(), series.size());
      run_smoothing(parameters, {}, basis_[static_cast<std::size_t>(j)], column);
    }
    a = -a;
    last_.seasonal.assign(model.season, 0.0);
    Eigen::VectorXd errors(n);
    run_smoothing(parameters, series, last_, {errors.data(), series.size()});
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(a);
    r_ = qr.matrixQR().topRows(columns).triangularView<Eigen::Upper>();
    const auto diagonal = r_.diagonal().cwiseAbs();
    if (diagonal.minCoeff() <= kSingular * diagonal.maxCoeff()) return;
    const Eigen::VectorXd rotated = qr.householderQ().adjoint() * errors;
    theta_ = r_.triangularView<Eigen::Upper>().solve(rotated.head(columns));
    sum_of_squares_ = rotated.tail(n - columns).squaredNorm();
  }

  /// +inf where the data do not determine the first states.
  double sum_of_squares() const { return sum_of_squares_; }
  double theta(std::size_t i) const { return theta_[static_cast<Eigen::Index>(i)]; }

  /// Level, slope and seasonal terms (by time modulo season) after the last observation.
  Eigen::VectorXd last_state() const {
    Eigen::VectorXd state = packed(last_);
    for (std::size_t j = 0; j < basis_.size(); ++j) state += theta(j) * packed(basis_[j]);
    return state;
  }

  /// F with sigma^2 F F' the covariance of last_state().
  Eigen::MatrixXd factor() const {
    Eigen::MatrixXd moved(packed(last_).size(), r_.cols());
    for (std::size_t j = 0; j < basis_.size(); ++j) {
      moved.col(static_cast<Eigen::Index>(j)) = packed(basis_[j]);
    }
    return r_.transpose().triangularView<Eigen::Lower>().solve(moved.transpose()).transpose();
  }

 private:
  static Eigen::VectorXd packed(const SmoothingState& state) {
    Eigen::VectorXd vector(2 + static_cast<Eigen::Index>(state.seasonal.size()));
    vector[0] = state.level;
    vector[1] = state.slope;
    for (std::size_t s = 0; s < state.seasonal.size(); ++s) {
      vector[2 + static_cast<Eigen::Index>(s)] = state.seasonal[s];
    }
    return vector;
  }

  std::vector<SmoothingState> basis_;  // moved to the end of the series
  SmoothingState last_;                // of a start at zero
  Eigen::MatrixXd r_;
  Eigen::VectorXd theta_;
  double sum_of_squares_ = std::numeric_limits<double>::infinity();
};

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
  for (const auto& start : {start_at(model, 0.2, 0.1, 0.95), start_at(model, 0.8, 0.3, 0.85)}) {
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
    // The next period's seasonal term comes first.
    const std::size_t from = row < 2 ? row : 2 + (row - 2 + fit.observations) % season;
    const auto index = static_cast<Eigen::Index>(from);
    if (row >= 2) fit.seasonal.push_back(last[index]);
    for (std::size_t j = 0; j < columns; ++j) {
      fit.state_factor[row * columns + j] = factor(index, static_cast<Eigen::Index>(j));
    }
  }
}

void check_level(double level) {
  if (!(level > 0.0 && level < 1.0)) {
    throw ArgumentError("forecast: the level of an interval must be between 0 and 1");
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
  const std::size_t estimated = smoothing_parameters(model) + first_states(model);
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

Forecast forecast(const SmoothingFit& fit, std::size_t horizon) {
  const std::size_t season = fit.model.season;
  const std::size_t columns = fit.state_factor.size() / (2 + season);
  Forecast result;
  result.degrees_of_freedom = fit.degrees_of_freedom;
  double shocks = 1.0;  // 1 + sum of c_j^2
  double steps = 0.0;   // phi + ... + phi^h
  double power = 1.0;
  for (std::size_t h = 1; h <= horizon; ++h) {
    if (h > 1) {
      const bool whole_season = season > 0 && (h - 1) % season == 0;
      const double c = fit.alpha + fit.beta * steps + (whole_season ? fit.gamma : 0.0);
      shocks += c * c;
    }
    power *= fit.phi;
    steps += power;
    double mean = fit.level + steps * fit.slope;
    if (season > 0) mean += fit.seasonal[(h - 1) % season];
    double first = 0.0;
    for (std::size_t j = 0; j < columns; ++j) {
      double along = fit.state_factor[j] + steps * fit.state_factor[columns + j];
      if (season > 0) along += fit.state_factor[(2 + (h - 1) % season) * columns + j];
      first += along * along;
    }
    result.mean.push_back(mean);
    result.standard_error.push_back(fit.sigma * std::sqrt(shocks + first));
    if (!std::isfinite(mean) || !std::isfinite(result.standard_error.back())) {
      throw NumericalError("forecast: the forecast left the finite numbers");
    }
  }
  return result;
}

std::pair<double, double> Forecast::interval(std::size_t h, double level) const {
  check_level(level);
  if (h >= mean.size()) throw ArgumentError("forecast: there is no such period");
  const boost::math::students_t distribution(static_cast<double>(degrees_of_freedom));
  const double width = boost::math::quantile(distribution, 0.5 + level / 2.0) * standard_error[h];
  return {mean[h] - width, mean[h] + width};
}

}  // namespace tenure::customers
