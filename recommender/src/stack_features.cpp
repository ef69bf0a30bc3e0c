#include "stack_features.hpp"

#include "component_candidates.hpp"
#include "kernels.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kShared = 7;  // features beside the parts' scores and places
constexpr std::size_t kPlace = 20;  // of the list that a candidate wants to get into

/// Popularity is told coarsely: its exact value would name the item, and trees would learn by heart
/// which items happened to be held out.
constexpr double kPopularityStep = 0.25;

/// The `place`-th largest of the values, or the smallest where there are fewer.
float at_place(std::vector<float> values, std::size_t place) {
  const auto at = static_cast<std::ptrdiff_t>(std::min(place, values.size()) - 1);
  std::nth_element(values.begin(), values.begin() + at, values.end(), std::greater<>());
  return values[static_cast<std::size_t>(at)];
}

/// out[i * stride] = log(1 + number of values before values[i]), equal ones in order.
void log_places(std::span<const float> values, std::size_t stride, float* out) {
  std::vector<std::uint32_t> order(values.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return values[a] > values[b]; });
  for (std::size_t at = 0; at < order.size(); ++at) {
    out[order[at] * stride] = static_cast<float>(std::log1p(static_cast<double>(at)));
  }
}

Matrix<float> feature_rows(std::span<const Matrix<float>> scores, std::span<const BlendPart> parts,
                           const StackScale& scale, std::size_t row, std::size_t history,
                           std::span<const std::uint32_t> items) {
  Matrix<float> out(items.size(), stack_features(parts.size()));
  if (items.empty()) return out;
  std::vector<float> sums(items.size());
  std::vector<float> own(items.size());
  for (std::size_t m = 0; m < parts.size(); ++m) {
    for (std::size_t i = 0; i < items.size(); ++i) {
      own[i] = scores[m](row, items[i]);
      out(i, 2 * m) = own[i];
      sums[i] += static_cast<float>(parts[m].weight) * own[i];
    }
    log_places(own, out.cols(), out.data() + 2 * m + 1);
  }
  const float best = *std::max_element(sums.begin(), sums.end());
  const float place = at_place(sums, kPlace);
  const double size = static_cast<double>(std::max<std::size_t>(history, 1));
  const auto length = static_cast<float>(std::log(size / scale.mean_history));
  for (std::size_t i = 0; i < items.size(); ++i) {
    float* const shared = out.row(i) + 2 * parts.size();
    shared[0] = sums[i];
    shared[1] = sums[i] - best;
    shared[2] = sums[i] - place;
    shared[3] = scale.item_log_popularity[items[i]];
    shared[4] = length;
    shared[5] = best - place;
  }
  log_places(sums, out.cols(), out.data() + 2 * parts.size() + 6);
  return out;
}

}  // namespace

std::uint32_t stack_features(std::size_t parts) noexcept {
  return static_cast<std::uint32_t>(2 * parts + kShared);
}

StackScale stack_scale(const CsrView& user_items) {
  const std::size_t n_items = user_items.n_columns;
  std::vector<double> customers(n_items, 1.0);
  for (const std::uint32_t item : user_items.columns) customers[item] += 1.0;
  const auto pairs = static_cast<double>(user_items.columns.size());
  const double mean = 1.0 + pairs / static_cast<double>(std::max<std::size_t>(n_items, 1));
  StackScale scale;
  for (const double count : customers) {
    const double steps = std::round(std::log(count / mean) / kPopularityStep);
    scale.item_log_popularity.push_back(static_cast<float>(kPopularityStep * steps));
  }
  const auto users = static_cast<double>(std::max<std::size_t>(user_items.rows(), 1));
  scale.mean_history = std::max(1.0, pairs / users);
  return scale;
}

std::vector<StackCandidates> stack_candidates(const BlendModel& base, const StackScale& scale,
                                              std::uint32_t shortlist, bool known_items,
                                              const UserBatch& batch, MatrixView<float> behind) {
  constexpr float kClosed = -std::numeric_limits<float>::infinity();
  const auto parts = base.parts();
  std::vector<Matrix<float>> scores = standardized_scores(parts, batch);
  std::vector<StackCandidates> found(batch.size());
  for (std::size_t b = 0; b < batch.size(); ++b) {
    if (behind.rows > 0) {
      std::fill(behind.row(b), behind.row(b) + behind.cols, 0.0F);
      for (std::size_t m = 0; m < parts.size(); ++m) {
        add_shifted(scores[m].row(b), behind.cols, static_cast<float>(parts[m].weight), 0.0F,
                    behind.row(b));
      }
    }
    for (Matrix<float>& own : scores) {
      if (known_items) break;
      for (const std::uint32_t item : batch.history(b)) own(b, item) = kClosed;
    }
    found[b].items = best_of_each(scores, b, shortlist);
    found[b].rows = feature_rows(scores, parts, scale, b, batch.history(b).size(), found[b].items);
  }
  return found;
}

}  // namespace tenure::recommender::detail
