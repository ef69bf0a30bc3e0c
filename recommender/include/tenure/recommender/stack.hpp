#pragma once

#include <tenure/core/boosted_trees.hpp>
#include <tenure/core/container.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/blend.hpp>
#include <tenure/recommender/model.hpp>
#include <tenure/recommender/model_kind.hpp>
#include <tenure/recommender/split.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// A blend whose ranking is learned (stacked generalisation, Wolpert 1992): boosted trees look at
/// what every component says of an item, how popular the item and how long the history is, and give
/// the log odds that the customer takes it. A plain blend has one weight a component for everybody;
/// the trees may trust a model for long histories and another for short ones.
namespace tenure::recommender {

struct StackOptions {
  /// What the trees learn from: the components are trained without it, and predict it.
  SplitSpec hold_out{SplitMethod::kMixed, 0.2, 1};
  std::uint32_t shortlist =
      60;  ///< of each component's best items, 20 to 1000: what is ranked anew
  std::uint32_t customers = 20000;  ///< the trees learn from at most so many, evenly taken
  bool known_items = false;  ///< known items are candidates too: for shops where people rebuy
  std::uint32_t trees = 150;
  /// Log odds that a standard deviation of the blend is worth beside the trees' own, >= 0: trees
  /// know the held-out part, and what is to be predicted may be of another kind.
  double blend_share = 0.2;
  BoostedTreesOptions growth{.depth = 5,
                             .learning_rate = 0.1,
                             .min_child_weight = 20.0,
                             .l2 = 1.0,
                             .row_share = 0.7,
                             .column_share = 0.6,
                             .bins = 256,
                             .seed = 1};
};

/// What the trees see of a customer's history and an item's popularity.
struct StackScale {
  std::vector<float>
      item_log_popularity;    ///< n_items: log of (customers + 1) over their mean, rounded
  double mean_history = 1.0;  ///< items a customer, > 0
};

class StackModel final : public Model {
 public:
  /// @throws ArgumentError where trees, scale and base do not fit together.
  StackModel(std::unique_ptr<BlendModel> base, TreeEnsemble trees, StackScale scale,
             std::uint32_t shortlist, bool known_items, double blend_share);

  std::string_view name() const noexcept override { return "stack"; }
  std::string solver_used() const override { return base_->solver_used(); }
  std::uint32_t n_users() const noexcept override { return base_->n_users(); }
  std::uint32_t n_items() const noexcept override { return base_->n_items(); }
  bool personal() const noexcept override { return base_->personal(); }
  /// Candidates have their log odds and the blend's share; all other items come behind them, in the
  /// order of the blend.
  void score(const UserBatch& batch, MatrixView<float> out) const override;
  void save(ContainerWriter& writer, const std::string& prefix) const override;

  const BlendModel& base() const noexcept { return *base_; }
  const TreeEnsemble& trees() const noexcept { return trees_; }

 private:
  std::unique_ptr<BlendModel> base_;
  TreeEnsemble trees_;
  StackScale scale_;
  std::uint32_t shortlist_;
  bool known_items_;
  double blend_share_;
};

/// Trains the components without the held-out part, the trees on what they say of it, and the
/// components again on everything. The component weights make the blend that orders what is behind
/// the candidates; the trees see it too. The same bytes at any number of threads.
/// @throws ArgumentError (no events or components, a build without XGBoost, nothing to learn from)
/// and what the split and the components throw.
std::unique_ptr<StackModel> train_stack(const Execution& execution, const TrainingInput& input,
                                        const StackOptions& options);

}  // namespace tenure::recommender
