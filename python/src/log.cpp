#include "parts.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/import.hpp>
#include <tenure/core/store.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <array>
#include <map>

/// Logs of events: stores, imports, and what the models make of them.
namespace tenure::python {

namespace {

constexpr std::array<std::pair<std::string_view, LogFormat>, 6> kFormats{
    {{"auto", LogFormat::kAuto},
     {"online-retail", LogFormat::kOnlineRetail},
     {"cdnow", LogFormat::kCdnow},
     {"adjacency", LogFormat::kAdjacency},
     {"pairs", LogFormat::kPairs},
     {"csv", LogFormat::kCsv}}};

LogFormat format_of(const std::string& name) {
  std::string names;
  for (const auto& [known, format] : kFormats) {
    if (known == name) return format;
    names.append(names.empty() ? "" : ", ").append(known);
  }
  throw ArgumentError("unknown format '" + name + "'; there are " + names);
}

Log share(EventTable&& events) { return {std::make_shared<const EventTable>(std::move(events))}; }

Log read(const std::string& path, int threads, const py::object& progress) {
  return share(result_of_long({threads, 0, progress}, [&](const Execution& execution) {
    return read_store(execution, path);
  }));
}

Log import(const std::vector<std::string>& paths, const std::string& format,
           const std::map<std::string, std::string>& columns, const std::string& currency,
           const std::string& items, bool strict, int threads, const py::object& progress) {
  ImportOptions options;
  options.format = format_of(format);
  options.columns = columns;
  options.currency = currency;
  options.items = items;
  options.strict = strict;
  return share(result_of_long({threads, 0, progress}, [&](const Execution& execution) {
    return read_events(execution, paths, options);
  }));
}

/// The columns there are, as read-only arrays over the table.
py::dict columns(const py::object& self) {
  const EventTable& events = *py::cast<const Log&>(self).events;
  py::dict result;
  const auto put = [&](const char* name, const auto& column) {
    using T = typename std::decay_t<decltype(column)>::value_type;
    if (!column.empty()) result[name] = borrowed(std::span<const T>(column), self);
  };
  put("customer", events.customer);
  put("item", events.item);
  put("time", events.time);
  put("quantity", events.quantity);
  put("unit_price", events.unit_price);
  put("order", events.order);
  put("region", events.region);
  put("channel", events.channel);
  if (!events.kind.empty()) {
    static_assert(sizeof(EventKind) == sizeof(std::uint8_t));
    const auto* const codes = reinterpret_cast<const std::uint8_t*>(events.kind.data());
    result["kind"] = borrowed(std::span<const std::uint8_t>(codes, events.kind.size()), self);
  }
  return result;
}

py::list ids(const Log& log, const std::string& of) {
  const EventTable& events = *log.events;
  if (of == "customer") return to_list(events.customers);
  if (of == "item") return to_list(events.items);
  if (of == "order") return to_list(events.orders);
  if (of == "region") return to_list(events.regions);
  if (of == "channel") return to_list(events.channels);
  throw ArgumentError("no ids of " + of);
}

py::dict counts(const Log& log) {
  const ImportCounts& counts = log.events->counts;
  py::dict result;
  result["rows"] = counts.rows;
  result["kept"] = counts.kept;
  result["dropped"] = counts.dropped;
  result["flags"] = counts.flags;
  return result;
}

py::tuple user_items(const Log& log, const py::dict& weights, int threads) {
  const auto options = interaction_options(weights);
  return csr_parts(result_of_long({threads, 0, py::none()}, [&](const Execution& execution) {
                     return recommender::build_interactions(execution, *log.events, options);
                   }).user_items);
}

/// What the order models are fitted to, one row a customer with an order by the end.
py::dict summary(const Log& log, double days_per_unit, std::optional<std::int64_t> cohort_start,
                 std::optional<std::int64_t> end_day, int threads) {
  auto made = result_of_long({threads, 0, py::none()}, [&](const Execution& execution) {
    const auto history =
        customers::make_order_history(execution, *log.events, {cohort_start, end_day});
    return customers::summarize(execution, history, {end_day, days_per_unit});
  });
  py::dict result;
  result["customer"] = to_array(std::move(made.customer));
  result["frequency"] = to_array(std::move(made.counts.frequency));
  result["recency"] = to_array(std::move(made.counts.recency));
  result["T"] = to_array(std::move(made.counts.age));
  result["log_gaps"] = to_array(std::move(made.counts.log_gaps));
  if (!made.mean_value.empty()) {
    result["spend_frequency"] = to_array(std::move(made.spend_frequency));
    result["monetary_value"] = to_array(std::move(made.mean_value));
  }
  return result;
}

}  // namespace

recommender::InteractionOptions interaction_options(const py::dict& weights) {
  recommender::InteractionOptions options;
  if (weights.contains("kinds")) {
    options.kinds.clear();
    const auto kinds = py::cast<std::map<std::string, float>>(weights["kinds"]);
    for (const auto& [name, weight] : kinds) {
      const auto kind = event_kind_from_string(name);
      if (!kind) throw ArgumentError("unknown kind of event '" + name + "'");
      options.kinds.push_back({*kind, weight});
    }
  }
  if (weights.contains("value")) {
    const auto name = py::cast<std::string>(weights["value"]);
    const auto value = recommender::interaction_value_from_string(name);
    if (!value) throw ArgumentError("value: '" + name + "' is none of binary, count, quantity");
    options.value = *value;
  }
  if (weights.contains("half_life_days")) {
    options.half_life_days = py::cast<double>(weights["half_life_days"]);
  }
  validate(options);
  return options;
}

void bind_log(py::module_& module) {
  py::class_<Log>(module, "Log")
      .def_property_readonly("rows", [](const Log& log) { return log.events->rows(); })
      .def_property_readonly("n_customers",
                             [](const Log& log) { return log.events->customers.size(); })
      .def_property_readonly("n_items", [](const Log& log) { return log.events->items.size(); })
      .def_property_readonly("currency", [](const Log& log) { return log.events->currency; })
      .def_property_readonly("counts", &counts)
      .def("columns", &columns)
      .def("ids", &ids, py::arg("of"))
      .def("user_items", &user_items, py::arg("weights"), py::arg("threads"))
      .def("summary", &summary, py::arg("days_per_unit"), py::arg("cohort_start"),
           py::arg("end_day"), py::arg("threads"))
      .def(
          "write",
          [](const Log& log, const std::string& path, int threads) {
            run_long({threads, 0, py::none()}, [&](const Execution& execution) {
              write_store(execution, *log.events, path);
            });
          },
          py::arg("path"), py::arg("threads"));
  module.def("read_store", &read, py::arg("path"), py::arg("threads"), py::arg("progress"));
  module.def("import_log", &import, py::arg("paths"), py::arg("format"), py::arg("columns"),
             py::arg("currency"), py::arg("items"), py::arg("strict"), py::arg("threads"),
             py::arg("progress"));
}

}  // namespace tenure::python
