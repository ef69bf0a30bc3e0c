#include "engine/run.hpp"
#include "scenario/population_config.hpp"

#include <tenure/core/error.hpp>
#include <tenure/simulator/expectation.hpp>
#include <tenure/simulator/study.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace tenure::simulator {

namespace {

template <class T>
void add_all(std::vector<T>& into, const std::vector<T>& from) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i] += from[i];
}

/// Rows of `width` values a replication, replications within `cells` draws of strategies.
template <class T>
std::vector<T> joined(const std::vector<T>& first, std::size_t first_row,
                      const std::vector<T>& second, std::size_t second_row, std::size_t cells) {
  std::vector<T> all;
  all.reserve(first.size() + second.size());
  for (std::size_t i = 0; i < cells; ++i) {
    const auto add = [&](const std::vector<T>& from, std::size_t row) {
      const auto begin = from.begin() + static_cast<std::ptrdiff_t>(i * row);
      all.insert(all.end(), begin, begin + static_cast<std::ptrdiff_t>(row));
    };
    add(first, first_row);
    add(second, second_row);
  }
  return all;
}

/// Greatest half-width of roi_mc_interval; infinite where one is unbounded or not known.
double worst_half_width(const ReturnReport& report) {
  double worst = 0.0;
  for (const StrategyReturn& strategy : report.strategies) {
    if (!strategy.roi) continue;
    const auto& interval = strategy.roi->mc_interval;
    if (!interval) return std::numeric_limits<double>::infinity();
    worst = std::max(worst, 0.5 * (interval->high - interval->low));
  }
  return worst;
}

Outcome replications_of(const Execution& execution, Scenario scenario,
                        const ExistingCustomers* existing, std::uint32_t first, std::uint32_t last,
                        bool other_luck) {
  scenario.replications = last - first;
  EngineOptions options;
  options.first_replication = first;
  options.other_luck = other_luck;
  return simulate_with(execution, scenario, existing, options);
}

/// How many replications the width so far asks for, with a twentieth to spare.
std::uint32_t next_replications(std::uint32_t now, double half_width, double precision,
                                std::uint32_t most) {
  constexpr double kMostGrowth = 4.0;
  const double wanted = std::pow(half_width / precision, 2) * 1.05;
  const double factor = std::clamp(wanted, 1.0, kMostGrowth);
  const double next = std::ceil(static_cast<double>(now) * factor);
  return std::min(most, std::max(now + 1, static_cast<std::uint32_t>(next)));
}

void check(const Scenario& scenario, const StudyOptions& options) {
  if (!(options.precision >= 0.0) || !std::isfinite(options.precision)) {
    throw ArgumentError("precision must be 0 or more");
  }
  if (options.precision == 0.0) return;
  if (options.max_replications < 2) throw ArgumentError("max_replications must be 2 or more");
  if (std::uint64_t{options.max_replications} * scenario.parameter_draws >= kMaxRuns) {
    throw ArgumentError("parameter_draws x max_replications must be under 2^24");
  }
}

}  // namespace

void append_replications(Outcome& outcome, const Outcome& more) {
  if (outcome.strategy_names != more.strategy_names || outcome.lever_names != more.lever_names ||
      outcome.parameter_draws != more.parameter_draws || outcome.months != more.months ||
      outcome.days != more.days || outcome.cube.size() != more.cube.size()) {
    throw ArgumentError("replications of different simulations do not add up");
  }
  const std::size_t cells = outcome.strategies() * outcome.parameter_draws;
  const std::size_t levers = outcome.lever_names.size();
  outcome.totals =
      joined(outcome.totals, outcome.replications, more.totals, more.replications, cells);
  outcome.lever_totals = joined(outcome.lever_totals, outcome.replications * levers,
                                more.lever_totals, more.replications * levers, cells);
  add_all(outcome.month_totals, more.month_totals);
  add_all(outcome.cube, more.cube);
  add_all(outcome.retention, more.retention);
  add_all(outcome.lever_months, more.lever_months);
  add_all(outcome.day_totals, more.day_totals);
  add_all(outcome.draw_flows, more.draw_flows);
  add_all(outcome.batch_flows, more.batch_flows);
  outcome.replications += more.replications;
  outcome.events += more.events;
}

Study run_study(const Execution& execution, const Scenario& scenario,
                const ExistingCustomers* existing, const StudyOptions& options) {
  check(scenario, options);
  const bool adaptive = options.precision > 0.0;
  const std::uint32_t most = std::max(options.max_replications, scenario.replications);
  std::uint32_t replications =
      adaptive ? std::max<std::uint32_t>(2, scenario.replications) : scenario.replications;
  Study study;
  study.outcome = replications_of(execution, scenario, existing, 0, replications, false);
  if (adaptive) {
    PrecisionReached& reached = study.precision.emplace();
    reached.asked = options.precision;
    reached.max_replications = most;
    double width = worst_half_width(assess_returns(study.outcome));
    while (width > options.precision && replications < most) {
      const std::uint32_t next = next_replications(replications, width, options.precision, most);
      append_replications(
          study.outcome, replications_of(execution, scenario, existing, replications, next, false));
      replications = next;
      ++reached.rounds;
      width = worst_half_width(assess_returns(study.outcome));
    }
    reached.met = width <= options.precision;
    if (std::isfinite(width)) reached.half_width = width;
  }
  Scenario whole = scenario;
  whole.replications = replications;
  const std::vector<double> expected = expected_baseline_margins(execution, whole);
  std::optional<Outcome> twins;
  if (options.decompose) {
    twins = replications_of(execution, scenario, existing, 0, replications, true);
  }
  study.report = assess_returns(study.outcome, {expected, twins ? &*twins : nullptr});
  return study;
}

}  // namespace tenure::simulator
