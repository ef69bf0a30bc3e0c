#include "results/payback.hpp"
#include "results/run_samples.hpp"

#include <tenure/core/error.hpp>
#include <tenure/simulator/roi.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace tenure::simulator {

namespace {

/// Degrees of freedom under which the control variate's coefficient is 1 and not fitted.
constexpr double kLeastDegrees = 8.0;

/// `samples` with beta (baseline's margin - its expectation) taken off the tops, where beta is that
/// of least squares within draws (Glasserman 2003, section 4.1). Both have mean zero at the
/// parameters of their draw, so nothing is biased but by the fit of beta.
RatioSamples controlled(const Outcome& outcome, const RatioSamples& samples,
                        std::span<const double> expected) {
  RatioSamples control(samples.draws(), samples.replications());
  for (std::size_t draw = 0; draw < samples.draws(); ++draw) {
    for (std::size_t r = 0; r < samples.replications(); ++r) {
      control.at(draw, r).top = to_units(outcome.at(0, draw, r).discounted_margin) -
                                expected[draw * samples.replications() + r];
    }
  }
  control.finish();
  const double degrees =
      static_cast<double>(samples.draws()) * (static_cast<double>(samples.replications()) - 1.0);
  const bool fitted = degrees >= kLeastDegrees;
  double both = 0.0;
  double squares = 0.0;
  for (std::size_t draw = 0; fitted && draw < samples.draws(); ++draw) {
    for (std::size_t r = 0; r < samples.replications(); ++r) {
      const double left = control.residual(draw, r);
      both += left * samples.residual(draw, r) * samples.mean_of(draw).bottom;
      squares += left * left;
    }
  }
  const double beta = fitted ? (squares > 0.0 ? both / squares : 0.0) : 1.0;
  RatioSamples result = samples;
  for (std::size_t draw = 0; draw < samples.draws(); ++draw) {
    for (std::size_t r = 0; r < samples.replications(); ++r) {
      result.at(draw, r).top -= beta * control.at(draw, r).top;
    }
  }
  if (fitted) result.take_degrees(1.0);
  result.finish();
  return result;
}

void add_lifetime_value(const Outcome& outcome, std::size_t strategy,
                        std::span<const double> expected, StrategyReturn& result) {
  const auto margin = [](const Totals& levered, const Totals&) {
    return to_units(levered.discounted_margin);
  };
  const RatioSamples plain = samples_of(outcome, strategy, margin, everybody);
  result.lifetime_value = plain.estimate(outcome.uncertain);
  if (strategy == 0 || expected.empty()) return;
  const RatioSamples sharper = controlled(outcome, plain, expected);
  result.lifetime_value = sharper.estimate(outcome.uncertain);
  if (outcome.replications < 2) return;
  const double left = sharper.variance_within();
  if (left > 0.0) result.control_gain = plain.variance_within() / left;
}

void add_shares(const Outcome& outcome, std::size_t strategy, StrategyReturn& result) {
  const auto repurchased = [](const Totals& levered, const Totals&) {
    return static_cast<double>(levered.repurchased);
  };
  result.repurchase_rate =
      samples_of(outcome, strategy, repurchased, everybody).estimate(outcome.uncertain);
  if (!outcome.new_customers || outcome.horizon_days < kRetentionWindowDays) return;
  const auto followed = [](const Totals& levered, const Totals&) {
    return static_cast<double>(levered.followed);
  };
  std::array<Estimate, kRetentionDays.size()> retention;
  for (std::size_t i = 0; i < kRetentionDays.size(); ++i) {
    const auto retained = [i](const Totals& levered, const Totals&) {
      return static_cast<double>(levered.retained[i]);
    };
    const RatioSamples samples = samples_of(outcome, strategy, retained, followed);
    if (!(samples.mean().bottom > 0.0)) return;
    retention[i] = samples.estimate(outcome.uncertain);
  }
  result.retention = retention;
}

void add_lever_costs(const Outcome& outcome, std::size_t strategy, StrategyReturn& result) {
  const std::size_t levers = outcome.lever_names.size();
  const std::size_t runs = outcome.runs();
  result.lever_costs.assign(levers, 0.0);
  if (outcome.lever_totals.size() != outcome.totals.size() * levers) return;
  for (std::size_t i = 0; i < runs * levers; ++i) {
    const Money cost = outcome.lever_totals[strategy * runs * levers + i].cost;
    result.lever_costs[i % levers] += to_units(cost) / static_cast<double>(runs);
  }
}

StrategyReturn summarise(const Outcome& outcome, std::size_t strategy,
                         std::span<const double> expected) {
  Totals sum;
  for (std::size_t draw = 0; draw < outcome.parameter_draws; ++draw) {
    for (std::size_t r = 0; r < outcome.replications; ++r) sum += outcome.at(strategy, draw, r);
  }
  const auto runs = static_cast<double>(outcome.runs());
  StrategyReturn result;
  result.name = outcome.strategy_names[strategy];
  result.orders = static_cast<double>(sum.orders) / runs;
  result.contacts = static_cast<double>(sum.contacts) / runs;
  result.redemptions = static_cast<double>(sum.redemptions) / runs;
  result.revenue = to_units(sum.revenue) / runs;
  result.margin = to_units(sum.discounted_margin) / runs;
  result.acquisition_cost = to_units(sum.discounted_acquisition_cost) / runs;
  result.customers = static_cast<double>(sum.customers) / runs;
  result.returns = static_cast<double>(sum.returns) / runs;
  result.complaints = static_cast<double>(sum.complaints) / runs;
  result.stopped = static_cast<double>(sum.stopped) / runs;
  result.redesign = static_cast<double>(sum.redesign) / runs;
  add_lever_costs(outcome, strategy, result);
  result.cost = samples_of(outcome, strategy, spent, one).estimate(outcome.uncertain);
  add_lifetime_value(outcome, strategy, expected, result);
  add_shares(outcome, strategy, result);
  return result;
}

Estimate less_one(Estimate estimate) {
  const auto shift = [](std::optional<Interval>& interval) {
    if (interval) interval = Interval{interval->low - 1.0, interval->high - 1.0};
  };
  estimate.value -= 1.0;
  shift(estimate.interval);
  shift(estimate.mc_interval);
  return estimate;
}

/// Share of the draws whose return is over 1; whose net is over 0 where some draw costs nothing.
Estimate probability_positive(const Outcome& outcome, const RatioSamples& returns,
                              const RatioSamples& nets) {
  Estimate result;
  if (!outcome.uncertain) {
    result.value = nets.ratio() > 0.0 ? 1.0 : 0.0;
    return result;
  }
  const bool by_return = returns.every_draw_divides();
  const std::vector<double> values = by_return ? returns.without_noise() : nets.without_noise();
  const double least = by_return ? 1.0 : 0.0;
  const auto over =
      std::count_if(values.begin(), values.end(), [least](double value) { return value > least; });
  const auto draws = static_cast<double>(values.size());
  result.value = static_cast<double>(over) / draws;
  result.mc_interval = wilson_limits(result.value, draws);
  return result;
}

void add_returns(const Outcome& outcome, std::size_t strategy, const Outcome* twins,
                 StrategyReturn& result) {
  const RatioSamples margins = margin_samples(outcome, strategy);
  const RatioSamples returns = return_samples(outcome, strategy);
  const RatioSamples nets = net_samples(outcome, strategy);
  result.incremental_margin = margins.estimate(outcome.uncertain);
  result.net = nets.estimate(outcome.uncertain);
  if (returns.mean().bottom > 0.0) result.roi = less_one(returns.estimate(outcome.uncertain));
  result.probability_positive = probability_positive(outcome, returns, nets);
  result.payback = payback_of(outcome, strategy);
  if (outcome.replications < 2) return;
  std::optional<RatioSamples> twin;
  if (twins != nullptr) twin = margin_samples(*twins, strategy);
  result.incremental_margin_variance =
      variance_parts(margins, twin ? &*twin : nullptr, outcome.uncertain);
  if (!returns.every_draw_divides()) return;
  if (outcome.uncertain) result.noise_share = returns.noise_share();
  if (twins != nullptr) twin = return_samples(*twins, strategy);
  if (twin && !twin->every_draw_divides()) return;
  result.roi_variance = variance_parts(returns, twin ? &*twin : nullptr, outcome.uncertain);
}

void check(const Outcome& outcome) {
  const std::size_t strategies = outcome.strategies();
  const std::size_t cells = strategies * outcome.runs();
  if (cells == 0 || outcome.customers == 0 || outcome.totals.size() != cells ||
      outcome.day_totals.size() != strategies * outcome.days ||
      outcome.draw_flows.size() != strategies * outcome.parameter_draws * outcome.months ||
      outcome.batch_flows.size() != strategies * kFlowBatches * outcome.months) {
    throw ArgumentError(
        "outcome: its sums do not fit its numbers of strategies, draws, months and days");
  }
  const bool empty = std::any_of(outcome.totals.begin(), outcome.totals.end(),
                                 [](const Totals& totals) { return totals.customers <= 0; });
  if (empty) throw ArgumentError("outcome: a run without customers");
}

void check(const Outcome& outcome, const ReturnInputs& inputs) {
  if (!inputs.baseline_margins.empty() && inputs.baseline_margins.size() != outcome.runs()) {
    throw ArgumentError("outcome: one expectation of the baseline's margin is needed a run");
  }
  const Outcome* twin = inputs.other_luck;
  if (twin == nullptr) return;
  check(*twin);
  if (twin->strategy_names != outcome.strategy_names ||
      twin->parameter_draws != outcome.parameter_draws ||
      twin->replications != outcome.replications) {
    throw ArgumentError("outcome: the runs with other luck are of another simulation");
  }
}

}  // namespace

ReturnReport assess_returns(const Outcome& outcome, const ReturnInputs& inputs) {
  check(outcome);
  check(outcome, inputs);
  ReturnReport report;
  report.baseline = summarise(outcome, 0, {});
  for (std::size_t strategy = 1; strategy < outcome.strategies(); ++strategy) {
    StrategyReturn result = summarise(outcome, strategy, inputs.baseline_margins);
    add_returns(outcome, strategy, inputs.other_luck, result);
    report.strategies.push_back(std::move(result));
  }
  if (!report.strategies.empty()) rank_strategies(outcome, report);
  if (!inputs.baseline_margins.empty()) {
    double margin = 0.0;
    for (const double expected : inputs.baseline_margins) margin += expected;
    const double runs = static_cast<double>(inputs.baseline_margins.size());
    report.expected_lifetime_value = margin / runs / report.baseline.customers;
  }
  return report;
}

std::vector<double> roi_by_draw(const Outcome& outcome, std::size_t strategy) {
  if (strategy == 0 || strategy >= outcome.strategies()) {
    throw ArgumentError("return by draw: there is no such strategy");
  }
  const RatioSamples samples = return_samples(outcome, strategy);
  std::vector<double> returns;
  if (!samples.every_draw_divides()) return returns;
  for (std::size_t draw = 0; draw < samples.draws(); ++draw) {
    returns.push_back(samples.ratio_of(draw) - 1.0);
  }
  return returns;
}

}  // namespace tenure::simulator
