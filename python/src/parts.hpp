#pragma once

#include "support.hpp"

#include <tenure/recommender/interactions.hpp>

/// The parts of the module, one function each; module.cpp calls them in this order.
namespace tenure::python {

/// A log as Python holds it.
struct Log {
  SharedEvents events;
};

/// {"kinds": {name: weight}, "value": name, "half_life_days": days}, each optional.
recommender::InteractionOptions interaction_options(const py::dict& weights);

void bind_log(py::module_& module);
void bind_recommend(py::module_& module);
void bind_customers(py::module_& module);
void bind_simulate(py::module_& module);

}  // namespace tenure::python
