#include "backtest/shop_fit.hpp"

#include "backtest/shop_clock.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/lifetime_model.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace tenure::simulator {

namespace {

constexpr int kMaxTurns = 40;
constexpr double kStill = 1e-3;  // largest change of a parameter's logarithm between turns

FittedEffects choose_effects(const ShopWeeks& weeks, std::vector<EffectsScore>& scores) {
  std::vector<FittedEffects> tried;
  std::size_t best = 0;
  for (const ShopEffects kind : {ShopEffects::kNone, ShopEffects::kWeeks, ShopEffects::kLevel,
                                 ShopEffects::kSeason, ShopEffects::kSeasonLevel}) {
    const std::size_t length = weeks.orders.size();
    const bool season = kind == ShopEffects::kSeason || kind == ShopEffects::kSeasonLevel;
    if (season && length < kWeeksForSeason) continue;
    if (kind != ShopEffects::kNone && length < kWeeksForEffects) continue;
    tried.push_back(fit_effects(weeks, kind));
    const int parameters = effect_parameters(kind);
    const double likelihood = tried.back().log_likelihood;
    scores.push_back({kind, likelihood, parameters, 2.0 * parameters - 2.0 * likelihood});
    if (scores.back().aic < scores[best].aic) best = scores.size() - 1;
  }
  return tried[best];
}

/// Multipliers of the calibration's weeks from their logarithms: 0 where the shop was closed, one
/// on average over what was expected.
std::vector<double> clock_speeds(const ShopWeeks& weeks, const PredictedEffects& predicted) {
  std::vector<double> speeds(weeks.orders.size());
  double exposure = 0.0;
  double sped = 0.0;
  for (std::size_t w = 0; w < speeds.size(); ++w) {
    if (weeks.open[w] == 0) continue;
    speeds[w] = std::exp(predicted.mean[w]);
    exposure += weeks.exposure[w];
    sped += weeks.exposure[w] * speeds[w];
  }
  for (double& speed : speeds) speed *= exposure / sped;
  return speeds;
}

double largest_move(const customers::FitReport& from, const customers::FitReport& to) {
  double move = 0.0;
  for (std::size_t i = 0; i < to.estimates.size(); ++i) {
    move = std::max(move, std::fabs(std::log(to.estimates[i] / from.estimates[i])));
  }
  return move;
}

/// From the fit of the turn before; a prior that has taken part once stays.
customers::FitReport fit_again(const Execution& execution, const std::string& kind,
                               const customers::RecencyFrequency& counts,
                               const customers::FitReport& before) {
  customers::LifetimeFitOptions options;
  options.first_start = before.estimates;
  const bool held = !before.prior_reason.empty();
  options.prior = held ? customers::PriorUse::kAlways : customers::PriorUse::kWhereNeeded;
  customers::FitReport fit = customers::fit_lifetime(execution, kind, counts, options);
  if (held) fit.prior_reason = before.prior_reason;
  return fit;
}

void check_length(ShopEffects kind, std::size_t weeks) {
  const bool season = kind == ShopEffects::kSeason || kind == ShopEffects::kSeasonLevel;
  const std::size_t needed = season ? kWeeksForSeason : kWeeksForEffects;
  if (kind == ShopEffects::kNone || kind == ShopEffects::kAuto || weeks >= needed) return;
  throw ArgumentError("backtest: effects '" + std::string(to_string(kind)) + "' need " +
                      std::to_string(needed) + " weeks of calibration, there are " +
                      std::to_string(weeks));
}

}  // namespace

ShopFit fit_shop(const Execution& execution, const customers::OrderHistory& history,
                 const customers::CalibrationSummary& summary, const BacktestOptions& options,
                 std::size_t holdout_weeks) {
  const std::int32_t start = *std::min_element(summary.first_day.begin(), summary.first_day.end());
  const auto length = static_cast<std::size_t>(summary.end_day - start) / 7 + 1;
  check_length(options.effects, length);
  ShopFit fit;
  ShopClock clock(summary.end_day, length);
  fit.counts = counts_on(clock, history, summary);
  customers::LifetimeFitOptions first;
  first.prior = customers::PriorUse::kWhereNeeded;
  fit.model = customers::fit_lifetime(execution, options.model, fit.counts, first);
  if (options.effects == ShopEffects::kNone) return fit;
  for (int turn = 0;; ++turn) {
    const ShopWeeks weeks = shop_weeks(execution, clock, history, summary, fit.counts, fit.model);
    if (turn > 0) {
      fit.effects = fit_effects(weeks, fit.effects.kind, &fit.effects);
    } else if (options.effects == ShopEffects::kAuto) {
      fit.effects = choose_effects(weeks, fit.scores);
    } else {
      fit.effects = fit_effects(weeks, options.effects);
    }
    if (fit.effects.kind == ShopEffects::kNone) return fit;
    fit.predicted = predict_effects(weeks, fit.effects.scales, holdout_weeks);
    clock = ShopClock(summary.end_day, clock_speeds(weeks, fit.predicted));
    customers::RecencyFrequency counts = counts_on(clock, history, summary);
    customers::FitReport model = fit_again(execution, options.model, counts, fit.model);
    if (turn > 0 && largest_move(fit.model, model) < kStill) return fit;
    if (turn + 1 == kMaxTurns) {
      throw NumericalError("backtest: the model and the effects of weeks did not settle in " +
                           std::to_string(kMaxTurns) + " turns");
    }
    fit.counts = std::move(counts);
    fit.model = std::move(model);
  }
}

}  // namespace tenure::simulator
