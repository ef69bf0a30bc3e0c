#include "parameter_draws.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/random.hpp>

#include <algorithm>
#include <cmath>

namespace tenure::customers::detail {
namespace {

constexpr double kLargestDeviation = 5.0;
constexpr std::uint32_t kReplications = 1U << 24;  // StreamId's limit

/// Lower Cholesky factor of a covariance; a direction without variance, or with a negative one by
/// rounding, gives zeros.
std::vector<double> cholesky(std::span<const double> covariance, std::size_t n) {
  std::vector<double> factor(n * n, 0.0);
  for (std::size_t j = 0; j < n; ++j) {
    double diagonal = covariance[j * n + j];
    for (std::size_t k = 0; k < j; ++k) diagonal -= factor[j * n + k] * factor[j * n + k];
    if (!(diagonal > 1e-14 * std::abs(covariance[j * n + j]))) continue;
    factor[j * n + j] = std::sqrt(diagonal);
    for (std::size_t i = j + 1; i < n; ++i) {
      double sum = covariance[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= factor[i * n + k] * factor[j * n + k];
      factor[i * n + j] = sum / factor[j * n + j];
    }
  }
  return factor;
}

}  // namespace

std::vector<double> draw_parameters(std::uint64_t seed, DrawnModel model,
                                    std::span<const double> estimates,
                                    std::span<const double> log_covariance, std::size_t count) {
  const std::size_t n = estimates.size();
  const auto positive = [](double v) { return std::isfinite(v) && v > 0; };
  const auto finite = [](double v) { return std::isfinite(v); };
  if (count == 0 || log_covariance.size() != n * n ||
      !std::all_of(estimates.begin(), estimates.end(), positive) ||
      !std::all_of(log_covariance.begin(), log_covariance.end(), finite)) {
    throw ArgumentError(
        "parameter draws need finite positive estimates, a finite covariance and a count");
  }
  const std::vector<double> factor = cholesky(log_covariance, n);
  std::vector<double> draws(count * n);
  std::vector<double> normal(n);
  for (std::size_t d = 0; d < count; ++d) {
    const auto replication = static_cast<std::uint32_t>(d % kReplications);
    RandomStream stream(seed,
                        {Purpose::kForecastModel, replication, static_cast<std::uint32_t>(model),
                         static_cast<std::uint32_t>(d / kReplications)});
    for (double& z : normal) z = draw_normal(stream);
    for (std::size_t i = 0; i < n; ++i) {
      double deviation = 0.0;
      for (std::size_t k = 0; k <= i; ++k) deviation += factor[i * n + k] * normal[k];
      deviation = std::clamp(deviation, -kLargestDeviation, kLargestDeviation);
      draws[d * n + i] = estimates[i] * std::exp(deviation);
    }
  }
  return draws;
}

}  // namespace tenure::customers::detail
