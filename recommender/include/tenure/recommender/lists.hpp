#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace tenure::recommender {

/// Fills the places of a list that the catalogue could not.
inline constexpr std::uint32_t kNoItem = 0xFFFFFFFFU;

/// Ranked lists of equal width, row-major, best first; ties by smaller id. List i holds its first
/// counts[i] places; the rest are kNoItem with score 0.
struct TopLists {
  TopLists() = default;
  TopLists(std::size_t lists, std::uint32_t list_width)
      : width(list_width),
        ids(lists * list_width, kNoItem),
        scores(lists * list_width, 0.0F),
        counts(lists, 0) {}

  std::uint32_t width = 0;            ///< places per list
  std::vector<std::uint32_t> ids;     ///< length size() * width
  std::vector<float> scores;          ///< length size() * width
  std::vector<std::uint32_t> counts;  ///< length size()

  std::size_t size() const noexcept { return counts.size(); }
  std::span<const std::uint32_t> list_ids(std::size_t i) const noexcept {
    return {ids.data() + i * width, counts[i]};
  }
  std::span<const float> list_scores(std::size_t i) const noexcept {
    return {scores.data() + i * width, counts[i]};
  }
};

/// The places of one list to be filled; both spans of the list's width.
struct ListSlot {
  std::span<std::uint32_t> ids;
  std::span<float> scores;
  std::uint32_t* count = nullptr;
};

inline ListSlot list_slot(TopLists& lists, std::size_t i) noexcept {
  return {{lists.ids.data() + i * lists.width, lists.width},
          {lists.scores.data() + i * lists.width, lists.width},
          &lists.counts[i]};
}

}  // namespace tenure::recommender
