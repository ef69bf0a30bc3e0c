#include "draws/quantile_table.hpp"

#include <tenure/core/error.hpp>

#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace tenure::simulator {

namespace {

constexpr int kCellsPerOctave = 16;
/// Below it a distribution function is its first two terms, to double precision.
constexpr double kAsymptotic = 1e-9;

/// Double precision alone, and no exceptions for results that round to 0.
using Policy = boost::math::policies::policy<
    boost::math::policies::promote_double<false>,
    boost::math::policies::overflow_error<boost::math::policies::ignore_error>,
    boost::math::policies::underflow_error<boost::math::policies::ignore_error>>;

/// Distance of node j from the end of its half: 16 even steps an octave from 2^-33 to 2^-1.
double node_distance(std::size_t j) {
  const auto octave = static_cast<int>(j) / kCellsPerOctave;
  const auto step = static_cast<int>(j) % kCellsPerOctave;
  return std::ldexp(1.0 + static_cast<double>(step) / kCellsPerOctave, octave - 33);
}

/// Logarithm of a distribution function, or of its complement, and its derivative by y.
struct LogTail {
  double value;
  double slope;
};

double log1m_exp(double x) { return std::log(-std::expm1(x)); }

/// Of Gamma(shape, 1) at e^y.
class GammaTail {
 public:
  GammaTail(double shape, bool upper)
      : shape_(shape), upper_(upper), log_factorial_(std::lgamma(shape + 1.0)) {}

  LogTail operator()(double y) const {
    const double x = std::exp(y);
    const double log_density = shape_ * y - x - log_factorial_ + std::log(shape_);  // of log x
    double value = 0.0;
    if (x * (1.0 + shape_) < kAsymptotic) {
      const double lower = shape_ * y - log_factorial_ + std::log1p(-shape_ * x / (shape_ + 1.0));
      value = upper_ ? log1m_exp(lower) : lower;
    } else {
      value = std::log(upper_ ? boost::math::gamma_q(shape_, x, Policy())
                              : boost::math::gamma_p(shape_, x, Policy()));
    }
    const double slope = std::exp(log_density - value);
    return {value, upper_ ? -slope : slope};
  }
  /// Near the quantile of 2^-33.
  double start() const {
    const double u = node_distance(0);
    if (shape_ > 1.0) return std::log(boost::math::gamma_p_inv(shape_, u, Policy()));
    return (std::log(u) + log_factorial_) / shape_;
  }

 private:
  double shape_;
  bool upper_;
  double log_factorial_;
};

/// Lower tail of Beta(a, b) where the logit is y.
class BetaTail {
 public:
  BetaTail(double a, double b)
      : a_(a), b_(b), log_beta_(std::lgamma(a) + std::lgamma(b) - std::lgamma(a + b)) {}

  LogTail operator()(double y) const {
    const double x = 1.0 / (1.0 + std::exp(-y));
    const double rest = 1.0 / (1.0 + std::exp(y));
    double value = 0.0;
    if (x * (1.0 + a_ + b_) < kAsymptotic) {
      value = near_zero(a_, b_, y);
    } else if (rest * (1.0 + a_ + b_) < kAsymptotic) {
      value = log1m_exp(near_zero(b_, a_, -y));
    } else {
      value = std::log(y < 0.0 ? boost::math::ibeta(a_, b_, x, Policy())
                               : boost::math::ibetac(b_, a_, rest, Policy()));
    }
    return {value, std::exp(a_ * log_logistic(y) + b_ * log_logistic(-y) - log_beta_ - value)};
  }
  double start() const {
    const double u = node_distance(0);
    if (a_ > 1.0) {
      double rest = 0.0;
      const double x = boost::math::ibeta_inv(a_, b_, u, &rest, Policy());
      return std::log(x) - std::log(rest);
    }
    const double log_x = std::min(-1e-3, (std::log(u) + std::log(a_) + log_beta_) / a_);
    return log_x - log1m_exp(log_x);
  }

 private:
  static double log_logistic(double y) {
    return y < 0.0 ? y - std::log1p(std::exp(y)) : -std::log1p(std::exp(-y));
  }
  double near_zero(double a, double b, double y) const {
    const double log_x = log_logistic(y);
    return a * log_x - std::log(a) - log_beta_ +
           std::log1p(a * (1.0 - b) / (a + 1.0) * std::exp(log_x));
  }

  double a_;
  double b_;
  double log_beta_;
};

/// Newton's method for tail(y) = target: a tail's logarithm is nearly a line in its own end.
template <class Tail>
double solve(const Tail& tail, double target, double y, double& slope) {
  constexpr int kMaxSteps = 200;
  constexpr double kPrecision = 1e-11;
  constexpr double kLongestStep = 50.0;
  for (int step = 0; step < kMaxSteps; ++step) {
    const LogTail at = tail(y);
    const double move = (target - at.value) / at.slope;
    if (!std::isfinite(move)) break;
    slope = at.slope;
    y += std::clamp(move, -kLongestStep, kLongestStep);
    // The last move squared is what is left, and more than the interpolation can tell.
    if (std::fabs(move) < 1e-6 || std::fabs(move) < kPrecision * std::fabs(y)) return y;
  }
  throw NumericalError("quantile table: no quantile found");
}

void check_shape(double shape) {
  // Further out the quantiles are beyond double's or float's range, or all the same.
  if (!(shape >= 1e-4 && shape <= 1e7)) {
    throw ArgumentError("quantile table: a shape outside 1e-4 to 1e7");
  }
}

/// Nodes in the order `index` says, each from its neighbours' line.
template <class Node, class Tail>
std::vector<Node> follow(const Tail& tail, double start, bool downward) {
  std::vector<Node> nodes(QuantileTable::kCellsPerHalf);
  double y = start;
  double before = 0.0;
  double log_before = 0.0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const std::size_t j = downward ? nodes.size() - 1 - i : i;
    const double distance = node_distance(j);
    const double log_distance = std::log(distance);
    if (i > 0) {
      // Adams-Bashforth in log distance.
      const double last = nodes[downward ? j + 1 : j - 1].slope;
      const double bend = i > 1 ? 0.5 * (last - before) : 0.0;
      y += (log_distance - log_before) * (last + bend);
      before = last;
    }
    double slope = 0.0;
    y = solve(tail, log_distance, y, slope);
    nodes[j] = {y, 1.0 / slope};
    log_before = log_distance;
  }
  for (std::size_t j = 0; j < nodes.size(); ++j) nodes[j].slope /= node_distance(j);
  return nodes;
}

}  // namespace

QuantileTable::QuantileTable(Form form, const Nodes& lower, const Nodes& upper)
    : form_(form), cells_(std::size_t{2} * kCellsPerHalf) {
  std::size_t cell = 0;
  for (const Nodes* half : {&lower, &upper}) {
    for (std::size_t j = 0; j + 1 < half->size(); ++j, ++cell) {
      const Node& from = (*half)[j];
      const Node& to = (*half)[j + 1];
      const double width = node_distance(j + 1) - node_distance(j);
      const double rise = to.value - from.value;
      const double first = from.slope * width;
      const double last = to.slope * width;
      cells_[cell] = {{static_cast<float>(from.value), static_cast<float>(first),
                       static_cast<float>(3.0 * rise - 2.0 * first - last),
                       static_cast<float>(first + last - 2.0 * rise)}};
    }
    cells_[cell++] = {{static_cast<float>(half->back().value), 0.0F, 0.0F, 0.0F}};
  }
}

QuantileTable::Nodes QuantileTable::gamma_half(double shape, bool upper, double start) {
  return follow<Node>(GammaTail(shape, upper), start, upper);
}

QuantileTable::Nodes QuantileTable::beta_half(double a, double b) {
  const BetaTail tail(a, b);
  return follow<Node>(tail, tail.start(), false);
}

QuantileTable QuantileTable::log_gamma(double shape) {
  check_shape(shape);
  const Nodes lower = gamma_half(shape, false, GammaTail(shape, false).start());
  return {Form::kLog, lower, gamma_half(shape, true, lower.back().value)};
}

QuantileTable QuantileTable::gamma(double shape) {
  check_shape(shape);
  if (shape < 0.5) return log_gamma(shape);
  Nodes lower = gamma_half(shape, false, GammaTail(shape, false).start());
  Nodes upper = gamma_half(shape, true, lower.back().value);
  for (Nodes* half : {&lower, &upper}) {
    for (Node& node : *half) {
      node.value = std::exp(node.value);
      node.slope *= node.value;
    }
  }
  return {Form::kValue, lower, upper};
}

QuantileTable QuantileTable::logit_beta(double a, double b) {
  check_shape(a);
  check_shape(b);
  Nodes upper = beta_half(b, a);
  for (Node& node : upper) {
    node.value = -node.value;
    node.slope = -node.slope;
  }
  return {Form::kLogit, beta_half(a, b), upper};
}

}  // namespace tenure::simulator
