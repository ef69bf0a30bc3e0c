#include "parts.hpp"
#include "trained_model.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/recommender/similar.hpp>

#include <limits>
#include <numeric>

/// Recommender models: training, lists, neighbours, factors, files.
namespace tenure::python {

namespace {

using recommender::ModelKind;
using recommender::OptionSpec;
using recommender::OptionValues;
using recommender::UserBatch;

constexpr std::size_t kManyUsers = 64;  // from here on a call may be interrupted
constexpr std::size_t kFoldChunk = 32;
constexpr float kNoScore = std::numeric_limits<float>::lowest();

OptionValues values_of(const ModelKind& kind, const py::dict& options) {
  OptionValues values(kind.options);
  for (const auto& [name, value] : options) {
    const auto key = py::cast<std::string>(name);
    if (py::isinstance<py::str>(value)) {
      values.set(key, std::string_view(py::cast<std::string>(value)));
    } else {
      values.set(key, py::cast<double>(value));
    }
  }
  return values;
}

/// components: (kind, options, weight) each.
ModelPlan plan_of(const std::string& kind_name, const py::dict& options,
                  const py::list& components) {
  const ModelKind& kind = recommender::model_kind(kind_name);
  ModelPlan plan{&kind, values_of(kind, options), {}};
  for (const py::handle component : components) {
    const auto [name, own, weight] = py::cast<std::tuple<std::string, py::dict, double>>(component);
    const ModelKind& part = recommender::model_kind(name);
    plan.components.push_back({&part, values_of(part, own), weight});
  }
  return plan;
}

py::dict option_dict(const OptionSpec& spec) {
  py::dict option;
  option["name"] = std::string(spec.name);
  option["help"] = std::string(spec.help);
  if (spec.type == OptionSpec::Type::kChoice) {
    option["type"] = "choice";
    option["choices"] = std::string(spec.choices);
    option["default"] = std::string(spec.choices.substr(0, spec.choices.find('|')));
    return option;
  }
  option["low"] = spec.low;
  option["high"] = spec.high;
  if (spec.type == OptionSpec::Type::kInteger) {
    option["type"] = "integer";
    option["default"] = static_cast<std::int64_t>(spec.fallback);
  } else {
    option["type"] = "real";
    option["default"] = spec.fallback;
  }
  return option;
}

py::list kinds() {
  py::list list;
  for (const ModelKind& kind : recommender::model_kinds()) {
    py::dict entry;
    entry["name"] = std::string(kind.name);
    entry["help"] = std::string(kind.help);
    entry["needs_components"] = kind.needs_components;
    py::list options;
    for (const OptionSpec& spec : kind.options) options.append(option_dict(spec));
    entry["options"] = options;
    list.append(entry);
  }
  return list;
}

template <class T>
py::array rows_of(std::vector<T>&& values, std::size_t rows, std::size_t cols,
                  const char* type_name) {
  const py::array_t<T> flat = to_array(std::move(values));
  const std::vector<py::ssize_t> shape{static_cast<py::ssize_t>(rows),
                                       static_cast<py::ssize_t>(cols)};
  return py::array(py::dtype(type_name), shape, flat.data(), flat);
}

/// (ids, scores) of equal width; places that no item fills have id -1 and the lowest float.
py::tuple lists_of(recommender::TopLists&& lists) {
  for (std::size_t i = 0; i < lists.size(); ++i) {
    for (std::size_t j = lists.counts[i]; j < lists.width; ++j) {
      lists.scores[i * lists.width + j] = kNoScore;
    }
  }
  const std::size_t rows = lists.size();
  // kNoItem is -1 in two's complement.
  return py::make_tuple(rows_of(std::move(lists.ids), rows, lists.width, "int32"),
                        rows_of(std::move(lists.scores), rows, lists.width, "float32"));
}

void run_for(std::size_t users, const RunOptions& run, FunctionRef<void(const Execution&)> work) {
  if (users < kManyUsers) {
    run_short(run, work);
  } else {
    run_long(run, work);
  }
}

template <class T>
std::span<const T> view_if(const std::optional<Array<T>>& array) {
  return array ? view(*array) : std::span<const T>{};
}

/// Lists for users whose known items are rows of `histories`, or of the matrix trained on.
py::tuple recommend(const TrainedModel& self, const Array<std::uint32_t>& users,
                    const Array<std::uint32_t>& rows, const CsrArrays* histories, std::uint32_t n,
                    bool allow_seen, const std::optional<Array<std::uint8_t>>& denied,
                    const std::optional<Array<std::uint8_t>>& allowed, int threads,
                    const py::object& progress) {
  UserBatch batch{view(users), view(rows), self.train_matrix()};
  if (histories != nullptr) batch.histories = histories->matrix();
  recommender::RecommendOptions options;
  options.k = n;
  options.allow_seen = allow_seen;
  options.denied = self.file().item_is_service;
  options.rules.denied = view_if(denied);
  options.rules.allowed = view_if(allowed);
  options.fallback = &self.fallback();
  recommender::Recommendations made;
  run_for(batch.size(), {threads, 0, progress}, [&](const Execution& execution) {
    options.retriever = self.retriever(execution);
    made = recommender::recommend(execution, self.model(), batch, options);
  });
  return lists_of(std::move(made.lists));
}

py::tuple similar(const TrainedModel& self, const std::string& side,
                  const Array<std::uint32_t>& codes, std::uint32_t n, int threads) {
  recommender::TopLists lists;
  run_long({threads, 0, py::none()}, [&](const Execution& execution) {
    lists = side == "items" ? recommender::similar_items(execution, self.model(), view(codes), n,
                                                         self.file().item_is_service)
                            : recommender::similar_users(execution, self.model(), view(codes), n);
  });
  return lists_of(std::move(lists));
}

/// What the model, one without factors, would list for customers who have nothing but the item.
py::tuple follow_ups(const TrainedModel& self, const Array<std::uint32_t>& codes, std::uint32_t n,
                     int threads) {
  const auto items = view(codes);
  std::vector<std::uint64_t> row_start(items.size() + 1);
  std::iota(row_start.begin(), row_start.end(), std::uint64_t{0});
  std::vector<std::uint32_t> rows(items.size());
  std::iota(rows.begin(), rows.end(), 0U);
  const std::vector<std::uint32_t> users(items.size(), recommender::kNewUser);
  const std::vector<float> ones(items.size(), 1.0F);
  const UserBatch batch{users, rows, {row_start, items, ones, self.model().n_items()}};
  recommender::RecommendOptions options;
  options.k = n;
  options.denied = self.file().item_is_service;
  recommender::Recommendations made;
  run_for(items.size(), {threads, 0, py::none()}, [&](const Execution& execution) {
    csr_validate(batch.histories);
    made = recommender::recommend(execution, self.model(), batch, options);
  });
  return lists_of(std::move(made.lists));
}

/// Factors of customers known by their history alone.
py::array fold_in(const TrainedModel& self, const CsrArrays& histories, int threads) {
  const auto factors = self.model().factors();
  if (!factors) {
    throw ArgumentError("the model " + std::string(self.model().name()) + " has no factors");
  }
  const CsrView& matrix = histories.matrix();
  const std::size_t width = factors->items.cols;
  std::vector<std::uint32_t> rows(matrix.rows());
  std::iota(rows.begin(), rows.end(), 0U);
  const std::vector<std::uint32_t> users(matrix.rows(), recommender::kNewUser);
  std::vector<float> out(matrix.rows() * width);
  const UserBatch batch{users, rows, matrix};
  run_for(matrix.rows(), {threads, 0, py::none()}, [&](const Execution& execution) {
    parallel_for(execution, matrix.rows(), kFoldChunk, [&](const Chunk& chunk) {
      self.model().user_vectors(
          batch.slice(chunk.begin, chunk.end),
          {out.data() + chunk.begin * width, chunk.end - chunk.begin, width, width});
    });
  });
  return rows_of(std::move(out), matrix.rows(), width, "float32");
}

py::object factors(const py::object& self, const std::string& side) {
  const auto found = py::cast<const TrainedModel&>(self).model().factors();
  if (!found) return py::none();
  return borrowed(side == "items" ? found->items : found->users, self);
}

py::tuple train_matrix(const py::object& self) {
  const CsrView& matrix = py::cast<const TrainedModel&>(self).train_matrix();
  return py::make_tuple(borrowed(matrix.row_start, self), borrowed(matrix.columns, self),
                        borrowed(matrix.values, self));
}

py::dict metrics(const TrainedModel& self) {
  py::dict figures;
  for (const auto& [name, value] : self.file().metrics) figures[py::str(name)] = value;
  return figures;
}

}  // namespace

void bind_recommend(py::module_& module) {
  module.def("model_kinds", &kinds);
  module.def(
      "check_options",
      [](const std::string& kind, const py::dict& options) {
        values_of(recommender::model_kind(kind), options);
      },
      py::arg("kind"), py::arg("options"));
  py::class_<CsrArrays>(module, "Csr")
      .def(py::init<Array<std::uint64_t>, Array<std::uint32_t>, Array<float>, std::uint32_t>(),
           py::arg("row_start").noconvert(), py::arg("columns").noconvert(),
           py::arg("values").noconvert(), py::arg("n_columns"));
  py::class_<TrainedModel>(module, "TrainedModel")
      .def_static(
          "train_matrix",
          [](const std::string& kind, const py::dict& options, const py::list& components,
             const CsrArrays& matrix, int threads, std::uint64_t seed, const py::object& progress) {
            return TrainedModel::train({threads, seed, progress},
                                       plan_of(kind, options, components), matrix);
          },
          py::arg("kind"), py::arg("options"), py::arg("components"), py::arg("matrix"),
          py::arg("threads"), py::arg("seed"), py::arg("progress"))
      .def_static(
          "train_log",
          [](const std::string& kind, const py::dict& options, const py::list& components,
             const Log& log, const py::dict& weights, int threads, std::uint64_t seed,
             const py::object& progress) {
            return TrainedModel::train({threads, seed, progress},
                                       plan_of(kind, options, components), log.events,
                                       interaction_options(weights));
          },
          py::arg("kind"), py::arg("options"), py::arg("components"), py::arg("log"),
          py::arg("weights"), py::arg("threads"), py::arg("seed"), py::arg("progress"))
      .def_static(
          "load",
          [](const std::string& path, int threads) {
            return TrainedModel::load({threads, 0, py::none()}, path);
          },
          py::arg("path"), py::arg("threads"))
      .def(
          "save",
          [](const TrainedModel& self, const std::string& path,
             const std::optional<std::vector<std::string>>& users,
             const std::optional<std::vector<std::string>>& items, int threads) {
            self.save({threads, 0, py::none()}, path, users, items);
          },
          py::arg("path"), py::arg("users"), py::arg("items"), py::arg("threads"))
      .def("recommend", &recommend, py::arg("users").noconvert(), py::arg("rows").noconvert(),
           py::arg("histories").none(true), py::arg("n"), py::arg("allow_seen"),
           py::arg("denied").noconvert().none(true), py::arg("allowed").noconvert().none(true),
           py::arg("threads"), py::arg("progress"))
      .def("similar", &similar, py::arg("side"), py::arg("codes").noconvert(), py::arg("n"),
           py::arg("threads"))
      .def("follow_ups", &follow_ups, py::arg("codes").noconvert(), py::arg("n"),
           py::arg("threads"))
      .def("fold_in", &fold_in, py::arg("histories"), py::arg("threads"))
      .def("factors", &factors, py::arg("side"))
      .def("train_matrix_parts", &train_matrix)
      .def_property_readonly("metrics", &metrics)
      .def_property_readonly("has_ids", &TrainedModel::has_ids)
      .def_property_readonly(
          "customers", [](const TrainedModel& self) { return to_list(self.file().customers); })
      .def_property_readonly("items",
                             [](const TrainedModel& self) { return to_list(self.file().items); })
      .def_property_readonly(
          "name", [](const TrainedModel& self) { return std::string(self.model().name()); })
      .def_property_readonly("solver",
                             [](const TrainedModel& self) { return self.model().solver_used(); })
      .def_property_readonly("n_users",
                             [](const TrainedModel& self) { return self.model().n_users(); })
      .def_property_readonly("n_items",
                             [](const TrainedModel& self) { return self.model().n_items(); });
}

}  // namespace tenure::python
