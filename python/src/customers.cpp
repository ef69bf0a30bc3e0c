#include "parts.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/gamma_gamma.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/customers/recency_frequency.hpp>

/// Lifetime and spend models, and the order histories they are fitted to.
namespace tenure::python {

namespace {

using customers::FitReport;
using customers::LifetimeModel;

constexpr const char* kGammaGamma = "gamma-gamma";
constexpr std::size_t kRowChunk = 512;
constexpr std::size_t kManyRows = 4096;  // from here on a call may be interrupted

/// A fit, and the model of one customer that follows from it; no model for spend.
struct Fit {
  FitReport report;
  std::shared_ptr<const LifetimeModel> model;
};

Fit fit_of(FitReport report) {
  Fit fit{std::move(report), nullptr};
  if (fit.report.model != kGammaGamma) fit.model = customers::lifetime_model(fit.report);
  return fit;
}

std::vector<double> copy(const Array<double>& array) {
  const auto values = view(array);
  return {values.begin(), values.end()};
}

std::vector<double> copy(const std::optional<Array<double>>& array) {
  return array ? copy(*array) : std::vector<double>{};
}

Fit fit_orders(const std::string& kind, const Array<double>& frequency,
               const Array<double>& recency, const Array<double>& age,
               const std::optional<Array<double>>& weights,
               const std::optional<Array<double>>& log_gaps, double days_per_unit, int regularity,
               int threads, std::uint64_t seed, const py::object& progress) {
  customers::RecencyFrequency data;
  data.frequency = copy(frequency);
  data.recency = copy(recency);
  data.age = copy(age);
  data.weight = copy(weights);
  data.log_gaps = copy(log_gaps);
  data.days_per_unit = days_per_unit;
  customers::LifetimeFitOptions options;
  options.regularity = regularity;
  return fit_of(result_of_long({threads, seed, progress}, [&](const Execution& execution) {
    return customers::fit_lifetime(execution, kind, data, options);
  }));
}

Fit fit_spend(const Array<double>& frequency, const Array<double>& mean_value, int threads) {
  return fit_of(result_of_long({threads, 0, py::none()}, [&](const Execution& execution) {
    return fit_report(customers::fit_gamma_gamma(execution, view(frequency), view(mean_value)));
  }));
}

/// value(i) for each row, in parallel.
template <class Value>
py::array_t<double> for_rows(std::size_t rows, int threads, const Value& value) {
  std::vector<double> out(rows);
  const auto work = [&](const Execution& execution) {
    parallel_for(execution, rows, kRowChunk, [&](const Chunk& chunk) {
      for (std::size_t i = chunk.begin; i < chunk.end; ++i) out[i] = value(i);
    });
  };
  const RunOptions run{rows < kManyRows ? 1 : threads, 0, py::none()};
  if (rows < kManyRows) {
    run_short(run, work);
  } else {
    run_long(run, work);
  }
  return to_array(std::move(out));
}

const LifetimeModel& orders_of(const Fit& fit) {
  if (!fit.model) throw ArgumentError("a spend model says nothing of orders");
  return *fit.model;
}

/// Rows of equal length: x, t_x, T and what the function takes besides.
struct Rows {
  std::span<const double> x, t_x, age, other;

  Rows(const Array<double>& frequency, const Array<double>& recency, const Array<double>& T,
       const Array<double>& more)
      : x(view(frequency)), t_x(view(recency)), age(view(T)), other(view(more)) {
    if (t_x.size() != x.size() || age.size() != x.size() || other.size() != x.size()) {
      throw ArgumentError("frequency, recency, T and t must be of equal length");
    }
  }
};

py::array_t<double> of_customers(const Fit& fit, const std::string& what,
                                 const Array<double>& frequency, const Array<double>& recency,
                                 const Array<double>& T, const Array<double>& other, int threads) {
  const LifetimeModel& model = orders_of(fit);
  const Rows r(frequency, recency, T, other);
  if (what == "orders") {
    return for_rows(r.x.size(), threads, [&](std::size_t i) {
      return model.conditional_expected_orders(r.x[i], r.t_x[i], r.age[i], r.other[i]);
    });
  }
  if (what == "p_alive") {
    return for_rows(r.x.size(), threads,
                    [&](std::size_t i) { return model.p_alive(r.x[i], r.t_x[i], r.age[i]); });
  }
  return for_rows(r.x.size(), threads, [&](std::size_t i) {
    return model.discounted_residual_orders(r.x[i], r.t_x[i], r.age[i], r.other[i]);
  });
}

py::array_t<double> of_newcomers(const Fit& fit, const std::string& what, const Array<double>& t,
                                 int threads) {
  const LifetimeModel& model = orders_of(fit);
  const auto times = view(t);
  const bool orders = what == "orders";
  return for_rows(times.size(), threads, [&](std::size_t i) {
    return orders ? model.expected_orders(times[i]) : model.survival(times[i]);
  });
}

py::array_t<double> expected_value(const Fit& fit, const Array<double>& frequency,
                                   const Array<double>& mean_value, int threads) {
  const auto parameters = customers::gamma_gamma_fit(fit.report).parameters;
  const auto x = view(frequency);
  const auto m = view(mean_value);
  if (x.size() != m.size()) {
    throw ArgumentError("frequency and monetary_value must be of equal length");
  }
  return for_rows(x.size(), threads, [&](std::size_t i) {
    return customers::gamma_gamma_expected_value(parameters, x[i], m[i]);
  });
}

/// Orders of customers 0 to n_customers by day; money is summed by day and averaged over all repeat
/// orders, which is lifetimes' convention.
py::dict summarize_orders(const Array<std::uint32_t>& customer, const Array<std::int64_t>& day,
                          const std::optional<Array<double>>& value, std::uint32_t n_customers,
                          std::int64_t end_day, double days_per_unit, int threads) {
  EventTable events;
  customers::OrderHistory history;
  customers::CalibrationSummary summary;
  std::vector<double> mean;
  const auto customer_codes = view(customer);
  const auto days = view(day);
  const auto values = value ? view(*value) : std::span<const double>{};
  run_long({threads, 0, py::none()}, [&](const Execution& execution) {
    events.customer.assign(customer_codes.begin(), customer_codes.end());
    events.item.assign(customer_codes.size(), 0);
    events.items.append("order");
    for (const std::int64_t d : days) events.time.push_back(d * kSecondsPerDay);
    events.unit_price.assign(values.begin(), values.end());
    for (std::uint32_t c = 0; c < n_customers; ++c) events.customers.append("");
    history = customers::make_order_history(execution, events, {std::nullopt, end_day});
    summary = customers::summarize(execution, history, {end_day, days_per_unit});
    for (const std::uint32_t c : summary.customer) {
      Money sum = 0;
      const auto spent = history.values_of(c);
      for (std::size_t i = 1; i < spent.size(); ++i) sum += spent[i];
      mean.push_back(spent.size() < 2 ? 0.0
                                      : to_units(sum) / static_cast<double>(spent.size() - 1));
    }
  });
  py::dict result;
  result["customer"] = to_array(std::move(summary.customer));
  result["frequency"] = to_array(std::move(summary.counts.frequency));
  result["recency"] = to_array(std::move(summary.counts.recency));
  result["T"] = to_array(std::move(summary.counts.age));
  result["log_gaps"] = to_array(std::move(summary.counts.log_gaps));
  if (value) result["monetary_value"] = to_array(std::move(mean));
  return result;
}

py::list kinds() {
  py::list list;
  for (const customers::LifetimeKind& kind : customers::lifetime_kinds()) {
    list.append(py::make_tuple(std::string(kind.name), std::string(kind.title)));
  }
  return list;
}

py::tuple state_of(const Fit& fit) {
  const FitReport& r = fit.report;
  return py::make_tuple(r.model, r.names, r.estimates, r.standard_errors, r.log_covariance,
                        r.regularity, r.log_likelihood, r.customers, r.iterations, r.days_per_unit);
}

Fit from_state(const py::tuple& state) {
  FitReport r;
  r.model = py::cast<std::string>(state[0]);
  r.names = py::cast<std::vector<std::string>>(state[1]);
  r.estimates = py::cast<std::vector<double>>(state[2]);
  r.standard_errors = py::cast<std::vector<double>>(state[3]);
  r.log_covariance = py::cast<std::vector<double>>(state[4]);
  r.regularity = py::cast<int>(state[5]);
  r.log_likelihood = py::cast<double>(state[6]);
  r.customers = py::cast<std::uint64_t>(state[7]);
  r.iterations = py::cast<int>(state[8]);
  r.days_per_unit = py::cast<double>(state[9]);
  if (r.model == kGammaGamma) customers::gamma_gamma_fit(r);  // checks
  return fit_of(std::move(r));
}

}  // namespace

void bind_customers(py::module_& module) {
  py::class_<Fit>(module, "Fit")
      .def_property_readonly("model", [](const Fit& fit) { return fit.report.model; })
      .def_property_readonly("names", [](const Fit& fit) { return fit.report.names; })
      .def_property_readonly("estimates", [](const Fit& fit) { return fit.report.estimates; })
      .def_property_readonly("standard_errors",
                             [](const Fit& fit) { return fit.report.standard_errors; })
      .def_property_readonly("log_covariance",
                             [](const Fit& fit) { return fit.report.log_covariance; })
      .def_property_readonly("regularity", [](const Fit& fit) { return fit.report.regularity; })
      .def_property_readonly("log_likelihood",
                             [](const Fit& fit) { return fit.report.log_likelihood; })
      .def_property_readonly("customers", [](const Fit& fit) { return fit.report.customers; })
      .def_property_readonly("iterations", [](const Fit& fit) { return fit.report.iterations; })
      .def("of_customers", &of_customers, py::arg("what"), py::arg("frequency").noconvert(),
           py::arg("recency").noconvert(), py::arg("T").noconvert(), py::arg("other").noconvert(),
           py::arg("threads"))
      .def("of_newcomers", &of_newcomers, py::arg("what"), py::arg("t").noconvert(),
           py::arg("threads"))
      .def("expected_value", &expected_value, py::arg("frequency").noconvert(),
           py::arg("mean_value").noconvert(), py::arg("threads"))
      .def(py::pickle(&state_of, &from_state));
  module.def("lifetime_kinds", &kinds);
  module.def("fit_orders", &fit_orders, py::arg("kind"), py::arg("frequency").noconvert(),
             py::arg("recency").noconvert(), py::arg("T").noconvert(),
             py::arg("weights").noconvert().none(true), py::arg("log_gaps").noconvert().none(true),
             py::arg("days_per_unit"), py::arg("regularity"), py::arg("threads"), py::arg("seed"),
             py::arg("progress"));
  module.def("fit_spend", &fit_spend, py::arg("frequency").noconvert(),
             py::arg("mean_value").noconvert(), py::arg("threads"));
  module.def("summarize_orders", &summarize_orders, py::arg("customer").noconvert(),
             py::arg("day").noconvert(), py::arg("value").noconvert().none(true),
             py::arg("n_customers"), py::arg("end_day"), py::arg("days_per_unit"),
             py::arg("threads"));
}

}  // namespace tenure::python
