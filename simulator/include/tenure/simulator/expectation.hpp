#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/simulator/scenario.hpp>

#include <cstdint>
#include <vector>

/// What the baseline is worth in closed form: a check of the simulation, and what its control
/// variate is measured against.
namespace tenure::simulator {

/// Expectation of the baseline's discounted gross margin over the horizon in every run, given its
/// parameters and how many customers come when: draws x replications, currency units, in the order
/// of Outcome::totals. For a season the order clock of bg-nbd and mbg-nbd runs in the season's
/// time; that of pareto-nbd is integrated by the day. Discounting to the middle of each day: within
/// 1e-4 of the simulation's own mean. Empty for today's customers.
/// @throws ArgumentError (the scenario is out of range), NumericalError, Cancelled.
std::vector<double> expected_baseline_margins(const Execution& execution, const Scenario& scenario);

}  // namespace tenure::simulator
