#pragma once

#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/roi.hpp>

#include <cstddef>
#include <vector>

namespace tenure::simulator {

/// Cumulative incremental margin less cost of a strategy (1 and up) at the end of each month,
/// discounted, currency units, with both intervals as in Estimate: Outcome::months values, the last
/// of them the strategy's net. Payback is where it comes back to zero.
/// @throws ArgumentError where there is no such strategy.
std::vector<Estimate> net_by_month(const Outcome& outcome, std::size_t strategy);

}  // namespace tenure::simulator
