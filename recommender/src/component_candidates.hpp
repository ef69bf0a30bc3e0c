#pragma once

#include <tenure/core/matrix.hpp>
#include <tenure/recommender/blend.hpp>
#include <tenure/recommender/model.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

/// What models made of several others choose from: the items that any component lists.
namespace tenure::recommender::detail {

/// For each part a batch.size() x n_items matrix of its scores, standardised row by row as
/// BlendModel adds them up, with weight 1.
std::vector<Matrix<float>> standardized_scores(std::span<const BlendPart> parts,
                                               const UserBatch& batch);

/// Of row `row` the items among the n highest scores of any part, rising. A score of -infinity is
/// of an item left out.
std::vector<std::uint32_t> best_of_each(std::span<const Matrix<float>> scores, std::size_t row,
                                        std::size_t n);

}  // namespace tenure::recommender::detail
