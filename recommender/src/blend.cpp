#include "kinds.hpp"
#include "model_arrays.hpp"
#include "standardize.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/blend.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tenure::recommender {

namespace {

constexpr std::uint32_t kMostParts = 64;

std::unique_ptr<Model> train(const Execution& execution, const TrainingInput& input,
                             const OptionValues&) {
  return train_blend(execution, input);
}

const ModelKind& part_kind(const ContainerReader& reader, const std::string& prefix) {
  const std::string name = reader.string_attribute(prefix + "kind").value_or(std::string());
  for (const ModelKind& kind : model_kinds()) {
    if (kind.name == name && !kind.needs_components) return kind;
  }
  throw DataError(reader.path(), prefix + "kind", "unknown model '" + name + "'");
}

std::unique_ptr<Model> load(const Execution& execution, const ContainerReader& reader,
                            const std::string& prefix) {
  const std::uint32_t count = detail::load_count(reader, prefix + "parts", kMostParts);
  std::vector<BlendPart> parts;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::string at = prefix + std::to_string(i) + "/";
    const auto weight = reader.real_attribute(at + "weight");
    if (!weight) throw DataError(reader.path(), at + "weight", "missing");
    parts.push_back({part_kind(reader, at).load(execution, reader, at + "model/"), weight.value()});
  }
  try {
    return std::make_unique<BlendModel>(std::move(parts));
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix, error.what());
  }
}

}  // namespace

BlendModel::BlendModel(std::vector<BlendPart> parts) : parts_(std::move(parts)) {
  if (parts_.empty() || parts_.size() > kMostParts) {
    throw ArgumentError("blend: needs 1 to " + std::to_string(kMostParts) + " components");
  }
  bool any = false;
  for (const BlendPart& part : parts_) {
    if (!part.model || part.model->n_users() != parts_.front().model->n_users() ||
        part.model->n_items() != parts_.front().model->n_items()) {
      throw ArgumentError("blend: the components do not have the same users and items");
    }
    if (!std::isfinite(part.weight) || part.weight < 0.0) {
      throw ArgumentError("blend: a weight must be a finite number of at least 0");
    }
    any = any || part.weight > 0.0;
  }
  if (!any) throw ArgumentError("blend: no component has a weight above 0");
}

std::string BlendModel::solver_used() const {
  std::string text;
  for (const BlendPart& part : parts_) {
    const std::string solver = part.model->solver_used();
    if (solver.empty()) continue;
    text.append(text.empty() ? "" : ", ").append(part.model->name()).append(": ").append(solver);
  }
  return text;
}

bool BlendModel::personal() const noexcept {
  return std::any_of(parts_.begin(), parts_.end(), [](const BlendPart& part) {
    return part.weight > 0.0 && part.model->personal();
  });
}

void BlendModel::score(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, n_items());
  for (std::size_t b = 0; b < batch.size(); ++b) {
    std::fill(out.row(b), out.row(b) + n_items(), 0.0F);
  }
  Matrix<float> scores(batch.size(), n_items());
  for (const BlendPart& part : parts_) {
    if (part.weight == 0.0) continue;
    part.model->score(batch, scores.view());
    for (std::size_t b = 0; b < batch.size(); ++b) {
      detail::add_standardized(scores.view().row_span(b), part.weight, out.row(b));
    }
  }
}

void BlendModel::save(ContainerWriter& writer, const std::string& prefix) const {
  writer.attribute(prefix + "parts", static_cast<std::int64_t>(parts_.size()));
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    const std::string at = prefix + std::to_string(i) + "/";
    writer.attribute(at + "kind", parts_[i].model->name());
    writer.attribute(at + "weight", parts_[i].weight);
    parts_[i].model->save(writer, at + "model/");
  }
}

std::unique_ptr<BlendModel> train_blend(const Execution& execution, const TrainingInput& input) {
  if (input.components.empty()) throw ArgumentError("blend: there are no components");
  for (const ModelComponent& component : input.components) {
    if (component.kind == nullptr || component.kind->needs_components) {
      throw ArgumentError("blend: a component cannot be made of others itself");
    }
  }
  std::vector<BlendPart> parts;
  for (const ModelComponent& component : input.components) {
    TrainingInput own = input;
    own.components = {};
    parts.push_back({component.kind->train(execution, own, component.values), component.weight});
  }
  return std::make_unique<BlendModel>(std::move(parts));
}

namespace detail {

ModelKind blend_kind() {
  ModelKind kind{"blend", "a weighted sum of other models' standardised scores", {}, false, &train,
                 &load};
  kind.needs_components = true;
  return kind;
}

}  // namespace detail

}  // namespace tenure::recommender
