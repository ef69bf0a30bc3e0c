#include <tenure/core/error.hpp>
#include <tenure/customers/fit_report.hpp>

#include <algorithm>
#include <cmath>
#include <span>

namespace tenure::customers {
namespace {

constexpr const char* kBgNbd = "bg-nbd";
constexpr const char* kGammaGamma = "gamma-gamma";

void check(const FitReport& report, const char* model, const std::vector<std::string>& names) {
  const auto fault = [&](const std::string& what) {
    throw ArgumentError("fit report of model '" + report.model + "': " + what);
  };
  if (report.model != model) fault(std::string("model '") + model + "' was asked for");
  const std::size_t n = names.size();
  if (report.names != names || report.estimates.size() != n || report.standard_errors.size() != n ||
      report.log_covariance.size() != n * n) {
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
}

const std::vector<std::string>& bg_nbd_names() {
  static const std::vector<std::string> names = {"r", "alpha", "a", "b"};
  return names;
}

const std::vector<std::string>& gamma_gamma_names() {
  static const std::vector<std::string> names = {"p", "q", "gamma"};
  return names;
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
  const auto& p = fit.parameters;
  const auto& e = fit.standard_errors;
  FitReport report;
  report.model = kBgNbd;
  report.names = bg_nbd_names();
  report.estimates = {p.r, p.alpha, p.a, p.b};
  report.standard_errors = {e.r, e.alpha, e.a, e.b};
  report.log_covariance.assign(fit.log_covariance.begin(), fit.log_covariance.end());
  report.log_likelihood = fit.log_likelihood;
  report.customers = fit.customers;
  report.iterations = fit.iterations;
  report.days_per_unit = days_per_unit;
  return report;
}

FitReport fit_report(const GammaGammaFit& fit) {
  const auto& p = fit.parameters;
  const auto& e = fit.standard_errors;
  FitReport report;
  report.model = kGammaGamma;
  report.names = gamma_gamma_names();
  report.estimates = {p.p, p.q, p.gamma};
  report.standard_errors = {e.p, e.q, e.gamma};
  report.log_covariance.assign(fit.log_covariance.begin(), fit.log_covariance.end());
  report.log_likelihood = fit.log_likelihood;
  report.customers = fit.customers;
  report.iterations = fit.iterations;
  return report;
}

BgNbdFit bg_nbd_fit(const FitReport& report) {
  check(report, kBgNbd, bg_nbd_names());
  const auto& v = report.estimates;
  const auto& e = report.standard_errors;
  BgNbdFit fit;
  fit.parameters = {v[0], v[1], v[2], v[3]};
  fit.standard_errors = {e[0], e[1], e[2], e[3]};
  std::copy(report.log_covariance.begin(), report.log_covariance.end(), fit.log_covariance.begin());
  fit.log_likelihood = report.log_likelihood;
  fit.customers = report.customers;
  fit.iterations = report.iterations;
  return fit;
}

GammaGammaFit gamma_gamma_fit(const FitReport& report) {
  check(report, kGammaGamma, gamma_gamma_names());
  const auto& v = report.estimates;
  const auto& e = report.standard_errors;
  GammaGammaFit fit;
  fit.parameters = {v[0], v[1], v[2]};
  fit.standard_errors = {e[0], e[1], e[2]};
  std::copy(report.log_covariance.begin(), report.log_covariance.end(), fit.log_covariance.begin());
  fit.log_likelihood = report.log_likelihood;
  fit.customers = report.customers;
  fit.iterations = report.iterations;
  return fit;
}

}  // namespace tenure::customers
