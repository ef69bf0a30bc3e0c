#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/recommender/lightgcn.hpp>

#include <cstdint>
#include <span>
#include <vector>

namespace tenure::recommender::detail {

/// Vectors in training, users before items in every matrix; see lightgcn.hpp.
class LightGcnTrainer {
 public:
  /// `pairs` holds values above 0 only and must outlive the trainer.
  LightGcnTrainer(const Execution& execution, const CsrView& pairs, const LightGcnOptions& options);

  /// Takes other vectors of layer 0.
  void set_layer0(Matrix<float> layer0);
  /// One epoch, from 1; returns its mean loss. @throws NumericalError, Cancelled.
  double run_epoch(std::uint32_t epoch);
  /// Loss of a batch of users; leaves its gradient by layer 0 in gradient().
  double follow(std::span<const std::uint32_t> users);
  const Matrix<float>& gradient() const noexcept { return gradient_; }

  /// Unit vectors of the users (first n_users rows) or of the items.
  Matrix<float> user_factors() const;
  Matrix<float> item_factors() const;
  /// LightGcnModel's item sources.
  Matrix<float> item_sources() const;

 private:
  void propagate(const Matrix<float>& in, Matrix<float>& out, Matrix<float>* sum) const;
  void smooth(const Matrix<float>& in, Matrix<float>& out);
  void refresh();
  double user_side(std::span<const std::uint32_t> users, const std::vector<double>& shares);
  void item_side(std::size_t n);
  void through_lengths();
  void step(double rate);

  const Execution& execution_;
  CsrView pairs_;
  LightGcnOptions options_;
  std::size_t n_users_, n_items_, d_;
  Csr by_user_, by_item_;             // N and its transpose
  std::vector<double> sums_;          // D_U, then D_I
  std::vector<std::uint32_t> order_;  // users with pairs
  Matrix<float> layer0_, gradient_, first_moment_, second_moment_;
  Matrix<float> units_;  // mean of the layers, each row of length 1
  std::vector<float> lengths_;
  Matrix<float> mean_, layer_, next_;  // scratch of smooth()
  std::uint64_t steps_ = 0;
  // The batch: exp((s_uj - 1) / temperature) - sum_j(...) p_uj, a row per user, and the users'
  // unit vectors over that sum, by their share.
  Matrix<float> surplus_, scaled_users_, user_gradient_;
};

}  // namespace tenure::recommender::detail
