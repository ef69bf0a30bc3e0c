#include "component_candidates.hpp"

#include "standardize.hpp"
#include "top_heap.hpp"

#include <algorithm>

namespace tenure::recommender::detail {

std::vector<Matrix<float>> standardized_scores(std::span<const BlendPart> parts,
                                               const UserBatch& batch) {
  std::vector<Matrix<float>> scores;
  const std::size_t n_items = parts.front().model->n_items();
  Matrix<float> raw(batch.size(), n_items);
  for (const BlendPart& part : parts) {
    part.model->score(batch, raw.view());
    Matrix<float>& own = scores.emplace_back(batch.size(), n_items);
    for (std::size_t b = 0; b < batch.size(); ++b) {
      add_standardized(raw.view().row_span(b), 1.0, own.row(b));
    }
  }
  return scores;
}

std::vector<std::uint32_t> best_of_each(std::span<const Matrix<float>> scores, std::size_t row,
                                        std::size_t n) {
  std::vector<std::uint32_t> items;
  std::vector<std::uint32_t> ids(n);
  std::vector<float> values(n);
  for (const Matrix<float>& own : scores) {
    std::uint32_t count = 0;
    TopHeap heap({ids, values, &count});
    heap.offer(own.row(row), own.cols(), 0);
    items.insert(items.end(), ids.begin(), ids.begin() + count);
  }
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  return items;
}

}  // namespace tenure::recommender::detail
