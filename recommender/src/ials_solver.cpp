#include "ials_solver.hpp"

#include "blas.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kGramParts = 32;   // partial sums kept: memory of 32 d x d matrices
constexpr std::size_t kGramRows = 2048;  // rows summed in single precision
constexpr std::size_t kRotateRows = 1024;
constexpr std::size_t kLongBlock = 256;  // rows of Z at a time where n >= d
constexpr std::size_t kSolveChunks = 512;

/// Cost of a row in multiply-adds: the product, the Cholesky factor, the gather; and a constant.
std::uint64_t row_cost(std::uint64_t n, std::uint64_t d) {
  const std::uint64_t low = std::min(n, d);
  return low * low * std::max(n, d) / 2 + low * low * low / 6 + 8 * n * d + 512;
}

}  // namespace

double row_regularization(const IalsOptions& options, std::size_t n, std::size_t others) {
  const double scale =
      static_cast<double>(n) + options.unobserved_weight * static_cast<double>(others);
  return options.regularization * std::pow(scale, options.regularization_exponent);
}

Matrix<double> gram_matrix(const Execution& execution, MatrixView<const float> factors) {
  const std::size_t d = factors.cols;
  const std::size_t part = std::max(kGramRows, (factors.rows + kGramParts - 1) / kGramParts);
  const auto sum_part = [&](const Chunk& chunk) {
    Matrix<double> sum(d, d);
    Matrix<float> product(d, d);
    for (std::size_t begin = chunk.begin; begin < chunk.end; begin += kGramRows) {
      const std::size_t rows = std::min(kGramRows, chunk.end - begin);
      inner_product({factors.row(begin), rows, d, factors.stride}, 0.0F, product.view());
      for (std::size_t i = 0; i < d; ++i) {
        for (std::size_t j = 0; j <= i; ++j) sum(i, j) += static_cast<double>(product(i, j));
      }
    }
    return sum;
  };
  const auto add = [&](Matrix<double>& into, const Matrix<double>& from) {
    for (std::size_t i = 0; i < into.size(); ++i) into.data()[i] += from.data()[i];
  };
  Matrix<double> gram(d, d);
  const std::size_t parts = (factors.rows + part - 1) / part;
  std::vector<Matrix<double>> partial(parts);
  parallel_for(execution, factors.rows, part,
               [&](const Chunk& chunk) { partial[chunk.index] = sum_part(chunk); });
  for (const Matrix<double>& one : partial) add(gram, one);
  for (std::size_t i = 0; i < d; ++i) {
    for (std::size_t j = 0; j < i; ++j) gram(j, i) = gram(i, j);
  }
  return gram;
}

GramBasis gram_basis(const Execution& execution, MatrixView<const float> factors) {
  const std::size_t d = factors.cols;
  Matrix<double> gram = gram_matrix(execution, factors);
  const bool finite = std::all_of(gram.data(), gram.data() + gram.size(),
                                  [](double value) { return std::isfinite(value); });
  std::vector<double> values(d);
  if (!finite || !symmetric_eigen(gram.view(), values.data())) {
    throw NumericalError("ials: the Gram matrix of the factors has no finite eigenvalues");
  }
  GramBasis basis;
  basis.eigenvalues.resize(d);
  basis.rotation = Matrix<float>(d, d);
  for (std::size_t j = 0; j < d; ++j) {
    basis.eigenvalues[j] = static_cast<float>(std::max(values[j], 0.0));  // rounding below 0
    for (std::size_t i = 0; i < d; ++i) basis.rotation(i, j) = static_cast<float>(gram(j, i));
  }
  return basis;
}

void rotate(const Execution& execution, const Matrix<float>& rotation, Matrix<float>& factors) {
  const std::size_t d = factors.cols();
  parallel_for(execution, factors.rows(), kRotateRows, [&](const Chunk& chunk) {
    const std::size_t rows = chunk.end - chunk.begin;
    const AlignedVector<float> old(factors.row(chunk.begin), factors.row(chunk.begin) + rows * d);
    multiply({old.data(), rows, d, d}, rotation.view(), false,
             {factors.row(chunk.begin), rows, d, d});
  });
}

RowSolver::RowSolver(const GramBasis& basis, double unobserved_weight)
    : basis_(basis),
      unobserved_weight_(static_cast<float>(unobserved_weight)),
      d_(basis.eigenvalues.size()),
      inverse_root_(d_),
      root_values_(std::max(kLongBlock, d_)),
      solution_(d_),
      block_(std::max(kLongBlock, d_) * d_),
      system_(d_ * d_) {}

bool RowSolver::solve(std::span<const float> values, double lambda, Gather gather, float* w) {
  std::fill(w, w + d_, 0.0F);
  if (values.empty()) return true;
  const auto shift = static_cast<float>(lambda);
  float smallest = std::numeric_limits<float>::max();
  for (std::size_t j = 0; j < d_; ++j) {
    const float diagonal = unobserved_weight_ * basis_.eigenvalues[j] + shift;
    smallest = std::min(smallest, diagonal);
    inverse_root_[j] = 1.0F / std::sqrt(diagonal);
  }
  if (!(smallest > 0.0F)) return false;
  const bool solved =
      values.size() < d_ ? solve_short(values, gather, w) : solve_long(values, gather, w);
  if (!solved) return false;
  for (std::size_t j = 0; j < d_; ++j) w[j] *= inverse_root_[j];
  return std::all_of(w, w + d_, [](float value) { return std::isfinite(value); });
}

void RowSolver::scale_block(std::span<const float> values, MatrixView<float> block) {
  for (std::size_t i = 0; i < block.rows; ++i) {
    const float root = std::sqrt(values[i]);
    root_values_[i] = root;
    float* const row = block.row(i);
    for (std::size_t j = 0; j < d_; ++j) row[j] *= root * inverse_root_[j];
  }
}

bool RowSolver::solve_short(std::span<const float> values, Gather gather, float* w) {
  const std::size_t n = values.size();
  const MatrixView<float> z{block_.data(), n, d_, d_};
  gather(0, n, z.data);
  scale_block(values, z);
  const MatrixView<float> system{system_.data(), n, n, n};
  outer_product(z, 0.0F, system);
  for (std::size_t i = 0; i < n; ++i) system(i, i) += 1.0F;
  std::copy_n(root_values_.begin(), n, solution_.begin());
  if (!solve_positive(system, solution_.data())) return false;
  multiply_vector(z, true, solution_.data(), 0.0F, w);
  return true;
}

bool RowSolver::solve_long(std::span<const float> values, Gather gather, float* w) {
  const MatrixView<float> system{system_.data(), d_, d_, d_};
  std::fill(system_.begin(), system_.end(), 0.0F);
  for (std::size_t i = 0; i < d_; ++i) system(i, i) = 1.0F;
  for (std::size_t begin = 0; begin < values.size(); begin += kLongBlock) {
    const std::size_t end = std::min(begin + kLongBlock, values.size());
    const MatrixView<float> z{block_.data(), end - begin, d_, d_};
    gather(begin, end, z.data);
    scale_block(values.subspan(begin, end - begin), z);
    inner_product(z, 1.0F, system);
    multiply_vector(z, true, root_values_.data(), 1.0F, w);
  }
  return solve_positive(system, w);
}

void solve_side(const Execution& execution, const CsrView& pairs, const IalsOptions& options,
                const Solving& solving, Matrix<float>& fixed, Matrix<float>& solved) {
  const std::size_t d = fixed.cols();
  const GramBasis basis = gram_basis(execution, fixed.view());
  rotate(execution, basis.rotation, fixed);
  std::vector<std::uint64_t> cost(pairs.rows() + 1, 0);
  for (std::size_t row = 0; row < pairs.rows(); ++row) {
    cost[row + 1] = cost[row] + row_cost(pairs.row_size(row), d);
  }
  std::vector<std::optional<RowSolver>> solvers(static_cast<std::size_t>(execution.concurrency()));
  parallel_for_bounds(execution, partition_by_cost(cost, kSolveChunks), [&](const Chunk& chunk) {
    std::optional<RowSolver>& solver = solvers[static_cast<std::size_t>(chunk.worker)];
    if (!solver) solver.emplace(basis, options.unobserved_weight);
    for (std::size_t row = chunk.begin; row < chunk.end; ++row) {
      const auto columns = pairs.row_columns(row);
      const auto gather = [&](std::size_t begin, std::size_t end, float* out) {
        for (std::size_t i = begin; i < end; ++i, out += d) {
          std::copy_n(fixed.row(columns[i]), d, out);
        }
      };
      const double lambda = row_regularization(options, columns.size(), fixed.rows());
      if (!solver->solve(pairs.row_values(row), lambda, gather, solved.row(row))) {
        throw NumericalError("ials: epoch " + std::to_string(solving.epoch) + ", " + solving.side +
                             " " + std::to_string(row) +
                             ": no finite solution; raise the regularization");
      }
    }
  });
}

}  // namespace tenure::recommender::detail
