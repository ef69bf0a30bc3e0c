#include "kinds.hpp"
#include "model_arrays.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/graph_filter.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <array>
#include <string>
#include <utility>
#include <vector>

namespace tenure::recommender {

namespace {

using Type = OptionSpec::Type;

constexpr std::string_view kTurbo = "turbo-cf";
constexpr std::string_view kGf = "gf-cf";

constexpr std::array<OptionSpec, 3> kTurboOptions = {{
    {"user_exponent", Type::kReal, 0.6, 0, 1, "",
     "how much of the normalisation falls on customers, the rest on items", 0.3, 0.8, false},
    {"power", Type::kReal, 0.7, 0.01, 10, "", "exponent of each entry of the item graph", 0.4, 1.6,
     false},
    {"filter", Type::kInteger, 1, 1, 3, "", "degree of the low-pass polynomial"},
}};

constexpr std::array<OptionSpec, 3> kGfOptions = {{
    {"low_pass_weight", Type::kReal, 0.3, 0, 1e6, "", "share of the ideal low-pass filter", 0.02, 3,
     true},
    {"rank", Type::kInteger, 256, 1, 4096, "", "singular vectors of the ideal low-pass filter", 64,
     1024, true},
    {"iterations", Type::kInteger, 12, 1, 1e6, "", "subspace iterations for them"},
}};

OptionValues values_of(const GraphFilterModel& model) {
  const GraphFilterOptions& options = model.options();
  if (model.name() == kTurbo) {
    OptionValues values(kTurboOptions);
    values.set("user_exponent", options.user_exponent);
    values.set("power", options.power);
    values.set("filter", static_cast<double>(options.filter));
    return values;
  }
  OptionValues values(kGfOptions);
  values.set("low_pass_weight", options.low_pass_weight);
  values.set("rank", static_cast<double>(options.rank));
  values.set("iterations", static_cast<double>(options.iterations));
  return values;
}

GraphFilterOptions options_of(std::string_view name, const OptionValues& values) {
  GraphFilterOptions options;
  if (name == kTurbo) {
    options.user_exponent = values.real("user_exponent");
    options.power = values.real("power");
    options.filter = values.integer("filter");
  } else {
    options.low_pass_weight = values.real("low_pass_weight");
    options.rank = values.integer("rank");
    options.iterations = values.integer("iterations");
  }
  return options;
}

std::unique_ptr<Model> train(const Execution& execution, const TrainingInput& input,
                             std::string_view name, const OptionValues& values) {
  return std::make_unique<GraphFilterModel>(execution, name, input.user_items(),
                                            options_of(name, values));
}

std::unique_ptr<Model> load(const Execution& execution, const ContainerReader& reader,
                            const std::string& prefix, std::string_view name, OptionValues values) {
  values.load(reader, prefix);
  const Csr pairs = detail::load_csr(reader, prefix + "pairs/");
  try {
    return std::make_unique<GraphFilterModel>(execution, name, pairs, options_of(name, values),
                                              detail::load_matrix(reader, prefix + "low_pass"));
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix + "pairs", error.what());
  } catch (const NumericalError& error) {
    throw DataError(reader.path(), prefix + "pairs", error.what());
  }
}

}  // namespace

void GraphFilterModel::save(ContainerWriter& writer, const std::string& prefix) const {
  values_of(*this).save(writer, prefix);
  detail::save_csr(writer, prefix + "pairs/", pairs());
  const MatrixView<const float> vectors = low_pass_vectors();
  if (vectors.rows == 0) return;
  writer.write_matrix<float>(prefix + "low_pass", {vectors.data, vectors.rows * vectors.cols},
                             vectors.rows, vectors.cols);
}

namespace detail {

constexpr std::array<UserArray, 1> kUserRows{{{"pairs", UserArray::Layout::kCsr}}};

ModelKind turbo_cf_kind() {
  return with_user_arrays(
      {kTurbo, "polynomial filters of the item graph (Park et al. 2024)", kTurboOptions, false,
       [](const Execution& execution, const TrainingInput& input, const OptionValues& values) {
         return train(execution, input, kTurbo, values);
       },
       [](const Execution& execution, const ContainerReader& reader, const std::string& prefix) {
         return load(execution, reader, prefix, kTurbo, OptionValues(kTurboOptions));
       }},
      kUserRows);
}

ModelKind gf_cf_kind() {
  return with_user_arrays(
      {kGf, "linear and ideal low-pass filter of the item graph (Shen et al. 2021)", kGfOptions,
       false,
       [](const Execution& execution, const TrainingInput& input, const OptionValues& values) {
         return train(execution, input, kGf, values);
       },
       [](const Execution& execution, const ContainerReader& reader, const std::string& prefix) {
         return load(execution, reader, prefix, kGf, OptionValues(kGfOptions));
       }},
      kUserRows);
}

}  // namespace detail

}  // namespace tenure::recommender
