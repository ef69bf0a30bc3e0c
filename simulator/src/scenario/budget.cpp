#include "scenario/budget.hpp"

#include <tenure/simulator/engine.hpp>

#include <algorithm>

namespace tenure::simulator {

namespace {

Money fixed_cost(const CostSpec& cost, const PhaseSpec& phase, double horizon_days) {
  Money fixed = phase.from_day <= 0.0 ? to_money(cost.build) : 0;
  const double end = std::min(phase.to_day, horizon_days);
  for (std::size_t month = 0; month_start(month) < end; ++month) {
    if (month_start(month) >= phase.from_day) fixed += to_money(cost.monthly);
  }
  return fixed;
}

}  // namespace

double month_start(std::size_t month) { return static_cast<double>(month) * kDaysPerMonth; }

std::vector<Pot> pots_of(const StrategySpec& strategy, std::size_t phase,
                         const std::vector<LeverSpec>& levers, double horizon_days) {
  const PhaseSpec& spec = strategy.phases[phase];
  std::vector<Pot> pots(spec.shares.size() + 1);
  const Money budget = to_money(spec.budget);
  pots.back().amount = budget;
  for (std::size_t i = 0; i < spec.shares.size(); ++i) {
    pots[i].amount =
        std::min(pots.back().amount,
                 static_cast<Money>(static_cast<double>(budget) * spec.shares[i].second + 0.5));
    pots.back().amount -= pots[i].amount;
  }
  for (std::size_t position = 0; position < strategy.levers.size(); ++position) {
    const std::size_t lever = strategy.levers[position];
    const auto it = std::find_if(spec.shares.begin(), spec.shares.end(),
                                 [&](const auto& share) { return share.first == lever; });
    Pot& pot = pots[static_cast<std::size_t>(it - spec.shares.begin())];
    pot.levers.push_back(position);
    pot.fixed += fixed_cost(levers[lever].cost, spec, horizon_days);
  }
  return pots;
}

}  // namespace tenure::simulator
