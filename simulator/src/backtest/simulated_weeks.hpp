#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/function_ref.hpp>
#include <tenure/simulator/engine.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

/// Today's customers through the engine, their orders counted by week and run.
namespace tenure::simulator {

struct WeekRuns {
  std::uint32_t runs = 1;
  std::uint32_t first_run = 0;   ///< keys the random numbers: ranges of different calls are apart
  bool draw_parameters = false;  ///< each run with its own draw of the model's parameters
  std::size_t weeks = 1;
};

/// runs x weeks, row-major. multipliers(run) are of the order rate by week; empty for none.
std::vector<std::int64_t> simulate_weeks(
    const Execution& execution, const ExistingCustomers& existing, const WeekRuns& what,
    FunctionRef<std::vector<double>(std::uint32_t run)> multipliers);

}  // namespace tenure::simulator
