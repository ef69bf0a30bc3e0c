#include "parts.hpp"
#include "simulation.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/customers/recency_frequency.hpp>
#include <tenure/customers/tiers.hpp>
#include <tenure/simulator/fitted_customers.hpp>
#include <tenure/simulator/result_file.hpp>
#include <tenure/simulator/scenario.hpp>
#include <tenure/simulator/world.hpp>

/// The simulator: scenarios in, simulations out.
namespace tenure::python {

namespace {

using simulator::Outcome;

/// As `tenure simulate --store`: fitted, in weeks, to the whole log.
simulator::ExistingCustomers customers_of(const Execution& execution, const EventTable& events,
                                          const std::string& model) {
  const auto history = customers::make_order_history(execution, events, {});
  const auto summary = customers::summarize(execution, history, {});
  return simulator::fit_customers(execution, events, history, summary, model).customers;
}

/// `text` where given, else the file `path`; `path` names the text in messages.
Simulation simulate(const std::optional<std::string>& text, const std::string& path,
                    const Log* store, const std::string& model, double precision,
                    std::uint32_t max_replications, bool decompose, int threads, std::uint64_t seed,
                    const py::object& progress) {
  simulator::Scenario scenario =
      text ? simulator::parse_scenario(*text, path) : simulator::read_scenario(path);
  const bool from_store = scenario.population.from_store;
  if (from_store != (store != nullptr)) {
    throw ArgumentError(from_store ? "the scenario's customers come from a store: give store="
                                   : "the scenario makes its own customers: store= does not apply");
  }
  const simulator::StudyOptions options{precision, max_replications, decompose};
  Simulation simulated = result_of_long({threads, seed, progress}, [&](const Execution& execution) {
    std::optional<simulator::ExistingCustomers> existing;
    if (from_store) {
      if (scenario.currency.empty()) scenario.currency = store->events->currency;
      existing = customers_of(execution, *store->events, model);
    }
    Simulation result;
    result.study =
        simulator::run_study(execution, scenario, existing ? &*existing : nullptr, options);
    result.indices =
        simulator::assess_index(scenario.index, result.study.outcome, result.study.report);
    return result;
  });
  const std::string& caveat = simulated.study.outcome.caveat;
  if (!caveat.empty() && PyErr_WarnEx(PyExc_UserWarning, caveat.c_str(), 1) != 0) {
    throw py::error_already_set();
  }
  return simulated;
}

Simulation read(const std::string& path) {
  return result_of_long({}, [&](const Execution& execution) {
    Simulation result;
    result.study.outcome = simulator::read_result(execution, path);
    result.study.report = simulator::assess_returns(result.study.outcome);
    return result;
  });
}

/// The log of a synthetic shop; as in simulate(), `text` or the file `path`.
Log generate(const std::optional<std::string>& text, const std::string& path, int threads,
             std::uint64_t seed, const py::object& progress) {
  const simulator::World world =
      text ? simulator::parse_world(*text, path) : simulator::read_world(path);
  return {std::make_shared<const EventTable>(result_of_long(
      {threads, seed, progress},
      [&](const Execution& execution) { return simulator::generate(execution, world); }))};
}

py::list tier_names() {
  py::list names;
  for (std::size_t i = 0; i < simulator::kCubeTiers; ++i) {
    names.append(std::string(to_string(static_cast<customers::Tier>(i))));
  }
  return names;
}

}  // namespace

void bind_simulate(py::module_& module) {
  py::class_<Simulation> simulation(module, "Simulation");
  const auto fact = [&](const char* name, auto Outcome::*field) {
    simulation.def_property_readonly(
        name, [field](const Simulation& self) { return self.study.outcome.*field; });
  };
  fact("strategy_names", &Outcome::strategy_names);
  fact("lever_names", &Outcome::lever_names);
  fact("region_names", &Outcome::region_names);
  fact("currency", &Outcome::currency);
  fact("gross_margin", &Outcome::gross_margin);
  fact("horizon_days", &Outcome::horizon_days);
  fact("customers", &Outcome::customers);
  fact("parameter_draws", &Outcome::parameter_draws);
  fact("replications", &Outcome::replications);
  fact("events", &Outcome::events);
  fact("n_months", &Outcome::months);
  fact("n_days", &Outcome::days);
  bind_tables(simulation);
  simulation.def(
      "write",
      [](const Simulation& self, const std::string& path) {
        run_long({}, [&](const Execution& execution) {
          simulator::write_result(execution, self.study.outcome, path);
        });
      },
      py::arg("path"));
  module.def("tier_names", &tier_names);
  module.def("simulate", &simulate, py::arg("text").none(true), py::arg("path"),
             py::arg("store").none(true), py::arg("model"), py::arg("precision"),
             py::arg("max_replications"), py::arg("decompose"), py::arg("threads"), py::arg("seed"),
             py::arg("progress"));
  module.def("read_result", &read, py::arg("path"));
  module.def("generate", &generate, py::arg("text").none(true), py::arg("path"), py::arg("threads"),
             py::arg("seed"), py::arg("progress"));
}

}  // namespace tenure::python
