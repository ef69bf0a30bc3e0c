#include "engine/run.hpp"
#include "scenario/budget.hpp"
#include "scenario/population_config.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/simulator/engine.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tenure::simulator {

namespace {

constexpr std::uint64_t kOtherLuck = 0x9E3779B97F4A7C15U;
constexpr std::size_t kDrawsPerGroup = 64;  // whose tables are held at a time
/// Coupled runs go side by side where the states of all of them fit into this.
constexpr std::uint64_t kBytesSideBySide = std::uint64_t{256} << 20U;

Outcome empty_outcome(const Scenario& scenario, std::uint64_t customers,
                      const std::vector<std::string>& region_names) {
  Outcome outcome;
  outcome.strategy_names.emplace_back("baseline");
  for (const StrategySpec& strategy : scenario.strategies) {
    outcome.strategy_names.push_back(strategy.name);
  }
  for (const LeverSpec& lever : scenario.levers) outcome.lever_names.push_back(lever.name);
  outcome.region_names = region_names;
  outcome.currency = scenario.currency;
  outcome.gross_margin = scenario.gross_margin;
  outcome.horizon_days = scenario.horizon_days;
  outcome.customers = customers;
  outcome.parameter_draws = scenario.parameter_draws;
  outcome.replications = scenario.replications;
  outcome.new_customers = !scenario.population.from_store;
  outcome.months = static_cast<std::size_t>(std::ceil(scenario.horizon_days / kDaysPerMonth));
  outcome.days = static_cast<std::size_t>(std::ceil(scenario.horizon_days));
  return outcome;
}

/// Costs that are there whoever is contacted, of strategies without barriers.
void add_fixed_costs(const Work& work, Sums& sums) {
  const Outcome& outcome = work.outcome;
  const auto runs = static_cast<std::uint32_t>(outcome.parameter_draws * outcome.replications);
  for (std::size_t s = 1; s < outcome.strategies(); ++s) {
    const StrategySpec& strategy = work.scenario.strategies[s - 1];
    if (couples_customers(work.scenario, strategy)) continue;
    for (const std::size_t lever : strategy.levers) {
      const CostSpec& cost = work.scenario.levers[lever].cost;
      for (std::uint32_t run = 0; run < runs; ++run) {
        const Tally tally = sums.tally(outcome, s, run);
        tally.add_cost(work.context.discount, lever, 0.0, to_money(cost.build));
        for (std::size_t month = 0; month < outcome.months; ++month) {
          tally.add_cost(work.context.discount, lever, month_start(month), to_money(cost.monthly));
        }
      }
    }
  }
}

/// A part of the customers of one run, under every strategy whose customers do not meet.
class FreeChunk {
 public:
  FreeChunk(const Work& work, const PlannedDraw& plan, std::uint32_t run, Sums& sums)
      : work_(work), plan_(plan), run_(run), key_(work.key(run)), sums_(sums) {}

  void simulate(std::uint64_t first, std::uint64_t last) {
    for (std::size_t s = 0; s < plan_.strategies.size(); ++s) {
      const PlannedStrategy& strategy = plan_.strategies[s];
      if (strategy.coupled) continue;
      strategies_.push_back({s, work_.people.roster(strategy, key_), {}, {}});
      Column& column = strategies_.back();
      column.tally = sums_.tally(work_.outcome, s, run_);
      column.run = {&work_.context, &strategy, &plan_.models, key_};
    }
    const Roster& shared = strategies_.front().roster;
    work_.people.arrive(plan_, shared, key_, first, std::min(last, shared.shared), arrivals_);
    for (std::size_t i = 0; i < arrivals_.size(); ++i) {
      start(arrivals_[i], first + i);
      for (Column& column : strategies_) live(column, arrivals_[i], first + i);
    }
    for (Column& column : strategies_) {
      const std::uint64_t begin = std::max(first, shared.shared);
      const std::uint64_t end = std::min(last, column.roster.total);
      if (begin >= end) continue;
      work_.people.arrive(plan_, column.roster, key_, begin, end, arrivals_);
      for (std::size_t i = 0; i < arrivals_.size(); ++i) {
        start(arrivals_[i], begin + i);
        live(column, arrivals_[i], begin + i);
      }
    }
  }

 private:
  struct Column {
    std::size_t strategy;
    Roster roster;
    Tally tally;
    StrategyRun run;
  };

  void start(const Arrival& arrival, std::uint64_t customer) {
    constexpr std::size_t kOrdersAtOnce = 8;
    const ObservableState& seen = arrival.state.seen;
    draws_.reset(work_.context.seed, key_, static_cast<std::uint32_t>(customer),
                 seen.orders == 0 ? 0 : seen.orders - 1U, kOrdersAtOnce,
                 strategies_.front().run.model_of(seen.region).spend);
  }

  void live(const Column& column, const Arrival& arrival, std::uint64_t customer) {
    receive(work_, column.tally, column.roster, arrival, customer);
    CustomerState state = arrival.state;
    Life life(column.run, column.tally, nullptr, state, static_cast<std::uint32_t>(customer),
              draws_);
    if (state.seen.orders > 0) life.wind_from_start();
    life.advance(0.0, work_.scenario.horizon_days);
    life.finish();
  }

  const Work& work_;
  const PlannedDraw& plan_;
  std::uint32_t run_;
  std::uint32_t key_;
  Sums& sums_;
  std::vector<Column> strategies_;
  std::vector<Arrival> arrivals_;
  OrderDraws draws_;
};

/// Most customers that any run of the group may have under a strategy whose customers do not meet.
std::uint64_t most_customers(const Work& work, const std::vector<PlannedDraw>& plans,
                             std::uint32_t first_run) {
  std::uint64_t most = work.people.initial();
  if (work.scenario.population.acquisition.empty()) return most;
  const std::uint32_t replications = work.scenario.replications;
  for (std::uint32_t d = 0; d < plans.size(); ++d) {
    for (std::uint32_t r = 0; r < replications; ++r) {
      for (const PlannedStrategy& strategy : plans[d].strategies) {
        if (strategy.coupled) continue;
        const Roster roster =
            work.people.roster(strategy, work.key(first_run + d * replications + r));
        most = std::max(most, roster.total);
      }
    }
  }
  if (most > kMaxCustomers) throw ArgumentError("acquisition brings more than 2^32 - 2 customers");
  return most;
}

/// Customers of a group of outer draws under all strategies without barriers.
void simulate_free(const Execution& execution, const Work& work,
                   const std::vector<PlannedDraw>& plans, std::uint32_t first_draw,
                   std::vector<Sums>& sums) {
  const std::uint32_t replications = work.scenario.replications;
  const std::uint64_t size = work.options.customers_per_chunk;
  const std::uint64_t most = most_customers(work, plans, first_draw * replications);
  const std::uint64_t chunks = (most + size - 1) / size;
  const auto body = [&](const Chunk& chunk) {
    const std::size_t d = chunk.begin / chunks;
    const std::uint64_t first = chunk.begin % chunks * size;
    Sums& mine = sums[static_cast<std::size_t>(chunk.worker)];
    for (std::uint32_t r = 0; r < replications; ++r) {
      const std::uint32_t run = (first_draw + static_cast<std::uint32_t>(d)) * replications + r;
      FreeChunk(work, plans[d], run, mine).simulate(first, first + size);
    }
  };
  parallel_for(execution, chunks * plans.size(), 1, body, "simulate");
}

/// A coupled strategy in one run.
struct CoupledTask {
  std::size_t draw = 0;  ///< within the group
  std::uint32_t run = 0;
  std::size_t strategy = 0;
};

/// Runs side by side where they are many and small, else one after the other in parallel parts.
void simulate_coupled(const Execution& execution, const Work& work,
                      const std::vector<PlannedDraw>& plans, std::uint32_t first_draw,
                      std::vector<Sums>& sums, const std::vector<Money>& base_margin) {
  std::vector<CoupledTask> tasks;
  const std::uint32_t replications = work.scenario.replications;
  for (std::uint32_t d = 0; d < plans.size(); ++d) {
    for (std::uint32_t r = 0; r < replications; ++r) {
      for (std::size_t s = 1; s < plans[d].strategies.size(); ++s) {
        if (!plans[d].strategies[s].coupled) continue;
        tasks.push_back({d, (first_draw + d) * replications + r, s});
      }
    }
  }
  const auto base_of = [&](const CoupledTask& task) {
    return base_margin.empty() ? nullptr : base_margin.data() + task.run * work.outcome.months;
  };
  const std::uint64_t bytes = most_customers(work, plans, first_draw * replications) * 80;
  if (tasks.size() >= sums.size() && bytes * sums.size() <= kBytesSideBySide) {
    const auto body = [&](const Chunk& chunk) {
      const CoupledTask& task = tasks[chunk.begin];
      const auto alone = [](std::size_t chunks, FunctionRef<void(std::size_t, std::size_t)> each) {
        for (std::size_t i = 0; i < chunks; ++i) each(i, 0);
      };
      CoupledRun run(work, plans[task.draw], task.strategy, task.run, base_of(task),
                     std::span(sums).subspan(static_cast<std::size_t>(chunk.worker), 1), alone);
      run.simulate();
    };
    parallel_for(execution, tasks.size(), 1, body, "simulate");
    return;
  }
  Execution quiet = execution;
  quiet.progress = {};
  const auto together = [&](std::size_t chunks, FunctionRef<void(std::size_t, std::size_t)> each) {
    parallel_for(quiet, chunks, 1, [&](const Chunk& chunk) {
      each(chunk.begin, static_cast<std::size_t>(chunk.worker));
    });
  };
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    execution.report("simulate", i, tasks.size());
    CoupledRun run(work, plans[tasks[i].draw], tasks[i].strategy, tasks[i].run, base_of(tasks[i]),
                   sums, together);
    run.simulate();
  }
}

/// The baseline's margin by month and run, over all workers.
std::vector<Money> baseline_margins(const Outcome& outcome, const std::vector<Sums>& sums) {
  const std::size_t runs = outcome.runs();
  std::vector<Money> margins(runs * outcome.months, 0);
  for (const Sums& worker : sums) {
    const Money* part = worker.baseline_margin(outcome, 0);
    for (std::size_t i = 0; i < margins.size(); ++i) margins[i] += part[i];
  }
  return margins;
}

bool judged(const Scenario& scenario) {
  return std::any_of(scenario.strategies.begin(), scenario.strategies.end(),
                     [](const StrategySpec& strategy) {
                       return strategy.stop_below > 0.0 || strategy.redesign_below > 0.0;
                     });
}

Outcome run_all(const Execution& execution, const Scenario& scenario, const People& people,
                const std::vector<LifetimeModel>& models, const std::vector<std::string>& regions,
                const EngineOptions& options) {
  Outcome outcome = empty_outcome(scenario, people.initial(), regions);
  const LifeContext context(scenario, regions,
                            options.other_luck ? execution.seed ^ kOtherLuck : execution.seed);
  const Work work{scenario, context, people, outcome, options};
  std::vector<Sums> sums(static_cast<std::size_t>(execution.concurrency()));
  for (Sums& worker : sums) worker.size_for(outcome, judged(scenario), options.first_replication);
  for (std::uint32_t first = 0; first < scenario.parameter_draws; first += kDrawsPerGroup) {
    const std::uint32_t last =
        std::min<std::uint32_t>(scenario.parameter_draws, first + kDrawsPerGroup);
    std::vector<PlannedDraw> plans(last - first);
    parallel_for(execution, plans.size(), 1, [&](const Chunk& chunk) {
      plans[chunk.begin] = plan_draw(execution, scenario, models, regions,
                                     first + static_cast<std::uint32_t>(chunk.begin));
    });
    simulate_free(execution, work, plans, first, sums);
    const auto margins = judged(scenario) ? baseline_margins(outcome, sums) : std::vector<Money>{};
    simulate_coupled(execution, work, plans, first, sums, margins);
  }
  add_fixed_costs(work, sums.front());
  for (std::size_t worker = 1; worker < sums.size(); ++worker) sums.front().add(sums[worker]);
  sums.front().hand_over(outcome);
  for (const Totals& totals : outcome.totals) {
    outcome.events += static_cast<std::uint64_t>(totals.orders + totals.contacts);
  }
  return outcome;
}

void check_regions(const Scenario& scenario, const std::vector<std::string>& regions) {
  const auto check = [&](const std::string& who, const std::string& name) {
    if (std::find(regions.begin(), regions.end(), name) == regions.end()) {
      throw ArgumentError(who + " is for region '" + name + "', which no customer has");
    }
  };
  for (const LeverSpec& lever : scenario.levers) {
    for (const std::string& name : lever.regions) check("lever '" + lever.name + "'", name);
  }
  for (const AcquisitionSpec& entry : scenario.population.acquisition) {
    if (!entry.region.empty()) check("an acquisition", entry.region);
  }
  for (const SeasonSpec& season : scenario.seasons) {
    for (const std::string& name : season.regions) check("a season", name);
  }
}

bool any_lever_uncertain(const Scenario& scenario) {
  return std::any_of(scenario.levers.begin(), scenario.levers.end(),
                     [](const LeverSpec& lever) { return lever.uncertain(); });
}

Outcome simulate_new(const Execution& execution, const Scenario& scenario,
                     const EngineOptions& options) {
  if (scenario.population.from_store) {
    throw ArgumentError("the scenario is about the customers of a store: hand them in");
  }
  std::vector<LifetimeModel> models;
  std::vector<std::string> regions;
  for (const RegionSpec& region : scenario.population.regions) {
    models.push_back(region.model);
    regions.push_back(region.name);
  }
  check_regions(scenario, regions);
  const People people(scenario, nullptr, regions, execution.seed);
  Outcome outcome = run_all(execution, scenario, people, models, regions, options);
  outcome.uncertain = scenario.uncertain();
  return outcome;
}

Outcome simulate_existing(const Execution& execution, const Scenario& scenario,
                          const ExistingCustomers& existing, const EngineOptions& options) {
  existing.validate();
  if (!scenario.population.from_store) {
    throw ArgumentError("the scenario has customers of its own: from_store is not set");
  }
  std::vector<std::string> regions = existing.region_names;
  check_regions(scenario, regions);
  regions.emplace_back();  // of customers whose region is unknown: no lever names it
  const People people(scenario, &existing, regions, execution.seed);
  Outcome outcome = run_all(execution, scenario, people, {existing.model}, regions, options);
  outcome.caveat = existing.caveat;
  outcome.uncertain =
      scenario.parameter_draws > 1 && (existing.model.uncertain() || any_lever_uncertain(scenario));
  return outcome;
}

}  // namespace

void receive(const Work& work, const Tally& tally, const Roster& roster, const Arrival& arrival,
             std::uint64_t customer) {
  ++tally.totals->customers;
  const ObservableState& seen = arrival.state.seen;
  if (seen.orders > 0) {
    ++tally.cell(0.0, seen.region, tier_on(seen, 0.0)).customers;
  }
  if (arrival.intake == kFromTheStart) return;
  const Intake& intake = roster.intakes[arrival.intake];
  if (intake.cost == 0) return;
  const Moment moment(work.context.discount, intake.day_of(customer));
  const Money discounted = part_of(intake.cost, moment.factor);
  tally.totals->acquisition_cost += intake.cost;
  tally.totals->discounted_acquisition_cost += discounted;
  tally.add_margin(moment, -discounted, -intake.cost);
}

void ExistingCustomers::validate() const {
  validate_model(model, "existing customers");
  const std::size_t n = frequency.size();
  if (n == 0) throw ArgumentError("existing customers: there are none");
  if (n > kMaxCustomers) throw ArgumentError("existing customers: more than 2^32 - 2");
  if (region_names.size() > kMaxRegions) {
    throw ArgumentError("existing customers: more than 250 regions");
  }
  if (recency.size() != n || age.size() != n || mean_value.size() != n ||
      (!spend_frequency.empty() && spend_frequency.size() != n) ||
      (!region.empty() && region.size() != n)) {
    throw ArgumentError("existing customers: columns differ in length");
  }
  for (std::size_t i = 0; i < n; ++i) {
    const bool fits = frequency[i] >= 0.0 && recency[i] >= 0.0 && recency[i] <= age[i] &&
                      std::isfinite(frequency[i]) && std::isfinite(age[i]) &&
                      std::isfinite(mean_value[i]) && (frequency[i] > 0.0 || recency[i] == 0.0);
    const bool spend_fits =
        spend_frequency.empty() || (spend_frequency[i] >= 0.0 && std::isfinite(spend_frequency[i]));
    const bool region_fits =
        region.empty() || region[i] == customers::kNoRegion || region[i] < region_names.size();
    if (!fits || !spend_fits || !region_fits) {
      throw ArgumentError("existing customers: row " + std::to_string(i) +
                          " has no valid frequency, recency, age, value or region");
    }
  }
}

Outcome simulate_with(const Execution& execution, const Scenario& scenario,
                      const ExistingCustomers* existing, const EngineOptions& options) {
  scenario.validate();
  return existing == nullptr ? simulate_new(execution, scenario, options)
                             : simulate_existing(execution, scenario, *existing, options);
}

Outcome simulate(const Execution& execution, const Scenario& scenario) {
  return simulate_with(execution, scenario, nullptr, {});
}

Outcome simulate(const Execution& execution, const Scenario& scenario,
                 const ExistingCustomers& existing) {
  return simulate_with(execution, scenario, &existing, {});
}

}  // namespace tenure::simulator
