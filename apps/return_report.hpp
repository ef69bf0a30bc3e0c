#pragma once

#include "run.hpp"

#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/roi.hpp>

#include <string>

namespace tenure::apps {

/// {"baseline","strategies":[{"name","roi","roi_interval","roi_mc_interval",...}],...}; without
/// simulate_seconds, which the command adds.
Json return_json(const simulator::Outcome& outcome, const simulator::ReturnReport& report);

/// The tables of ROI and of ranks for people, and that of the variance's parts where it is known.
std::string return_text(const simulator::Outcome& outcome, const simulator::ReturnReport& report);

}  // namespace tenure::apps
