// Customer lives without levers on one core: orders a second, the first of each customer included.
#include "scalar_lifetimes.hpp"

#include <benchmark/benchmark.h>
#include <engine/plain_lanes.hpp>

#include <cstdint>

namespace {

using namespace tenure::simulator;

constexpr std::uint32_t kCustomers = 1U << 18;
constexpr float kTwoYears = 730.0F;

/// About CDNOW: Fader, Hardie, Lee (2005), weeks.
PlainModel population() {
  PlainModel model;
  model.latents = beta_dropout_latents(0.24, 4.4, 0.79, 2.43, 7.0, {4.0, 15.0});
  model.spend = QuantileTable::gamma(6.0);
  return model;
}

template <class Simulate>
void lifetimes(benchmark::State& state, const Simulate& simulate) {
  const PlainModel model = population();
  PlainRun run{1, 0, kTwoYears};
  PlainSums sums(kTwoYears);
  for (auto _ : state) {
    simulate(model, run, sums);
    ++run.run;
  }
  std::int64_t orders = 0;
  for (const SlotSums& slot : sums.slots) orders += slot.orders;
  state.SetItemsProcessed(orders);
  const auto customers = static_cast<double>(kCustomers) * static_cast<double>(run.run);
  state.counters["orders_per_customer"] = static_cast<double>(orders) / customers;
  state.counters["alive"] = static_cast<double>(sums.active) / customers;
}

void lifetimes_scalar(benchmark::State& state) {
  lifetimes(state, [](const PlainModel& model, const PlainRun& run, PlainSums& sums) {
    tenure::bench::scalar_lifetimes(model, run, kCustomers, sums);
  });
}
void lifetimes_tenure(benchmark::State& state) {
  lifetimes(state, [](const PlainModel& model, const PlainRun& run, PlainSums& sums) {
    simulate_plain(model, run, 0, kCustomers, sums);
  });
}

/// Draws alone: what an event loop asks for when it makes several orders of a customer at once.
void order_draws(benchmark::State& state) {
  const QuantileTable spend = QuantileTable::gamma(6.0);
  OrderDraw draws[16];
  std::uint32_t customer = 0;
  for (auto _ : state) {
    draw_orders(1, 0, customer++, 0, spend, draws);
    benchmark::DoNotOptimize(draws);
  }
  state.SetItemsProcessed(state.iterations() * 16);
}
void quantile_tables(benchmark::State& state) {
  double r = 0.24;
  for (auto _ : state) {
    benchmark::DoNotOptimize(beta_dropout_latents(r, 4.4, 0.79, 2.43, 7.0, {4.0, 15.0}));
    r += 1e-6;
  }
}

BENCHMARK(lifetimes_scalar)->Name("lifetimes/scalar")->Unit(benchmark::kMillisecond);
BENCHMARK(lifetimes_tenure)->Name("lifetimes/tenure")->Unit(benchmark::kMillisecond);
BENCHMARK(order_draws)->Name("draws/16_orders");
BENCHMARK(quantile_tables)->Name("draws/latent_tables")->Unit(benchmark::kMillisecond);

}  // namespace
