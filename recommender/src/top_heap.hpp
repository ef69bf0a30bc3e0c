#pragma once

#include "kernels.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/lists.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>

namespace tenure::recommender::detail {

/// Keeps the best of a stream of scored items in the places of one list. Items must come by rising
/// id: an equal score then never displaces an earlier one, which is the order lists promise.
class TopHeap {
 public:
  explicit TopHeap(ListSlot slot) : slot_(slot) { *slot_.count = 0; }

  /// Scores at or under this are of no use.
  float threshold() const noexcept { return threshold_; }

  /// Offers scores of items first_id, first_id + 1, ...; -infinity marks an item left out.
  void offer(const float* scores, std::size_t n, std::uint32_t first_id) {
    for (std::size_t i = find_above(scores, 0, n, threshold_); i < n;
         i = find_above(scores, i + 1, n, threshold_)) {
      push(scores[i], first_id + static_cast<std::uint32_t>(i));
    }
  }

  void push(float score, std::uint32_t id) {
    std::uint32_t& count = *slot_.count;
    if (count < slot_.ids.size()) {
      slot_.scores[count] = score;
      slot_.ids[count] = id;
      sift_up(count++);
    } else {
      slot_.scores[0] = score;
      slot_.ids[0] = id;
      sift_down(count);
    }
    if (count == slot_.ids.size()) threshold_ = slot_.scores[0];
  }

  /// Sorts the list, best first. @throws NumericalError where a score is infinite.
  void finish() {
    for (std::uint32_t size = *slot_.count; size > 1; --size) {
      swap_places(0, size - 1);
      sift_down(size - 1);
    }
    for (std::uint32_t i = 0; i < *slot_.count; ++i) {
      if (!std::isfinite(slot_.scores[i])) throw NumericalError("a score is not a finite number");
    }
  }

 private:
  /// Whether place a is worse than place b: the worst is at the top of the heap.
  bool worse(std::uint32_t a, std::uint32_t b) const noexcept {
    return slot_.scores[a] < slot_.scores[b] ||
           (slot_.scores[a] == slot_.scores[b] && slot_.ids[a] > slot_.ids[b]);
  }
  void swap_places(std::uint32_t a, std::uint32_t b) noexcept {
    std::swap(slot_.scores[a], slot_.scores[b]);
    std::swap(slot_.ids[a], slot_.ids[b]);
  }
  void sift_up(std::uint32_t at) noexcept {
    while (at > 0 && worse(at, (at - 1) / 2)) {
      swap_places(at, (at - 1) / 2);
      at = (at - 1) / 2;
    }
  }
  void sift_down(std::uint32_t size) noexcept {
    std::uint32_t at = 0;
    for (;;) {
      std::uint32_t child = 2 * at + 1;
      if (child >= size) return;
      if (child + 1 < size && worse(child + 1, child)) ++child;
      if (!worse(child, at)) return;
      swap_places(at, child);
      at = child;
    }
  }

  ListSlot slot_;
  float threshold_ = -std::numeric_limits<float>::infinity();
};

/// Marks seen items among scores of [first_id, first_id + n) as left out.
inline void leave_out(std::span<const std::uint32_t> seen, float* scores, std::size_t n,
                      std::uint32_t first_id) {
  const auto begin = std::lower_bound(seen.begin(), seen.end(), first_id);
  for (auto it = begin; it != seen.end() && *it - first_id < n; ++it) {
    scores[*it - first_id] = -std::numeric_limits<float>::infinity();
  }
}

}  // namespace tenure::recommender::detail
