#pragma once

#include <tenure/core/money.hpp>
#include <tenure/simulator/engine.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

/// Outcomes written by hand.
namespace tenure::simulator::test {

/// Incremental margin and cost of one strategy in one run.
struct RunSums {
  double margin = 0.0;
  double cost = 0.0;
};
/// By draw and replication.
using Runs = std::vector<std::vector<RunSums>>;

/// An outcome of strategies with those sums, ten customers a run; the baseline's margin is 1000
/// each time. Nothing is known by day, month or region.
inline Outcome outcome_of_all(const std::vector<Runs>& strategies, bool uncertain) {
  Outcome outcome;
  outcome.strategy_names = {"baseline"};
  outcome.customers = 10;
  outcome.horizon_days = 730.0;
  outcome.days = 1;
  outcome.months = 1;
  outcome.parameter_draws = static_cast<std::uint32_t>(strategies.front().size());
  outcome.replications = static_cast<std::uint32_t>(strategies.front().front().size());
  outcome.uncertain = uncertain;
  const auto add = [&](const RunSums& run) {
    Totals& totals = outcome.totals.emplace_back();
    totals.discounted_margin = to_money(1000.0 + run.margin);
    totals.discounted_cost = to_money(run.cost);
    totals.customers = 10;
  };
  const std::size_t runs = std::size_t{outcome.parameter_draws} * outcome.replications;
  for (std::size_t i = 0; i < runs; ++i) add({});
  for (const Runs& strategy : strategies) {
    outcome.strategy_names.push_back("strategy " + std::to_string(outcome.strategies()));
    for (const auto& draw : strategy) {
      for (const RunSums& run : draw) add(run);
    }
  }
  outcome.day_totals.resize(outcome.strategies());
  outcome.month_totals.resize(outcome.strategies());
  outcome.draw_flows.resize(outcome.strategies() * outcome.parameter_draws);
  outcome.batch_flows.resize(outcome.strategies() * kFlowBatches);
  return outcome;
}

inline Outcome outcome_of(const Runs& runs, bool uncertain) {
  return outcome_of_all({runs}, uncertain);
}

}  // namespace tenure::simulator::test
