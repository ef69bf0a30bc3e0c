#include "simulation.hpp"

#include <tenure/core/money.hpp>

#include <limits>

namespace tenure::python {

namespace {

using simulator::CubeCell;
using simulator::DayTotals;
using simulator::Dimension;
using simulator::Estimate;
using simulator::IndexGroup;
using simulator::Interval;
using simulator::LeverTotals;
using simulator::MonthTotals;
using simulator::Outcome;
using simulator::Payback;
using simulator::StrategyIndex;
using simulator::StrategyReturn;
using simulator::Totals;
using simulator::VarianceParts;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

template <class T>
double number_or_nan(const std::optional<T>& value) {
  return value ? static_cast<double>(*value) : kNone;
}

/// A table whose rows are those of a vector.
template <class Row>
class Table {
 public:
  /// Counts are divided by `runs`: 1 for sums, their number for means.
  explicit Table(std::span<const Row> rows, double runs = 1.0) : rows_(rows), runs_(runs) {}

  template <class Value>
  void put(const std::string& name, const Value& value) {
    std::vector<double> column;
    column.reserve(rows_.size());
    for (const Row& row : rows_) column.push_back(value(row));
    columns_[py::str(name)] = to_array(std::move(column));
  }
  void count(const char* name, std::int64_t Row::*field) {
    put(name, [&](const Row& row) { return static_cast<double>(row.*field) / runs_; });
  }
  void money(const char* name, Money Row::*field) {
    put(name,
        [&](const Row& row) { return static_cast<double>(row.*field) / kMicrosPerUnit / runs_; });
  }
  void number(const char* name, double Row::*field) {
    put(name, [&](const Row& row) { return row.*field; });
  }
  /// The two ends of an interval; `interval(row)` is an optional with low and high.
  template <class Ends>
  void ends(const std::string& name, const Ends& interval) {
    put(name + "_low", [&](const Row& row) {
      const auto found = interval(row);
      return found ? number_or_nan(std::optional(found->low)) : kNone;
    });
    put(name + "_high", [&](const Row& row) {
      const auto found = interval(row);
      return found ? number_or_nan(std::optional(found->high)) : kNone;
    });
  }
  /// name, name_low, name_high, name_mc_low, name_mc_high; `estimate(row)` is an optional.
  template <class Get>
  void estimate(const std::string& name, const Get& get) {
    put(name, [&](const Row& row) {
      const std::optional<Estimate> found = get(row);
      return found ? found->value : kNone;
    });
    ends(name, [&](const Row& row) {
      const std::optional<Estimate> found = get(row);
      return found ? found->interval : std::optional<Interval>();
    });
    ends(name + "_mc", [&](const Row& row) {
      const std::optional<Estimate> found = get(row);
      return found ? found->mc_interval : std::optional<Interval>();
    });
  }
  void estimate(const char* name, Estimate Row::*field) {
    estimate(std::string(name), [field](const Row& row) { return std::optional(row.*field); });
  }
  py::dict columns() const { return columns_; }

 private:
  std::span<const Row> rows_;
  double runs_;
  py::dict columns_;
};

const Outcome& outcome_of(const Simulation& simulation) { return simulation.study.outcome; }

double runs_of(const Outcome& outcome) { return static_cast<double>(outcome.runs()); }

/// strategies x months, means over runs.
py::dict months(const Simulation& simulation) {
  const Outcome& outcome = outcome_of(simulation);
  Table<MonthTotals> table(outcome.month_totals, runs_of(outcome));
  table.count("orders", &MonthTotals::orders);
  table.count("contacts", &MonthTotals::contacts);
  table.money("revenue", &MonthTotals::revenue);
  table.money("margin", &MonthTotals::margin);
  table.money("cost", &MonthTotals::cost);
  return table.columns();
}

/// strategies x days, discounted, means over runs.
py::dict days(const Simulation& simulation) {
  const Outcome& outcome = outcome_of(simulation);
  Table<DayTotals> table(outcome.day_totals, runs_of(outcome));
  table.money("margin", &DayTotals::margin);
  table.money("cost", &DayTotals::cost);
  return table.columns();
}

/// strategies x months x regions x tiers, means over runs.
py::dict cube(const Simulation& simulation) {
  const Outcome& outcome = outcome_of(simulation);
  Table<CubeCell> table(outcome.cube, runs_of(outcome));
  table.count("customers", &CubeCell::customers);
  table.count("orders", &CubeCell::orders);
  table.money("revenue", &CubeCell::revenue);
  table.money("margin", &CubeCell::margin);
  table.money("cost", &CubeCell::cost);
  table.count("contacts", &CubeCell::contacts);
  table.count("complaints", &CubeCell::complaints);
  return table.columns();
}

/// strategies x levers, means over runs.
py::dict by_lever(const Simulation& simulation) {
  const Outcome& outcome = outcome_of(simulation);
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
  Table<LeverTotals> table(sums, runs_of(outcome));
  table.count("contacts", &LeverTotals::contacts);
  table.count("responses", &LeverTotals::responses);
  table.count("redemptions", &LeverTotals::redemptions);
  table.money("cost", &LeverTotals::cost);
  return table.columns();
}

/// strategies x draws x replications, as they were counted.
py::dict runs(const Simulation& simulation) {
  Table<Totals> table(outcome_of(simulation).totals);
  table.count("orders", &Totals::orders);
  table.count("contacts", &Totals::contacts);
  table.count("responses", &Totals::responses);
  table.count("redemptions", &Totals::redemptions);
  table.count("customers", &Totals::customers);
  table.count("repurchased", &Totals::repurchased);
  table.count("participants", &Totals::participants);
  table.count("returns", &Totals::returns);
  table.count("complaints", &Totals::complaints);
  table.count("unsubscribed", &Totals::unsubscribed);
  table.count("reactivated", &Totals::reactivated);
  table.count("brought", &Totals::brought);
  table.money("revenue", &Totals::revenue);
  table.money("margin", &Totals::margin);
  table.money("cost", &Totals::cost);
  table.money("discounted_margin", &Totals::discounted_margin);
  table.money("discounted_cost", &Totals::discounted_cost);
  table.money("acquisition_cost", &Totals::acquisition_cost);
  return table.columns();
}

/// The baseline, then the strategies.
std::vector<StrategyReturn> returns_of(const Simulation& simulation) {
  std::vector<StrategyReturn> rows{simulation.study.report.baseline};
  const auto& others = simulation.study.report.strategies;
  rows.insert(rows.end(), others.begin(), others.end());
  return rows;
}

void put_payback(Table<StrategyReturn>& table) {
  const std::string name = "payback_days";
  table.put(name, [](const StrategyReturn& s) { return number_or_nan(s.payback.days); });
  const auto ends = [&](const std::string& of, std::optional<Payback::Range> Payback::*field) {
    table.put(of + "_low", [field](const StrategyReturn& s) {
      return s.payback.*field ? number_or_nan((s.payback.*field)->low) : kNone;
    });
    table.put(of + "_high", [field](const StrategyReturn& s) {
      return s.payback.*field ? number_or_nan((s.payback.*field)->high) : kNone;
    });
  };
  ends(name, &Payback::interval);
  ends(name + "_mc", &Payback::mc_interval);
}

py::dict strategies(const Simulation& simulation) {
  const auto rows = returns_of(simulation);
  Table<StrategyReturn> table(rows);
  table.estimate("roi", [](const StrategyReturn& s) { return s.roi; });
  table.estimate("incremental_margin", &StrategyReturn::incremental_margin);
  table.estimate("cost", &StrategyReturn::cost);
  table.estimate("net", &StrategyReturn::net);
  table.estimate("lifetime_value", &StrategyReturn::lifetime_value);
  table.estimate("repurchase_rate", &StrategyReturn::repurchase_rate);
  for (std::size_t i = 0; i < simulator::kRetentionDays.size(); ++i) {
    table.estimate("retention_" + std::to_string(simulator::kRetentionDays[i]),
                   [i](const StrategyReturn& s) {
                     return s.retention ? std::optional((*s.retention)[i]) : std::nullopt;
                   });
  }
  put_payback(table);
  table.estimate("probability_positive", [&](const StrategyReturn& s) {
    return &s == rows.data() ? std::nullopt : std::optional(s.probability_positive);
  });
  table.put("rank", [](const StrategyReturn& s) { return static_cast<double>(s.rank); });
  table.number("probability_best", &StrategyReturn::probability_best);
  table.put("probability_best_roi",
            [](const StrategyReturn& s) { return number_or_nan(s.probability_best_roi); });
  table.estimate("behind_best", &StrategyReturn::behind_best);
  table.put("noise_share", [](const StrategyReturn& s) { return number_or_nan(s.noise_share); });
  table.put("control_gain", [](const StrategyReturn& s) { return number_or_nan(s.control_gain); });
  table.number("orders", &StrategyReturn::orders);
  table.number("contacts", &StrategyReturn::contacts);
  table.number("redemptions", &StrategyReturn::redemptions);
  table.number("revenue", &StrategyReturn::revenue);
  table.number("margin", &StrategyReturn::margin);
  table.number("acquisition_cost", &StrategyReturn::acquisition_cost);
  table.number("customers", &StrategyReturn::customers);
  table.number("returns", &StrategyReturn::returns);
  table.number("complaints", &StrategyReturn::complaints);
  table.number("stopped", &StrategyReturn::stopped);
  table.number("redesign", &StrategyReturn::redesign);
  return table.columns();
}

/// strategies x (roi, incremental_margin).
py::dict variance(const Simulation& simulation) {
  std::vector<std::optional<VarianceParts>> rows;
  for (const StrategyReturn& s : returns_of(simulation)) {
    rows.push_back(s.roi_variance);
    rows.push_back(s.incremental_margin_variance);
  }
  using Parts = std::optional<VarianceParts>;
  Table<Parts> table(rows);
  table.put("parameter", [](const Parts& p) { return p ? p->parameter : kNone; });
  table.put("within", [](const Parts& p) { return p ? p->within : kNone; });
  table.put("sampling", [](const Parts& p) { return p ? number_or_nan(p->sampling) : kNone; });
  table.put("noise", [](const Parts& p) { return p ? number_or_nan(p->noise) : kNone; });
  return table.columns();
}

/// (strategies x (regions that anybody was followed in, then all), columns); None without.
py::object retention(const Simulation& simulation) {
  std::vector<simulator::RetentionRow> rows;
  py::list index;
  const Outcome& outcome = outcome_of(simulation);
  for (std::size_t s = 0; s < outcome.strategies(); ++s) {
    const auto found = simulator::retention_by_region(outcome, s);
    if (!found) return py::none();
    for (const auto& row : found->regions) {
      index.append(py::make_tuple(outcome.strategy_names[s], row.region));
      rows.push_back(row);
    }
    index.append(py::make_tuple(outcome.strategy_names[s], found->all.region));
    rows.push_back(found->all);
  }
  using Row = simulator::RetentionRow;
  Table<Row> table(rows);
  table.count("followed", &Row::followed);
  for (std::size_t i = 0; i < simulator::kRetentionDays.size(); ++i) {
    table.put("retention_" + std::to_string(simulator::kRetentionDays[i]),
              [i](const Row& row) { return row.retention[i]; });
  }
  for (std::size_t i = 0; i < simulator::kLeaverDays.size(); ++i) {
    table.put("leavers_" + std::to_string(simulator::kLeaverDays[i]),
              [i](const Row& row) { return row.leavers ? (*row.leavers)[i] : kNone; });
  }
  return py::make_tuple(index, table.columns());
}

/// One row a strategy: score, then the groups' and the dimensions' scores; None without.
py::object index(const Simulation& simulation) {
  if (simulation.indices.empty()) return py::none();
  Table<StrategyIndex> table(simulation.indices);
  table.number("score", &StrategyIndex::score);
  for (std::size_t i = 0; i < simulator::kIndexGroups; ++i) {
    table.put(std::string(to_string(static_cast<IndexGroup>(i))),
              [i](const StrategyIndex& row) { return number_or_nan(row.groups[i]); });
  }
  for (std::size_t i = 0; i < simulator::kDimensions; ++i) {
    table.put(std::string(to_string(static_cast<Dimension>(i))),
              [i](const StrategyIndex& row) { return number_or_nan(row.scores[i]); });
  }
  table.number("churn_cost", &StrategyIndex::churn_cost);
  return table.columns();
}

}  // namespace

void bind_tables(py::class_<Simulation>& simulation) {
  simulation.def("strategies", &strategies)
      .def("months", &months)
      .def("days", &days)
      .def("by_lever", &by_lever)
      .def("cube", &cube)
      .def("runs", &runs)
      .def("variance", &variance)
      .def("retention", &retention)
      .def("index", &index);
}

}  // namespace tenure::python
