#pragma once

#include <engine/plain_lanes.hpp>

#include <cstdint>

namespace tenure::bench {

/// What one would write first: a loop over customers with Philox inline, std::log for the clock,
/// the same quantile tables, sums by day and month. BG/NBD alone.
void scalar_lifetimes(const simulator::PlainModel& model, const simulator::PlainRun& run,
                      std::uint32_t customers, simulator::PlainSums& sums);

}  // namespace tenure::bench
