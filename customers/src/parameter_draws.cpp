#include "parameter_draws.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/random.hpp>
#include <tenure/customers/customer_outlook.hpp>

#include <algorithm>
#include <cmath>

namespace tenure::customers {
namespace {

constexpr double kLargestDeviation = 5.0;
constexpr double kRounding = 1e-8;                 // of a variance
constexpr std::uint32_t kReplications = 1U << 24;  // StreamId's limit

// Which fit's parameters: streams of their own.
enum class DrawnFit : std::uint32_t { kOrders = 0, kSpend = 1 };

/// Lower Cholesky factor of the report's covariance; a direction without variance gives zeros.
std::vector<double> cholesky(const FitReport& report) {
  const std::size_t n = report.names.size();
  const std::vector<double>& covariance = report.log_covariance;
  std::vector<double> factor(n * n, 0.0);
  for (std::size_t j = 0; j < n; ++j) {
    const double variance = covariance[j * n + j];
    double diagonal = variance;
    for (std::size_t k = 0; k < j; ++k) diagonal -= factor[j * n + k] * factor[j * n + k];
    if (!(variance >= 0) || !(diagonal >= -kRounding * variance)) {
      throw NumericalError("fit report of model '" + report.model +
                           "': the covariance of its parameters is not positive definite");
    }
    if (!(diagonal > 1e-14 * variance)) continue;
    factor[j * n + j] = std::sqrt(diagonal);
    for (std::size_t i = j + 1; i < n; ++i) {
      double sum = covariance[i * n + j];
      for (std::size_t k = 0; k < j; ++k) sum -= factor[i * n + k] * factor[j * n + k];
      factor[i * n + j] = sum / factor[j * n + j];
    }
  }
  return factor;
}

FitReport draw(RandomStream& stream, const FitReport& report, const std::vector<double>& factor) {
  const std::size_t n = report.names.size();
  std::vector<double> normal(n);
  for (double& z : normal) z = draw_normal(stream);
  FitReport drawn = report;
  for (std::size_t i = 0; i < n; ++i) {
    double deviation = 0.0;
    for (std::size_t k = 0; k <= i; ++k) deviation += factor[i * n + k] * normal[k];
    if (i + report.coefficients >= n) {
      drawn.estimates[i] += deviation;
    } else {
      drawn.estimates[i] *= std::exp(std::clamp(deviation, -kLargestDeviation, kLargestDeviation));
    }
  }
  return drawn;
}

void check(const FitReport& report) {
  const std::size_t n = report.names.size();
  if (n == 0 || report.estimates.size() != n || report.log_covariance.size() != n * n ||
      report.coefficients > n) {
    throw ArgumentError("fit report of model '" + report.model +
                        "': parameters or their covariance are missing");
  }
}

std::vector<FitReport> draw_many(std::uint64_t seed, const FitReport& report, DrawnFit which,
                                 std::size_t count) {
  check(report);
  const std::vector<double> factor = cholesky(report);
  std::vector<FitReport> draws;
  draws.reserve(count);
  for (std::size_t d = 0; d < count; ++d) {
    RandomStream stream(
        seed, {Purpose::kForecastModel, static_cast<std::uint32_t>(d % kReplications),
               static_cast<std::uint32_t>(which), static_cast<std::uint32_t>(d / kReplications)});
    draws.push_back(draw(stream, report, factor));
  }
  return draws;
}

}  // namespace

FitReport draw_parameters(RandomStream& stream, const FitReport& report) {
  check(report);
  return draw(stream, report, cholesky(report));
}

namespace detail {

DrawnFits draw_fits(std::uint64_t seed, const FitReport& orders,
                    const std::optional<FitReport>& spend, std::size_t count) {
  DrawnFits fits;
  fits.orders = draw_many(seed, orders, DrawnFit::kOrders, count);
  if (!spend) return fits;
  for (const FitReport& drawn : draw_many(seed, *spend, DrawnFit::kSpend, count)) {
    fits.spend.push_back(gamma_gamma_fit(drawn).parameters);
  }
  return fits;
}

std::optional<double> expected_order_value(const GammaGammaParameters& spend, double x, double m) {
  if (!(spend.p * x + spend.q > 1.0)) return std::nullopt;
  return gamma_gamma_expected_value(spend, x, m);
}

}  // namespace detail
}  // namespace tenure::customers
