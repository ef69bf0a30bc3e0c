#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/blend.hpp>
#include <tenure/recommender/model.hpp>
#include <tenure/recommender/stack.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// What the trees of a stack see.
namespace tenure::recommender::detail {

/// One customer's candidates and their rows of features, in the order of the items:
///   for each part its standardised score and log(1 + place) among the candidates by it; b, the sum
///   of the scores by the parts' weights; b minus the best b and minus the 20th; log popularity of
///   the item in steps of 0.25; log length of the history over the mean; the best b minus the 20th;
///   log(1 + place) by b.
struct StackCandidates {
  std::vector<std::uint32_t> items;  ///< rising
  Matrix<float> rows;                ///< items x stack_features()
};

std::uint32_t stack_features(std::size_t parts) noexcept;

StackScale stack_scale(const CsrView& user_items);

/// The candidates of every customer of a batch. `behind`, where it has rows, takes b of all items.
std::vector<StackCandidates> stack_candidates(const BlendModel& base, const StackScale& scale,
                                              std::uint32_t shortlist, bool known_items,
                                              const UserBatch& batch, MatrixView<float> behind);

}  // namespace tenure::recommender::detail
