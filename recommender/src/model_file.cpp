#include <tenure/core/container.hpp>
#include <tenure/core/error.hpp>
#include <tenure/recommender/model_file.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

namespace tenure::recommender {

namespace {

constexpr const char* kPrefix = "model/";
constexpr const char* kNewcomers = "newcomers/";

/// FNV-1a, 64 bit, over the little-endian bytes of numbers.
class Fnv {
 public:
  template <class T>
  void add(T value) noexcept {
    for (std::size_t byte = 0; byte < sizeof(T); ++byte) {
      hash_ ^= static_cast<std::uint64_t>(value >> (8 * byte)) & 0xFFU;
      hash_ *= 0x100000001B3ULL;
    }
  }
  std::uint64_t value() const noexcept { return hash_; }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325ULL;
};

void check_parts(const ModelFileView& file) {
  if (file.model == nullptr) throw ArgumentError("model file: there is no model");
  const Model& model = *file.model;
  if (file.customers == nullptr || file.customers->size() != model.n_users() ||
      file.items == nullptr || file.items->size() != model.n_items() ||
      file.train.rows() != model.n_users() || file.train.n_columns != model.n_items() ||
      (!file.item_is_service.empty() && file.item_is_service.size() != model.n_items())) {
    throw ArgumentError("model file: the dictionaries or the training matrix do not fit the model");
  }
  if (file.newcomers != nullptr && (file.newcomers->n_users() != model.n_users() ||
                                    file.newcomers->n_items() != model.n_items())) {
    throw ArgumentError("model file: popularity by region does not fit the model");
  }
  csr_validate(file.train);
  validate(file.weights);
  for (const auto& [name, value] : file.metrics) {
    if (!std::isfinite(value))
      throw ArgumentError("model file: the metric " + name + " is not finite");
  }
  for (const MetricInterval& interval : file.metric_intervals) {
    if (interval.metric >= file.metrics.size() || !std::isfinite(interval.low) ||
        !std::isfinite(interval.high) || interval.low > interval.high) {
      throw ArgumentError("model file: an interval of a metric is out of range");
    }
  }
}

void write_intervals(ContainerWriter& writer, std::span<const MetricInterval> intervals) {
  if (intervals.empty()) return;
  std::vector<std::uint32_t> of;
  std::vector<double> low;
  std::vector<double> high;
  for (const MetricInterval& interval : intervals) {
    of.push_back(interval.metric);
    low.push_back(interval.low);
    high.push_back(interval.high);
  }
  writer.write<std::uint32_t>("metrics/interval_of", of);
  writer.write<double>("metrics/low", low);
  writer.write<double>("metrics/high", high);
}

/// Files of before intervals were kept have none.
std::vector<MetricInterval> read_intervals(const ContainerReader& reader, std::size_t most) {
  std::vector<MetricInterval> intervals;
  if (!reader.has("metrics/interval_of")) return intervals;
  const auto of = reader.read<std::uint32_t>("metrics/interval_of");
  if (of.size() > most) throw DataError(reader.path(), "metrics/interval_of", "has too many rows");
  const auto low = reader.read<double>("metrics/low", of.size());
  const auto high = reader.read<double>("metrics/high", of.size());
  for (std::size_t i = 0; i < of.size(); ++i) intervals.push_back({of[i], low[i], high[i]});
  return intervals;
}

std::unique_ptr<Model> load_any(const Execution& execution, const ContainerReader& reader) {
  const std::string name = reader.string_attribute("model_name").value_or(std::string());
  for (const ModelKind& kind : model_kinds()) {
    if (kind.name == name) return kind.load(execution, reader, kPrefix);
  }
  throw DataError(reader.path(), "model_name", "unknown model '" + name + "'");
}

Csr read_train(const ContainerReader& reader) {
  Csr train;
  const auto n_columns = reader.integer_attribute("train_n_columns");
  if (!n_columns || *n_columns < 0 || *n_columns > std::numeric_limits<std::uint32_t>::max()) {
    throw DataError(reader.path(), "train_n_columns", "missing or out of range");
  }
  train.n_columns = static_cast<std::uint32_t>(*n_columns);
  train.row_start = reader.read<std::uint64_t>("train/row_start");
  train.columns = reader.read<std::uint32_t>("train/columns");
  train.values = reader.read<float>("train/values", train.columns.size());
  return train;
}

void write_weights(ContainerWriter& writer, const InteractionOptions& weights) {
  writer.attribute("weights/value", to_string(weights.value));
  for (const KindWeight& entry : weights.kinds) {
    writer.attribute(std::string("weights/kind/").append(to_string(entry.kind)),
                     static_cast<double>(entry.weight));
  }
  if (weights.half_life_days) writer.attribute("weights/half_life_days", *weights.half_life_days);
  if (weights.now) writer.attribute("weights/now", *weights.now);
}

InteractionOptions read_weights(const ContainerReader& reader) {
  InteractionOptions weights;
  const auto value =
      interaction_value_from_string(reader.string_attribute("weights/value").value_or(""));
  if (!value) throw DataError(reader.path(), "weights/value", "missing or unknown");
  weights.value = *value;
  weights.kinds.clear();
  for (int code = 0; code <= static_cast<int>(EventKind::kVisit); ++code) {
    const auto kind = static_cast<EventKind>(code);
    const auto weight = reader.real_attribute(std::string("weights/kind/").append(to_string(kind)));
    if (weight) weights.kinds.push_back({kind, static_cast<float>(*weight)});
  }
  weights.half_life_days = reader.real_attribute("weights/half_life_days");
  weights.now = reader.integer_attribute("weights/now");
  return weights;
}

}  // namespace

std::uint64_t fingerprint(const CsrView& matrix) noexcept {
  Fnv hash;
  hash.add(static_cast<std::uint64_t>(matrix.rows()));
  hash.add(matrix.n_columns);
  for (const std::uint64_t start : matrix.row_start) hash.add(start);
  for (const std::uint32_t column : matrix.columns) hash.add(column);
  for (const float value : matrix.values) hash.add(std::bit_cast<std::uint32_t>(value));
  return hash.value();
}

ModelFileView view_of(const ModelFile& file) {
  return {file.model.get(),      &file.customers,     &file.items,  file.pseudonym_key,
          file.item_is_service,  file.train,          file.weights, file.metrics,
          file.metric_intervals, file.newcomers.get()};
}

void save_model(const Execution& execution, const ModelFile& file, const std::string& path) {
  save_model(execution, view_of(file), path);
}

void save_model(const Execution& execution, const ModelFileView& file, const std::string& path) {
  check_parts(file);
  ContainerWriter writer(execution, path, "model", kModelVersion);
  writer.attribute("model_name", file.model->name());
  file.model->save(writer, kPrefix);
  writer.write_dictionary("customers", *file.customers);
  writer.write_dictionary("items", *file.items);
  if (!file.item_is_service.empty()) {
    writer.write<std::uint8_t>("item_is_service", file.item_is_service);
  }
  if (!file.pseudonym_key.empty()) writer.attribute("pseudonym_key", file.pseudonym_key);
  writer.attribute("train_n_columns", static_cast<std::int64_t>(file.train.n_columns));
  writer.attribute("train_fingerprint", std::bit_cast<std::int64_t>(fingerprint(file.train)));
  writer.write<std::uint64_t>("train/row_start", file.train.row_start);
  writer.write<std::uint32_t>("train/columns", file.train.columns);
  writer.write<float>("train/values", file.train.values);
  write_weights(writer, file.weights);
  if (file.newcomers != nullptr) file.newcomers->save(writer, kNewcomers);
  Dictionary names;
  std::vector<double> values;
  for (const auto& [name, value] : file.metrics) {
    names.append(name);
    values.push_back(value);
  }
  writer.write_dictionary("metrics/names", names);
  writer.write<double>("metrics/values", values);
  write_intervals(writer, file.metric_intervals);
  writer.commit();
}

ModelFile load_model(const Execution& execution, const std::string& path) {
  const ContainerReader reader(execution, path, "model", kModelVersion);
  ModelFile file;
  file.model = load_any(execution, reader);
  file.customers = reader.read_dictionary("customers");
  file.items = reader.read_dictionary("items");
  file.pseudonym_key = reader.string_attribute("pseudonym_key").value_or("");
  if (reader.has("item_is_service")) {
    file.item_is_service = reader.read<std::uint8_t>("item_is_service", file.items.size());
  }
  file.train = read_train(reader);
  file.weights = read_weights(reader);
  if (reader.has(std::string(kNewcomers) + "overall")) {
    file.newcomers = RegionalPopularityModel::load(reader, kNewcomers);
  }
  const Dictionary names = reader.read_dictionary("metrics/names");
  const std::vector<double> values = reader.read<double>("metrics/values", names.size());
  for (std::uint32_t i = 0; i < names.size(); ++i) {
    file.metrics.emplace_back(std::string(names[i]), values[i]);
  }
  file.metric_intervals = read_intervals(reader, names.size());
  try {
    check_parts(view_of(file));
  } catch (const ArgumentError& error) {
    throw DataError(path, error.what());
  }
  const auto stored = reader.integer_attribute("train_fingerprint");
  if (!stored || std::bit_cast<std::uint64_t>(*stored) != fingerprint(file.train)) {
    throw DataError(path, "train", "the matrix does not have the fingerprint stored with it");
  }
  return file;
}

}  // namespace tenure::recommender
