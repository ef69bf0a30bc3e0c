#include "lightgcn_trainer.hpp"

#include "blas.hpp"
#include "graph_operator.hpp"
#include "kernels.hpp"
#include "lightgcn_kernels.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kRowChunk = 256;
constexpr std::size_t kUserTile = 128;
constexpr std::size_t kItemTile = 1024;
constexpr std::size_t kMostSurplus = std::size_t{1} << 27;
constexpr double kFirstDecay = 0.9;
constexpr double kSecondDecay = 0.999;

/// N = D_U^-1/2 R D_I^-1/2.
Csr normalised(const CsrView& pairs, const std::vector<double>& sums) {
  Csr result;
  result.n_columns = pairs.n_columns;
  result.row_start.assign(pairs.row_start.begin(), pairs.row_start.end());
  result.columns.assign(pairs.columns.begin(), pairs.columns.end());
  result.values.resize(result.columns.size());
  const std::size_t n_users = pairs.rows();
  for (std::size_t user = 0; user < n_users; ++user) {
    for (std::uint64_t i = result.row_start[user]; i < result.row_start[user + 1]; ++i) {
      const double product = sums[user] * sums[n_users + result.columns[i]];
      result.values[i] =
          static_cast<float>(static_cast<double>(pairs.values[i]) / std::sqrt(product));
    }
  }
  return result;
}

std::vector<double> row_and_column_sums(const CsrView& pairs) {
  PairSums sums = pair_sums(pairs);
  sums.users.insert(sums.users.end(), sums.items.begin(), sums.items.end());
  return std::move(sums.users);
}

Matrix<float> some_rows(const Matrix<float>& from, std::size_t begin, std::size_t end) {
  Matrix<float> rows(end - begin, from.cols());
  std::copy(from.row(begin), from.row(begin) + rows.size(), rows.data());
  return rows;
}

}  // namespace

LightGcnTrainer::LightGcnTrainer(const Execution& execution, const CsrView& pairs,
                                 const LightGcnOptions& options)
    : execution_(execution),
      pairs_(pairs),
      options_(options),
      n_users_(pairs.rows()),
      n_items_(pairs.n_columns),
      d_(options.factors),
      sums_(row_and_column_sums(pairs)),
      gradient_(n_users_ + n_items_, d_),
      first_moment_(n_users_ + n_items_, d_),
      second_moment_(n_users_ + n_items_, d_),
      units_(n_users_ + n_items_, d_),
      lengths_(n_users_ + n_items_),
      mean_(n_users_ + n_items_, d_),
      layer_(n_users_ + n_items_, d_),
      next_(n_users_ + n_items_, d_) {
  use_one_blas_thread();
  by_user_ = normalised(pairs, sums_);
  by_item_ = csr_transpose(execution, by_user_);
  for (std::uint32_t user = 0; user < n_users_; ++user) {
    if (pairs.row_size(user) > 0) order_.push_back(user);
  }
  options_.batch = static_cast<std::uint32_t>(
      std::clamp<std::size_t>(kMostSurplus / std::max<std::size_t>(n_items_, 1), 1, options.batch));
  Matrix<float> start(n_users_ + n_items_, d_);
  parallel_for(execution, start.rows(), kRowChunk, [&](const Chunk& chunk) {
    for (std::size_t row = chunk.begin; row < chunk.end; ++row) {
      if (sums_[row] == 0.0) continue;
      const bool item = row >= n_users_;
      RandomStream stream(execution.seed,
                          {Purpose::kModelInit, item ? 1U : 0U,
                           static_cast<std::uint32_t>(item ? row - n_users_ : row), 0});
      for (std::size_t j = 0; j < d_; ++j) {
        start(row, j) = static_cast<float>(options_.init_scale * draw_normal(stream));
      }
    }
  });
  set_layer0(std::move(start));
}

void LightGcnTrainer::set_layer0(Matrix<float> layer0) {
  layer0_ = std::move(layer0);
  refresh();
}

/// out = the next layer after `in`; adds it to `sum` where there is one.
void LightGcnTrainer::propagate(const Matrix<float>& in, Matrix<float>& out,
                                Matrix<float>* sum) const {
  parallel_for(execution_, out.rows(), kRowChunk, [&](const Chunk& chunk) {
    for (std::size_t row = chunk.begin; row < chunk.end; ++row) {
      const bool item = row >= n_users_;
      const CsrView side = item ? by_item_.view() : by_user_.view();
      const std::size_t at = item ? row - n_users_ : row;
      const float* const other = in.row(item ? 0 : n_users_);
      combine_indexed(other, side.row_columns(at).data(), side.row_values(at).data(),
                      side.row_size(at), d_, out.row(row));
      if (sum == nullptr) continue;
      for (std::size_t j = 0; j < d_; ++j) (*sum)(row, j) += out(row, j);
    }
  });
}

/// out = mean of the layers that follow from `in`. The map is its own transpose.
void LightGcnTrainer::smooth(const Matrix<float>& in, Matrix<float>& out) {
  std::copy(in.data(), in.data() + in.size(), out.data());
  const Matrix<float>* from = &in;
  for (std::uint32_t layer = 0; layer < options_.layers; ++layer) {
    propagate(*from, next_, &out);
    std::swap(layer_, next_);
    from = &layer_;
  }
  const float share = 1.0F / static_cast<float>(options_.layers + 1);
  parallel_for(execution_, out.rows(), kRowChunk, [&](const Chunk& chunk) {
    float* const end = out.row(chunk.begin) + (chunk.end - chunk.begin) * d_;
    for (float* value = out.row(chunk.begin); value != end; ++value) *value *= share;
  });
}

/// Unit vectors and lengths of the present layer 0.
void LightGcnTrainer::refresh() {
  smooth(layer0_, mean_);
  parallel_for(execution_, mean_.rows(), kRowChunk, [&](const Chunk& chunk) {
    for (std::size_t row = chunk.begin; row < chunk.end; ++row) {
      const float length = std::sqrt(dot(mean_.row(row), mean_.row(row), d_));
      lengths_[row] = length;
      const float scale = length > 0.0F ? 1.0F / length : 0.0F;
      for (std::size_t j = 0; j < d_; ++j) units_(row, j) = mean_(row, j) * scale;
    }
  });
}

/// Fills the batch's surplus and, for its users, the gradient by their unit vectors. Returns the
/// loss; shares are the w_u, adding up to 1.
double LightGcnTrainer::user_side(std::span<const std::uint32_t> users,
                                  const std::vector<double>& shares) {
  const MatrixView<const float> items{units_.row(n_users_), n_items_, d_, d_};
  const auto sharpness = static_cast<float>(1.0 / options_.temperature);
  return parallel_reduce(
      execution_, users.size(), kUserTile, 0.0,
      [&](const Chunk& chunk) {
        const std::size_t n = chunk.end - chunk.begin;
        Matrix<float> vectors(n, d_);
        for (std::size_t b = 0; b < n; ++b) {
          std::copy_n(units_.row(users[chunk.begin + b]), d_, vectors.row(b));
        }
        std::vector<double> totals(n);
        const MatrixView<float> rows{surplus_.row(chunk.begin), n, n_items_, n_items_};
        for (std::size_t first = 0; first < n_items_; first += kItemTile) {
          const std::size_t count = std::min(kItemTile, n_items_ - first);
          multiply(vectors.view(), {items.row(first), count, d_, d_}, true,
                   {rows.data + first, n, count, n_items_});
          for (std::size_t b = 0; b < n; ++b) {
            totals[b] += static_cast<double>(exponentiate(rows.row(b) + first, count, sharpness));
          }
        }
        double loss = 0.0;
        for (std::size_t b = 0; b < n; ++b) {
          const std::uint32_t user = users[chunk.begin + b];
          const double share = shares[chunk.begin + b];
          const auto columns = pairs_.row_columns(user);
          double hit = 0.0;  // sum_i p_ui (s_ui - 1) / temperature
          for (std::size_t k = 0; k < columns.size(); ++k) {
            const double p = static_cast<double>(pairs_.row_values(user)[k]) / sums_[user];
            float& entry = rows(b, columns[k]);
            hit += p * std::log(static_cast<double>(entry));
            entry -= static_cast<float>(p * totals[b]);
          }
          loss += share * (std::log(totals[b]) - hit);
          const auto scale = static_cast<float>(share / totals[b]) * sharpness;
          for (std::size_t j = 0; j < d_; ++j) {
            scaled_users_(chunk.begin + b, j) = vectors(b, j) * scale;
          }
        }
        const MatrixView<float> out{user_gradient_.row(chunk.begin), n, d_, d_};
        multiply(rows, items, false, out);
        for (std::size_t b = 0; b < n; ++b) {
          const auto scale = static_cast<float>(shares[chunk.begin + b] / totals[b]) * sharpness;
          for (std::size_t j = 0; j < d_; ++j) out(b, j) *= scale;
        }
        return loss;
      },
      [](double& into, double from) { into += from; });
}

/// The gradient by the unit vectors of the items, from the batch's n rows.
void LightGcnTrainer::item_side(std::size_t n) {
  parallel_for(execution_, n_items_, kItemTile, [&](const Chunk& chunk) {
    const std::size_t count = chunk.end - chunk.begin;
    multiply_transposed({surplus_.data() + chunk.begin, n, count, n_items_},
                        {scaled_users_.data(), n, d_, d_},
                        {gradient_.row(n_users_ + chunk.begin), count, d_, d_});
  });
}

/// Turns gradient_ by unit vectors into that by the vectors before their lengths were taken out.
void LightGcnTrainer::through_lengths() {
  parallel_for(execution_, gradient_.rows(), kRowChunk, [&](const Chunk& chunk) {
    for (std::size_t row = chunk.begin; row < chunk.end; ++row) {
      float* const g = gradient_.row(row);
      const float along = dot(g, units_.row(row), d_);
      const float scale = lengths_[row] > 0.0F ? 1.0F / lengths_[row] : 0.0F;
      for (std::size_t j = 0; j < d_; ++j) g[j] = (g[j] - along * units_(row, j)) * scale;
    }
  });
}

double LightGcnTrainer::follow(std::span<const std::uint32_t> users) {
  std::vector<double> shares;
  double sum = 0.0;
  for (const std::uint32_t user : users) {
    shares.push_back(std::pow(sums_[user], options_.activity_exponent));
    sum += shares.back();
  }
  for (double& share : shares) share /= sum;
  if (surplus_.rows() < users.size()) {
    surplus_ = Matrix<float>(users.size(), n_items_);
    scaled_users_ = Matrix<float>(users.size(), d_);
    user_gradient_ = Matrix<float>(users.size(), d_);
  }
  const double loss = user_side(users, shares);
  std::fill(gradient_.data(), gradient_.row(n_users_), 0.0F);
  for (std::size_t b = 0; b < users.size(); ++b) {
    std::copy_n(user_gradient_.row(b), d_, gradient_.row(users[b]));
  }
  item_side(users.size());
  through_lengths();
  if (options_.layers > 0) {
    smooth(gradient_, mean_);
    std::swap(gradient_, mean_);
  }
  return loss;
}

void LightGcnTrainer::step(double rate) {
  ++steps_;
  const auto t = static_cast<double>(steps_);
  const auto corrected = static_cast<float>(rate / (1.0 - std::pow(kFirstDecay, t)));
  const auto second = static_cast<float>(1.0 / (1.0 - std::pow(kSecondDecay, t)));
  parallel_for(execution_, layer0_.rows(), kRowChunk, [&](const Chunk& chunk) {
    adam_step(gradient_.row(chunk.begin), (chunk.end - chunk.begin) * d_, corrected, second,
              first_moment_.row(chunk.begin), second_moment_.row(chunk.begin),
              layer0_.row(chunk.begin));
  });
  refresh();
}

double LightGcnTrainer::run_epoch(std::uint32_t epoch) {
  use_one_blas_thread();
  std::vector<std::uint32_t> users = order_;
  RandomStream stream(execution_.seed, {Purpose::kBatchOrder, 0, 0, epoch});
  for (std::size_t i = users.size(); i > 1; --i) {
    std::swap(users[i - 1], users[draw_index(stream, static_cast<std::uint32_t>(i))]);
  }
  const std::size_t batches = chunk_count(users.size(), options_.batch);
  const double all_steps = static_cast<double>(batches) * options_.epochs;
  double loss = 0.0;
  for (std::size_t b = 0; b < batches; ++b) {
    const std::size_t begin = b * options_.batch;
    const std::size_t end = std::min<std::size_t>(begin + options_.batch, users.size());
    loss += follow(std::span(users).subspan(begin, end - begin));
    if (!std::isfinite(loss)) {
      throw NumericalError("lightgcn: epoch " + std::to_string(epoch) +
                           ": the vectors left the finite numbers; lower the learning rate");
    }
    step(options_.learning_rate * (1.0 - static_cast<double>(steps_) / all_steps));
    execution_.report("train", (epoch - 1) * batches + b + 1,
                      static_cast<std::uint64_t>(batches) * options_.epochs);
  }
  return loss / static_cast<double>(batches);
}

Matrix<float> LightGcnTrainer::user_factors() const { return some_rows(units_, 0, n_users_); }

Matrix<float> LightGcnTrainer::item_factors() const {
  return some_rows(units_, n_users_, n_users_ + n_items_);
}

Matrix<float> LightGcnTrainer::item_sources() const {
  if (options_.layers == 0) return item_factors();
  Matrix<float> sum = layer0_;
  Matrix<float> from = layer0_;
  Matrix<float> to(from.rows(), d_);
  for (std::uint32_t layer = 1; layer < options_.layers; ++layer) {
    propagate(from, to, &sum);
    std::swap(from, to);
  }
  Matrix<float> sources = some_rows(sum, n_users_, n_users_ + n_items_);
  for (std::size_t item = 0; item < n_items_; ++item) {
    const double pairs = sums_[n_users_ + item];
    const auto scale = static_cast<float>(pairs > 0.0 ? 1.0 / std::sqrt(pairs) : 0.0);
    for (std::size_t j = 0; j < d_; ++j) sources(item, j) *= scale;
  }
  return sources;
}

}  // namespace tenure::recommender::detail
