#include "prior_solver.hpp"

#include "blas.hpp"
#include "ials_solver.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <vector>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kBlock = 256;  // rows of Z at a time where n >= d
constexpr std::size_t kChunks = 512;

/// Solves single rows; holds the memory they need. One per worker.
class MeanSolver {
 public:
  MeanSolver(const GramBasis& basis, double unobserved_weight)
      : basis_(basis),
        unobserved_weight_(unobserved_weight),
        d_(basis.eigenvalues.size()),
        inverse_root_(d_),
        shift_(d_),
        step_(d_),
        right_(std::max(kBlock, d_)),
        z_(std::max(kBlock, d_) * d_),
        system_(d_ * d_) {}

  /// h in the eigenbasis; false where the system is singular or the result not finite.
  bool solve(std::span<const std::uint32_t> columns, std::span<const float> values, double lambda,
             const Matrix<float>& fixed, const float* mean, float* h) {
    for (std::size_t j = 0; j < d_; ++j) {
      const double diagonal =
          unobserved_weight_ * static_cast<double>(basis_.eigenvalues[j]) + lambda;
      if (!(diagonal > 0.0)) return false;
      inverse_root_[j] = static_cast<float>(1.0 / std::sqrt(diagonal));
      // D^(1/2) m, so that V^(1/2) F_n Q m = Z D^(1/2) m.
      shift_[j] = static_cast<float>(lambda * static_cast<double>(mean[j]) / std::sqrt(diagonal));
    }
    const bool solved = columns.size() < d_ ? solve_short(columns, values, fixed)
                                            : solve_long(columns, values, fixed);
    if (!solved) return false;
    for (std::size_t j = 0; j < d_; ++j) h[j] = inverse_root_[j] * (shift_[j] + step_[j]);
    return std::all_of(h, h + d_, [](float value) { return std::isfinite(value); });
  }

 private:
  /// Z and r of n pairs.
  MatrixView<float> load(std::span<const std::uint32_t> columns, std::span<const float> values,
                         const Matrix<float>& fixed) {
    const std::size_t n = columns.size();
    for (std::size_t i = 0; i < n; ++i) {
      const float root = std::sqrt(values[i]);
      const float* const row = fixed.row(columns[i]);
      for (std::size_t j = 0; j < d_; ++j) z_[i * d_ + j] = root * row[j] * inverse_root_[j];
      right_[i] = -root;
    }
    const MatrixView<float> z{z_.data(), n, d_, d_};
    multiply_vector(z, false, shift_.data(), 1.0F, right_.data());  // Z D^(1/2) m - V^(1/2) 1
    for (std::size_t i = 0; i < n; ++i) right_[i] = -right_[i];
    return z;
  }

  void start_system(std::size_t n) {
    std::fill_n(system_.begin(), n * n, 0.0F);
    for (std::size_t i = 0; i < n; ++i) system_[i * n + i] = 1.0F;
  }

  bool solve_short(std::span<const std::uint32_t> columns, std::span<const float> values,
                   const Matrix<float>& fixed) {
    const std::size_t n = columns.size();
    const MatrixView<float> z = load(columns, values, fixed);
    start_system(n);
    const MatrixView<float> system{system_.data(), n, n, n};
    outer_product(z, 1.0F, system);
    if (!solve_positive(system, right_.data())) return false;
    multiply_vector(z, true, right_.data(), 0.0F, step_.data());
    return true;
  }

  bool solve_long(std::span<const std::uint32_t> columns, std::span<const float> values,
                  const Matrix<float>& fixed) {
    start_system(d_);
    const MatrixView<float> system{system_.data(), d_, d_, d_};
    std::fill(step_.begin(), step_.end(), 0.0F);
    for (std::size_t begin = 0; begin < columns.size(); begin += kBlock) {
      const std::size_t n = std::min(kBlock, columns.size() - begin);
      const MatrixView<float> z = load(columns.subspan(begin, n), values.subspan(begin, n), fixed);
      inner_product(z, 1.0F, system);
      multiply_vector(z, true, right_.data(), 1.0F, step_.data());
    }
    return solve_positive(system, step_.data());
  }

  const GramBasis& basis_;
  double unobserved_weight_;
  std::size_t d_;
  AlignedVector<float> inverse_root_;  // D^(-1/2)
  AlignedVector<float> shift_;         // D^(1/2) m
  AlignedVector<float> step_;          // D^(1/2) (Q^T h - m)
  AlignedVector<float> right_;         // r
  AlignedVector<float> z_;
  AlignedVector<float> system_;
};

}  // namespace

void solve_side_with_means(const Execution& execution, const CsrView& pairs,
                           const IalsOptions& options, const Solving& solving, Matrix<float>& fixed,
                           Matrix<float>& means, Matrix<float>& solved) {
  const std::string where =
      "hybrid: epoch " + std::to_string(solving.epoch) + ", " + solving.side + " ";
  const GramBasis basis = gram_basis(execution, fixed.view(), where + "side: the fixed factors");
  rotate(execution, basis.rotation, fixed);
  rotate(execution, basis.rotation, means);
  const std::uint64_t d = fixed.cols();
  std::vector<std::uint64_t> cost(pairs.rows() + 1, 0);
  for (std::size_t row = 0; row < pairs.rows(); ++row) {
    const std::uint64_t n = pairs.row_size(row);
    const std::uint64_t low = std::min(n, d);
    cost[row + 1] = cost[row] + low * low * (std::max(n, d) + low / 3) + 8 * n * d + 512;
  }
  std::vector<std::optional<MeanSolver>> solvers(static_cast<std::size_t>(execution.concurrency()));
  parallel_for_bounds(execution, partition_by_cost(cost, kChunks), [&](const Chunk& chunk) {
    std::optional<MeanSolver>& solver = solvers[static_cast<std::size_t>(chunk.worker)];
    if (!solver) solver.emplace(basis, options.unobserved_weight);
    for (std::size_t row = chunk.begin; row < chunk.end; ++row) {
      const auto columns = pairs.row_columns(row);
      if (columns.empty()) continue;
      const double lambda = row_regularization(options, columns.size(), fixed.rows());
      if (!solver->solve(columns, pairs.row_values(row), lambda, fixed, means.row(row),
                         solved.row(row))) {
        throw NumericalError(where + std::to_string(row) +
                             ": no finite solution; raise the regularization");
      }
    }
  });
}

}  // namespace tenure::recommender::detail
