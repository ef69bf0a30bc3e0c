#include "subspace.hpp"

#include "blas.hpp"
#include "ials_solver.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kRowChunk = 256;
constexpr std::size_t kOversample = 32;    // extra columns carried, then dropped
constexpr double kRankTolerance = 1e-9;    // of the largest eigenvalue
constexpr std::uint32_t kReplication = 1;  // factors of other models start in replication 0

/// sparse * dense.
Matrix<float> times(const Execution& execution, const CsrView& sparse, const Matrix<float>& right) {
  Matrix<float> result(sparse.rows(), right.cols());
  parallel_for(execution, sparse.rows(), kRowChunk, [&](const Chunk& chunk) {
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      float* const out = result.row(i);
      const auto columns = sparse.row_columns(i);
      for (std::size_t k = 0; k < columns.size(); ++k) {
        const float value = sparse.row_values(i)[k];
        const float* const row = right.row(columns[k]);
        for (std::size_t j = 0; j < right.cols(); ++j) out[j] += value * row[j];
      }
    }
  });
  return result;
}

Matrix<float> random_start(const Execution& execution, std::size_t rows, std::size_t cols) {
  Matrix<float> start(rows, cols);
  parallel_for(execution, rows, kRowChunk, [&](const Chunk& chunk) {
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      RandomStream stream(execution.seed,
                          {Purpose::kModelInit, kReplication, static_cast<std::uint32_t>(i), 0});
      for (std::size_t j = 0; j < cols; ++j) start(i, j) = static_cast<float>(draw_normal(stream));
    }
  });
  return start;
}

/// Eigenvectors of the Gram matrix of `columns` as rows, the largest eigenvalue first, those
/// without weight left out.
Matrix<double> gram_vectors(const Execution& execution, const Matrix<float>& columns,
                            std::vector<double>& values) {
  const std::size_t d = columns.cols();
  Matrix<double> gram = gram_matrix(execution, columns.view());
  std::vector<double> rising(d);
  const bool finite = std::all_of(gram.data(), gram.data() + gram.size(),
                                  [](double value) { return std::isfinite(value); });
  if (!finite || !symmetric_eigen(gram.view(), rising.data())) {
    throw NumericalError("subspace iteration: the Gram matrix is not finite");
  }
  values.clear();
  for (std::size_t j = d; j-- > 0 && rising[j] > kRankTolerance * rising[d - 1];) {
    values.push_back(rising[j]);
  }
  Matrix<double> vectors(values.size(), d);
  for (std::size_t j = 0; j < values.size(); ++j) {
    std::copy_n(gram.row(d - 1 - j), d, vectors.row(j));
  }
  return vectors;
}

/// columns * combination, d x k.
Matrix<float> combine(const Execution& execution, const Matrix<float>& columns,
                      const Matrix<float>& combination) {
  Matrix<float> result(columns.rows(), combination.cols());
  parallel_for(execution, columns.rows(), kRowChunk, [&](const Chunk& chunk) {
    const std::size_t n = chunk.end - chunk.begin;
    multiply({columns.row(chunk.begin), n, columns.cols(), columns.cols()}, combination.view(),
             false, {result.row(chunk.begin), n, result.cols(), result.cols()});
  });
  return result;
}

/// Orthonormal columns of the same span: Y Q L^-1/2 where Y^T Y = Q L Q^T.
Matrix<float> orthonormal(const Execution& execution, const Matrix<float>& columns) {
  std::vector<double> values;
  const Matrix<double> vectors = gram_vectors(execution, columns, values);
  Matrix<float> combination(columns.cols(), values.size());
  for (std::size_t j = 0; j < values.size(); ++j) {
    for (std::size_t i = 0; i < columns.cols(); ++i) {
      combination(i, j) = static_cast<float>(vectors(j, i) / std::sqrt(values[j]));
    }
  }
  return combine(execution, columns, combination);
}

}  // namespace

Matrix<float> leading_right_vectors(const Execution& execution, const CsrView& matrix,
                                    const CsrView& transpose, std::uint32_t rank,
                                    std::uint32_t iterations) {
  use_one_blas_thread();
  const std::size_t limit = std::min<std::size_t>(matrix.rows(), matrix.n_columns);
  const std::size_t carried = std::min(limit, std::size_t{rank} + kOversample);
  Matrix<float> basis = orthonormal(execution, random_start(execution, matrix.n_columns, carried));
  for (std::uint32_t i = 0; i < iterations; ++i) {
    const Matrix<float> image = times(execution, matrix, basis);
    basis = orthonormal(execution, times(execution, transpose, image));
    execution.report("train", i + 1, iterations);
  }
  // A second pass takes out what single precision left of the first columns in the last.
  basis = orthonormal(execution, basis);
  std::vector<double> values;
  const Matrix<double> vectors = gram_vectors(execution, times(execution, matrix, basis), values);
  Matrix<float> turn(basis.cols(), std::min<std::size_t>(rank, values.size()));
  for (std::size_t i = 0; i < turn.rows(); ++i) {
    for (std::size_t j = 0; j < turn.cols(); ++j) turn(i, j) = static_cast<float>(vectors(j, i));
  }
  return combine(execution, basis, turn);
}

}  // namespace tenure::recommender::detail
