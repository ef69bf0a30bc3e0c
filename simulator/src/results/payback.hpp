#pragma once

#include <tenure/simulator/roi.hpp>

#include <cstddef>

namespace tenure::simulator {

/// Of a strategy (not the baseline).
Payback payback_of(const Outcome& outcome, std::size_t strategy);

}  // namespace tenure::simulator
