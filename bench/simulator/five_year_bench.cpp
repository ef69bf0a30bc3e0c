// Whole scenarios: five years, ten levers, budget, capacity, referral. Events are orders and
// contacts of the strategy and of the baseline beside it.
#include "five_year.hpp"

#include <tenure/simulator/engine.hpp>

#include <benchmark/benchmark.h>

#include <cstdint>

namespace {

using namespace tenure;
using namespace tenure::simulator;

constexpr std::uint64_t kCustomers = 10000;  // of the start; 114 thousand in all

void simulate_all(benchmark::State& state, const Scenario& scenario, int threads) {
  Execution execution;
  execution.threads = threads;
  std::uint64_t events = 0;
  for (auto _ : state) {
    const Outcome outcome = simulate(execution, scenario);
    events += outcome.events;
    ++execution.seed;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(events));
  const auto lives =
      static_cast<double>(state.iterations()) * static_cast<double>(scenario.population.customers);
  state.counters["events_per_first_customer"] = static_cast<double>(events) / lives;
}

void five_year(benchmark::State& state) {
  simulate_all(state, bench::five_year_scenario(kCustomers), 1);
}

/// Without the strategy's limits: its customers do not meet.
void five_year_free(benchmark::State& state) {
  Scenario scenario = bench::five_year_scenario(kCustomers);
  StrategySpec& strategy = scenario.strategies.front();
  strategy.phases.clear();
  strategy.stop_below = 0.0;
  strategy.redesign_below = 0.0;
  for (auto& lever : scenario.levers) {
    lever.capacity_per_week = 0.0;
    lever.referral = {};
  }
  simulate_all(state, scenario, 1);
}

void five_year_threads(benchmark::State& state) {
  // Two million in all: with few, a week is over before it is well shared out.
  simulate_all(state, bench::five_year_scenario(16 * kCustomers), static_cast<int>(state.range(0)));
}

BENCHMARK(five_year)->Name("five_year/tenure")->Unit(benchmark::kMillisecond);
BENCHMARK(five_year_free)->Name("five_year/no_limits")->Unit(benchmark::kMillisecond);
BENCHMARK(five_year_threads)
    ->Name("five_year/threads")
    ->Arg(1)
    ->Arg(2)
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
