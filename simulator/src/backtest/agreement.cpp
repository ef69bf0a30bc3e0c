#include "backtest/agreement.hpp"

#include "scenario/population_config.hpp"

#include <boost/math/distributions/fisher_f.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tenure::simulator {

RunMeans means_of(std::span<const std::int64_t> counts, std::size_t weeks) {
  const std::size_t runs = counts.size() / weeks;
  const auto n = static_cast<double>(runs);
  // One column more: the total.
  std::vector<double> mean(weeks + 1, 0.0);
  std::vector<double> square(weeks + 1, 0.0);
  const auto value = [&](std::size_t run, std::size_t week) {
    const auto row = counts.subspan(run * weeks, weeks);
    return static_cast<double>(
        week < weeks ? row[week] : std::accumulate(row.begin(), row.end(), std::int64_t{0}));
  };
  for (std::size_t week = 0; week <= weeks; ++week) {
    for (std::size_t run = 0; run < runs; ++run) mean[week] += value(run, week) / n;
    for (std::size_t run = 0; run < runs; ++run) {
      const double off = value(run, week) - mean[week];
      square[week] += off * off;
    }
    square[week] = std::sqrt(square[week] / (n - 1.0) / n);
  }
  RunMeans means;
  means.total = mean.back();
  means.total_error = square.back();
  mean.pop_back();
  square.pop_back();
  means.mean = std::move(mean);
  means.error = std::move(square);
  return means;
}

Agreement agreement_of(std::span<const std::int64_t> counts, const RunMeans& means,
                       std::span<const double> expected) {
  const std::size_t weeks = expected.size();
  const std::size_t runs = counts.size() / weeks;
  const auto n = static_cast<double>(runs);
  // Covariance of the means; weeks without variance take no part.
  std::vector<std::size_t> part;
  for (std::size_t w = 0; w < weeks; ++w) {
    if (means.error[w] > 0.0) part.push_back(w);
  }
  const std::size_t k = part.size();
  Agreement agreement;
  const double off = means.total - std::accumulate(expected.begin(), expected.end(), 0.0);
  if (means.total_error > 0.0) agreement.total_z = off / means.total_error;
  if (k == 0) return agreement;
  std::vector<double> covariance(k * k, 0.0);
  for (std::size_t run = 0; run < runs; ++run) {
    for (std::size_t i = 0; i < k; ++i) {
      const double a = static_cast<double>(counts[run * weeks + part[i]]) - means.mean[part[i]];
      for (std::size_t j = 0; j <= i; ++j) {
        const double b = static_cast<double>(counts[run * weeks + part[j]]) - means.mean[part[j]];
        covariance[i * k + j] += a * b / (n - 1.0) / n;
      }
    }
  }
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = i + 1; j < k; ++j) covariance[i * k + j] = covariance[j * k + i];
  }
  const std::vector<double> lower = cholesky(covariance.data(), k);
  std::vector<double> z(k, 0.0);
  double square = 0.0;
  for (std::size_t i = 0; i < k; ++i) {
    double sum = means.mean[part[i]] - expected[part[i]];
    for (std::size_t j = 0; j < i; ++j) sum -= lower[i * k + j] * z[j];
    if (!(lower[i * k + i] > 0.0)) continue;
    z[i] = sum / lower[i * k + i];
    square += z[i] * z[i];
    ++agreement.numerator;
  }
  const auto p = static_cast<double>(agreement.numerator);
  agreement.denominator = static_cast<int>(runs) - agreement.numerator;
  agreement.statistic = square * (n - p) / (p * (n - 1.0));
  const boost::math::fisher_f distribution(p, n - p);
  agreement.p_value = boost::math::cdf(boost::math::complement(distribution, agreement.statistic));
  return agreement;
}

double quantile_of(std::span<const std::int64_t> sorted, double probability) {
  const auto n = static_cast<double>(sorted.size());
  const double place = std::clamp(probability * (n + 1.0) - 1.0, 0.0, n - 1.0);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double share = place - static_cast<double>(below);
  return (1.0 - share) * static_cast<double>(sorted[below]) +
         share * static_cast<double>(sorted[above]);
}

}  // namespace tenure::simulator
