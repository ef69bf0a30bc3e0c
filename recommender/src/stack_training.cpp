#include "stack_features.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/recommender/interactions.hpp>
#include <tenure/recommender/stack.hpp>

#include <algorithm>
#include <utility>

namespace tenure::recommender {

namespace {

constexpr std::size_t kBlock = 16;

/// A customer's candidates and which of them it took.
struct Lesson {
  Matrix<float> rows;
  std::vector<float> labels;
};

/// Customers with something held out and something known, evenly taken.
std::vector<std::uint32_t> learners(const CsrView& known, const CsrView& held_out,
                                    std::size_t most) {
  std::vector<std::uint32_t> all;
  for (std::uint32_t user = 0; user < known.rows(); ++user) {
    if (known.row_size(user) > 0 && held_out.row_size(user) > 0) all.push_back(user);
  }
  if (all.size() <= most) return all;
  std::vector<std::uint32_t> some;
  for (std::size_t i = 0; i < most; ++i) some.push_back(all[i * all.size() / most]);
  return some;
}

Lesson lesson_of(detail::StackCandidates found, std::span<const std::uint32_t> taken) {
  Lesson lesson;
  lesson.labels.reserve(found.items.size());
  for (const std::uint32_t item : found.items) {
    lesson.labels.push_back(std::binary_search(taken.begin(), taken.end(), item) ? 1.0F : 0.0F);
  }
  lesson.rows = std::move(found.rows);
  return lesson;
}

std::vector<Lesson> make_lessons(const Execution& execution, const BlendModel& base,
                                 const StackOptions& options, const CsrView& known,
                                 const CsrView& held_out) {
  const StackScale scale = detail::stack_scale(known);
  const std::vector<std::uint32_t> users = learners(known, held_out, options.customers);
  std::vector<Lesson> lessons(users.size());
  parallel_for(
      execution, users.size(), kBlock,
      [&](const Chunk& chunk) {
        const auto own = std::span(users).subspan(chunk.begin, chunk.end - chunk.begin);
        auto found = detail::stack_candidates(base, scale, options.shortlist, options.known_items,
                                              {own, own, known}, {});
        for (std::size_t b = 0; b < own.size(); ++b) {
          lessons[chunk.begin + b] = lesson_of(std::move(found[b]), held_out.row_columns(own[b]));
        }
      },
      "candidates");
  return lessons;
}

TreeEnsemble grow(const Execution& execution, const std::vector<Lesson>& lessons,
                  std::uint32_t features, const StackOptions& options) {
  std::size_t n = 0;
  for (const Lesson& lesson : lessons) n += lesson.labels.size();
  Matrix<float> rows(n, features);
  std::vector<float> labels;
  labels.reserve(n);
  for (const Lesson& lesson : lessons) {
    std::copy_n(lesson.rows.data(), lesson.rows.size(), rows.row(labels.size()));
    labels.insert(labels.end(), lesson.labels.begin(), lesson.labels.end());
  }
  if (std::find(labels.begin(), labels.end(), 1.0F) == labels.end()) {
    throw ArgumentError("stack: none of the items held out is among the candidates");
  }
  TreeBooster booster(rows.view(), labels, options.growth);
  for (std::uint32_t tree = 0; tree < options.trees; ++tree) {
    execution.check_cancelled();
    booster.grow();
    execution.report("trees", tree + 1, options.trees);
  }
  return booster.trees();
}

TreeEnsemble learn(const Execution& execution, const TrainingInput& input,
                   const StackOptions& options) {
  // Draws of its own: the rows given may be what a split with the same seed has left, and its
  // numbers must not come again.
  Execution apart = execution;
  apart.seed = ~execution.seed;
  const RowSplit split =
      split_rows(apart, *input.events, options.hold_out, input.weights, input.rows);
  const Interactions known =
      build_interactions(execution, *input.events, input.weights, split.train);
  const Interactions held_out =
      build_interactions(execution, *input.events, input.weights, split.test);
  TrainingInput part = input;
  part.rows = split.train;
  part.interactions = &known;
  part.on_epoch = {};
  const auto base = train_blend(execution, part);
  const auto lessons =
      make_lessons(execution, *base, options, known.user_items, held_out.user_items);
  return grow(execution, lessons, detail::stack_features(base->parts().size()), options);
}

}  // namespace

std::unique_ptr<StackModel> train_stack(const Execution& execution, const TrainingInput& input,
                                        const StackOptions& options) {
  if (!boosted_trees_available()) throw ArgumentError("stack: this build has no XGBoost");
  if (input.events == nullptr || input.interactions == nullptr) {
    throw ArgumentError("stack: learns from events, and there are none");
  }
  if (options.trees == 0 || options.shortlist == 0 || options.customers == 0) {
    throw ArgumentError("stack: trees, candidates and customers must be at least 1");
  }
  TreeEnsemble trees = learn(execution, input, options);
  return std::make_unique<StackModel>(train_blend(execution, input), std::move(trees),
                                      detail::stack_scale(input.user_items()), options.shortlist,
                                      options.known_items, options.blend_share);
}

}  // namespace tenure::recommender
