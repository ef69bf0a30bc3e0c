#include "results/samples.hpp"

#include <algorithm>
#include <cmath>

namespace tenure::simulator {

namespace {

/// Variances and covariance of the means of top and bottom.
struct Error {
  double top = 0.0;
  double bottom = 0.0;
  double both = 0.0;
};

/// Limits of top / bottom where both means are normal (Fieller 1954); empty where the bottom could
/// be zero.
std::optional<Interval> fieller(const Pair& mean, const Error& error, double t) {
  const double a = mean.bottom * mean.bottom - t * t * error.bottom;
  const double b = mean.top * mean.bottom - t * t * error.both;
  const double c = mean.top * mean.top - t * t * error.top;
  if (!(a > 0.0)) return std::nullopt;
  const double root = std::sqrt(std::max(0.0, b * b - a * c));
  return Interval{(b - root) / a, (b + root) / a};
}

double mean_of_values(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

}  // namespace

double quantile(const std::vector<double>& sorted, double p) {
  const auto n = static_cast<double>(sorted.size());
  const double position = std::clamp(p * (n + 1.0), 1.0, n);
  const auto below = static_cast<std::size_t>(position);
  const double low = sorted[below - 1];
  if (below == sorted.size()) return low;
  return low + (position - static_cast<double>(below)) * (sorted[below] - low);
}

Interval central_interval(const std::vector<double>& sorted) {
  return {quantile(sorted, kTail), quantile(sorted, 1.0 - kTail)};
}

double variance_of(const std::vector<double>& values) {
  const double mean = mean_of_values(values);
  double sum = 0.0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / (static_cast<double>(values.size()) - 1.0);
}

double kept_deviation(double between, double within) {
  return between > 0.0 ? std::sqrt(std::max(0.0, 1.0 - within / between)) : 0.0;
}

RatioSamples::RatioSamples(std::size_t draws, std::size_t replications)
    : draws_(draws), replications_(replications), pairs_(draws * replications) {}

void RatioSamples::finish() {
  means_.assign(draws_, {0.0, 0.0});
  mean_ = {0.0, 0.0};
  const auto n = static_cast<double>(replications_);
  for (std::size_t draw = 0; draw < draws_; ++draw) {
    Pair& mean = means_[draw];
    for (std::size_t r = 0; r < replications_; ++r) {
      mean.top += at(draw, r).top;
      mean.bottom += at(draw, r).bottom;
    }
    mean = {mean.top / n, mean.bottom / n};
    mean_.top += mean.top;
    mean_.bottom += mean.bottom;
  }
  const auto draws = static_cast<double>(draws_);
  mean_ = {mean_.top / draws, mean_.bottom / draws};
}

bool RatioSamples::every_draw_divides() const {
  return std::all_of(means_.begin(), means_.end(), [](const Pair& p) { return p.bottom > 0.0; });
}

double RatioSamples::residual(std::size_t draw, std::size_t replication) const {
  const Pair& pair = at(draw, replication);
  return (pair.top - ratio_of(draw) * pair.bottom) / means_[draw].bottom;
}

double RatioSamples::variance_within() const {
  double sum = 0.0;
  for (std::size_t draw = 0; draw < draws_; ++draw) {
    for (std::size_t r = 0; r < replications_; ++r) {
      const double left = residual(draw, r);
      sum += left * left;
    }
  }
  return sum / (static_cast<double>(draws_) * (static_cast<double>(replications_) - 1.0) - taken_);
}

std::vector<double> RatioSamples::ratios() const {
  std::vector<double> values(draws_);
  for (std::size_t draw = 0; draw < draws_; ++draw) values[draw] = ratio_of(draw);
  return values;
}

double RatioSamples::noise_share() const {
  const double between = variance_of(ratios());
  const double noise = variance_within() / static_cast<double>(replications_);
  return noise < between ? noise / between : 1.0;
}

std::vector<double> RatioSamples::without_noise() const {
  std::vector<double> values = ratios();
  const double mean = mean_of_values(values);
  const double noise =
      replications_ > 1 ? variance_within() / static_cast<double>(replications_) : 0.0;
  const double kept = kept_deviation(variance_of(values), noise);
  for (double& value : values) value = ratio() + kept * (value - mean);
  return values;
}

std::optional<Interval> RatioSamples::monte_carlo() const {
  const double runs = static_cast<double>(pairs_.size());
  const double degrees = runs - static_cast<double>(draws_) - taken_;
  if (replications_ < 2 || !(degrees > 0.0)) return std::nullopt;
  Error error;
  for (std::size_t draw = 0; draw < draws_; ++draw) {
    for (std::size_t r = 0; r < replications_; ++r) {
      const double top = at(draw, r).top - means_[draw].top;
      const double bottom = at(draw, r).bottom - means_[draw].bottom;
      error.top += top * top / degrees / runs;
      error.bottom += bottom * bottom / degrees / runs;
      error.both += top * bottom / degrees / runs;
    }
  }
  return fieller(mean_, error, student_quantile(degrees));
}

Estimate RatioSamples::estimate(bool uncertain) const {
  Estimate result;
  result.value = ratio();
  result.mc_interval = monte_carlo();
  if (!uncertain) {
    result.interval = Interval{result.value, result.value};
  } else if (replications_ > 1 && every_draw_divides()) {
    std::vector<double> values = without_noise();
    std::sort(values.begin(), values.end());
    result.interval = central_interval(values);
  }
  return result;
}

}  // namespace tenure::simulator
