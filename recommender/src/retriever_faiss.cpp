#include "kernels.hpp"
#include "one_openmp_thread.hpp"
#include "retrievers.hpp"
#include "top_heap.hpp"

#include <tenure/core/error.hpp>

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/impl/AuxIndexStructures.h>
#include <faiss/impl/DistanceComputer.h>
#include <faiss/impl/FaissException.h>
#include <faiss/impl/IDSelector.h>

#include <algorithm>
#include <string>
#include <vector>

namespace tenure::recommender::detail {

namespace {

using FaissId = faiss::Index::idx_t;

/// Items a query may get.
struct Allowed final : faiss::IDSelector {
  Allowed(std::span<const std::uint32_t> seen_items, std::span<const std::uint8_t> denied_items)
      : seen(seen_items), denied(denied_items) {}
  bool is_member(FaissId id) const override {
    const auto item = static_cast<std::uint32_t>(id);
    return (denied.empty() || denied[item] == 0) &&
           !std::binary_search(seen.begin(), seen.end(), item);
  }
  std::span<const std::uint32_t> seen;
  std::span<const std::uint8_t> denied;
};

/// Fills a list from FAISS's answer: labels of -1 are empty places, order among equals is its own.
void fill_list(ListSlot slot, std::vector<std::pair<FaissId, float>>& found) {
  std::erase_if(found, [](const auto& place) { return place.first < 0; });
  std::sort(found.begin(), found.end());  // by id, as the heap wants
  TopHeap heap(slot);
  for (const auto& [id, score] : found) {
    if (score > heap.threshold()) heap.push(score, static_cast<std::uint32_t>(id));
  }
  heap.finish();
}

class FlatRetriever final : public Retriever {
 public:
  explicit FlatRetriever(MatrixView<const float> items) : index_(static_cast<FaissId>(items.cols)) {
    index_.codes.reserve(items.rows * items.cols * sizeof(float));
    const OneOpenMpThread one;
    for (std::size_t i = 0; i < items.rows; ++i) index_.add(1, items.row(i));
  }

  RetrieverKind kind() const noexcept override { return RetrieverKind::kFlat; }
  std::uint32_t n_items() const noexcept override {
    return static_cast<std::uint32_t>(index_.ntotal);
  }
  std::size_t dimension() const noexcept override { return static_cast<std::size_t>(index_.d); }

  void search_block(MatrixView<const float> queries, const SearchFilter& filter, TopLists& lists,
                    std::size_t first) const override {
    const OneOpenMpThread one;
    std::vector<float> scores(lists.width);
    std::vector<FaissId> labels(lists.width);
    std::vector<std::pair<FaissId, float>> found;
    for (std::size_t q = 0; q < queries.rows; ++q) {
      Allowed allowed(filter.seen_by(q), filter.denied);
      faiss::SearchParameters parameters;
      parameters.sel = &allowed;
      index_.search(1, queries.row(q), lists.width, scores.data(), labels.data(), &parameters);
      found.clear();
      for (std::size_t i = 0; i < labels.size(); ++i) found.emplace_back(labels[i], scores[i]);
      fill_list(list_slot(lists, first + q), found);
    }
  }

 private:
  faiss::IndexFlatIP index_;
};

/// Distances of the graph: negated inner products, with the SIMD that Debian's FAISS lacks.
struct NegatedProducts final : faiss::DistanceComputer {
  explicit NegatedProducts(MatrixView<const float> all) : items(all) {}
  void set_query(const float* x) override { query = x; }
  float operator()(FaissId i) override {
    return -dot(query, items.row(static_cast<std::size_t>(i)), items.cols);
  }
  float symmetric_dis(FaissId i, FaissId j) override {
    return -dot(items.row(static_cast<std::size_t>(i)), items.row(static_cast<std::size_t>(j)),
                items.cols);
  }
  MatrixView<const float> items;
  const float* query = nullptr;
};

/// The vectors behind the graph: the caller's, not a copy.
struct ItemStorage final : faiss::Index {
  explicit ItemStorage(MatrixView<const float> all)
      : faiss::Index(static_cast<FaissId>(all.cols)), items(all) {}
  void add(FaissId n, const float* /*x*/) override { ntotal += n; }
  void search(FaissId, const float*, FaissId, float*, FaissId*,
              const faiss::SearchParameters*) const override {
    throw ArgumentError("retriever: the graph's storage is not searched by itself");
  }
  void reset() override { ntotal = 0; }
  faiss::DistanceComputer* get_distance_computer() const override {
    return new NegatedProducts(items);  // FAISS takes and deletes it
  }
  MatrixView<const float> items;
};

class HnswRetriever final : public TunableRetriever {
 public:
  HnswRetriever(MatrixView<const float> items, const RetrieverOptions& options)
      : items_(items),
        storage_(items),
        index_(&storage_, options.hnsw_links),
        ef_search_(options.hnsw_ef_search) {
    index_.hnsw.efConstruction = options.hnsw_ef_construction;
    index_.verbose = false;
    // FAISS links vertices in the order threads reach them; one thread makes that order fixed.
    const OneOpenMpThread one;
    if (items.stride == items.cols) {
      index_.add(static_cast<FaissId>(items.rows), items.data);
    } else {
      std::vector<float> packed;
      packed.reserve(items.rows * items.cols);
      for (std::size_t i = 0; i < items.rows; ++i) {
        packed.insert(packed.end(), items.row(i), items.row(i) + items.cols);
      }
      index_.add(static_cast<FaissId>(items.rows), packed.data());
    }
  }

  RetrieverKind kind() const noexcept override { return RetrieverKind::kHnsw; }
  std::uint32_t n_items() const noexcept override {
    return static_cast<std::uint32_t>(items_.rows);
  }
  std::size_t dimension() const noexcept override { return items_.cols; }
  void set_effort(int effort) noexcept override { ef_search_ = effort; }
  const char* effort_name() const noexcept override { return "ef"; }

  void search_block(MatrixView<const float> queries, const SearchFilter& filter, TopLists& lists,
                    std::size_t first) const override {
    faiss::VisitedTable visited(static_cast<int>(items_.rows));
    std::vector<std::pair<FaissId, float>> found;
    const std::size_t wanted = candidates(lists.width, filter.denied);
    for (std::size_t q = 0; q < queries.rows; ++q) {
      const ListSlot slot = list_slot(lists, first + q);
      search_graph(queries.row(q), filter.seen_by(q), filter.denied, lists.width, wanted, visited,
                   found);
      fill_list(slot, found);
      if (*slot.count < lists.width) {
        scan_all(items_, queries.row(q), filter.seen_by(q), filter.denied, slot);
      }
    }
  }

 private:
  /// Candidates for lists of width k: denied items take places among them, so that there must be
  /// more in proportion.
  std::size_t candidates(std::uint32_t k, std::span<const std::uint8_t> denied) const {
    const std::size_t wanted = std::max<std::size_t>(static_cast<std::size_t>(ef_search_), k);
    const double wide = static_cast<double>(wanted) * widening(items_.rows, denied);
    return std::min(items_.rows, static_cast<std::size_t>(wide));
  }

  /// Searches the graph through HNSW itself: the index's own call keeps global statistics that
  /// concurrent searches would race on.
  void search_graph(const float* query, std::span<const std::uint32_t> seen,
                    std::span<const std::uint8_t> denied, std::uint32_t k, std::size_t wanted,
                    faiss::VisitedTable& visited,
                    std::vector<std::pair<FaissId, float>>& found) const {
    Allowed allowed(seen, denied);
    NegatedProducts distances(items_);
    distances.set_query(query);
    faiss::SearchParametersHNSW parameters;
    parameters.sel = &allowed;
    // So do seen items.
    parameters.efSearch = static_cast<int>(std::min(items_.rows, wanted + seen.size()));
    std::vector<FaissId> labels(k, -1);
    std::vector<float> negated(k);
    faiss::maxheap_heapify(k, negated.data(), labels.data());
    index_.hnsw.search(distances, static_cast<int>(k), labels.data(), negated.data(), visited,
                       &parameters);
    visited.advance();
    found.clear();
    for (std::size_t i = 0; i < k; ++i) found.emplace_back(labels[i], -negated[i]);
  }

  MatrixView<const float> items_;
  ItemStorage storage_;
  faiss::IndexHNSW index_;
  int ef_search_;
};

}  // namespace

std::unique_ptr<Retriever> make_flat_retriever(const Execution& execution,
                                               MatrixView<const float> items) {
  execution.check_cancelled();
  return std::make_unique<FlatRetriever>(items);
}

std::unique_ptr<TunableRetriever> make_hnsw_retriever(const Execution& execution,
                                                      MatrixView<const float> items,
                                                      const RetrieverOptions& options) {
  execution.check_cancelled();
  if (items.rows > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw ArgumentError("retriever: hnsw holds at most 2^31 - 1 items");
  }
  try {
    return std::make_unique<HnswRetriever>(items, options);
  } catch (const faiss::FaissException& error) {
    throw NumericalError(std::string("retriever: ") + error.what());
  }
}

}  // namespace tenure::recommender::detail
