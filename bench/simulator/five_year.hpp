#pragma once

#include <tenure/simulator/scenario.hpp>

#include <cstdint>

namespace tenure::bench {

/// datasets/scenarios/cross-border-5y.toml with its programme of ten levers alone, one run, five
/// years: of so many customers at the start; acquisition, budgets, capacity and fixed costs in
/// proportion.
simulator::Scenario five_year_scenario(std::uint64_t customers);

}  // namespace tenure::bench
