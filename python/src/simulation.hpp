#pragma once

#include "support.hpp"

#include <tenure/simulator/composite_index.hpp>
#include <tenure/simulator/retention.hpp>
#include <tenure/simulator/study.hpp>

#include <vector>

namespace tenure::python {

/// What simulate() gives: the counts and what is said of them.
struct Simulation {
  simulator::Study study;
  std::vector<simulator::StrategyIndex> indices;  ///< empty for a result read from a file
};

/// The tables of a simulation, named as in Python: each a dictionary of columns (arrays of float64,
/// NaN for what does not exist), rows in the order that simulation.py gives the index. A figure
/// more is a line in simulation_tables.cpp.
void bind_tables(py::class_<Simulation>& simulation);

}  // namespace tenure::python
