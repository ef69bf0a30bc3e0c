#include "pareto_integral.hpp"

#include <boost/math/quadrature/gauss.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace tenure::customers::detail {
namespace {

constexpr double kLongestPanel = 2.0;
constexpr double kLargestFall = 14.0;  // of the integrand's logarithm over a panel

using Rule = boost::math::quadrature::gauss<double, ParetoPanels::kNodes>;

}  // namespace

ParetoPanels::ParetoPanels(const ParetoHistory& history, double D)
    : h_(history), scale_(std::min(history.A, history.B)), last_(std::log1p(D / scale_)) {
  finished_ = !(D > 0);
}

double ParetoPanels::v_of(double y) const { return scale_ * std::expm1(y); }

ParetoNode ParetoPanels::node(double y) const {
  ParetoNode at{};
  at.v = v_of(y);
  at.log_a = scale_ == h_.A ? y : std::log1p(at.v / h_.A);
  at.log_b = scale_ == h_.B ? y : std::log1p(at.v / h_.B);
  at.weight = h_.s * (scale_ / h_.B) * std::exp(y - h_.rho * at.log_a - (h_.s + 1) * at.log_b);
  return at;
}

double ParetoPanels::density(double y) const { return node(y).weight; }

// A bound on the fall: the share v'(y) / (A + v) grows at most like e^y.
double ParetoPanels::slope(double y) const {
  const double grown = scale_ * std::exp(y);
  const double v = v_of(y);
  return h_.rho * grown / (h_.A + v) + (h_.s + 1) * grown / (h_.B + v) - 1;
}

void ParetoPanels::fill(double from, double to, std::array<ParetoNode, kNodes>& nodes) const {
  const double middle = (from + to) / 2;
  const double half = (to - from) / 2;
  const auto& abscissa = Rule::abscissa();
  const auto& weights = Rule::weights();
  std::size_t n = 0;
  const auto put = [&](double offset, double weight) {
    nodes[n] = node(middle + half * offset);
    nodes[n].weight *= half * weight;
    ++n;
  };
  put(0.0, weights[0]);
  for (std::size_t i = 1; i < abscissa.size(); ++i) {
    put(abscissa[i], weights[i]);
    put(-abscissa[i], weights[i]);
  }
}

bool ParetoPanels::next() {
  if (finished_) return false;
  begin_ = end_;
  const double width = std::min(kLongestPanel, std::log1p(kLargestFall / (slope(begin_) + 1)));
  end_ = begin_ + width;
  if (end_ >= last_) {
    end_ = last_;
    finished_ = true;
  }
  fill(begin_, end_, nodes_);
  sum_ = 0.0;
  for (const ParetoNode& at : nodes_) sum_ += at.weight;
  total_ += sum_;
  // Log-concave: once it falls, what is left is at most the integrand over its slope.
  const double falling = slope(end_);
  if (falling > 0.5 && density(end_) <= 1e-17 * falling * total_) finished_ = true;
  return true;
}

double ParetoPanels::partial(double y) const {
  std::array<ParetoNode, kNodes> nodes;
  fill(begin_, y, nodes);
  double sum = 0.0;
  for (const ParetoNode& at : nodes) sum += at.weight;
  return sum;
}

double pareto_integral(const ParetoHistory& history, double D) {
  ParetoPanels panels(history, D);
  double total = 0.0;
  while (panels.next()) total += panels.sum();
  return total;
}

double invert_pareto_integral(const ParetoHistory& history, double D, double share) {
  double left = share * pareto_integral(history, D);
  ParetoPanels panels(history, D);
  double last = 0.0;
  while (panels.next()) {
    last = panels.v_of(panels.end());
    if (left > panels.sum()) {
      left -= panels.sum();
      continue;
    }
    // Newton's method inside a bracket that always shrinks.
    double low = panels.begin();
    double high = panels.end();
    double y = low + (high - low) * left / panels.sum();
    for (int i = 0; i < 100; ++i) {
      const double excess = panels.partial(y) - left;
      (excess > 0 ? high : low) = y;
      const double step = excess / panels.density(y);
      double better = y - step;
      if (!(better > low && better < high)) better = (low + high) / 2;
      const bool close = std::abs(better - y) <= 1e-12 * y;
      y = better;
      if (close) break;
    }
    return std::min(panels.v_of(y), D);
  }
  return std::min(last, D);  // by rounding of the sums
}

double pareto_log_odds_left(const ParetoHistory& h, double D) {
  if (!(D > 0)) return -std::numeric_limits<double>::infinity();
  return std::log(pareto_integral(h, D)) + h.rho * std::log1p(D / h.A) + h.s * std::log1p(D / h.B);
}

}  // namespace tenure::customers::detail
