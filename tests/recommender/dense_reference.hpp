#pragma once

#include "synthetic.hpp"

#include <tenure/core/container.hpp>
#include <tenure/recommender/model_kind.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

/// Small dense matrices in double precision: the plain form of what the models compute.
namespace tenure::recommender::test {

inline Matrix<double> dense(const CsrView& matrix) {
  Matrix<double> result(matrix.rows(), matrix.n_columns);
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    for (std::size_t i = 0; i < matrix.row_size(row); ++i) {
      result(row, matrix.row_columns(row)[i]) = static_cast<double>(matrix.row_values(row)[i]);
    }
  }
  return result;
}

inline Matrix<double> product(const Matrix<double>& a, const Matrix<double>& b) {
  Matrix<double> result(a.rows(), b.cols());
  for (std::size_t i = 0; i < a.rows(); ++i) {
    for (std::size_t k = 0; k < a.cols(); ++k) {
      for (std::size_t j = 0; j < b.cols(); ++j) result(i, j) += a(i, k) * b(k, j);
    }
  }
  return result;
}

inline Matrix<double> transposed(const Matrix<double>& a) {
  Matrix<double> result(a.cols(), a.rows());
  for (std::size_t i = 0; i < a.rows(); ++i) {
    for (std::size_t j = 0; j < a.cols(); ++j) result(j, i) = a(i, j);
  }
  return result;
}

/// By Gauss-Jordan elimination; for well-conditioned positive definite matrices.
inline Matrix<double> inverse(Matrix<double> a) {
  const std::size_t n = a.rows();
  Matrix<double> result(n, n);
  for (std::size_t i = 0; i < n; ++i) result(i, i) = 1.0;
  for (std::size_t k = 0; k < n; ++k) {
    const double pivot = a(k, k);
    for (std::size_t j = 0; j < n; ++j) {
      a(k, j) /= pivot;
      result(k, j) /= pivot;
    }
    for (std::size_t i = 0; i < n; ++i) {
      const double factor = a(i, k);
      if (i == k || factor == 0.0) continue;
      for (std::size_t j = 0; j < n; ++j) {
        a(i, j) -= factor * a(k, j);
        result(i, j) -= factor * result(k, j);
      }
    }
  }
  return result;
}

inline double largest_difference(const Matrix<double>& a, const Matrix<double>& b) {
  double largest = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    largest = std::max(largest, std::abs(a.data()[i] - b.data()[i]));
  }
  return largest;
}

inline double largest(const Matrix<double>& a) {
  return largest_difference(a, Matrix<double>(a.rows(), a.cols()));
}

/// Scores of the histories as users unknown to the model.
inline Matrix<double> scores(const Model& model, const CsrView& histories) {
  const std::vector<std::uint32_t> strangers(histories.rows(), kNewUser);
  const auto rows = all_rows(histories.rows());
  Matrix<float> out(histories.rows(), histories.n_columns);
  model.score({strangers, rows, histories}, out.view());
  Matrix<double> result(out.rows(), out.cols());
  for (std::size_t i = 0; i < out.size(); ++i)
    result.data()[i] = static_cast<double>(out.data()[i]);
  return result;
}

/// The model as its kind reads it back from a file.
inline std::unique_ptr<Model> saved_and_loaded(const Model& model, const std::string& path) {
  ContainerWriter writer(threads(2), path, "model", 1);
  model.save(writer, "model/");
  writer.commit();
  const ContainerReader reader(threads(2), path, "model", 1);
  return model_kind(model.name()).load(threads(2), reader, "model/");
}

}  // namespace tenure::recommender::test
