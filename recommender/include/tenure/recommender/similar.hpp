#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/recommender/lists.hpp>
#include <tenure/recommender/model.hpp>

#include <cstdint>
#include <span>

namespace tenure::recommender {

/// The k items (or customers) nearest to each of `codes` by cosine of their factors, the queried
/// one left out. Codes with a zero vector, never trained, are in no list and get an empty one.
/// `denied` (length n_items, or empty) marks items never listed.
/// @throws ArgumentError where the model has no factors, a code is out of range or k is 0.
TopLists similar_items(const Execution& execution, const Model& model,
                       std::span<const std::uint32_t> codes, std::uint32_t k,
                       std::span<const std::uint8_t> denied = {});
TopLists similar_users(const Execution& execution, const Model& model,
                       std::span<const std::uint32_t> codes, std::uint32_t k);

}  // namespace tenure::recommender
