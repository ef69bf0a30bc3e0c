#include "feature_regression.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kColumns = 8;  // solved together by one thread
constexpr std::size_t kRowChunk = 256;
constexpr int kMostIterations = 2000;
constexpr double kTolerance = 1e-5;  // of the right-hand side, column by column

Csr with_constant(const CsrView& features) {
  Csr result;
  result.n_columns = features.n_columns + 1;
  for (std::size_t item = 0; item < features.rows(); ++item) {
    const auto terms = features.row_columns(item);
    const auto values = features.row_values(item);
    result.columns.insert(result.columns.end(), terms.begin(), terms.end());
    result.values.insert(result.values.end(), values.begin(), values.end());
    if (!terms.empty()) {
      result.columns.push_back(features.n_columns);
      result.values.push_back(1.0F);
    }
    result.row_start.push_back(result.columns.size());
  }
  return result;
}

/// Rows [begin, end) of out: the sum over the sparse row of value * dense row, times scale[row].
template <class Out>
void multiply_rows(const CsrView& sparse, std::size_t begin, std::size_t end,
                   const Matrix<double>& dense, const std::vector<double>* scale,
                   Matrix<Out>& out) {
  const std::size_t d = out.cols();
  std::vector<double> sum(d);
  for (std::size_t row = begin; row < end; ++row) {
    std::fill(sum.begin(), sum.end(), 0.0);
    const double by = scale == nullptr ? 1.0 : (*scale)[row];
    const auto columns = sparse.row_columns(row);
    for (std::size_t i = 0; by != 0.0 && i < columns.size(); ++i) {
      const double value = by * static_cast<double>(sparse.row_values(row)[i]);
      const double* const from = dense.row(columns[i]);
      for (std::size_t j = 0; j < d; ++j) sum[j] += value * from[j];
    }
    std::transform(sum.begin(), sum.end(), out.row(row),
                   [](double value) { return static_cast<Out>(value); });
  }
}

/// Column by column sum of a * b.
std::vector<double> column_dots(const Matrix<double>& a, const Matrix<double>& b) {
  std::vector<double> sum(a.cols());
  for (std::size_t row = 0; row < a.rows(); ++row) {
    for (std::size_t j = 0; j < a.cols(); ++j) sum[j] += a(row, j) * b(row, j);
  }
  return sum;
}

/// into = keep[j] into + factor[j] from, column by column.
void add_columns(const std::vector<double>& keep, const std::vector<double>& factor,
                 const Matrix<double>& from, Matrix<double>& into) {
  for (std::size_t row = 0; row < into.rows(); ++row) {
    for (std::size_t j = 0; j < into.cols(); ++j) {
      into(row, j) = keep[j] * into(row, j) + factor[j] * from(row, j);
    }
  }
}

}  // namespace

FeatureRegression::FeatureRegression(const Execution& execution, const CsrView& features,
                                     std::vector<double> weights, double penalty)
    : features_(with_constant(features)),
      by_term_(csr_transpose(execution, features_)),
      weights_(std::move(weights)),
      penalty_(penalty),
      diagonal_(features_.n_columns, penalty) {
  const CsrView rows = features_;
  for (std::size_t item = 0; item < rows.rows(); ++item) {
    for (std::size_t i = 0; i < rows.row_size(item); ++i) {
      const auto value = static_cast<double>(rows.row_values(item)[i]);
      diagonal_[rows.row_columns(item)[i]] += weights_[item] * value * value;
    }
  }
}

void FeatureRegression::apply(const Matrix<double>& p, Matrix<double>& scratch,
                              Matrix<double>& out) const {
  multiply_rows(features_, 0, features_.rows(), p, &weights_, scratch);
  multiply_rows(by_term_, 0, by_term_.rows(), scratch, nullptr, out);
  for (std::size_t i = 0; i < out.size(); ++i) out.data()[i] += penalty_ * p.data()[i];
}

Matrix<double> FeatureRegression::solve_columns(MatrixView<const float> targets) const {
  const std::size_t d = targets.cols;
  Matrix<double> weighted(targets.rows, d);  // L H, then scratch
  for (std::size_t item = 0; item < targets.rows; ++item) {
    for (std::size_t j = 0; j < d; ++j) {
      weighted(item, j) = weights_[item] * static_cast<double>(targets(item, j));
    }
  }
  Matrix<double> b(n_terms(), d);
  Matrix<double> residual(n_terms(), d);
  multiply_rows(by_term_, 0, by_term_.rows(), weighted, nullptr, residual);
  Matrix<double> scaled(n_terms(), d);
  const auto precondition = [&] {
    for (std::size_t term = 0; term < n_terms(); ++term) {
      for (std::size_t j = 0; j < d; ++j) scaled(term, j) = residual(term, j) / diagonal_[term];
    }
  };
  precondition();
  Matrix<double> direction = scaled;
  Matrix<double> product(n_terms(), d);
  const std::vector<double> ones(d, 1.0);
  std::vector<double> left = column_dots(residual, residual);
  std::vector<double> enough = left;
  for (double& square : enough) square *= kTolerance * kTolerance;
  std::vector<double> slope = column_dots(residual, scaled);
  for (int iteration = 0; iteration < kMostIterations; ++iteration) {
    if (std::equal(left.begin(), left.end(), enough.begin(), std::less_equal<>())) return b;
    apply(direction, weighted, product);
    std::vector<double> step = column_dots(direction, product);
    std::vector<double> back(d);
    for (std::size_t j = 0; j < d; ++j) {
      // A column that is solved stands still while the others go on.
      step[j] = left[j] > enough[j] && step[j] > 0.0 ? slope[j] / step[j] : 0.0;
      back[j] = -step[j];
    }
    add_columns(ones, step, direction, b);
    add_columns(ones, back, product, residual);
    precondition();
    const std::vector<double> next = column_dots(residual, scaled);
    std::vector<double> turn(d);
    for (std::size_t j = 0; j < d; ++j) turn[j] = slope[j] > 0.0 ? next[j] / slope[j] : 0.0;
    add_columns(turn, ones, scaled, direction);
    slope = next;
    left = column_dots(residual, residual);
  }
  throw NumericalError("hybrid: the regression on the item features did not converge in " +
                       std::to_string(kMostIterations) +
                       " steps; raise the feature regularization");
}

Matrix<double> FeatureRegression::solve(const Execution& execution,
                                        MatrixView<const float> targets) const {
  Matrix<double> b(n_terms(), targets.cols);
  parallel_for(execution, targets.cols, kColumns, [&](const Chunk& chunk) {
    const std::size_t d = chunk.end - chunk.begin;
    const Matrix<double> part =
        solve_columns({targets.data + chunk.begin, targets.rows, d, targets.stride});
    for (std::size_t term = 0; term < n_terms(); ++term) {
      std::copy_n(part.row(term), d, b.row(term) + chunk.begin);
    }
  });
  return b;
}

Matrix<float> FeatureRegression::predict(const Execution& execution,
                                         const Matrix<double>& b) const {
  Matrix<float> result(features_.rows(), b.cols());
  parallel_for(execution, features_.rows(), kRowChunk, [&](const Chunk& chunk) {
    multiply_rows(features_, chunk.begin, chunk.end, b, nullptr, result);
  });
  return result;
}

}  // namespace tenure::recommender::detail
