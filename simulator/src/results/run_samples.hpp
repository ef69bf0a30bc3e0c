#pragma once

#include "results/samples.hpp"

#include <tenure/core/money.hpp>

#include <cstddef>

/// A strategy's figures by run, as ratios.
namespace tenure::simulator {

/// top(levered totals, baseline's totals) over bottom(likewise), in any unit.
template <class Top, class Bottom>
RatioSamples samples_of(const Outcome& outcome, std::size_t strategy, const Top& top,
                        const Bottom& bottom) {
  RatioSamples samples(outcome.parameter_draws, outcome.replications);
  for (std::size_t draw = 0; draw < outcome.parameter_draws; ++draw) {
    for (std::size_t r = 0; r < outcome.replications; ++r) {
      const Totals& levered = outcome.at(strategy, draw, r);
      const Totals& baseline = outcome.at(0, draw, r);
      samples.at(draw, r) = {top(levered, baseline), bottom(levered, baseline)};
    }
  }
  samples.finish();
  return samples;
}

/// Discounted margin less what customers cost to win.
inline Money margin_of(const Totals& totals) {
  return totals.discounted_margin - totals.discounted_acquisition_cost;
}
inline double gained(const Totals& levered, const Totals& baseline) {
  return to_units(margin_of(levered) - margin_of(baseline));
}
inline double spent(const Totals& levered, const Totals&) {
  return to_units(levered.discounted_cost);
}
inline double one(const Totals&, const Totals&) { return 1.0; }
inline double everybody(const Totals& levered, const Totals&) {
  return static_cast<double>(levered.customers);
}

/// Incremental margin over cost: the return, ROI + 1.
inline RatioSamples return_samples(const Outcome& outcome, std::size_t strategy) {
  return samples_of(outcome, strategy, gained, spent);
}
inline RatioSamples margin_samples(const Outcome& outcome, std::size_t strategy) {
  return samples_of(outcome, strategy, gained, one);
}
inline RatioSamples net_samples(const Outcome& outcome, std::size_t strategy) {
  const auto net = [](const Totals& levered, const Totals& baseline) {
    return gained(levered, baseline) - spent(levered, baseline);
  };
  return samples_of(outcome, strategy, net, one);
}

/// Parts of a figure's variance; `twin` is null where they were not simulated.
VarianceParts variance_parts(const RatioSamples& samples, const RatioSamples* twin, bool uncertain);

/// Ranks, probabilities of being the best and distances to it; nets of the strategies, the
/// baseline's being 0.
void rank_strategies(const Outcome& outcome, ReturnReport& report);

}  // namespace tenure::simulator
