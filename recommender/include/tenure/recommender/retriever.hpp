#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/lists.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace tenure::recommender {

enum class RetrieverKind : std::uint8_t {
  kAuto,   ///< today the exact scan
  kExact,  ///< blocked matrix product and a threshold heap: exact
  kFlat,   ///< FAISS flat inner product: exact
  kHnsw,   ///< FAISS HNSW graph: approximate, for large catalogues
};
std::string_view to_string(RetrieverKind kind) noexcept;
/// "auto", "exact", "flat", "hnsw".
std::optional<RetrieverKind> retriever_kind_from_string(std::string_view text) noexcept;

struct RetrieverOptions {
  RetrieverKind kind = RetrieverKind::kAuto;
  int hnsw_links = 32;             ///< M: 2 to 512 neighbours per item
  int hnsw_ef_construction = 200;  ///< >= 1: candidates kept while building
  int hnsw_ef_search = 128;        ///< >= 1: candidates kept while searching, at least k are
};

/// Items that must not be listed. Applied inside the search, so a list is full whenever enough
/// items are left (hnsw: whenever its graph reaches them).
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
};

/// Queries searched together by one task.
inline constexpr std::size_t kQueryBlock = 128;

/// Builds a retriever over items (n_items x d), whose memory must outlive it. The same bytes of
/// index at any number of threads.
/// @throws ArgumentError (no items, options out of range), NumericalError (an item is not finite).
std::unique_ptr<Retriever> make_retriever(const Execution& execution, MatrixView<const float> items,
                                          const RetrieverOptions& options = {});

}  // namespace tenure::recommender
