#include <tenure/core/money.hpp>
#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/expectation.hpp>
#include <tenure/simulator/roi.hpp>
#include <tenure/simulator/scenario.hpp>

#include <benchmark/benchmark.h>

#include <algorithm>
#include <filesystem>
#include <vector>

// What common random numbers and control variates are worth: counters are ratios of variances at
// equal work, one for each strategy. Items are simulated events.
namespace {

using namespace tenure;
using namespace tenure::simulator;

constexpr std::uint64_t kCustomers = 3000;
constexpr std::uint32_t kReplications = 60;

/// The five-year scenario, made small, at its stated parameters.
Scenario five_years() {
  const auto path =
      std::filesystem::path(TENURE_SOURCE_DIR) / "datasets/scenarios/cross-border-5y.toml";
  Scenario scenario = read_scenario(path.string());
  const double part =
      static_cast<double>(kCustomers) / static_cast<double>(scenario.population.customers);
  scenario.population.customers = kCustomers;
  for (AcquisitionSpec& entry : scenario.population.acquisition) entry.per_month *= part;
  for (LeverSpec& lever : scenario.levers) {
    if (lever.capacity_per_week > 0.0) {
      lever.capacity_per_week = std::max(1.0, lever.capacity_per_week * part);
    }
    lever.cost.build *= part;
    lever.cost.monthly *= part;
  }
  for (StrategySpec& strategy : scenario.strategies) {
    for (PhaseSpec& phase : strategy.phases) phase.budget *= part;
  }
  scenario.parameter_draws = 1;
  scenario.replications = kReplications;
  return scenario;
}

Outcome run(const Scenario& scenario, std::uint64_t seed) {
  Execution execution;
  execution.seed = seed;
  return simulate(execution, scenario);
}

double variance(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0.0;
  for (const double value : values) mean += value / n;
  double sum = 0.0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return sum / (n - 1.0);
}

double margin(const Outcome& outcome, std::size_t strategy, std::size_t replication) {
  const Totals& totals = outcome.at(strategy, 0, replication);
  return to_units(totals.discounted_margin - totals.discounted_acquisition_cost);
}

/// Of incremental margin by replication, against the baseline of another outcome or of its own.
double variance_of_gain(const Outcome& outcome, std::size_t strategy, const Outcome& baseline) {
  std::vector<double> gains;
  for (std::size_t r = 0; r < kReplications; ++r) {
    gains.push_back(margin(outcome, strategy, r) - margin(baseline, 0, r));
  }
  return variance(gains);
}

/// Variance of incremental margin with a baseline of its own seed, over that on the same draws.
void common_random_numbers(benchmark::State& state) {
  const Scenario scenario = five_years();
  std::int64_t events = 0;
  for (auto _ : state) {
    const Outcome one = run(scenario, 1);
    const Outcome other = run(scenario, 2);
    events += static_cast<std::int64_t>(one.events + other.events);
    for (std::size_t s = 1; s < one.strategies(); ++s) {
      const double paired = variance_of_gain(one, s, one) + variance_of_gain(other, s, other);
      const double independent = variance_of_gain(one, s, other) + variance_of_gain(other, s, one);
      state.counters[one.strategy_names[s]] = independent / paired;
    }
  }
  state.SetItemsProcessed(events);
}

/// Variance of lifetime value without the control variate, over that with it.
void control_variate(benchmark::State& state) {
  const Scenario scenario = five_years();
  std::int64_t events = 0;
  for (auto _ : state) {
    const Outcome outcome = run(scenario, 1);
    Execution execution;
    execution.seed = 1;
    const auto expected = expected_baseline_margins(execution, scenario);
    events += static_cast<std::int64_t>(outcome.events);
    for (const StrategyReturn& strategy : assess_returns(outcome, {expected}).strategies) {
      state.counters[strategy.name] = strategy.control_gain.value_or(0.0);
    }
  }
  state.SetItemsProcessed(events);
}

BENCHMARK(common_random_numbers)
    ->Name("variance/common_random_numbers")
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(control_variate)
    ->Name("variance/control_variate")
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
