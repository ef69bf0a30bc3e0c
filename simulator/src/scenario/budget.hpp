#pragma once

#include <tenure/core/money.hpp>
#include <tenure/simulator/scenario.hpp>

#include <cstddef>
#include <vector>

/// How a phase's budget is divided.
namespace tenure::simulator {

/// Money of a phase for some levers: one pot for each lever with a share, a last one for the rest.
struct Pot {
  Money amount = 0;
  Money fixed = 0;                  ///< build and monthly costs that fall into the phase
  std::vector<std::size_t> levers;  ///< positions in StrategySpec::levers
};

/// The pots of phase `phase`; the last may have no lever.
std::vector<Pot> pots_of(const StrategySpec& strategy, std::size_t phase,
                         const std::vector<LeverSpec>& levers, double horizon_days);

/// Day on which month `month` of 365 / 12 days begins.
double month_start(std::size_t month);

}  // namespace tenure::simulator
