#pragma once

#include <tenure/core/execution.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

/// Forecasts of a series by exponential smoothing with additive errors, trend and season, as
/// innovations state-space models (Hyndman, Koehler, Ord, Snyder 2008, Forecasting with
/// Exponential Smoothing: the State Space Approach; equations by its numbers).
namespace tenure::customers {

/// Observations that the simplest model needs.
inline constexpr std::size_t kShortestSeries = 5;

enum class Trend : std::uint8_t { kNone, kAdditive, kDamped };

/// One of the six additive models; Holt-Winters is kAdditive with a season.
struct SmoothingModel {
  Trend trend = Trend::kNone;
  std::size_t season = 0;  ///< periods a season has; 0: none
  friend bool operator==(const SmoothingModel&, const SmoothingModel&) = default;
};
/// E.g. "level", "trend", "damped trend + season 12".
std::string to_string(const SmoothingModel& model);

/// A fitted model. With e the one-step error, y = l + phi b + s + e (table 2.2, phi = 1 without
/// damping):  l' = l + phi b + alpha e,  b' = phi b + beta e,  s' = s + gamma e, where s is the
/// seasonal term of one season ago.
struct SmoothingFit {
  SmoothingModel model;
  double alpha = 0.0;          ///< 0 to 1
  double beta = 0.0;           ///< 0 to alpha; 0 without trend
  double gamma = 0.0;          ///< 0 to 1 - alpha; 0 without season
  double phi = 1.0;            ///< 0.8 to 0.98 where damped
  double initial_level = 0.0;  ///< before the first observation
  double initial_slope = 0.0;
  double level = 0.0;  ///< after the last observation
  double slope = 0.0;
  std::vector<double> seasonal;  ///< after the last observation; [0] is of the next period
  double sigma = 0.0;            ///< of a one-step error: sqrt(sum of squares / degrees of freedom)
  double sum_of_squares = 0.0;
  double aicc = 0.0;  ///< n ln(sum_of_squares / n) + 2 k + 2 k (k + 1) / (n - k - 1)
  std::size_t observations = 0;
  std::size_t degrees_of_freedom = 0;  ///< observations less smoothing parameters and first states
  /// (2 + season) x (estimated first states), row-major: F such that sigma^2 F F' is the covariance
  /// of the last state (level, slope, seasonal) that comes of not knowing the first.
  std::vector<double> state_factor;
  /// What it was fitted to. Emptied, forecasts take the smoothing parameters as known.
  std::vector<double> series;
};

/// Least squares of the one-step errors, which is maximum likelihood: first states are exact (the
/// errors are linear in them, section 14.2), smoothing parameters are searched in the ranges above.
/// @throws ArgumentError where a value is not finite, season is 1, or the series is too short: it
/// needs two whole seasons, and two observations more than parameters (level 5, trend 7, damped 8,
/// and season more with a season). NumericalError where the search does not settle.
SmoothingFit fit_smoothing(const Execution& execution, std::span<const double> series,
                           const SmoothingModel& model);

/// The model of the smallest AICc among level, trend and damped trend, without a season and, where
/// `season` > 1 and the series is long enough, with one.
/// @throws as fit_smoothing, for fewer than 5 observations.
SmoothingFit fit_best_smoothing(const Execution& execution, std::span<const double> series,
                                std::size_t season = 0);

/// Periods ahead: index 0 is the first after the series.
struct Forecast {
  std::vector<double> mean;
  /// With the parameters known: sqrt(sigma^2 (1 + sum over j < h of c_j^2) + variance from the
  /// first states), c_j = alpha + beta (phi + ... + phi^j) + gamma [j a multiple of season]
  /// (equation 6.1). Else the mean of that variance, and the mean square distance to `mean`, over
  /// the smoothing parameters given the series (flat over their ranges), by quadrature. The choice
  /// of the model is not in it.
  std::vector<double> standard_error;
  std::size_t degrees_of_freedom = 1;

  /// Prediction interval of period h (from 0): mean -+ Student's t x standard error.
  /// @throws ArgumentError unless h is below the horizon and 0 < level < 1.
  std::pair<double, double> interval(std::size_t h, double level) const;
};

Forecast forecast(const SmoothingFit& fit, std::size_t horizon);

struct BacktestOptions {
  std::size_t horizon = 1;
  std::size_t season = 0;  ///< as in fit_best_smoothing, and of the seasonal naive forecast
  /// Shortest part to learn from; 0: half the series, at least 8 observations and one season.
  std::size_t minimum_training = 0;
  std::size_t maximum_origins = 24;     ///< the latest ones; 0: all
  std::optional<SmoothingModel> model;  ///< empty: chosen afresh at every origin
};

/// Coverage is looked at for these levels.
inline constexpr std::array<double, 2> kBacktestLevels = {0.80, 0.95};

/// Forecasts from every origin, refitted there, held against what came.
struct Backtest {
  std::size_t origins = 0;
  std::size_t forecasts = 0;  ///< origins x horizon
  /// Mean absolute scaled error (Hyndman and Koehler 2006): errors over all horizons divided by the
  /// mean absolute one-step change in the origin's training part. Origins without any change are
  /// left out of `origins`.
  double mase = 0.0;
  double mase_naive = 0.0;                                ///< the last value, for ever
  std::optional<double> mase_seasonal_naive;              ///< the value of one season ago
  std::array<double, kBacktestLevels.size()> coverage{};  ///< share inside each level's interval
};

/// Empty where the series is too short for a single origin.
/// @throws ArgumentError where horizon is 0, and as fit_smoothing; Cancelled.
std::optional<Backtest> backtest(const Execution& execution, std::span<const double> series,
                                 const BacktestOptions& options);

}  // namespace tenure::customers
