#include "ials_solver.hpp"

#include "blas.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kGramParts = 32;   // partial sums kept: memory of 32 d x d matrices
constexpr std::size_t kGramRows = 2048;  // rows summed in single precision
constexpr std::size_t kRotateRows = 1024;

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
        for (std::size_t j = i; j < d; ++j) sum(i, j) += static_cast<double>(product(i, j));
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
    for (std::size_t j = 0; j < i; ++j) gram(i, j) = gram(j, i);
  }
  return gram;
}

GramBasis gram_basis(const Execution& execution, MatrixView<const float> factors,
                     const std::string& what) {
  const std::size_t d = factors.cols;
  Matrix<double> gram = gram_matrix(execution, factors);
  const bool finite = std::all_of(gram.data(), gram.data() + gram.size(),
                                  [](double value) { return std::isfinite(value); });
  std::vector<double> values(d);
  if (!finite || !symmetric_eigen(gram.view(), values.data())) {
    throw NumericalError(what + " have no finite Gram matrix");
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
      width_(round_up(d_, kPanel)),
      inverse_root_(width_),
      roots_(std::max(kLongBlock, width_)),
      block_((std::max(kLongBlock, d_) + kSpareRows) * width_),
      system_(system_stride(width_) * (width_ + kSpareRows)),
      solution_(round_up(width_, kLine)),
      result_(width_) {}

bool RowSolver::solve(std::span<const float> values, double lambda, const RowSource& rows,
                      float* w) {
  std::fill(w, w + d_, 0.0F);
  if (values.empty()) return true;
  if (!inverse_roots(basis_.eigenvalues.data(), unobserved_weight_, static_cast<float>(lambda), d_,
                     inverse_root_.data())) {
    return false;
  }
  std::fill(result_.begin(), result_.end(), 0.0F);
  if (!(values.size() < d_ ? solve_short(values, rows) : solve_long(values, rows))) return false;
  for (std::size_t j = 0; j < d_; ++j) w[j] = result_[j] * inverse_root_[j];
  return std::all_of(w, w + d_, [](float value) { return std::isfinite(value); });
}

void RowSolver::load(std::span<const float> values, const RowSource& rows, std::size_t begin,
                     std::size_t n) {
  for (std::size_t i = 0; i < n; ++i) roots_[i] = std::sqrt(values[begin + i]);
  gather_scaled(rows, begin, n, roots_.data(), inverse_root_.data(), block_.data());
}

bool RowSolver::solve_short(std::span<const float> values, const RowSource& rows) {
  const std::size_t n = values.size();
  load(values, rows, 0, n);
  gram_rows(block_.data(), n, width_, system_.data());
  if (!cholesky_solve(system_.data(), n, system_stride(n), roots_.data(), solution_.data())) {
    return false;
  }
  combine_rows(block_.data(), n, width_, solution_.data(), result_.data());
  return true;
}

bool RowSolver::solve_long(std::span<const float> values, const RowSource& rows) {
  const std::size_t stride = system_stride(width_);
  std::fill_n(system_.begin(), stride * width_, 0.0F);
  for (std::size_t i = 0; i < width_; ++i) system_[i * stride + i] = 1.0F;
  for (std::size_t begin = 0; begin < values.size(); begin += kLongBlock) {
    const std::size_t n = std::min(kLongBlock, values.size() - begin);
    load(values, rows, begin, n);
    gram_columns(block_.data(), n, width_, system_.data(), stride);
    combine_rows(block_.data(), n, width_, roots_.data(), result_.data());
  }
  return cholesky_solve(system_.data(), d_, stride, result_.data(), result_.data());
}

}  // namespace tenure::recommender::detail
