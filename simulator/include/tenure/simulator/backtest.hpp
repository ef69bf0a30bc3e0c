#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/customers/fit_report.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// The simulator on real data: a model fitted to a log's first part, its customers simulated
/// through the rest, beside what they did. docs/BACKTEST.md has the equations.
namespace tenure::simulator {

/// What makes all customers together order more in one week than in another. Every kind but kNone
/// has independent noise by week.
enum class ShopEffects : std::uint8_t {
  kNone = 0,         ///< the plain model: weeks differ by chance alone
  kWeeks = 1,        ///< noise by week
  kLevel = 2,        ///< and a level that wanders and comes back within about half a year
  kSeason = 3,       ///< and a smooth season; needs kWeeksForSeason weeks of calibration
  kSeasonLevel = 4,  ///< both
  kAuto = 5,         ///< the one of these with the least AIC on the calibration's weeks
};
/// "none", "weeks", "level", "season", "season+level", "auto".
std::string_view to_string(ShopEffects effects) noexcept;
/// @throws ArgumentError for another word.
ShopEffects shop_effects(std::string_view name);

inline constexpr std::size_t kWeeksForEffects = 12;
inline constexpr std::size_t kWeeksForSeason = 56;

struct BacktestOptions {
  std::string model = "bg-nbd";      ///< bg-nbd or mbg-nbd; pareto-nbd with ShopEffects::kNone
  std::int64_t calibration_end = 0;  ///< last day the model sees, inclusive; days since 1970-01-01
  std::optional<std::int64_t> cohort_start{};  ///< as OrderHistoryOptions::cohort_start
  std::size_t weeks = 0;                       ///< of the holdout at most; 0: to the log's end
  double days_per_unit = 7.0;                  ///< time unit of the parameters
  ShopEffects effects = ShopEffects::kAuto;
  std::uint32_t replications = 400;      ///< at the estimates: agreement with the closed form
  std::uint32_t parameter_draws = 1000;  ///< for the band, one run each; 100 or more
};

/// How well the calibration's weeks speak for a kind of effects.
struct EffectsScore {
  ShopEffects effects = ShopEffects::kNone;
  double log_likelihood = 0.0;  ///< of the weeks' orders, effects integrated out (Laplace)
  int parameters = 0;           ///< standard deviations estimated
  double aic = 0.0;
};

/// Standard deviations of the logarithm of a week's multiplier.
struct EffectScales {
  double week = 0.0;
  double level = 0.0;
  double season = 0.0;
};

/// Orders in some part of the holdout of the customers known at the calibration's end.
struct BacktestCount {
  std::uint64_t actual = 0;
  double expected = 0.0;           ///< closed form at the estimates and mean multipliers
  double simulated = 0.0;          ///< mean over replications at the same
  double monte_carlo_error = 0.0;  ///< standard error of `simulated`
  double mean = 0.0;               ///< over parameter draws
  double low = 0.0;                ///< 2.5 % and 97.5 % over parameter draws
  double high = 0.0;
  bool inside() const noexcept {
    const auto count = static_cast<double>(actual);
    return low <= count && count <= high;
  }
};

struct BacktestWeek : BacktestCount {
  std::int32_t until = 0;   ///< last day
  double multiplier = 1.0;  ///< mean of the week's effect
};

/// Hotelling's T^2 of the weeks' simulated means against the closed form, as F.
struct Agreement {
  double statistic = 0.0;
  int numerator = 0;  ///< degrees of freedom: weeks with any variance
  int denominator = 0;
  double p_value = 1.0;
  double total_z = 0.0;  ///< the total's difference in standard errors
};

struct BacktestReport {
  /// Of (x, t_x, T) on the shop's clock, which runs as fast as the effects say; calendar time under
  /// kNone.
  customers::FitReport fit;
  std::int32_t calibration_start = 0;  ///< day of the first order
  std::int32_t calibration_end = 0;
  std::int32_t holdout_end = 0;
  std::size_t calibration_weeks = 0;
  ShopEffects effects = ShopEffects::kNone;  ///< never kAuto
  EffectScales scales;
  std::vector<EffectsScore> scores;  ///< what kAuto chose from; empty where a kind was asked for
  std::vector<BacktestWeek> weeks;
  BacktestCount total;
  std::size_t weeks_inside = 0;
  double mean_band_width = 0.0;  ///< of the weeks' bands, orders
  /// Mean over weeks of the band's width + 40 x the distance by which a count lies outside
  /// (interval score of Gneiting, Raftery 2007): the less the better, in any comparison on the same
  /// weeks.
  double interval_score = 0.0;
  Agreement agreement;
};

/// Fits to the orders until calibration_end, as the log stood on that evening, simulates the
/// customers known then from their exact posteriors, and counts what they did by week. Nothing
/// after calibration_end takes part in any choice or estimate. The fit is one with
/// customers::PriorUse::kWhereNeeded.
/// @throws ArgumentError (options; events without times; a calibration end outside the log; no
/// whole week after it; too short a calibration for the effects asked for), NumericalError (the fit
/// finds no maximum), Cancelled.
BacktestReport backtest(const Execution& execution, const EventTable& events,
                        const BacktestOptions& options);

}  // namespace tenure::simulator
