#pragma once

#include "backtest/week_effects.hpp"

#include <tenure/core/execution.hpp>
#include <tenure/customers/fit_report.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/customers/recency_frequency.hpp>
#include <tenure/simulator/backtest.hpp>

#include <cstddef>
#include <vector>

/// A lifetime model and the shop's effects, fitted to the same orders.
namespace tenure::simulator {

struct ShopFit {
  customers::FitReport model;
  customers::RecencyFrequency counts;  ///< what it was fitted to
  FittedEffects effects;
  std::vector<EffectsScore> scores;  ///< where the kind was to be chosen
  PredictedEffects predicted;        ///< of the calibration's and the holdout's weeks
};

/// Turns between the model, fitted on a clock that runs as the effects say, and the effects, given
/// what the model expects of each week: expectation maximisation with the weeks' multipliers at
/// their mode, until the parameters stand still.
ShopFit fit_shop(const Execution& execution, const customers::OrderHistory& history,
                 const customers::CalibrationSummary& summary, const BacktestOptions& options,
                 std::size_t holdout_weeks);

}  // namespace tenure::simulator
