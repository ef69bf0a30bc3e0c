#pragma once

#include <tenure/core/matrix.hpp>
#include <tenure/recommender/retriever.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>

namespace tenure::recommender::detail {

/// An approximate retriever whose care can be raised: before it is handed out, not after.
class TunableRetriever : public Retriever {
 public:
  /// Candidates of a graph, lists probed of an inverted file; >= 1.
  virtual void set_effort(int effort) noexcept = 0;
  /// What the effort is called, e.g. "ef".
  virtual const char* effort_name() const noexcept = 0;
};

/// Arguments are checked by make_retriever().
std::unique_ptr<Retriever> make_flat_retriever(const Execution& execution,
                                               MatrixView<const float> items);
std::unique_ptr<TunableRetriever> make_hnsw_retriever(const Execution& execution,
                                                      MatrixView<const float> items,
                                                      const RetrieverOptions& options);
std::unique_ptr<TunableRetriever> make_ivf_retriever(const Execution& execution,
                                                     MatrixView<const float> items,
                                                     const RetrieverOptions& options);

/// A retriever and the reason for it.
struct Chosen {
  std::unique_ptr<Retriever> retriever;
  std::string reason;
};

/// What RetrieverKind::kAuto stands for; `exact` is an exact scan of the same items.
Chosen choose_retriever(const Execution& execution, MatrixView<const float> items,
                        const RetrieverOptions& options, std::unique_ptr<Retriever> exact);

/// An exact scan for one query, where an approximate search did not fill its list.
void scan_all(MatrixView<const float> items, const float* query,
              std::span<const std::uint32_t> seen, std::span<const std::uint8_t> denied,
              ListSlot slot);

/// How much an approximate search must be widened so that denied items leave as many candidates:
/// n_items / open items, 1 where nothing is open.
double widening(std::size_t n_items, std::span<const std::uint8_t> denied);

/// Marks denied items among scores of [begin, begin + n) as left out.
inline void leave_out_denied(std::span<const std::uint8_t> denied, float* scores, std::size_t n,
                             std::size_t begin) {
  if (denied.empty()) return;
  for (std::size_t i = 0; i < n; ++i) {
    if (denied[begin + i] != 0) scores[i] = -std::numeric_limits<float>::infinity();
  }
}

}  // namespace tenure::recommender::detail
