#pragma once

#include <tenure/customers/fit_report.hpp>
#include <tenure/customers/gamma_gamma.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace tenure::customers::detail {

/// What may be the case as far as the fits tell: draw d of the parameters of both.
struct DrawnFits {
  std::vector<FitReport> orders;
  std::vector<GammaGammaParameters> spend;  ///< empty without a spend model
};

/// Keyed by Purpose::kForecastModel: draw d is the same whatever the count.
/// @throws as draw_parameters(FitReport) and gamma_gamma_fit().
DrawnFits draw_fits(std::uint64_t seed, const FitReport& orders,
                    const std::optional<FitReport>& spend, std::size_t count);

/// Expected value of an order of a customer with x repeat orders of mean m; empty where it is
/// infinite (p x + q <= 1).
std::optional<double> expected_order_value(const GammaGammaParameters& spend, double x, double m);

}  // namespace tenure::customers::detail
