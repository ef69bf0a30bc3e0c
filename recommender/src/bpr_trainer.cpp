#include "bpr_trainer.hpp"

#include "kernels.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <string>
#include <utility>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kTripleChunk = 512;
constexpr std::size_t kGroupChunk = 128;
constexpr std::size_t kRowChunk = 1024;
constexpr int kNegativeTries = 256;

void fill_normal(const Execution& execution, double scale, std::uint32_t side, std::size_t d,
                 Matrix<float>& out) {
  parallel_for(execution, out.rows(), kRowChunk, [&](const Chunk& chunk) {
    for (std::size_t row = chunk.begin; row < chunk.end; ++row) {
      RandomStream stream(execution.seed,
                          {Purpose::kModelInit, side, static_cast<std::uint32_t>(row), 0});
      for (std::size_t j = 0; j < d; ++j) {
        out(row, j) = static_cast<float>(scale * draw_normal(stream));
      }
    }
  });
}

bool all_finite(const Execution& execution, const Matrix<float>& matrix) {
  const std::size_t faults = parallel_reduce(
      execution, matrix.rows(), kRowChunk, std::size_t{0},
      [&](const Chunk& chunk) {
        const float* const begin = matrix.row(chunk.begin);
        const auto count = std::count_if(begin, begin + (chunk.end - chunk.begin) * matrix.cols(),
                                         [](float value) { return !std::isfinite(value); });
        return static_cast<std::size_t>(count);
      },
      [](std::size_t& into, std::size_t from) { into += from; });
  return faults == 0;
}

}  // namespace

std::optional<std::uint32_t> draw_negative(RandomStream& stream, std::uint32_t n_items,
                                           std::span<const std::uint32_t> seen) {
  if (seen.size() >= n_items) return std::nullopt;
  for (int attempt = 0; attempt < kNegativeTries; ++attempt) {
    const std::uint32_t item = draw_index(stream, n_items);
    if (!std::binary_search(seen.begin(), seen.end(), item)) return item;
  }
  return std::nullopt;
}

void RowGroups::build(std::span<const std::uint32_t> rows) {
  touched_.clear();
  for (const std::uint32_t row : rows) {
    if (row != kNoRow && next_[row]++ == 0) touched_.push_back(row);
  }
  start_.assign(1, 0);
  for (const std::uint32_t row : touched_) {
    const std::uint32_t begin = start_.back();
    start_.push_back(begin + std::exchange(next_[row], begin));
  }
  entries_.resize(start_.back());
  for (std::size_t e = 0; e < rows.size(); ++e) {
    if (rows[e] != kNoRow) entries_[next_[rows[e]]++] = static_cast<std::uint32_t>(e);
  }
  for (const std::uint32_t row : touched_) next_[row] = 0;
}

BprTrainer::BprTrainer(const Execution& execution, const CsrView& positives,
                       const BprOptions& options)
    : execution_(execution),
      positives_(positives),
      options_(options),
      d_(options.factors),
      users_(positives.rows(), d_ + 1),
      items_(positives.n_columns, d_ + 1),
      user_squares_(positives.rows(), d_),
      item_squares_(positives.n_columns, d_ + 1),
      by_user_(positives.rows()),
      by_item_(positives.n_columns) {
  pair_user_.resize(positives.nonzeros());
  for (std::size_t user = 0; user < positives.rows(); ++user) {
    std::fill(pair_user_.begin() + static_cast<std::ptrdiff_t>(positives.row_start[user]),
              pair_user_.begin() + static_cast<std::ptrdiff_t>(positives.row_start[user + 1]),
              static_cast<std::uint32_t>(user));
  }
  const double scale = options.init_scale / std::sqrt(static_cast<double>(d_));
  fill_normal(execution, scale, 0, d_, users_);
  fill_normal(execution, scale, 1, d_, items_);
  for (std::size_t user = 0; user < positives.rows(); ++user) {
    if (positives.row_size(user) == 0) {
      std::fill_n(users_.row(user), d_ + 1, 0.0F);
    } else {
      users_(user, d_) = 1.0F;
    }
  }
}

/// Draws triples [first, first + n) of the epoch and weighs them; returns the sum of their losses.
double BprTrainer::draw_batch(std::uint32_t epoch, std::uint64_t first, std::size_t n) {
  triple_user_.assign(n, RowGroups::kNoRow);
  triple_items_.assign(2 * n, RowGroups::kNoRow);
  weights_.assign(n, 0.0F);
  const auto pairs = static_cast<double>(pair_user_.size());
  return parallel_reduce(
      execution_, n, kTripleChunk, 0.0,
      [&](const Chunk& chunk) {
        double loss = 0.0;
        for (std::size_t t = chunk.begin; t < chunk.end; ++t) {
          const std::uint64_t index = first + t;
          RandomStream stream(execution_.seed,
                              {Purpose::kNegativeSampling, epoch, static_cast<std::uint32_t>(index),
                               static_cast<std::uint32_t>(index >> 32)});
          const auto pair =
              std::min(static_cast<std::size_t>(stream.uniform() * pairs), pair_user_.size() - 1);
          const std::uint32_t user = pair_user_[pair];
          const std::uint32_t positive = positives_.columns[pair];
          const auto negative =
              draw_negative(stream, positives_.n_columns, positives_.row_columns(user));
          if (!negative) continue;
          const float* const w = users_.row(user);
          const float margin =
              dot(w, items_.row(positive), d_ + 1) - dot(w, items_.row(*negative), d_ + 1);
          triple_user_[t] = user;
          triple_items_[2 * t] = positive;
          triple_items_[2 * t + 1] = *negative;
          weights_[t] = triple_weight(margin);
          const auto m = static_cast<double>(margin);
          loss += std::max(-m, 0.0) + std::log1p(std::exp(-std::abs(m)));
        }
        return loss;
      },
      [](double& into, double from) { into += from; });
}

void BprTrainer::user_gradients() {
  if (gradients_.rows() < by_user_.size()) gradients_ = Matrix<float>(by_user_.size(), d_);
  const auto penalty = static_cast<float>(options_.regularization);
  parallel_for(execution_, by_user_.size(), kGroupChunk, [&](const Chunk& chunk) {
    for (std::size_t group = chunk.begin; group < chunk.end; ++group) {
      const auto triples = by_user_.entries(group);
      float* const gradient = gradients_.row(group);
      const float* const w = users_.row(by_user_.row(group));
      const float shrink = penalty * static_cast<float>(triples.size());
      for (std::size_t j = 0; j < d_; ++j) gradient[j] = -shrink * w[j];
      for (const std::uint32_t t : triples) {
        const float* const positive = items_.row(triple_items_[2 * t]);
        const float* const negative = items_.row(triple_items_[2 * t + 1]);
        for (std::size_t j = 0; j < d_; ++j) {
          gradient[j] += weights_[t] * (positive[j] - negative[j]);
        }
      }
    }
  });
}

void BprTrainer::move_items() {
  const auto penalty = static_cast<float>(options_.regularization);
  const auto rate = static_cast<float>(options_.learning_rate);
  parallel_for(execution_, by_item_.size(), kGroupChunk, [&](const Chunk& chunk) {
    std::vector<float> gradient(d_ + 1);
    for (std::size_t group = chunk.begin; group < chunk.end; ++group) {
      const auto entries = by_item_.entries(group);
      const std::uint32_t item = by_item_.row(group);
      float* const h = items_.row(item);
      const float shrink = penalty * static_cast<float>(entries.size());
      for (std::size_t j = 0; j <= d_; ++j) gradient[j] = -shrink * h[j];
      for (const std::uint32_t e : entries) {
        const float weight = e % 2 == 0 ? weights_[e / 2] : -weights_[e / 2];
        const float* const w = users_.row(triple_user_[e / 2]);
        for (std::size_t j = 0; j <= d_; ++j) gradient[j] += weight * w[j];
      }
      ada_step(gradient.data(), rate, d_ + 1, item_squares_.row(item), h);
    }
  });
}

void BprTrainer::move_users() {
  const auto rate = static_cast<float>(options_.learning_rate);
  parallel_for(execution_, by_user_.size(), kGroupChunk, [&](const Chunk& chunk) {
    for (std::size_t group = chunk.begin; group < chunk.end; ++group) {
      const std::uint32_t user = by_user_.row(group);
      ada_step(gradients_.row(group), rate, d_, user_squares_.row(user), users_.row(user));
    }
  });
}

double BprTrainer::run_epoch(std::uint32_t epoch) {
  const std::uint64_t triples = pair_user_.size();
  double loss = 0.0;
  for (std::uint64_t first = 0; first < triples; first += options_.batch) {
    loss += draw_batch(epoch, first, std::min<std::uint64_t>(options_.batch, triples - first));
    by_user_.build(triple_user_);
    by_item_.build(triple_items_);
    // All gradients come from the factors before the batch: the users' are kept until the items,
    // which read the users, have moved.
    user_gradients();
    move_items();
    move_users();
  }
  if (!std::isfinite(loss) || !all_finite(execution_, users_) || !all_finite(execution_, items_)) {
    throw NumericalError("bpr: the factors left the finite numbers in epoch " +
                         std::to_string(epoch) + "; lower the learning rate");
  }
  return loss / static_cast<double>(triples);
}

}  // namespace tenure::recommender::detail
