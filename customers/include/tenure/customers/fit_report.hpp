#pragma once

#include <tenure/customers/bg_bb.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/covariate_fit.hpp>
#include <tenure/customers/gamma_gamma.hpp>
#include <tenure/customers/mbg_cnbd.hpp>
#include <tenure/customers/pareto_nbd.hpp>
#include <tenure/customers/recency_frequency.hpp>
#include <tenure/customers/sbg.hpp>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenure::customers {

/// A fitted model of any kind, by name: what is printed, saved and compared. Parameters are
/// positive and the covariance is of their logarithms, but for the last `coefficients` of them,
/// which are regression coefficients of any sign, as they are.
struct FitReport {
  std::string model;  ///< the command line's name, e.g. "bg-nbd"
  std::vector<std::string> names;
  std::vector<double> estimates;
  std::vector<double> standard_errors;  ///< natural scale
  std::vector<double> log_covariance;   ///< names.size() squared, row-major
  /// Of covariates, named "rate.NAME", then "dropout.NAME"; 0 for a model without.
  std::size_t coefficients = 0;
  int regularity = 1;           ///< k of MBG/CNBD-k: ticks of the order clock an order
  double log_likelihood = 0.0;  ///< total
  /// Of the same model without the covariates; empty for a model without.
  std::optional<double> log_likelihood_without;
  std::uint64_t customers = 0;
  int iterations = 0;
  double days_per_unit = 0.0;  ///< of the data; 0 for models without time
  std::string prior_reason;    ///< why the prior took part (PriorUse); empty: it did not

  /// Value of a parameter. @throws ArgumentError where the model has none of that name.
  double operator[](std::string_view name) const;
};

FitReport fit_report(const BgNbdFit& fit, double days_per_unit);
/// "mbg-nbd" where k is 1 and was not searched for, else "mbg-cnbd".
FitReport fit_report(const MbgCnbdFit& fit, double days_per_unit, bool any_k = false);
FitReport fit_report(const ParetoNbdFit& fit, double days_per_unit);
FitReport fit_report(const BgBbFit& fit, double days_per_unit);
FitReport fit_report(const SbgFit& fit);
FitReport fit_report(const GammaGammaFit& fit);
FitReport fit_report(const CovariateFit<BgNbdParameters>& fit, const CovariateDesign& design,
                     double days_per_unit);
FitReport fit_report(const CovariateFit<ParetoNbdParameters>& fit, const CovariateDesign& design,
                     double days_per_unit);

/// What to tell people where the prior took part in any of these fits, of orders or spend, to the
/// customers of `counts`: a text of one line that names models, reasons and how many customers and
/// repeat buyers there are. Empty where it did not.
std::string prior_note(const RecencyFrequency& counts,
                       std::initializer_list<const FitReport*> fits);

/// The way back, for models read from a file, without covariates.
/// @throws ArgumentError where the report is of another model, sizes do not fit, or a value is not
/// finite and positive.
BgNbdFit bg_nbd_fit(const FitReport& report);
MbgCnbdFit mbg_cnbd_fit(const FitReport& report);
ParetoNbdFit pareto_nbd_fit(const FitReport& report);
BgBbFit bg_bb_fit(const FitReport& report);
SbgFit sbg_fit(const FitReport& report);
GammaGammaFit gamma_gamma_fit(const FitReport& report);

}  // namespace tenure::customers
