#pragma once

#include "run.hpp"

#include <tenure/simulator/engine.hpp>

#include <string>

namespace tenure::apps {

/// Of one strategy: [{"region","followed","retention":{"30":..},"leavers":{"30","180","365"}}], the
/// row "all" last; null where nobody is followed for two years.
Json retention_table_json(const simulator::Outcome& outcome, std::size_t strategy);

/// The baseline's table for people; empty where the JSON is null.
std::string retention_text(const simulator::Outcome& outcome);

}  // namespace tenure::apps
