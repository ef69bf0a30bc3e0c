#include "bootstrap.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/random.hpp>

#include <algorithm>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kSampleChunk = 8;

/// Quantile of a sorted sample, linear between order statistics.
double quantile(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

}  // namespace

std::vector<double> column_means(const Matrix<double>& values) {
  std::vector<double> means(values.cols());
  for (std::size_t i = 0; i < values.rows(); ++i) {
    for (std::size_t j = 0; j < values.cols(); ++j) means[j] += values(i, j);
  }
  for (double& mean : means) mean /= static_cast<double>(values.rows());
  return means;
}

Matrix<double> bootstrap_means(const Execution& execution, const Matrix<double>& values,
                               std::uint32_t samples) {
  Matrix<double> means(samples, values.cols());
  const auto users = static_cast<std::uint32_t>(values.rows());
  parallel_for(execution, samples, kSampleChunk, [&](const Chunk& chunk) {
    for (std::size_t sample = chunk.begin; sample < chunk.end; ++sample) {
      RandomStream stream(execution.seed,
                          {Purpose::kBootstrap, 0, static_cast<std::uint32_t>(sample), 0});
      double* const mean = means.row(sample);
      for (std::uint32_t i = 0; i < users; ++i) {
        const double* const user = values.row(draw_index(stream, users));
        for (std::size_t j = 0; j < values.cols(); ++j) mean[j] += user[j];
      }
      for (std::size_t j = 0; j < values.cols(); ++j) mean[j] /= static_cast<double>(users);
    }
  });
  return means;
}

Interval percentile_interval(const Matrix<double>& means, std::size_t column, double confidence) {
  std::vector<double> sorted(means.rows());
  for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i] = means(i, column);
  std::sort(sorted.begin(), sorted.end());
  const double tail = (1.0 - confidence) / 2.0;
  return {quantile(sorted, tail), quantile(sorted, 1.0 - tail)};
}

}  // namespace tenure::recommender::detail
