#pragma once

#include <tenure/core/matrix.hpp>
#include <tenure/recommender/retriever.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>

namespace tenure::recommender::detail {

/// Those built on FAISS; arguments are checked by make_retriever().
std::unique_ptr<Retriever> make_flat_retriever(const Execution& execution,
                                               MatrixView<const float> items);
std::unique_ptr<Retriever> make_hnsw_retriever(const Execution& execution,
                                               MatrixView<const float> items,
                                               const RetrieverOptions& options);

/// Marks denied items among scores of [begin, begin + n) as left out.
inline void leave_out_denied(std::span<const std::uint8_t> denied, float* scores, std::size_t n,
                             std::size_t begin) {
  if (denied.empty()) return;
  for (std::size_t i = 0; i < n; ++i) {
    if (denied[begin + i] != 0) scores[i] = -std::numeric_limits<float>::infinity();
  }
}

}  // namespace tenure::recommender::detail
