#include "blas.hpp"
#include "retrievers.hpp"
#include "top_heap.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/recommender/retriever.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <string>
#include <utility>

namespace tenure::recommender {

namespace {

constexpr std::size_t kItemTile = 1024;  // scores of a query block and a tile stay in cache
constexpr std::size_t kFewQueries = 4;   // below, a matrix product packs more than it computes
constexpr std::size_t kFiniteChunk = 4096;
constexpr std::array<std::pair<std::string_view, RetrieverKind>, 5> kKindNames{
    {{"auto", RetrieverKind::kAuto},
     {"exact", RetrieverKind::kExact},
     {"flat", RetrieverKind::kFlat},
     {"hnsw", RetrieverKind::kHnsw},
     {"ivf", RetrieverKind::kIvf}}};

void check_finite(const Execution& execution, MatrixView<const float> matrix, const char* what) {
  parallel_for(execution, matrix.rows, kFiniteChunk, [&](const Chunk& chunk) {
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      const auto row = matrix.row_span(i);
      if (!std::all_of(row.begin(), row.end(), [](float value) { return std::isfinite(value); })) {
        throw NumericalError(std::string("retriever: ") + what + " " + std::to_string(i) +
                             " is not finite");
      }
    }
  });
}

/// Exact scan: scores of a block of queries and a tile of items at a time.
class ExactRetriever final : public Retriever {
 public:
  explicit ExactRetriever(MatrixView<const float> items) : items_(items) {}

  RetrieverKind kind() const noexcept override { return RetrieverKind::kExact; }
  std::uint32_t n_items() const noexcept override {
    return static_cast<std::uint32_t>(items_.rows);
  }
  std::size_t dimension() const noexcept override { return items_.cols; }

  void search_block(MatrixView<const float> queries, const SearchFilter& filter, TopLists& lists,
                    std::size_t first) const override {
    detail::use_one_blas_thread();
    AlignedVector<float> scores(queries.rows * std::min(kItemTile, items_.rows));
    std::vector<detail::TopHeap> heaps;
    heaps.reserve(queries.rows);
    for (std::size_t q = 0; q < queries.rows; ++q) heaps.emplace_back(list_slot(lists, first + q));
    for (std::size_t begin = 0; begin < items_.rows; begin += kItemTile) {
      const std::size_t n = std::min(kItemTile, items_.rows - begin);
      const MatrixView<const float> tile{items_.row(begin), n, items_.cols, items_.stride};
      const MatrixView<float> out{scores.data(), queries.rows, n, n};
      if (queries.rows < kFewQueries) {
        for (std::size_t q = 0; q < queries.rows; ++q) {
          detail::dot_rows(tile, queries.row(q), out.row(q));
        }
      } else {
        detail::multiply(queries, tile, true, out);
      }
      const auto first_id = static_cast<std::uint32_t>(begin);
      for (std::size_t q = 0; q < queries.rows; ++q) {
        detail::leave_out(filter.seen_by(q), out.row(q), n, first_id);
        detail::leave_out_denied(filter.denied, out.row(q), n, begin);
        heaps[q].offer(out.row(q), n, first_id);
      }
    }
    for (detail::TopHeap& heap : heaps) heap.finish();
  }

 private:
  MatrixView<const float> items_;
};

void validate(const RetrieverOptions& options) {
  if (options.hnsw_links < 2 || options.hnsw_links > 512) {
    throw ArgumentError("retriever: hnsw links must be 2 to 512");
  }
  if (options.hnsw_ef_construction < 1 || options.hnsw_ef_search < 1) {
    throw ArgumentError("retriever: hnsw ef must be at least 1");
  }
  if (options.ivf_lists < 0 || options.ivf_probes < 1) {
    throw ArgumentError("retriever: ivf needs at least one list and one probe");
  }
  if (!(options.recall_target > 0.0 && options.recall_target <= 1.0)) {
    throw ArgumentError("retriever: the recall target must be above 0 and at most 1");
  }
}

}  // namespace

std::string_view to_string(RetrieverKind kind) noexcept {
  return kKindNames[static_cast<std::size_t>(kind)].first;
}

std::optional<RetrieverKind> retriever_kind_from_string(std::string_view text) noexcept {
  for (const auto& [name, kind] : kKindNames) {
    if (name == text) return kind;
  }
  return std::nullopt;
}

TopLists Retriever::search(const Execution& execution, MatrixView<const float> queries,
                           std::uint32_t k, const SearchFilter& filter) const {
  if (k == 0) throw ArgumentError("retriever: k must be at least 1");
  if (queries.cols != dimension()) {
    throw ArgumentError("retriever: queries have " + std::to_string(queries.cols) +
                        " dimensions, items " + std::to_string(dimension()));
  }
  if (!filter.denied.empty() && filter.denied.size() != n_items()) {
    throw ArgumentError("retriever: the deny list has another length than the catalogue");
  }
  if (!filter.seen_rows.empty() && filter.seen_rows.size() != queries.rows) {
    throw ArgumentError("retriever: one row of seen items is needed for each query");
  }
  for (const std::uint32_t row : filter.seen_rows) {
    if (row >= filter.seen.rows()) throw ArgumentError("retriever: a row of seen items is missing");
  }
  check_finite(execution, queries, "query");
  TopLists lists(queries.rows, std::min(k, n_items()));
  parallel_for(execution, queries.rows, kQueryBlock, [&](const Chunk& chunk) {
    SearchFilter part = filter;
    if (!part.seen_rows.empty()) {
      part.seen_rows = part.seen_rows.subspan(chunk.begin, chunk.end - chunk.begin);
    }
    search_block({queries.row(chunk.begin), chunk.end - chunk.begin, queries.cols, queries.stride},
                 part, lists, chunk.begin);
  });
  return lists;
}

std::unique_ptr<Retriever> make_retriever(const Execution& execution, MatrixView<const float> items,
                                          const RetrieverOptions& options) {
  validate(options);
  if (items.rows == 0 || items.cols == 0) throw ArgumentError("retriever: there are no items");
  if (items.rows >= kNoItem) throw ArgumentError("retriever: at most 2^32 - 2 items");
  check_finite(execution, items, "item");
  if (options.sample_queries.rows > 0 && options.sample_queries.cols != items.cols) {
    throw ArgumentError("retriever: the sample queries have another dimension than the items");
  }
  detail::Chosen chosen{nullptr, std::string(to_string(options.kind)) + ", as asked for"};
  switch (options.kind) {
    case RetrieverKind::kFlat:
      chosen.retriever = detail::make_flat_retriever(execution, items);
      break;
    case RetrieverKind::kHnsw:
      chosen.retriever = detail::make_hnsw_retriever(execution, items, options);
      break;
    case RetrieverKind::kIvf:
      chosen.retriever = detail::make_ivf_retriever(execution, items, options);
      break;
    case RetrieverKind::kExact:
      chosen.retriever = std::make_unique<ExactRetriever>(items);
      break;
    case RetrieverKind::kAuto:
      chosen = detail::choose_retriever(execution, items, options,
                                        std::make_unique<ExactRetriever>(items));
      break;
  }
  chosen.retriever->choice_ = std::move(chosen.reason);
  return std::move(chosen.retriever);
}

namespace detail {

void scan_all(MatrixView<const float> items, const float* query,
              std::span<const std::uint32_t> seen, std::span<const std::uint8_t> denied,
              ListSlot slot) {
  std::vector<float> scores(std::min(kItemTile, items.rows));
  TopHeap heap(slot);
  for (std::size_t begin = 0; begin < items.rows; begin += kItemTile) {
    const std::size_t n = std::min(kItemTile, items.rows - begin);
    dot_rows({items.row(begin), n, items.cols, items.stride}, query, scores.data());
    leave_out(seen, scores.data(), n, static_cast<std::uint32_t>(begin));
    leave_out_denied(denied, scores.data(), n, begin);
    heap.offer(scores.data(), n, static_cast<std::uint32_t>(begin));
  }
  heap.finish();
}

double widening(std::size_t n_items, std::span<const std::uint8_t> denied) {
  const auto open = denied.empty() ? static_cast<std::ptrdiff_t>(n_items)
                                   : std::count(denied.begin(), denied.end(), 0);
  return open == 0 ? 1.0 : static_cast<double>(n_items) / static_cast<double>(open);
}

}  // namespace detail

}  // namespace tenure::recommender
