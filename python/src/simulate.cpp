#include "parts.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/gamma_gamma.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/customers/recency_frequency.hpp>
#include <tenure/customers/tiers.hpp>
#include <tenure/simulator/result_file.hpp>
#include <tenure/simulator/roi.hpp>
#include <tenure/simulator/scenario.hpp>

#include <limits>

/// The simulator: scenarios in, columns of its tables out. A column is an entry of a list below.
namespace tenure::python {

namespace {

using simulator::CubeCell;
using simulator::DayTotals;
using simulator::LeverTotals;
using simulator::MonthTotals;
using simulator::Outcome;
using simulator::StrategyReturn;
using simulator::Totals;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

struct Simulation {
  Outcome outcome;
  simulator::ReturnReport returns;
};

Simulation assessed(Outcome&& outcome) {
  simulator::ReturnReport returns = simulator::assess_returns(outcome);
  return {std::move(outcome), std::move(returns)};
}

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
                    const Log* store, int threads, std::uint64_t seed, const py::object& progress) {
  simulator::Scenario scenario =
      text ? simulator::parse_scenario(*text, path) : simulator::read_scenario(path);
  const bool from_store = scenario.population.from_store;
  if (from_store != (store != nullptr)) {
    throw ArgumentError(from_store ? "the scenario's customers come from a store: give store="
                                   : "the scenario makes its own customers: store= does not apply");
  }
  return result_of_long({threads, seed, progress}, [&](const Execution& execution) {
    if (!from_store) return assessed(simulator::simulate(execution, scenario));
    const EventTable& events = *store->events;
    if (scenario.currency.empty()) scenario.currency = events.currency;
    return assessed(simulator::simulate(execution, scenario, customers_of(execution, events)));
  });
}

using Column = std::vector<double>;

/// One column a field: `value` of every row, divided by `runs` for the mean over them.
template <class Row, class Field>
Column column(std::span<const Row> rows, Field Row::*field, double unit) {
  Column values;
  values.reserve(rows.size());
  for (const Row& row : rows) values.push_back(static_cast<double>(row.*field) / unit);
  return values;
}

double runs_of(const Outcome& outcome) {
  return static_cast<double>(outcome.parameter_draws) * outcome.replications;
}

/// strategies x months, means over runs.
py::dict months(const Simulation& simulation) {
  const double runs = runs_of(simulation.outcome);
  const std::span<const MonthTotals> rows = simulation.outcome.month_totals;
  py::dict table;
  table["orders"] = to_array(column(rows, &MonthTotals::orders, runs));
  table["contacts"] = to_array(column(rows, &MonthTotals::contacts, runs));
  table["revenue"] = to_array(column(rows, &MonthTotals::revenue, runs * kMicrosPerUnit));
  table["margin"] = to_array(column(rows, &MonthTotals::margin, runs * kMicrosPerUnit));
  table["cost"] = to_array(column(rows, &MonthTotals::cost, runs * kMicrosPerUnit));
  return table;
}

/// strategies x days, discounted, means over runs.
py::dict days(const Simulation& simulation) {
  const double runs = runs_of(simulation.outcome);
  const std::span<const DayTotals> rows = simulation.outcome.day_totals;
  py::dict table;
  table["margin"] = to_array(column(rows, &DayTotals::margin, runs * kMicrosPerUnit));
  table["cost"] = to_array(column(rows, &DayTotals::cost, runs * kMicrosPerUnit));
  return table;
}

/// strategies x months x regions x tiers, means over runs.
py::dict cube(const Simulation& simulation) {
  const double runs = runs_of(simulation.outcome);
  const std::span<const CubeCell> rows = simulation.outcome.cube;
  py::dict table;
  table["customers"] = to_array(column(rows, &CubeCell::customers, runs));
  table["orders"] = to_array(column(rows, &CubeCell::orders, runs));
  table["revenue"] = to_array(column(rows, &CubeCell::revenue, runs * kMicrosPerUnit));
  table["margin"] = to_array(column(rows, &CubeCell::margin, runs * kMicrosPerUnit));
  table["cost"] = to_array(column(rows, &CubeCell::cost, runs * kMicrosPerUnit));
  table["contacts"] = to_array(column(rows, &CubeCell::contacts, runs));
  table["complaints"] = to_array(column(rows, &CubeCell::complaints, runs));
  return table;
}

/// strategies x levers, means over runs.
py::dict by_lever(const Simulation& simulation) {
  const Outcome& outcome = simulation.outcome;
  const std::size_t levers = outcome.lever_names.size();
  std::vector<LeverTotals> sums(outcome.strategies() * levers);
  for (std::size_t s = 0; s < outcome.strategies(); ++s) {
    for (std::size_t d = 0; d < outcome.parameter_draws; ++d) {
      for (std::size_t r = 0; r < outcome.replications; ++r) {
        const auto own = outcome.levers_at(s, d, r);
        for (std::size_t l = 0; l < levers; ++l) sums[s * levers + l] += own[l];
      }
    }
  }
  const double runs = runs_of(outcome);
  const std::span<const LeverTotals> rows = sums;
  py::dict table;
  table["contacts"] = to_array(column(rows, &LeverTotals::contacts, runs));
  table["responses"] = to_array(column(rows, &LeverTotals::responses, runs));
  table["redemptions"] = to_array(column(rows, &LeverTotals::redemptions, runs));
  table["cost"] = to_array(column(rows, &LeverTotals::cost, runs * kMicrosPerUnit));
  return table;
}

/// strategies x draws x replications, as they were counted.
py::dict runs(const Simulation& simulation) {
  const std::span<const Totals> rows = simulation.outcome.totals;
  py::dict table;
  const auto count = [&](const char* name, std::int64_t Totals::*field) {
    table[name] = to_array(column(rows, field, 1.0));
  };
  const auto money = [&](const char* name, Money Totals::*field) {
    table[name] = to_array(column(rows, field, kMicrosPerUnit));
  };
  count("orders", &Totals::orders);
  count("contacts", &Totals::contacts);
  count("responses", &Totals::responses);
  count("redemptions", &Totals::redemptions);
  count("customers", &Totals::customers);
  count("returns", &Totals::returns);
  count("complaints", &Totals::complaints);
  count("unsubscribed", &Totals::unsubscribed);
  count("reactivated", &Totals::reactivated);
  count("brought", &Totals::brought);
  money("revenue", &Totals::revenue);
  money("margin", &Totals::margin);
  money("cost", &Totals::cost);
  money("discounted_margin", &Totals::discounted_margin);
  money("discounted_cost", &Totals::discounted_cost);
  money("acquisition_cost", &Totals::acquisition_cost);
  return table;
}

/// The baseline, then the strategies.
std::vector<const StrategyReturn*> rows_of(const Simulation& simulation) {
  std::vector<const StrategyReturn*> rows{&simulation.returns.baseline};
  for (const StrategyReturn& strategy : simulation.returns.strategies) rows.push_back(&strategy);
  return rows;
}

py::dict strategies(const Simulation& simulation) {
  const auto rows = rows_of(simulation);
  py::dict table;
  const auto put = [&](const std::string& name, const auto& value) {
    Column values;
    for (const StrategyReturn* row : rows) values.push_back(value(*row));
    table[py::str(name)] = to_array(std::move(values));
  };
  const auto number = [&](const char* name, double StrategyReturn::*field) {
    put(name, [field](const StrategyReturn& s) { return s.*field; });
  };
  const auto interval = [&](const std::string& name,
                            std::optional<simulator::Interval> StrategyReturn::*field) {
    put(name + "_low",
        [field](const StrategyReturn& s) { return s.*field ? (s.*field)->low : kNone; });
    put(name + "_high",
        [field](const StrategyReturn& s) { return s.*field ? (s.*field)->high : kNone; });
  };
  put("roi", [](const StrategyReturn& s) { return s.roi.value_or(kNone); });
  interval("roi", &StrategyReturn::roi_interval);
  interval("roi_mc", &StrategyReturn::roi_mc_interval);
  number("incremental_margin", &StrategyReturn::incremental_margin);
  interval("incremental_margin", &StrategyReturn::incremental_margin_interval);
  interval("incremental_margin_mc", &StrategyReturn::incremental_margin_mc_interval);
  number("cost", &StrategyReturn::cost);
  number("probability_positive", &StrategyReturn::probability_positive);
  put("payback_days", [](const StrategyReturn& s) {
    return s.payback_days ? static_cast<double>(*s.payback_days) : kNone;
  });
  for (std::size_t i = 0; i < simulator::kRetentionDays.size(); ++i) {
    put("retention_" + std::to_string(simulator::kRetentionDays[i]),
        [i](const StrategyReturn& s) { return s.retention ? (*s.retention)[i] : kNone; });
  }
  number("orders", &StrategyReturn::orders);
  number("contacts", &StrategyReturn::contacts);
  number("redemptions", &StrategyReturn::redemptions);
  number("revenue", &StrategyReturn::revenue);
  number("margin", &StrategyReturn::margin);
  number("acquisition_cost", &StrategyReturn::acquisition_cost);
  number("customers", &StrategyReturn::customers);
  number("returns", &StrategyReturn::returns);
  number("complaints", &StrategyReturn::complaints);
  number("stopped", &StrategyReturn::stopped);
  number("redesign", &StrategyReturn::redesign);
  return table;
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
        name, [field](const Simulation& self) { return self.outcome.*field; });
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
  simulation.def("strategies", &strategies)
      .def("months", &months)
      .def("days", &days)
      .def("by_lever", &by_lever)
      .def("cube", &cube)
      .def("runs", &runs)
      .def(
          "write",
          [](const Simulation& self, const std::string& path) {
            run_long({}, [&](const Execution& execution) {
              simulator::write_result(execution, self.outcome, path);
            });
          },
          py::arg("path"));
  module.def("tier_names", &tier_names);
  module.def("simulate", &simulate, py::arg("text").none(true), py::arg("path"),
             py::arg("store").none(true), py::arg("threads"), py::arg("seed"), py::arg("progress"));
  module.def(
      "read_result",
      [](const std::string& path) {
        return assessed(result_of_long({}, [&](const Execution& execution) {
          return simulator::read_result(execution, path);
        }));
      },
      py::arg("path"));
}

}  // namespace tenure::python
