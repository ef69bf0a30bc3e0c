#pragma once

#include "run.hpp"

#include <tenure/simulator/composite_index.hpp>
#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/roi.hpp>

#include <string>
#include <vector>

namespace tenure::apps {

/// One object a strategy, the baseline first: {"name","score","results","process","health",
/// "dimensions":{NAME:{"figure","score"}},"retention_by":{...},"churn_cost"}.
Json index_json(const simulator::Outcome& outcome,
                const std::vector<simulator::StrategyIndex>& indices);

/// Index, groups and dimensions down, strategies across: the scores, figures in brackets.
std::vector<std::vector<std::string>> index_rows(
    const std::vector<simulator::StrategyIndex>& indices);

/// That as a table with what its numbers are, and a warning where the first by index pays back less
/// than it costs. `returns` is of the same outcome.
std::string index_text(const std::vector<simulator::StrategyIndex>& indices,
                       const simulator::ReturnReport& returns);

}  // namespace tenure::apps
