#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/core/random.hpp>
#include <tenure/recommender/bpr.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace tenure::recommender::detail {

/// An item outside the sorted `seen`, or none where chance finds none: a user that has nearly all.
std::optional<std::uint32_t> draw_negative(RandomStream& stream, std::uint32_t n_items,
                                           std::span<const std::uint32_t> seen);

/// sigma(-x), the weight of a triple with margin x, in the range where exp is finite.
inline float triple_weight(float margin) {
  return 1.0F / (1.0F + std::exp(std::min(margin, 80.0F)));
}

/// One AdaGrad step uphill: sums of squares grow by gradient^2.
inline void ada_step(const float* gradient, float rate, std::size_t n, float* squares,
                     float* values) {
  for (std::size_t i = 0; i < n; ++i) {
    squares[i] += gradient[i] * gradient[i];
    values[i] += rate * gradient[i] / std::sqrt(squares[i] + 1e-10F);
  }
}

/// The entries of one batch by row: for each row touched its entries in the order of the batch.
class RowGroups {
 public:
  explicit RowGroups(std::size_t rows) : next_(rows) {}
  /// Groups entry e under row rows[e]; kNoRow entries are left out.
  void build(std::span<const std::uint32_t> rows);
  std::size_t size() const noexcept { return touched_.size(); }
  std::uint32_t row(std::size_t group) const noexcept { return touched_[group]; }
  std::span<const std::uint32_t> entries(std::size_t group) const noexcept {
    return std::span(entries_).subspan(start_[group], start_[group + 1] - start_[group]);
  }
  static constexpr std::uint32_t kNoRow = 0xFFFFFFFFU;

 private:
  std::vector<std::uint32_t> next_;     // by row, 0 between builds
  std::vector<std::uint32_t> touched_;  // rows in order of first entry
  std::vector<std::uint32_t> start_;    // by group
  std::vector<std::uint32_t> entries_;
};

/// Factors in training; see train_bpr().
class BprTrainer {
 public:
  /// `positives` holds the pairs above 0 and must outlive the trainer.
  BprTrainer(const Execution& execution, const CsrView& positives, const BprOptions& options);
  /// One epoch, from 1; returns its mean loss. @throws NumericalError, Cancelled.
  double run_epoch(std::uint32_t epoch);
  Matrix<float> take_users() { return std::move(users_); }
  Matrix<float> take_items() { return std::move(items_); }

 private:
  double draw_batch(std::uint32_t epoch, std::uint64_t first, std::size_t n);
  void user_gradients();
  void move_items();
  void move_users();

  const Execution& execution_;
  CsrView positives_;
  BprOptions options_;
  std::size_t d_;
  std::vector<std::uint32_t> pair_user_;
  Matrix<float> users_, items_;                // d + 1 columns
  Matrix<float> user_squares_, item_squares_;  // AdaGrad's sums
  // The batch: triples, their weights, and both grouped by row.
  std::vector<std::uint32_t> triple_user_;
  std::vector<std::uint32_t>
      triple_items_;  // entry 2t is the positive of triple t, 2t + 1 the other
  std::vector<float> weights_;
  RowGroups by_user_, by_item_;
  Matrix<float> gradients_;  // of the users of the batch
};

}  // namespace tenure::recommender::detail
