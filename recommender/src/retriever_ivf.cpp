#include "blas.hpp"
#include "kernels.hpp"
#include "one_openmp_thread.hpp"
#include "retrievers.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <faiss/Clustering.h>
#include <faiss/IndexFlat.h>
#include <faiss/impl/FaissException.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

namespace tenure::recommender::detail {

namespace {

constexpr int kSeed = 1234;  // of FAISS's choice of first centroids: the index is one of the items
constexpr int kIterations = 8;
constexpr int kPointsPerCentroid = 32;
constexpr std::size_t kAssignChunk = 1024;

/// FAISS k-means by Euclidean distance, in one thread so that sums are in one order.
Matrix<float> centroids_of(MatrixView<const float> items, std::size_t lists) {
  const OneOpenMpThread one;
  use_one_blas_thread();
  std::vector<float> packed;
  packed.reserve(items.rows * items.cols);
  for (std::size_t i = 0; i < items.rows; ++i) {
    packed.insert(packed.end(), items.row(i), items.row(i) + items.cols);
  }
  faiss::ClusteringParameters parameters;
  parameters.niter = kIterations;
  parameters.seed = kSeed;
  parameters.min_points_per_centroid = 1;  // below, FAISS would print a warning
  parameters.max_points_per_centroid = kPointsPerCentroid;
  faiss::Clustering clustering(static_cast<int>(items.cols), static_cast<int>(lists), parameters);
  faiss::IndexFlatL2 assigner(static_cast<faiss::Index::idx_t>(items.cols));
  clustering.train(static_cast<faiss::Index::idx_t>(items.rows), packed.data(), assigner);
  Matrix<float> centroids(lists, items.cols);
  std::copy_n(clustering.centroids.data(), centroids.size(), centroids.data());
  return centroids;
}

std::vector<float> half_squares(const Matrix<float>& rows) {
  std::vector<float> result(rows.rows());
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    result[i] = 0.5F * dot(rows.row(i), rows.row(i), rows.cols());
  }
  return result;
}

/// Items in lists around centroids, each list's factors side by side so that one is scanned at the
/// speed of memory. Lists are probed by the inner product of query and centroid.
class IvfRetriever final : public TunableRetriever {
 public:
  IvfRetriever(const Execution& execution, MatrixView<const float> items, std::size_t lists,
               int probes)
      : items_(items), centroids_(centroids_of(items, lists)), probes_(probes) {
    const std::vector<std::uint32_t> nearest = assign(execution);
    starts_.assign(lists + 1, 0);
    for (const std::uint32_t list : nearest) ++starts_[list + 1];
    std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
    std::vector<std::size_t> next(starts_.begin(), starts_.end() - 1);
    ids_.resize(items.rows);
    packed_ = Matrix<float>(items.rows, items.cols);
    for (std::size_t i = 0; i < items.rows; ++i) {
      const std::size_t place = next[nearest[i]]++;
      ids_[place] = static_cast<std::uint32_t>(i);
      std::copy_n(items.row(i), items.cols, packed_.row(place));
    }
  }

  RetrieverKind kind() const noexcept override { return RetrieverKind::kIvf; }
  std::uint32_t n_items() const noexcept override {
    return static_cast<std::uint32_t>(items_.rows);
  }
  std::size_t dimension() const noexcept override { return items_.cols; }
  void set_effort(int effort) noexcept override { probes_ = effort; }
  const char* effort_name() const noexcept override { return "probes"; }

  void search_block(MatrixView<const float> queries, const SearchFilter& filter, TopLists& lists,
                    std::size_t first) const override {
    const double wide = static_cast<double>(probes_) * widening(items_.rows, filter.denied);
    const auto probes =
        static_cast<std::size_t>(std::min(static_cast<double>(centroids_.rows()), std::ceil(wide)));
    std::vector<Place> best;
    for (std::size_t q = 0; q < queries.rows; ++q) {
      const ListSlot slot = list_slot(lists, first + q);
      search_lists(queries.row(q), filter.seen_by(q), filter.denied, probes, lists.width, best);
      if (best.size() < lists.width) {
        scan_all(items_, queries.row(q), filter.seen_by(q), filter.denied, slot);
        continue;
      }
      for (std::size_t i = 0; i < best.size(); ++i) {
        if (!std::isfinite(best[i].first)) {
          throw NumericalError("a score is not a finite number");
        }
        slot.scores[i] = -best[i].first;
        slot.ids[i] = best[i].second;
      }
      *slot.count = static_cast<std::uint32_t>(best.size());
    }
  }

 private:
  using Place = std::pair<float, std::uint32_t>;  // negated score and id: the least is the best

  std::vector<std::uint32_t> assign(const Execution& execution) const {
    const std::vector<float> half = half_squares(centroids_);
    std::vector<std::uint32_t> nearest(items_.rows);
    parallel_for(execution, items_.rows, kAssignChunk, [&](const Chunk& chunk) {
      use_one_blas_thread();
      const std::size_t n = chunk.end - chunk.begin;
      Matrix<float> products(n, centroids_.rows());
      multiply({items_.row(chunk.begin), n, items_.cols, items_.stride}, centroids_.view(), true,
               products.view());
      for (std::size_t i = 0; i < n; ++i) {
        float* const row = products.row(i);
        for (std::size_t c = 0; c < half.size(); ++c) row[c] -= half[c];
        const auto at = std::max_element(row, row + half.size()) - row;
        nearest[chunk.begin + i] = static_cast<std::uint32_t>(at);
      }
    });
    return nearest;
  }

  void search_lists(const float* query, std::span<const std::uint32_t> seen,
                    std::span<const std::uint8_t> denied, std::size_t probes, std::uint32_t k,
                    std::vector<Place>& best) const {
    std::vector<float> scores(centroids_.rows());
    dot_rows(centroids_.view(), query, scores.data());
    std::vector<Place> order;
    for (std::size_t c = 0; c < scores.size(); ++c) {
      order.emplace_back(-scores[c], static_cast<std::uint32_t>(c));
    }
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(probes),
                      order.end());
    best.clear();
    for (std::size_t p = 0; p < probes; ++p) {
      const std::size_t begin = starts_[order[p].second];
      const std::size_t n = starts_[order[p].second + 1] - begin;
      if (n == 0) continue;
      scores.resize(std::max(scores.size(), n));
      dot_rows({packed_.row(begin), n, items_.cols, items_.cols}, query, scores.data());
      for (std::size_t i = 0; i < n; ++i) {
        const Place place{-scores[i], ids_[begin + i]};
        if (best.size() == k && !(place < best.front())) continue;
        if (!denied.empty() && denied[place.second] != 0) continue;
        if (std::binary_search(seen.begin(), seen.end(), place.second)) continue;
        if (best.size() == k) {
          std::pop_heap(best.begin(), best.end());
          best.pop_back();
        }
        best.push_back(place);
        std::push_heap(best.begin(), best.end());
      }
    }
    std::sort_heap(best.begin(), best.end());
  }

  MatrixView<const float> items_;
  Matrix<float> centroids_;
  std::vector<std::size_t> starts_;  // length lists + 1
  std::vector<std::uint32_t> ids_;   // by list, rising within
  Matrix<float> packed_;             // the items' factors in the order of ids_
  int probes_;
};

}  // namespace

std::unique_ptr<TunableRetriever> make_ivf_retriever(const Execution& execution,
                                                     MatrixView<const float> items,
                                                     const RetrieverOptions& options) {
  execution.check_cancelled();
  if (items.rows > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw ArgumentError("retriever: ivf holds at most 2^31 - 1 items");
  }
  const auto wanted =
      options.ivf_lists > 0
          ? static_cast<std::size_t>(options.ivf_lists)
          : static_cast<std::size_t>(std::ceil(4.0 * std::sqrt(static_cast<double>(items.rows))));
  try {
    return std::make_unique<IvfRetriever>(execution, items, std::min(items.rows, wanted),
                                          options.ivf_probes);
  } catch (const faiss::FaissException& error) {
    throw NumericalError(std::string("retriever: ") + error.what());
  }
}

}  // namespace tenure::recommender::detail
