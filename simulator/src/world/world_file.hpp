#pragma once

#include <tenure/core/config.hpp>
#include <tenure/simulator/world.hpp>

namespace tenure::simulator {

/// What read_world() and parse_world() do.
World world_from(const ConfigFile& file);

}  // namespace tenure::simulator
