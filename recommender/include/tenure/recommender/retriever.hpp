#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/lists.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tenure::recommender {

enum class RetrieverKind : std::uint8_t {
  kAuto,   ///< by the size of the catalogue and the recall asked for
  kExact,  ///< blocked matrix product and a threshold heap: exact
  kFlat,   ///< FAISS flat inner product: exact
  kHnsw,   ///< FAISS HNSW graph: approximate, for large catalogues
  kIvf,    ///< lists around k-means centroids: approximate, built faster than a graph
};
std::string_view to_string(RetrieverKind kind) noexcept;
/// "auto", "exact", "flat", "hnsw", "ivf".
std::optional<RetrieverKind> retriever_kind_from_string(std::string_view text) noexcept;

struct RetrieverOptions {
  RetrieverKind kind = RetrieverKind::kAuto;
  int hnsw_links = 32;             ///< M: 2 to 512 neighbours per item
  int hnsw_ef_construction = 200;  ///< >= 1: candidates kept while building
  int hnsw_ef_search = 128;        ///< >= 1: candidates kept while searching, at least k are
  int ivf_lists = 0;               ///< k-means centroids, at most n_items; 0: about 4 sqrt(n_items)
  int ivf_probes = 32;             ///< >= 1: lists searched
  /// kAuto: share of the true best 20 that must be found, in (0, 1]. 1: an exact scan. Below, a
  /// catalogue of `exact_below` items or more gets a graph (over 2 million items: ivf), whose ef
  /// (or probes) is raised until the recall measured on sample queries is reached; an exact scan
  /// where it never is.
  double recall_target = 1.0;
  std::uint32_t exact_below = 50000;
  /// kAuto: what queries are like, e.g. a model's user factors; up to 200 rows are measured. Empty:
  /// items.
  MatrixView<const float> sample_queries = {};
};

/// Items that must not be listed. Applied inside the search, so a list is full whenever enough
/// items are left.
struct SearchFilter {
  /// Query i must not see row seen_rows[i] of `seen` (sorted columns); empty seen_rows: no limit.
  std::span<const std::uint32_t> seen_rows;
  CsrView seen;
  /// Length n_items, or empty: items marked 1 are never listed.
  std::span<const std::uint8_t> denied;

  std::span<const std::uint32_t> seen_by(std::size_t query) const noexcept {
    return seen_rows.empty() ? std::span<const std::uint32_t>{}
                             : seen.row_columns(seen_rows[query]);
  }
};

/// Finds the items of largest inner product. Immutable and safe to search from many threads.
class Retriever {
 public:
  Retriever() = default;
  virtual ~Retriever() = default;
  Retriever(const Retriever&) = delete;
  Retriever& operator=(const Retriever&) = delete;

  virtual RetrieverKind kind() const noexcept = 0;
  /// For people: why this kind, with the recall measured where one was.
  const std::string& choice() const noexcept { return choice_; }
  virtual std::uint32_t n_items() const noexcept = 0;
  virtual std::size_t dimension() const noexcept = 0;

  /// Queries are q x dimension(), all finite; width of the result is min(k, n_items()), k >= 1.
  /// Scores are inner products, best first, equal ones by smaller id. Parallel over queries.
  /// @throws ArgumentError where shapes do not fit, NumericalError where a query is not finite,
  /// Cancelled.
  TopLists search(const Execution& execution, MatrixView<const float> queries, std::uint32_t k,
                  const SearchFilter& filter = {}) const;

  /// The same for a few queries in the calling thread, into lists.rows [first, first +
  /// queries.rows); filter.seen_rows belongs to these queries. Shapes are the caller's duty.
  virtual void search_block(MatrixView<const float> queries, const SearchFilter& filter,
                            TopLists& lists, std::size_t first) const = 0;

 private:
  friend std::unique_ptr<Retriever> make_retriever(const Execution&, MatrixView<const float>,
                                                   const RetrieverOptions&);
  std::string choice_;
};

/// Queries searched together by one task.
inline constexpr std::size_t kQueryBlock = 128;

/// Builds a retriever over items (n_items x d), whose memory must outlive it. The same bytes of
/// index at any number of threads.
/// @throws ArgumentError (no items, options out of range), NumericalError (an item is not finite).
std::unique_ptr<Retriever> make_retriever(const Execution& execution, MatrixView<const float> items,
                                          const RetrieverOptions& options = {});

}  // namespace tenure::recommender
