#include "scenario/budget.hpp"
#include "scenario/scenario_parts.hpp"

#include <tenure/core/money.hpp>

#include <algorithm>
#include <cmath>

namespace tenure::simulator {

namespace {

std::size_t lever_named(const ConfigTable& table, const std::string& key, const std::string& name,
                        const std::string& strategy, const std::vector<LeverSpec>& levers) {
  const auto it = std::find_if(levers.begin(), levers.end(),
                               [&](const LeverSpec& lever) { return lever.name == name; });
  if (it == levers.end()) {
    table.fail(key, "strategy '" + strategy + "' names the unknown lever '" + name + "'");
  }
  return static_cast<std::size_t>(it - levers.begin());
}

std::vector<std::size_t> read_lever_list(const ConfigTable& table, const std::string& key,
                                         const std::string& strategy,
                                         const std::vector<LeverSpec>& levers) {
  std::vector<std::size_t> list;
  for (const std::string& name : table.texts_or_empty(key)) {
    const std::size_t index = lever_named(table, key, name, strategy, levers);
    if (std::count(list.begin(), list.end(), index) > 0) {
      table.fail(key, "strategy '" + strategy + "' names the lever '" + name + "' twice");
    }
    list.push_back(index);
  }
  return list;
}

/// Levers named in `priority` first, in that order.
std::vector<std::size_t> by_priority(const ConfigTable& table, const std::string& strategy,
                                     const std::vector<std::size_t>& levers,
                                     const std::vector<LeverSpec>& specs) {
  std::vector<std::size_t> order = read_lever_list(table, "priority", strategy, specs);
  for (const std::size_t lever : order) {
    if (std::count(levers.begin(), levers.end(), lever) == 0) {
      table.fail("priority", "'" + specs[lever].name + "' is not a lever of the strategy");
    }
  }
  for (const std::size_t lever : levers) {
    if (std::count(order.begin(), order.end(), lever) == 0) order.push_back(lever);
  }
  return order;
}

PhaseSpec read_phase(const ConfigTable& table, const StrategySpec& strategy,
                     const std::vector<LeverSpec>& levers) {
  PhaseSpec phase;
  phase.from_day = table.real_or("from_day", 0.0, kDaysOrZeroRange);
  phase.to_day = table.real_or("to_day", kForever, kDaysOrForeverRange);
  if (phase.to_day <= phase.from_day) table.fail("to_day", "'to_day' is not after from_day");
  if (!strategy.phases.empty() && phase.from_day < strategy.phases.back().to_day) {
    table.fail("from_day", "the phase begins before the one before it has ended");
  }
  phase.budget = table.real("budget", {0.0, 1e12, true, false});
  double given = 0.0;
  if (const auto shares = table.table_if("shares")) {
    for (const std::size_t lever : strategy.levers) {
      const std::string& name = levers[lever].name;
      if (!shares->has(name)) continue;
      phase.shares.emplace_back(lever, shares->real(name, kProbability));
      given += phase.shares.back().second;
    }
    if (given > 1.0 + 1e-9) table.fail("shares", "the shares add up to more than 1");
  }
  return phase;
}

void check_members(const ConfigTable& table, const StrategySpec& strategy,
                   const std::vector<LeverSpec>& levers) {
  for (const std::size_t lever : strategy.levers) {
    const std::string& group = levers[lever].members_of;
    const bool there =
        group.empty() || std::any_of(strategy.levers.begin(), strategy.levers.end(),
                                     [&](std::size_t i) { return levers[i].name == group; });
    if (!there) {
      table.fail("levers", "lever '" + levers[lever].name + "' is for members of '" + group +
                               "', which strategy '" + strategy.name + "' does not have");
    }
  }
}

void check_rate(const ConfigTable& table, const StrategySpec& strategy,
                const std::vector<LeverSpec>& levers) {
  double lost = 0.0;
  for (const std::size_t lever : strategy.levers) {
    double least = levers[lever].effect.rate;
    for (const LevelSpec& level : levers[lever].levels) {
      least = std::min(least, levers[lever].effect.rate + level.rate - 1.0);
    }
    lost += std::max(0.0, 1.0 - least);
  }
  if (lost > 1.0) {
    table.fail("levers", "the levers of strategy '" + strategy.name +
                             "' together could make the order rate negative");
  }
}

/// What a budget must know of its levers: the most a contact can cost, and fixed costs that fit.
void check_budget(const ConfigTable& table, const StrategySpec& strategy,
                  const std::vector<LeverSpec>& levers, double horizon_days) {
  const std::vector<ConfigTable> phases = table.tables("phase");
  for (std::size_t i = 0; i < strategy.phases.size(); ++i) {
    const ConfigTable& where = phases.empty() ? table : phases[i];
    for (const std::size_t lever : strategy.levers) {
      const CostSpec& cost = levers[lever].cost;
      if (cost.redemption_share > 0.0 && !std::isfinite(cost.redemption_max)) {
        where.fail("budget", "a budget needs cost.redemption_max of lever '" + levers[lever].name +
                                 "' beside redemption_share");
      }
    }
    for (const Pot& pot : pots_of(strategy, i, levers, horizon_days)) {
      if (pot.fixed > pot.amount) {
        where.fail("budget", "the budget of " + std::to_string(to_units(pot.amount)) +
                                 " does not cover the build and monthly costs of its levers, " +
                                 std::to_string(to_units(pot.fixed)));
      }
    }
  }
}

StrategySpec read_strategy(const ConfigTable& table, const std::vector<LeverSpec>& levers,
                           double horizon_days) {
  StrategySpec strategy;
  strategy.name = table.text("name");
  if (strategy.name == "baseline") {
    table.fail("name", "'baseline' is the strategy without levers: it is always there");
  }
  const auto named = read_lever_list(table, "levers", strategy.name, levers);
  if (named.empty()) {
    table.fail("levers", "strategy '" + strategy.name + "' has no levers: that is the baseline");
  }
  if (named.size() > kMaxStrategyLevers) {
    table.fail("levers",
               "a strategy holds at most " + std::to_string(kMaxStrategyLevers) + " levers");
  }
  strategy.levers = by_priority(table, strategy.name, named, levers);
  check_members(table, strategy, levers);
  check_rate(table, strategy, levers);
  for (const ConfigTable& phase : table.tables("phase")) {
    strategy.phases.push_back(read_phase(phase, strategy, levers));
  }
  if (table.has("budget")) {
    if (!strategy.phases.empty()) table.fail("budget", "give 'budget' or phases, not both");
    PhaseSpec whole;
    whole.budget = table.real("budget", {0.0, 1e12, true, false});
    strategy.phases.push_back(whole);
  }
  check_budget(table, strategy, levers, horizon_days);
  strategy.stop_below = table.real_or("stop_below", 0.0, {0.0, 100.0, false, false});
  strategy.redesign_below = table.real_or("redesign_below", 0.0, {0.0, 100.0, false, false});
  strategy.judge_after_days = table.real_or("judge_after_days", 365.0, kDaysOrZeroRange);
  if (table.has("judge_after_days") && strategy.stop_below == 0.0 &&
      strategy.redesign_below == 0.0) {
    table.fail("judge_after_days", "'judge_after_days' needs stop_below or redesign_below");
  }
  return strategy;
}

bool same(const StrategySpec& a, const StrategySpec& b) {
  const auto money = [](const StrategySpec& s) {
    std::vector<double> values = {s.stop_below, s.redesign_below, s.judge_after_days};
    for (const PhaseSpec& phase : s.phases) {
      values.insert(values.end(), {phase.from_day, phase.to_day, phase.budget});
      for (const auto& [lever, share] : phase.shares) {
        values.insert(values.end(), {static_cast<double>(lever), share});
      }
    }
    return values;
  };
  std::vector<std::size_t> left = a.levers;
  std::vector<std::size_t> right = b.levers;
  if (a.phases.empty()) std::sort(left.begin(), left.end());
  if (b.phases.empty()) std::sort(right.begin(), right.end());
  return left == right && money(a) == money(b);
}

}  // namespace

std::vector<StrategySpec> read_strategies(const ConfigTable& root, const Scenario& scenario) {
  std::vector<StrategySpec> strategies;
  std::vector<std::string> names;
  for (const ConfigTable& table : root.tables("strategy")) {
    const StrategySpec strategy = read_strategy(table, scenario.levers, scenario.horizon_days);
    add_unique(table, "strategy", strategy.name, names);
    for (const StrategySpec& other : strategies) {
      if (same(strategy, other)) {
        table.fail("levers",
                   "strategy '" + strategy.name + "' differs in nothing from '" + other.name + "'");
      }
    }
    strategies.push_back(strategy);
  }
  return strategies;
}

}  // namespace tenure::simulator
