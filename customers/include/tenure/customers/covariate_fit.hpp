#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/lifetime_fit.hpp>
#include <tenure/customers/pareto_nbd.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

/// Static covariates of a customer on its order rate and on its dropout, after Fader, Hardie
/// (2007), "Incorporating time-invariant covariates into the Pareto/NBD and BG/NBD models": with
/// covariates z of customer i,
///
///   alpha_i = alpha exp(-gamma_rate' z)          the order rate is exp(gamma_rate' z) times as
///   high beta_i  = beta exp(-gamma_dropout' z)        Pareto/NBD: so is the dropout rate a_i     =
///   a exp(gamma_dropout' z)            BG/NBD: so are the odds a / b of dropout
namespace tenure::customers {

/// `names.size()` values a row of the counts they go with, row-major.
struct Covariates {
  std::vector<std::string> names;
  std::vector<double> values;

  std::size_t columns() const noexcept { return names.size(); }
  std::span<const double> row(std::size_t i) const noexcept {
    return std::span(values).subspan(i * names.size(), names.size());
  }
};

/// What bears on the rate and what on the dropout; either may be empty, not both.
struct CovariateDesign {
  Covariates rate;
  Covariates dropout;
};

template <class Parameters>
struct CovariateFit {
  Parameters parameters;  ///< of a customer with covariates 0
  Parameters standard_errors;
  std::vector<double> rate, dropout;  ///< coefficients gamma
  std::vector<double> rate_errors, dropout_errors;
  /// Of (log of each parameter, rate, dropout), row-major.
  std::vector<double> covariance;
  double log_likelihood = 0.0;
  double log_likelihood_without = 0.0;  ///< of the fit without covariates, for a likelihood ratio
  std::uint64_t customers = 0;
  int iterations = 0;
};

/// @throws as the fits without covariates, and ArgumentError where a covariate is not finite, the
/// same for all customers, or of another length than the data.
CovariateFit<BgNbdParameters> fit_bg_nbd_covariates(const Execution& execution,
                                                    const RecencyFrequency& data,
                                                    const CovariateDesign& design,
                                                    const FitOptions& options = {});
CovariateFit<ParetoNbdParameters> fit_pareto_nbd_covariates(const Execution& execution,
                                                            const RecencyFrequency& data,
                                                            const CovariateDesign& design,
                                                            const FitOptions& options = {});

/// The parameters of a customer with these covariates. @throws ArgumentError where their number is
/// not that of the coefficients.
BgNbdParameters at_covariates(const BgNbdParameters& base, std::span<const double> rate,
                              std::span<const double> rate_values, std::span<const double> dropout,
                              std::span<const double> dropout_values);
ParetoNbdParameters at_covariates(const ParetoNbdParameters& base, std::span<const double> rate,
                                  std::span<const double> rate_values,
                                  std::span<const double> dropout,
                                  std::span<const double> dropout_values);

}  // namespace tenure::customers
