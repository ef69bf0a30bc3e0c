#pragma once

#include <tenure/simulator/scenario.hpp>

#include <cstdint>

namespace tenure::bench {

/// datasets/scenarios/all-levers.toml with its strategy of ten levers alone, one run, over five
/// years: of so many customers at the start, budgets, capacity and acquisition in proportion.
simulator::Scenario five_year_scenario(std::uint64_t customers);

}  // namespace tenure::bench
