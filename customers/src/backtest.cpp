#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/customers/forecast.hpp>

#include <algorithm>
#include <cmath>

namespace tenure::customers {
namespace {

// What one origin's forecasts were worth; sums over its horizon.
struct OriginScore {
  bool judged = false;
  double model = 0.0;  // absolute error / scale
  double naive = 0.0;
  double seasonal_naive = 0.0;
  std::array<std::uint64_t, kBacktestLevels.size()> covered{};
};

double mean_absolute_change(std::span<const double> series) {
  double sum = 0.0;
  for (std::size_t t = 1; t < series.size(); ++t) sum += std::abs(series[t] - series[t - 1]);
  return sum / static_cast<double>(series.size() - 1);
}

OriginScore score_origin(const Execution& execution, std::span<const double> series,
                         std::size_t origin, const BacktestOptions& options) {
  OriginScore score;
  const std::span<const double> past = series.first(origin);
  const double scale = mean_absolute_change(past);
  if (!(scale > 0.0)) return score;
  const SmoothingFit fit = options.model ? fit_smoothing(execution, past, *options.model)
                                         : fit_best_smoothing(execution, past, options.season);
  const Forecast ahead = forecast(fit, options.horizon);
  for (std::size_t h = 0; h < options.horizon; ++h) {
    const double actual = series[origin + h];
    score.model += std::abs(actual - ahead.mean[h]) / scale;
    score.naive += std::abs(actual - past.back()) / scale;
    if (options.season > 1) {
      const double then = past[origin - options.season + h % options.season];
      score.seasonal_naive += std::abs(actual - then) / scale;
    }
    for (std::size_t level = 0; level < kBacktestLevels.size(); ++level) {
      const auto [low, high] = ahead.interval(h, kBacktestLevels[level]);
      score.covered[level] += actual >= low && actual <= high ? 1U : 0U;
    }
  }
  score.judged = true;
  return score;
}

}  // namespace

std::optional<Backtest> backtest(const Execution& execution, std::span<const double> series,
                                 const BacktestOptions& options) {
  if (options.horizon == 0) throw ArgumentError("backtest: the horizon must be at least 1");
  std::size_t training = options.minimum_training;
  if (training == 0) training = std::max<std::size_t>(8, series.size() / 2);
  training = std::max({training, options.season, kShortestSeries});
  if (series.size() < training + options.horizon) return std::nullopt;
  if (options.maximum_origins > 0 && series.size() >= options.horizon + options.maximum_origins) {
    training = std::max(training, series.size() - options.horizon + 1 - options.maximum_origins);
  }
  std::vector<OriginScore> scores(series.size() - options.horizon - training + 1);
  parallel_for(execution, scores.size(), 1, [&](const Chunk& chunk) {
    scores[chunk.begin] = score_origin(execution, series, training + chunk.begin, options);
  });
  Backtest result;
  double seasonal_naive = 0.0;
  std::array<std::uint64_t, kBacktestLevels.size()> covered{};
  for (const OriginScore& score : scores) {
    if (!score.judged) continue;
    ++result.origins;
    result.mase += score.model;
    result.mase_naive += score.naive;
    seasonal_naive += score.seasonal_naive;
    for (std::size_t level = 0; level < covered.size(); ++level) {
      covered[level] += score.covered[level];
    }
  }
  if (result.origins == 0) return std::nullopt;
  result.forecasts = result.origins * options.horizon;
  const auto forecasts = static_cast<double>(result.forecasts);
  result.mase /= forecasts;
  result.mase_naive /= forecasts;
  if (options.season > 1) result.mase_seasonal_naive = seasonal_naive / forecasts;
  for (std::size_t level = 0; level < covered.size(); ++level) {
    result.coverage[level] = static_cast<double>(covered[level]) / forecasts;
  }
  return result;
}

}  // namespace tenure::customers
