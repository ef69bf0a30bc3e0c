#pragma once

#include <tenure/core/container.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/model.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A blend of models. The score of item j for customer u is
///   sum over models m of weight_m (s_muj - mean_j s_muj) / sd_j s_muj,
/// mean and standard deviation over the items: each model's scores count alike whatever their
/// scale, and customer by customer. A model that scores all items of a customer the same adds
/// nothing.
namespace tenure::recommender {

struct BlendPart {
  std::unique_ptr<Model> model;
  double weight = 1.0;  ///< finite, >= 0
};

class BlendModel final : public Model {
 public:
  /// @throws ArgumentError unless there is a part, all have the same users and items, weights are
  /// in range and one is above 0.
  explicit BlendModel(std::vector<BlendPart> parts);

  std::string_view name() const noexcept override { return "blend"; }
  /// Of the parts that have one, e.g. "ials: exact".
  std::string solver_used() const override;
  std::uint32_t n_users() const noexcept override { return parts_.front().model->n_users(); }
  std::uint32_t n_items() const noexcept override { return parts_.front().model->n_items(); }
  bool personal() const noexcept override;
  void score(const UserBatch& batch, MatrixView<float> out) const override;
  /// Each part under a prefix of its own: prefix + "0/", "1/", ...
  void save(ContainerWriter& writer, const std::string& prefix) const override;

  std::span<const BlendPart> parts() const noexcept { return parts_; }

 private:
  std::vector<BlendPart> parts_;
};

/// Trains each component on input's data, one after the other.
/// @throws ArgumentError (no component, one that is a blend itself) and what the components throw.
std::unique_ptr<BlendModel> train_blend(const Execution& execution, const TrainingInput& input);

}  // namespace tenure::recommender
