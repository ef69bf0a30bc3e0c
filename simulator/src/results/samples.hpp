#pragma once

#include <tenure/simulator/intervals.hpp>
#include <tenure/simulator/roi.hpp>

#include <cstddef>
#include <optional>
#include <vector>

/// Ratios of sums over outer draws and replications, with both of their intervals.
namespace tenure::simulator {

/// Quantile of sorted values at position p (n + 1), so that few draws do not look too sure (type 6
/// of Hyndman and Fan 1996); the extremes where that lies outside.
double quantile(const std::vector<double>& sorted, double p);
Interval central_interval(const std::vector<double>& sorted);
/// sqrt(1 - within / between), or 0 where noise explains all: between = parameters + within.
double kept_deviation(double between, double within);
/// Variance of values about their mean, over n - 1.
double variance_of(const std::vector<double>& values);

/// Two values of one run.
struct Pair {
  double top = 0.0;
  double bottom = 1.0;
};

/// The ratio sum(top) / sum(bottom), by outer draw and replication.
class RatioSamples {
 public:
  RatioSamples(std::size_t draws, std::size_t replications);

  Pair& at(std::size_t draw, std::size_t replication) {
    return pairs_[draw * replications_ + replication];
  }
  const Pair& at(std::size_t draw, std::size_t replication) const {
    return pairs_[draw * replications_ + replication];
  }
  std::size_t draws() const { return draws_; }
  std::size_t replications() const { return replications_; }
  /// Degrees of freedom that a fitted coefficient has taken.
  void take_degrees(double taken) { taken_ = taken; }

  /// Call once all pairs are set, before what follows.
  void finish();
  Pair mean() const { return mean_; }
  Pair mean_of(std::size_t draw) const { return means_[draw]; }
  double ratio() const { return mean_.top / mean_.bottom; }
  double ratio_of(std::size_t draw) const { return means_[draw].top / means_[draw].bottom; }
  /// False where some draw's ratio would divide by zero.
  bool every_draw_divides() const;
  /// A run's deviation from its draw's ratio, to first order: (top - ratio bottom) / mean bottom.
  double residual(std::size_t draw, std::size_t replication) const;
  /// Mean over draws of the residuals' variance in a draw; needs two replications.
  double variance_within() const;
  /// Part of the variance of the draws' ratios that is noise of the replications, at most 1.
  double noise_share() const;
  /// The draws' ratios about the overall one with the noise of their replications taken out;
  /// sorted by nothing: in order of the draws.
  std::vector<double> without_noise() const;

  std::optional<Interval> monte_carlo() const;
  /// Whole estimate; `uncertain` where the draws differ.
  Estimate estimate(bool uncertain) const;

 private:
  std::vector<double> ratios() const;

  std::size_t draws_;
  std::size_t replications_;
  double taken_ = 0.0;
  std::vector<Pair> pairs_;
  std::vector<Pair> means_;
  Pair mean_;
};

}  // namespace tenure::simulator
