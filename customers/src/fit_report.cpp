#include <tenure/core/error.hpp>
#include <tenure/customers/fit_report.hpp>
#include <tenure/customers/lifetime_model.hpp>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <span>

namespace tenure::customers {
namespace {

constexpr const char* kBgNbd = "bg-nbd";
constexpr const char* kMbgNbd = "mbg-nbd";
constexpr const char* kMbgCnbd = "mbg-cnbd";
constexpr const char* kParetoNbd = "pareto-nbd";
constexpr const char* kBgBb = "bg-bb";
constexpr const char* kSbg = "sbg";
constexpr const char* kGammaGamma = "gamma-gamma";

using Names = std::vector<std::string>;

const Names& bg_nbd_names() {
  static const Names names = {"r", "alpha", "a", "b"};
  return names;
}

const Names& pareto_nbd_names() {
  static const Names names = {"r", "alpha", "s", "beta"};
  return names;
}

const Names& bg_bb_names() {
  static const Names names = {"alpha", "beta", "gamma", "delta"};
  return names;
}

const Names& sbg_names() {
  static const Names names = {"alpha", "beta"};
  return names;
}

const Names& gamma_gamma_names() {
  static const Names names = {"p", "q", "gamma"};
  return names;
}

std::vector<double> values(const BgNbdParameters& p) { return {p.r, p.alpha, p.a, p.b}; }
std::vector<double> values(const MbgCnbdParameters& p) { return {p.r, p.alpha, p.a, p.b}; }
std::vector<double> values(const ParetoNbdParameters& p) { return {p.r, p.alpha, p.s, p.beta}; }
std::vector<double> values(const BgBbParameters& p) { return {p.alpha, p.beta, p.gamma, p.delta}; }
std::vector<double> values(const SbgParameters& p) { return {p.alpha, p.beta}; }
std::vector<double> values(const GammaGammaParameters& p) { return {p.p, p.q, p.gamma}; }

void check(const FitReport& report, std::initializer_list<const char*> models, const Names& names) {
  const auto fault = [&](const std::string& what) {
    throw ArgumentError("fit report of model '" + report.model + "': " + what);
  };
  if (std::none_of(models.begin(), models.end(),
                   [&](const char* model) { return report.model == model; })) {
    fault(std::string("model '") + *models.begin() + "' was asked for");
  }
  const std::size_t n = names.size();
  if (report.names != names || report.coefficients != 0 || report.estimates.size() != n ||
      report.standard_errors.size() != n || report.log_covariance.size() != n * n) {
    fault("parameters or their covariance are missing");
  }
  const auto positive = [](double v) { return std::isfinite(v) && v > 0; };
  if (!std::all_of(report.estimates.begin(), report.estimates.end(), positive)) {
    fault("a parameter is not finite and positive");
  }
  const auto finite = [](double v) { return std::isfinite(v); };
  if (!std::all_of(report.standard_errors.begin(), report.standard_errors.end(), finite) ||
      !std::all_of(report.log_covariance.begin(), report.log_covariance.end(), finite) ||
      !finite(report.log_likelihood)) {
    fault("a value is not finite");
  }
  if (report.regularity < 1 || report.regularity > kLargestRegularity) fault("k is out of range");
}

template <class Fit>
FitReport make(const char* model, const Names& names, const Fit& fit, double days_per_unit) {
  FitReport report;
  report.model = model;
  report.names = names;
  report.estimates = values(fit.parameters);
  report.standard_errors = values(fit.standard_errors);
  report.log_covariance.assign(fit.log_covariance.begin(), fit.log_covariance.end());
  report.log_likelihood = fit.log_likelihood;
  report.customers = fit.customers;
  report.iterations = fit.iterations;
  report.days_per_unit = days_per_unit;
  report.prior_reason = fit.prior_reason;
  return report;
}

template <class Fit>
void take_rest(const FitReport& report, Fit& fit) {
  std::copy(report.log_covariance.begin(), report.log_covariance.end(), fit.log_covariance.begin());
  fit.log_likelihood = report.log_likelihood;
  fit.customers = report.customers;
  fit.iterations = report.iterations;
  fit.prior_reason = report.prior_reason;
}

// Of a model of four estimated parameters; `rest` are those that were given.
template <class Fit, class... Rest>
Fit four(const FitReport& report, Rest... rest) {
  const auto& v = report.estimates;
  const auto& e = report.standard_errors;
  Fit fit;
  fit.parameters = {v[0], v[1], v[2], v[3], rest...};
  fit.standard_errors = {e[0], e[1], e[2], e[3], rest...};
  take_rest(report, fit);
  return fit;
}

template <class Parameters>
FitReport make_with_covariates(const char* model, const Names& names,
                               const CovariateFit<Parameters>& fit, const CovariateDesign& design,
                               double days_per_unit) {
  FitReport report;
  report.model = model;
  report.names = names;
  report.estimates = values(fit.parameters);
  report.standard_errors = values(fit.standard_errors);
  const auto append = [&](const char* prefix, const Covariates& part,
                          const std::vector<double>& estimates, const std::vector<double>& errors) {
    for (const std::string& name : part.names) report.names.push_back(prefix + name);
    report.estimates.insert(report.estimates.end(), estimates.begin(), estimates.end());
    report.standard_errors.insert(report.standard_errors.end(), errors.begin(), errors.end());
    report.coefficients += estimates.size();
  };
  append("rate.", design.rate, fit.rate, fit.rate_errors);
  append("dropout.", design.dropout, fit.dropout, fit.dropout_errors);
  report.log_covariance = fit.covariance;
  report.log_likelihood = fit.log_likelihood;
  report.log_likelihood_without = fit.log_likelihood_without;
  report.customers = fit.customers;
  report.iterations = fit.iterations;
  report.days_per_unit = days_per_unit;
  return report;
}

}  // namespace

double FitReport::operator[](std::string_view name) const {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw ArgumentError("model '" + model + "' has no parameter '" + std::string(name) + "'");
  }
  return estimates[static_cast<std::size_t>(found - names.begin())];
}

FitReport fit_report(const BgNbdFit& fit, double days_per_unit) {
  return make(kBgNbd, bg_nbd_names(), fit, days_per_unit);
}

FitReport fit_report(const MbgCnbdFit& fit, double days_per_unit, bool any_k) {
  const bool plain = fit.parameters.k == 1 && !any_k;
  FitReport report = make(plain ? kMbgNbd : kMbgCnbd, bg_nbd_names(), fit, days_per_unit);
  report.regularity = fit.parameters.k;
  return report;
}

FitReport fit_report(const ParetoNbdFit& fit, double days_per_unit) {
  return make(kParetoNbd, pareto_nbd_names(), fit, days_per_unit);
}

FitReport fit_report(const BgBbFit& fit, double days_per_unit) {
  return make(kBgBb, bg_bb_names(), fit, days_per_unit);
}

FitReport fit_report(const SbgFit& fit) { return make(kSbg, sbg_names(), fit, 0.0); }

FitReport fit_report(const GammaGammaFit& fit) {
  return make(kGammaGamma, gamma_gamma_names(), fit, 0.0);
}

FitReport fit_report(const CovariateFit<BgNbdParameters>& fit, const CovariateDesign& design,
                     double days_per_unit) {
  return make_with_covariates(kBgNbd, bg_nbd_names(), fit, design, days_per_unit);
}

FitReport fit_report(const CovariateFit<ParetoNbdParameters>& fit, const CovariateDesign& design,
                     double days_per_unit) {
  return make_with_covariates(kParetoNbd, pareto_nbd_names(), fit, design, days_per_unit);
}

std::string prior_note(const RecencyFrequency& counts,
                       std::initializer_list<const FitReport*> fits) {
  std::string models;
  std::string reasons;
  for (const FitReport* fit : fits) {
    if (fit->prior_reason.empty()) continue;
    const bool spend = fit->model == kGammaGamma;
    const std::string title(spend ? "Gamma-Gamma" : lifetime_kind(fit->model).title);
    models += (models.empty() ? "" : " and ") + title;
    reasons += title + ": " + fit->prior_reason + ". ";
  }
  if (models.empty()) return {};
  double customers = 0.0;
  double repeat = 0.0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    customers += counts.weight_of(i);
    if (counts.frequency[i] > 0) repeat += counts.weight_of(i);
  }
  const auto whole = [](double count) { return std::to_string(std::llround(count)); };
  return "a weak prior takes part in the fit of " + models + ", which " + whole(customers) +
         (customers == 1.0 ? " customer, " : " customers, ") + whole(repeat) +
         " of them with a repeat order, do not settle. " + reasons +
         "Trust the intervals more than the estimates; with more customers or a longer "
         "log no prior is needed (docs/LIFETIME.md, Small logs)";
}

BgNbdFit bg_nbd_fit(const FitReport& report) {
  check(report, {kBgNbd}, bg_nbd_names());
  return four<BgNbdFit>(report);
}

MbgCnbdFit mbg_cnbd_fit(const FitReport& report) {
  check(report, {kMbgCnbd, kMbgNbd}, bg_nbd_names());
  return four<MbgCnbdFit>(report, report.regularity);
}

ParetoNbdFit pareto_nbd_fit(const FitReport& report) {
  check(report, {kParetoNbd}, pareto_nbd_names());
  return four<ParetoNbdFit>(report);
}

BgBbFit bg_bb_fit(const FitReport& report) {
  check(report, {kBgBb}, bg_bb_names());
  return four<BgBbFit>(report);
}

SbgFit sbg_fit(const FitReport& report) {
  check(report, {kSbg}, sbg_names());
  SbgFit fit;
  fit.parameters = {report.estimates[0], report.estimates[1]};
  fit.standard_errors = {report.standard_errors[0], report.standard_errors[1]};
  take_rest(report, fit);
  return fit;
}

GammaGammaFit gamma_gamma_fit(const FitReport& report) {
  check(report, {kGammaGamma}, gamma_gamma_names());
  const auto& v = report.estimates;
  const auto& e = report.standard_errors;
  GammaGammaFit fit;
  fit.parameters = {v[0], v[1], v[2]};
  fit.standard_errors = {e[0], e[1], e[2]};
  take_rest(report, fit);
  return fit;
}

}  // namespace tenure::customers
