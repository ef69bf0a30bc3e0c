#include "first_states.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/forecast.hpp>

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace tenure::customers {
namespace {

using detail::FirstStates;
using detail::SmoothingParameters;

// Quadrature over the smoothing parameters: stages of points, each in a smaller box.
constexpr int kStages = 3;
constexpr unsigned kPoints = 96;
constexpr double kBoxDeviations = 3.5;
constexpr double kLeastBox = 1.0 / 16;  // deviation, as a part of the box before
constexpr std::array<unsigned, 4> kHaltonBases = {2, 3, 5, 7};

// What the variance of a forecast is made of.
struct Path {
  std::vector<double> mean;
  std::vector<double> variance;  // over sigma^2
};

// One point of the quadrature.
struct Point {
  std::array<double, 4> shares{};
  double weight = 0.0;
  double sigma2 = 0.0;
  Path path;
};

// Halton (1960): digits of i mirrored at the point.
double radical_inverse(unsigned i, unsigned base) {
  double value = 0.0;
  double digit = 1.0;
  for (; i > 0; i /= base) {
    digit /= base;
    value += digit * (i % base);
  }
  return value;
}

// Equation 6.1, and what not knowing the first states adds. `state` and the rows of `factor` are
// level, slope and seasonal terms, the next period's first.
template <class State, class Factor>
Path path_of(const SmoothingParameters& p, std::size_t season, std::size_t columns,
             const State& state, const Factor& factor, std::size_t horizon) {
  Path path;
  double shocks = 1.0;  // 1 + sum of c_j^2
  double steps = 0.0;   // phi + ... + phi^h
  double power = 1.0;
  for (std::size_t h = 1; h <= horizon; ++h) {
    if (h > 1) {
      const bool whole_season = season > 0 && (h - 1) % season == 0;
      const double c = p.alpha + p.beta * steps + (whole_season ? p.gamma : 0.0);
      shocks += c * c;
    }
    power *= p.phi;
    steps += power;
    const std::size_t seasonal = season > 0 ? 2 + (h - 1) % season : 0;
    double first = 0.0;
    for (std::size_t j = 0; j < columns; ++j) {
      double along = factor(0, j) + steps * factor(1, j);
      if (season > 0) along += factor(seasonal, j);
      first += along * along;
    }
    path.mean.push_back(state(0) + steps * state(1) + (season > 0 ? state(seasonal) : 0.0));
    path.variance.push_back(shocks + first);
  }
  return path;
}

Path path_of_fit(const SmoothingFit& fit, std::size_t horizon) {
  const std::size_t season = fit.model.season;
  const std::size_t columns = fit.state_factor.size() / (2 + season);
  const auto state = [&](std::size_t row) {
    return row == 0 ? fit.level : row == 1 ? fit.slope : fit.seasonal[row - 2];
  };
  const auto factor = [&](std::size_t row, std::size_t j) {
    return fit.state_factor[row * columns + j];
  };
  return path_of({fit.alpha, fit.beta, fit.gamma, fit.phi}, season, columns, state, factor,
                 horizon);
}

/// The smoothing parameters given the series: flat over the shares of detail::parameters_from, with
/// first states and ln sigma flat and integrated out, a density of
/// det(A'A)^(-1/2) (sum of squares)^(-(n - q) / 2).
class ParameterQuadrature {
 public:
  ParameterQuadrature(const SmoothingFit& fit, std::size_t horizon)
      : fit_(fit),
        horizon_(horizon),
        dimensions_(detail::smoothing_parameter_count(fit.model)),
        degrees_(fit.series.size() - detail::first_state_count(fit.model)) {
    for (int stage = 0; stage < kStages; ++stage) {
      evaluate(stage + 1 == kStages);
      if (stage + 1 < kStages) narrow();
    }
  }

  const std::vector<Point>& points() const { return points_; }
  std::size_t degrees_of_freedom() const { return degrees_; }

 private:
  void evaluate(bool with_paths) {
    points_.clear();
    std::vector<double> density;
    for (unsigned i = 1; i <= kPoints; ++i) {
      Point point;
      for (std::size_t d = 0; d < dimensions_; ++d) {
        const double share = radical_inverse(i, kHaltonBases[d]);
        point.shares[d] = low_[d] + (high_[d] - low_[d]) * share;
      }
      const SmoothingParameters p =
          detail::parameters_from(fit_.model, std::span(point.shares).first(dimensions_));
      const FirstStates states(fit_.model, p, fit_.series);
      const double sum = states.sum_of_squares();
      if (!(sum > 0.0) || !std::isfinite(sum)) continue;
      const auto degrees = static_cast<double>(degrees_);
      density.push_back(-states.log_determinant() - degrees / 2.0 * std::log(sum));
      point.sigma2 = sum / degrees;
      if (with_paths) add_path(p, states, point);
      points_.push_back(std::move(point));
    }
    if (points_.empty()) return;
    const double largest = *std::max_element(density.begin(), density.end());
    double total = 0.0;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      points_[i].weight = std::exp(density[i] - largest);
      total += points_[i].weight;
    }
    for (Point& point : points_) point.weight /= total;
  }

  void add_path(const SmoothingParameters& p, const FirstStates& states, Point& point) const {
    const Eigen::VectorXd last = states.last_state();
    const Eigen::MatrixXd spread = states.factor();
    const auto state = [&](std::size_t row) { return last[static_cast<Eigen::Index>(row)]; };
    const auto factor = [&](std::size_t row, std::size_t j) {
      return spread(static_cast<Eigen::Index>(row), static_cast<Eigen::Index>(j));
    };
    point.path = path_of(p, fit_.model.season, static_cast<std::size_t>(spread.cols()), state,
                         factor, horizon_);
  }

  // The box where the weight was.
  void narrow() {
    for (std::size_t d = 0; d < dimensions_; ++d) {
      double mean = 0.0;
      double square = 0.0;
      for (const Point& point : points_) mean += point.weight * point.shares[d];
      for (const Point& point : points_) {
        square += point.weight * (point.shares[d] - mean) * (point.shares[d] - mean);
      }
      const double deviation = std::max(std::sqrt(square), kLeastBox * (high_[d] - low_[d]));
      const double low = std::max(low_[d], mean - kBoxDeviations * deviation);
      high_[d] = std::min(high_[d], mean + kBoxDeviations * deviation);
      low_[d] = low;
    }
  }

  const SmoothingFit& fit_;
  std::size_t horizon_;
  std::size_t dimensions_;
  std::size_t degrees_;
  std::array<double, 4> low_{};
  std::array<double, 4> high_{1.0, 1.0, 1.0, 1.0};
  std::vector<Point> points_;
};

// Mean over the parameters of a forecast's variance and of its square distance to `mean`, as the
// square of a scale of Student's t.
std::vector<double> integrated_variance(const ParameterQuadrature& quadrature,
                                        const std::vector<double>& mean) {
  const auto degrees = static_cast<double>(quadrature.degrees_of_freedom());
  const double as_scale = (degrees - 2.0) / degrees;
  std::vector<double> variance(mean.size(), 0.0);
  for (const Point& point : quadrature.points()) {
    for (std::size_t h = 0; h < mean.size(); ++h) {
      const double off = point.path.mean[h] - mean[h];
      variance[h] += point.weight * (point.sigma2 * point.path.variance[h] + as_scale * off * off);
    }
  }
  return variance;
}

}  // namespace

Forecast forecast(const SmoothingFit& fit, std::size_t horizon) {
  const Path path = path_of_fit(fit, horizon);
  Forecast result;
  result.mean = path.mean;
  result.degrees_of_freedom = fit.degrees_of_freedom;
  std::vector<double> variance(horizon);
  for (std::size_t h = 0; h < horizon; ++h) {
    variance[h] = fit.sigma * fit.sigma * path.variance[h];
  }
  if (!fit.series.empty() && fit.sum_of_squares > 0.0) {
    const ParameterQuadrature quadrature(fit, horizon);
    if (!quadrature.points().empty()) {
      variance = integrated_variance(quadrature, path.mean);
      result.degrees_of_freedom = quadrature.degrees_of_freedom();
    }
  }
  for (std::size_t h = 0; h < horizon; ++h) {
    result.standard_error.push_back(std::sqrt(variance[h]));
    if (!std::isfinite(result.mean[h]) || !std::isfinite(result.standard_error[h])) {
      throw NumericalError("forecast: the forecast left the finite numbers");
    }
  }
  return result;
}

std::pair<double, double> Forecast::interval(std::size_t h, double level) const {
  if (!(level > 0.0 && level < 1.0)) {
    throw ArgumentError("forecast: the level of an interval must be between 0 and 1");
  }
  if (h >= mean.size()) throw ArgumentError("forecast: there is no such period");
  const boost::math::students_t distribution(static_cast<double>(degrees_of_freedom));
  const double width = boost::math::quantile(distribution, 0.5 + level / 2.0) * standard_error[h];
  return {mean[h] - width, mean[h] + width};
}

}  // namespace tenure::customers
