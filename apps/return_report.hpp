#pragma once

#include "run.hpp"

#include <tenure/simulator/composite_index.hpp>
#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/roi.hpp>
#include <tenure/simulator/scenario.hpp>

#include <string>
#include <vector>

namespace tenure::apps {

/// {"baseline","strategies":[{"name","roi","roi_interval","roi_mc_interval",...}],...}; without
/// simulate_seconds, which the command adds.
Json return_json(const simulator::Outcome& outcome, const simulator::ReturnReport& report);

/// The tables of ROI and of ranks for people, and that of the variance's parts where it is known.
std::string return_text(const simulator::Outcome& outcome, const simulator::ReturnReport& report);

/// The same as one self-contained HTML page.
std::string return_html(const std::string& title, const simulator::Outcome& outcome,
                        const simulator::ReturnReport& report,
                        const std::vector<simulator::StrategyIndex>& indices);

}  // namespace tenure::apps
