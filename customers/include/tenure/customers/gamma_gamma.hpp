#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/random.hpp>
#include <tenure/customers/lifetime_fit.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string>

/// The Gamma-Gamma model of spend per order, Fader and Hardie (2013), "The Gamma-Gamma model of
/// monetary value": an order's value is Gamma(p, rate nu), nu ~ Gamma(q, rate gamma) over
/// customers.
namespace tenure::customers {

/// All positive; gamma in currency units. Mean value over customers: p gamma / (q - 1), q > 1.
struct GammaGammaParameters {
  double p = 1.0;
  double q = 1.0;
  double gamma = 1.0;
};

struct GammaGammaFit {
  GammaGammaParameters parameters;
  GammaGammaParameters standard_errors;
  std::array<double, 9> log_covariance{};  ///< of (log p, log q, log gamma), row-major
  double log_likelihood = 0.0;
  std::uint64_t customers = 0;  ///< customers with at least one repeat order of positive value
  int iterations = 0;
  std::string prior_reason;  ///< why the prior took part; empty: it did not
};

/// Fits on customers with x >= 1 repeat orders of mean value m > 0 (currency units); rows with
/// x = 0 or m <= 0 are left out.
/// @throws ArgumentError (no usable customer, lengths differ, not finite), NumericalError.
GammaGammaFit fit_gamma_gamma(const Execution& execution, std::span<const double> frequency,
                              std::span<const double> mean_value,
                              PriorUse prior = PriorUse::kNever);

/// Total log-likelihood (their equation 1a) over the rows with x >= 1 and m > 0.
double gamma_gamma_log_likelihood(const GammaGammaParameters& parameters,
                                  std::span<const double> frequency,
                                  std::span<const double> mean_value);

/// Expected value of an order of a customer with x repeat orders of mean m (their equation 5);
/// the population mean for x = 0. Needs p x + q > 1.
double gamma_gamma_expected_value(const GammaGammaParameters& parameters, double x, double m);

/// A customer's rate nu from the prior (x = 0), or from its posterior
/// Gamma(p x + q, rate gamma + x m). One order's value is then Gamma(p, rate nu).
double draw_gamma_gamma_rate(RandomStream& stream, const GammaGammaParameters& parameters, double x,
                             double m);

}  // namespace tenure::customers
