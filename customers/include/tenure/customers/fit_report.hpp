#pragma once

#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/gamma_gamma.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenure::customers {

/// A fitted model of any kind, by name: what is printed, saved and compared. All parameters are
/// positive, and the covariance is of their logarithms.
struct FitReport {
  std::string model;  ///< the command line's name, e.g. "bg-nbd"
  std::vector<std::string> names;
  std::vector<double> estimates;
  std::vector<double> standard_errors;  ///< natural scale
  std::vector<double> log_covariance;   ///< names.size() squared, row-major
  double log_likelihood = 0.0;          ///< total
  std::uint64_t customers = 0;
  int iterations = 0;
  double days_per_unit = 0.0;  ///< of the data; 0 for models without time

  /// Value of a parameter. @throws ArgumentError where the model has none of that name.
  double operator[](std::string_view name) const;
};

FitReport fit_report(const BgNbdFit& fit, double days_per_unit);
FitReport fit_report(const GammaGammaFit& fit);

/// The way back, for models read from a file.
/// @throws ArgumentError where the report is of another model, sizes do not fit, or a value is not
/// finite and positive.
BgNbdFit bg_nbd_fit(const FitReport& report);
GammaGammaFit gamma_gamma_fit(const FitReport& report);

}  // namespace tenure::customers
