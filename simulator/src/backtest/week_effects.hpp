#pragma once

#include "backtest/shop_clock.hpp"

#include <tenure/simulator/backtest.hpp>

#include <cstddef>
#include <vector>

/// Log multipliers of weeks as a Gaussian process: intercept, noise, a level, a season.
namespace tenure::simulator {

/// A kind of effects with its standard deviations estimated.
struct FittedEffects {
  ShopEffects kind = ShopEffects::kNone;
  EffectScales scales;
  double log_likelihood = 0.0;
};

/// Standard deviations by maximum (Laplace-approximated) likelihood of the weeks' orders, searched
/// from `start` where it is of the same kind.
FittedEffects fit_effects(const ShopWeeks& weeks, ShopEffects kind,
                          const FittedEffects* start = nullptr);

/// Log multipliers, given the orders of the calibration's weeks.
struct PredictedEffects {
  std::vector<double> mean;        ///< of the calibration's weeks, then of `ahead` weeks after it
  std::vector<double> covariance;  ///< ahead x ahead, row-major: of the weeks after it
};
PredictedEffects predict_effects(const ShopWeeks& weeks, const EffectScales& scales,
                                 std::size_t ahead);

int effect_parameters(ShopEffects kind) noexcept;

}  // namespace tenure::simulator
