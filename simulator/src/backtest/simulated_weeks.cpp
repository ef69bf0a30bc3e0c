#include "backtest/simulated_weeks.hpp"

#include "engine/life.hpp"
#include "engine/people.hpp"
#include "engine/plan.hpp"
#include "engine/tally.hpp"

#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace tenure::simulator {

namespace {

constexpr std::size_t kArrivalsAtOnce = 1024;
constexpr std::size_t kOrdersAtOnce = 8;

Scenario scenario_of(const WeekRuns& what) {
  Scenario scenario;
  scenario.population.from_store = true;
  scenario.horizon_days = 7.0 * static_cast<double>(what.weeks);
  scenario.parameter_draws = what.draw_parameters ? std::max(2U, what.runs) : 1U;
  return scenario;
}

/// Sizes of one run's sums.
Outcome outcome_of(const Scenario& scenario, const std::vector<std::string>& regions) {
  Outcome outcome;
  outcome.strategy_names.emplace_back("baseline");
  outcome.region_names = regions;
  outcome.horizon_days = scenario.horizon_days;
  outcome.months = static_cast<std::size_t>(std::ceil(scenario.horizon_days / kDaysPerMonth));
  outcome.days = static_cast<std::size_t>(std::ceil(scenario.horizon_days));
  outcome.parameter_draws = 1;
  outcome.replications = 1;
  return outcome;
}

/// One run of all customers, week by week.
class WeekRun {
 public:
  WeekRun(const People& people, const PlannedDraw& plan, const LifeContext& context,
          const Outcome& outcome, std::uint32_t run)
      : people_(people), plan_(plan), run_(run) {
    sums_.size_for(outcome, false, 0);
    tally_ = sums_.tally(outcome, 0, 0);
    strategy_run_ = {&context, &plan.strategies.front(), &plan.models, run};
  }

  void count(std::size_t weeks, std::int64_t* counts) {
    const Roster roster = people_.roster(plan_.strategies.front(), run_);
    std::vector<Arrival> arrivals;
    for (std::uint64_t first = 0; first < people_.initial(); first += kArrivalsAtOnce) {
      const std::uint64_t last = std::min(people_.initial(), first + kArrivalsAtOnce);
      people_.arrive(plan_, roster, run_, first, last, arrivals);
      for (std::size_t i = 0; i < arrivals.size(); ++i) {
        live(arrivals[i].state, static_cast<std::uint32_t>(first + i), weeks, counts);
      }
    }
  }

 private:
  void live(CustomerState& state, std::uint32_t customer, std::size_t weeks, std::int64_t* counts) {
    draws_.reset(strategy_run_.context->seed, run_, customer, state.seen.orders - 1U, kOrdersAtOnce,
                 plan_.models.front().spend);
    Life life(strategy_run_, tally_, nullptr, state, customer, draws_);
    life.wind_from_start();
    double next = 0.0;
    for (std::size_t week = 0; week < weeks; ++week) {
      const double until = 7.0 * static_cast<double>(week + 1);
      if (next >= until) continue;
      const std::int64_t before = tally_.totals->orders;
      next = life.advance(7.0 * static_cast<double>(week), until).own;
      counts[week] += tally_.totals->orders - before;
    }
  }

  const People& people_;
  const PlannedDraw& plan_;
  std::uint32_t run_;
  Sums sums_;
  Tally tally_;
  StrategyRun strategy_run_;
  OrderDraws draws_;
};

}  // namespace

std::vector<std::int64_t> simulate_weeks(
    const Execution& execution, const ExistingCustomers& existing, const WeekRuns& what,
    FunctionRef<std::vector<double>(std::uint32_t run)> multipliers) {
  existing.validate();
  const std::vector<std::string> regions(1);
  const Scenario scenario = scenario_of(what);
  const Outcome outcome = outcome_of(scenario, regions);
  const People people(scenario, &existing, regions, execution.seed);
  const std::vector<LifetimeModel> models = {existing.model};
  PlannedDraw stated;
  if (!what.draw_parameters) stated = plan_draw(execution, scenario, models, regions, 0);
  std::vector<std::int64_t> counts(what.weeks * what.runs, 0);
  const auto body = [&](const Chunk& chunk) {
    const auto run = static_cast<std::uint32_t>(chunk.begin);
    LifeContext context(scenario, regions, execution.seed);
    if (const std::vector<double> factors = multipliers(run); !factors.empty()) {
      context.seasons.front() = Season(factors, 7);
    }
    PlannedDraw drawn;
    if (what.draw_parameters) drawn = plan_draw(execution, scenario, models, regions, run);
    WeekRun week_run(people, what.draw_parameters ? drawn : stated, context, outcome,
                     what.first_run + run);
    week_run.count(what.weeks, counts.data() + std::size_t{run} * what.weeks);
  };
  parallel_for(execution, what.runs, 1, body, "backtest");
  return counts;
}

}  // namespace tenure::simulator
