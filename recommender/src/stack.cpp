#include "kinds.hpp"
#include "model_arrays.hpp"
#include "stack_features.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/stack.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>

namespace tenure::recommender {

namespace {

using Type = OptionSpec::Type;

constexpr std::uint32_t kMostListed = 1000;
constexpr std::size_t kBlock = 16;  // customers whose scores are held at a time

constexpr std::array<OptionSpec, 9> kOptions = {{
    {"hold_out", Type::kChoice, 0, 0, 0, "mixed|run|random|temporal",
     "the part of the log the ranking is learned from", 0, 0, false},
    {"held_out_share", Type::kReal, 0.2, 0.01, 0.5, "", "its share of the items or events", 0, 0,
     false},
    {"shortlist", Type::kInteger, 60, 20, kMostListed, "",
     "best items of each component that are ranked anew", 0, 0, false},
    {"known_items", Type::kChoice, 0, 0, 0, "out|in",
     "whether items bought before are candidates: in, where lists may hold them", 0, 0, false},
    {"trees", Type::kInteger, 150, 1, 1000, "", "boosted trees", 50, 400, true},
    {"depth", Type::kInteger, 5, 1, 12, "", "of a tree", 3, 7, false},
    {"learning_rate", Type::kReal, 0.1, 1e-3, 1, "", "what a tree adds", 0.03, 0.3, true},
    {"leaf_weight", Type::kReal, 20, 0, 1e6, "", "smallest sum of p (1 - p) in a leaf", 5, 100,
     true},
    {"blend_share", Type::kReal, 0.2, 0, 100, "",
     "log odds that a standard deviation of the blend is worth", 0, 1, false},
}};

StackOptions read(const Execution& execution, const OptionValues& values) {
  StackOptions options;
  const double share = values.real("held_out_share");
  const std::string& method = values.word("hold_out");
  options.hold_out.method = method == "mixed"    ? SplitMethod::kMixed
                            : method == "run"    ? SplitMethod::kRun
                            : method == "random" ? SplitMethod::kRandom
                                                 : SplitMethod::kTemporal;
  options.hold_out.fraction = method == "temporal" ? 1.0 - share : share;
  options.shortlist = values.integer("shortlist");
  options.known_items = values.word("known_items") == "in";
  options.trees = values.integer("trees");
  options.blend_share = values.real("blend_share");
  options.growth.depth = values.integer("depth");
  options.growth.learning_rate = values.real("learning_rate");
  options.growth.min_child_weight = values.real("leaf_weight");
  options.growth.seed = static_cast<std::uint32_t>(execution.seed & 0x7FFFFFFFU);
  return options;
}

std::unique_ptr<Model> train(const Execution& execution, const TrainingInput& input,
                             const OptionValues& values) {
  return train_stack(execution, input, read(execution, values));
}

TreeEnsemble load_trees(const ContainerReader& reader, const std::string& prefix) {
  TreeEnsemble trees;
  trees.features = detail::load_count(reader, prefix + "features", 1U << 16U);
  trees.start = reader.read<std::uint32_t>(prefix + "start");
  trees.feature = reader.read<std::uint32_t>(prefix + "feature");
  trees.value = reader.read<float>(prefix + "value");
  trees.left = reader.read<std::uint32_t>(prefix + "left");
  trees.right = reader.read<std::uint32_t>(prefix + "right");
  return trees;
}

std::unique_ptr<Model> load(const Execution& execution, const ContainerReader& reader,
                            const std::string& prefix) {
  std::unique_ptr<Model> base = detail::blend_kind().load(execution, reader, prefix + "base/");
  StackScale scale;
  scale.item_log_popularity = reader.read<float>(prefix + "item_log_popularity", base->n_items());
  scale.mean_history = reader.real_attribute(prefix + "mean_history").value_or(0.0);
  const std::uint32_t shortlist = detail::load_count(reader, prefix + "shortlist", kMostListed);
  const std::uint32_t known = detail::load_count(reader, prefix + "known_items", 1);
  try {
    return std::make_unique<StackModel>(
        std::unique_ptr<BlendModel>(static_cast<BlendModel*>(base.release())),
        load_trees(reader, prefix + "trees/"), std::move(scale), shortlist, known != 0,
        reader.real_attribute(prefix + "blend_share")
            .value_or(std::numeric_limits<double>::quiet_NaN()));
  } catch (const ArgumentError& error) {
    throw DataError(reader.path(), prefix, error.what());
  }
}

/// Candidates first, by log odds; what is behind them keeps its order.
void place(const detail::StackCandidates& found, const TreeEnsemble& trees, double blend_share,
           std::span<float> scores) {
  if (found.items.empty()) return;
  const float top = *std::max_element(scores.begin(), scores.end());
  std::vector<float> odds(found.items.size());
  float lowest = std::numeric_limits<float>::max();
  for (std::size_t i = 0; i < odds.size(); ++i) {
    odds[i] = trees.log_odds(found.rows.row(i)) +
              static_cast<float>(blend_share) * scores[found.items[i]];
    lowest = std::min(lowest, odds[i]);
  }
  for (float& score : scores) score = lowest - 1.0F - (top - score);
  for (std::size_t i = 0; i < odds.size(); ++i) scores[found.items[i]] = odds[i];
}

}  // namespace

StackModel::StackModel(std::unique_ptr<BlendModel> base, TreeEnsemble trees, StackScale scale,
                       std::uint32_t shortlist, bool known_items, double blend_share)
    : base_(std::move(base)),
      trees_(std::move(trees)),
      scale_(std::move(scale)),
      shortlist_(shortlist),
      known_items_(known_items),
      blend_share_(blend_share) {
  trees_.validate();
  if (trees_.features != detail::stack_features(base_->parts().size())) {
    throw ArgumentError("stack: the trees were grown for other components");
  }
  if (scale_.item_log_popularity.size() != base_->n_items() ||
      !std::all_of(scale_.item_log_popularity.begin(), scale_.item_log_popularity.end(),
                   [](float value) { return std::isfinite(value); }) ||
      !(scale_.mean_history > 0.0) || !std::isfinite(scale_.mean_history)) {
    throw ArgumentError("stack: the scale does not fit the components");
  }
  if (!(blend_share_ >= 0.0) || !std::isfinite(blend_share_)) {
    throw ArgumentError("stack: the blend's share must be a finite number of at least 0");
  }
  if (shortlist_ == 0) throw ArgumentError("stack: there must be candidates");
}

void StackModel::score(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, n_items());
  for (std::size_t begin = 0; begin < batch.size(); begin += kBlock) {
    const std::size_t end = std::min(batch.size(), begin + kBlock);
    const MatrixView<float> own{out.row(begin), end - begin, out.cols, out.stride};
    const auto found = detail::stack_candidates(*base_, scale_, shortlist_, known_items_,
                                                batch.slice(begin, end), own);
    for (std::size_t b = 0; b < found.size(); ++b) {
      place(found[b], trees_, blend_share_, own.row_span(b));
    }
  }
}

void StackModel::save(ContainerWriter& writer, const std::string& prefix) const {
  base_->save(writer, prefix + "base/");
  writer.write<float>(prefix + "item_log_popularity", scale_.item_log_popularity);
  writer.attribute(prefix + "mean_history", scale_.mean_history);
  writer.attribute(prefix + "blend_share", blend_share_);
  writer.attribute(prefix + "shortlist", static_cast<std::int64_t>(shortlist_));
  writer.attribute(prefix + "known_items", static_cast<std::int64_t>(known_items_ ? 1 : 0));
  writer.attribute(prefix + "trees/features", static_cast<std::int64_t>(trees_.features));
  writer.write<std::uint32_t>(prefix + "trees/start", trees_.start);
  writer.write<std::uint32_t>(prefix + "trees/feature", trees_.feature);
  writer.write<float>(prefix + "trees/value", trees_.value);
  writer.write<std::uint32_t>(prefix + "trees/left", trees_.left);
  writer.write<std::uint32_t>(prefix + "trees/right", trees_.right);
}

namespace detail {

ModelKind stack_kind() {
  ModelKind kind{"stack",  "a blend ranked by boosted trees, learned on a held-out part",
                 kOptions, true,
                 &train,   &load};
  kind.needs_components = true;
  return kind;
}

}  // namespace detail

}  // namespace tenure::recommender
