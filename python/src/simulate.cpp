#include "parts.hpp"
#include "simulation.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/gamma_gamma.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/customers/recency_frequency.hpp>
#include <tenure/customers/tiers.hpp>
#include <tenure/simulator/result_file.hpp>
#include <tenure/simulator/scenario.hpp>
#include <tenure/simulator/world.hpp>

/// The simulator: scenarios in, simulations out.
namespace tenure::python {

namespace {

using simulator::Outcome;

/// As `tenure simulate --store`: BG/NBD in weeks and Gamma-Gamma fitted to the whole log.
simulator::ExistingCustomers customers_of(const Execution& execution, const EventTable& events) {
  const auto history = customers::make_order_history(execution, events, {});
  if (!history.has_value) throw ArgumentError("the log has no prices, which a spend model needs");
  const auto summary = customers::summarize(execution, history, {});
  const auto orders = customers::fit_bg_nbd(execution, summary.counts);
  const auto spend =
      customers::fit_gamma_gamma(execution, summary.spend_frequency, summary.mean_value);
  simulator::ExistingCustomers existing;
  existing.model = {orders.parameters, spend.parameters, summary.counts.days_per_unit,
                    orders.log_covariance, spend.log_covariance};
  existing.frequency = summary.counts.frequency;
  existing.recency = summary.counts.recency;
  existing.age = summary.counts.age;
  existing.mean_value = summary.mean_value;
  existing.spend_frequency = summary.spend_frequency;
  if (history.region.empty()) return existing;
  for (const std::uint32_t customer : summary.customer) {
    existing.region.push_back(history.region[customer]);
  }
  for (std::uint32_t r = 0; r < events.regions.size(); ++r) {
    existing.region_names.emplace_back(events.regions[r]);
  }
  return existing;
}

/// `text` where given, else the file `path`; `path` names the text in messages.
Simulation simulate(const std::optional<std::string>& text, const std::string& path,
                    const Log* store, double precision, std::uint32_t max_replications,
                    bool decompose, int threads, std::uint64_t seed, const py::object& progress) {
  simulator::Scenario scenario =
      text ? simulator::parse_scenario(*text, path) : simulator::read_scenario(path);
  const bool from_store = scenario.population.from_store;
  if (from_store != (store != nullptr)) {
    throw ArgumentError(from_store ? "the scenario's customers come from a store: give store="
                                   : "the scenario makes its own customers: store= does not apply");
  }
  const simulator::StudyOptions options{precision, max_replications, decompose};
  return result_of_long({threads, seed, progress}, [&](const Execution& execution) {
    std::optional<simulator::ExistingCustomers> existing;
    if (from_store) {
      if (scenario.currency.empty()) scenario.currency = store->events->currency;
      existing = customers_of(execution, *store->events);
    }
    Simulation result;
    result.study =
        simulator::run_study(execution, scenario, existing ? &*existing : nullptr, options);
    result.indices =
        simulator::assess_index(scenario.index, result.study.outcome, result.study.report);
    return result;
  });
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
             py::arg("store").none(true), py::arg("precision"), py::arg("max_replications"),
             py::arg("decompose"), py::arg("threads"), py::arg("seed"), py::arg("progress"));
  module.def("read_result", &read, py::arg("path"));
  module.def("generate", &generate, py::arg("text").none(true), py::arg("path"), py::arg("threads"),
             py::arg("seed"), py::arg("progress"));
}

}  // namespace tenure::python
