#include "item_products.hpp"
#include "positive_inverse.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/recommender/ease.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

namespace tenure::recommender {

namespace {

constexpr std::size_t kRowChunk = 64;
constexpr std::size_t kLanes = 16;  // rows of the product that are made together
using Lanes = std::array<float, kLanes>;

double square_bytes(double n) { return n * n * sizeof(float); }

/// Bytes of the two panels of the inversion.
double panel_bytes(double n) { return 2.0 * n * detail::kTile * sizeof(float); }

/// Whether the inverse is taken on the customers' side: its third power is what is saved, one more
/// square what it costs.
bool on_users_side(double n_users, double n_items) { return n_users < 0.9 * n_items; }

/// rows rows^T + shift I for the rows of a sparse matrix, which is given with its transpose.
Matrix<float> shifted_gram(const Execution& execution, const CsrView& matrix,
                           const CsrView& transpose, double shift) {
  Matrix<float> gram(matrix.rows(), matrix.rows());
  parallel_for(execution, matrix.rows(), kRowChunk, [&](const Chunk& chunk) {
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      float* const row = gram.row(i);
      for (std::size_t k = 0; k < matrix.row_size(i); ++k) {
        const std::uint32_t column = matrix.row_columns(i)[k];
        const float value = matrix.row_values(i)[k];
        const auto others = transpose.row_columns(column);
        const auto weights = transpose.row_values(column);
        for (std::size_t j = 0; j < others.size(); ++j) row[others[j]] += value * weights[j];
      }
      row[i] += static_cast<float>(shift);
    }
  });
  return gram;
}

std::vector<float> diagonal(const Matrix<float>& matrix) {
  std::vector<float> result(matrix.rows());
  for (std::size_t i = 0; i < result.size(); ++i) result[i] = matrix(i, i);
  return result;
}

/// From -P (lower tiles) to B: b_ij = -p_ij / p_jj, diagonal 0.
void weights_from_lower(const Execution& execution, Matrix<float>& matrix) {
  const std::vector<float> minus = diagonal(matrix);
  detail::for_lower_tiles(execution, matrix.rows(),
                          [&](const detail::TileRange& rows, const detail::TileRange& cols) {
                            for (std::size_t i = rows.begin; i < rows.end; ++i) {
                              for (std::size_t j = cols.begin; j < std::min(cols.end, i); ++j) {
                                const float value = matrix(i, j);
                                matrix(i, j) = -value / minus[j];
                                matrix(j, i) = -value / minus[i];
                              }
                            }
                          });
  for (std::size_t i = 0; i < matrix.rows(); ++i) matrix(i, i) = 0.0F;
}

void mirror_lower(const Execution& execution, Matrix<float>& matrix) {
  detail::for_lower_tiles(execution, matrix.rows(),
                          [&](const detail::TileRange& rows, const detail::TileRange& cols) {
                            for (std::size_t i = rows.begin; i < rows.end; ++i) {
                              for (std::size_t j = cols.begin; j < std::min(cols.end, i); ++j) {
                                matrix(j, i) = matrix(i, j);
                              }
                            }
                          });
}

/// Q = regularization P = I + X^T M X with M = -(X X^T + regularization I)^-1 (Woodbury).
Matrix<float> scaled_inverse(const Execution& execution, const CsrView& by_user,
                             const CsrView& by_item, const Matrix<float>& m) {
  const std::size_t n_items = by_item.rows();
  Matrix<float> q(n_items, n_items);
  parallel_for(
      execution, n_items, kLanes,
      [&](const Chunk& chunk) {
        std::vector<Lanes> sums(by_user.rows());
        std::vector<float> row(by_user.rows());
        for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
          std::fill(row.begin(), row.end(), 0.0F);
          for (std::size_t k = 0; k < by_item.row_size(i); ++k) {
            const float value = by_item.row_values(i)[k];
            const float* const from = m.row(by_item.row_columns(i)[k]);
            for (std::size_t u = 0; u < row.size(); ++u) row[u] += value * from[u];
          }
          for (std::size_t u = 0; u < row.size(); ++u) sums[u][i - chunk.begin] = row[u];
        }
        for (std::size_t j = 0; j < n_items; ++j) {
          Lanes sum{};
          for (std::size_t k = 0; k < by_item.row_size(j); ++k) {
            const float value = by_item.row_values(j)[k];
            const Lanes& from = sums[by_item.row_columns(j)[k]];
            for (std::size_t lane = 0; lane < kLanes; ++lane) sum[lane] += value * from[lane];
          }
          for (std::size_t i = chunk.begin; i < chunk.end; ++i) q(i, j) = sum[i - chunk.begin];
        }
        for (std::size_t i = chunk.begin; i < chunk.end; ++i) q(i, i) += 1.0F;
      },
      "train");
  return q;
}

/// From Q to B: b_ij = -q_ij / q_jj, diagonal 0.
void weights_from_inverse(const Execution& execution, Matrix<float>& q) {
  const std::vector<float> own = diagonal(q);
  parallel_for(execution, q.rows(), kRowChunk, [&](const Chunk& chunk) {
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      for (std::size_t j = 0; j < q.cols(); ++j) q(i, j) /= -own[j];
      q(i, i) = 0.0F;
    }
  });
}

void validate(const EaseOptions& options) {
  if (!std::isfinite(options.regularization) || options.regularization <= 0.0) {
    throw ArgumentError("ease: regularization must be a finite number above 0");
  }
  if (!std::isfinite(options.memory_gigabytes) || options.memory_gigabytes <= 0.0) {
    throw ArgumentError("ease: memory gigabytes must be a finite number above 0");
  }
}

void check_memory(std::uint64_t n_users, std::uint64_t n_items, const EaseOptions& options) {
  const double needed = ease_bytes(n_users, n_items) * 0x1.0p-30;
  if (needed <= options.memory_gigabytes) return;
  const auto text = [](double gigabytes) {
    const std::string digits = std::to_string(std::ceil(gigabytes * 100.0) / 100.0);
    return digits.substr(0, digits.find('.') + 3);
  };
  throw ArgumentError("ease: " + std::to_string(n_items) + " items and " + std::to_string(n_users) +
                      " customers need " + text(needed) + " GiB, more than the " +
                      text(options.memory_gigabytes) +
                      " allowed by memory_gigabytes; ease-sparse needs far less");
}

}  // namespace

double ease_bytes(std::uint64_t n_users, std::uint64_t n_items) noexcept {
  const auto users = static_cast<double>(n_users);
  const auto items = static_cast<double>(n_items);
  if (!on_users_side(users, items)) return square_bytes(items) + panel_bytes(items);
  return square_bytes(users) + std::max(panel_bytes(users), square_bytes(items));
}

EaseModel::EaseModel(std::uint32_t n_users, Matrix<float> weights, const EaseOptions& options)
    : n_users_(n_users), weights_(std::move(weights)), options_(options) {
  validate(options);
  if (weights_.rows() != weights_.cols() || weights_.rows() == 0 || weights_.rows() >= kNewUser ||
      n_users == kNewUser) {
    throw ArgumentError("ease: the weights are not a square matrix of items");
  }
  if (!std::all_of(weights_.data(), weights_.data() + weights_.size(),
                   [](float value) { return std::isfinite(value); })) {
    throw NumericalError("ease: a weight is not a finite number; raise the regularization");
  }
}

void EaseModel::score(const UserBatch& batch, MatrixView<float> out) const {
  check_batch(*this, batch, out, n_items());
  for (std::size_t b = 0; b < batch.size(); ++b) {
    float* const scores = out.row(b);
    std::fill(scores, scores + n_items(), 0.0F);
    for (std::size_t k = 0; k < batch.history(b).size(); ++k) {
      const float value = batch.history_values(b)[k];
      const float* const row = weights_.row(batch.history(b)[k]);
      for (std::size_t j = 0; j < n_items(); ++j) scores[j] += value * row[j];
    }
  }
}

std::unique_ptr<EaseModel> train_ease(const Execution& execution, const CsrView& user_items,
                                      const EaseOptions& options) {
  validate(options);
  check_memory(user_items.rows(), user_items.n_columns, options);
  const Csr by_user = detail::positive_pairs(user_items, "ease");
  const Csr by_item = csr_transpose(execution, by_user);
  Matrix<float> weights;
  if (on_users_side(static_cast<double>(by_user.rows()), static_cast<double>(by_item.rows()))) {
    Matrix<float> m = shifted_gram(execution, by_user, by_item, options.regularization);
    detail::negative_inverse(execution, m.view(), "ease: customers");
    mirror_lower(execution, m);
    weights = scaled_inverse(execution, by_user, by_item, m);
    m = {};
    weights_from_inverse(execution, weights);
  } else {
    weights = shifted_gram(execution, by_item, by_user, options.regularization);
    detail::negative_inverse(execution, weights.view(), "ease: items");
    weights_from_lower(execution, weights);
  }
  return std::make_unique<EaseModel>(static_cast<std::uint32_t>(by_user.rows()), std::move(weights),
                                     options);
}

}  // namespace tenure::recommender
