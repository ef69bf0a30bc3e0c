#include "bg_family_likelihood.hpp"
#include "checks.hpp"
#include "covariate_rows.hpp"
#include "order_fit.hpp"
#include "pareto_nbd_likelihood.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/covariate_fit.hpp>

#include <array>
#include <cmath>

namespace tenure::customers {
namespace {

using detail::CovariateModel;
using detail::Derivatives;

constexpr std::size_t kCore = 4;

void add_bg_nbd_row(std::span<const double> theta, double x, double t_x, double age, double weight,
                    Derivatives& sum) {
  detail::add_bg_family_row({0, 1}, theta, x, t_x, age, weight, sum);
}

// `without` is the fit without covariates: the starts are there and about it.
template <class Parameters>
CovariateFit<Parameters> fit_with(const Execution& execution, const CovariateModel& model,
                                  const RecencyFrequency& data, const CovariateDesign& design,
                                  const FitOptions& options, std::vector<std::string> names,
                                  std::vector<bool> in_time, std::array<double, kCore> start,
                                  double log_likelihood_without) {
  const detail::OrderTotals totals = detail::check_order_data(model.title, options, data);
  const double scale = totals.mean_age();
  const detail::CovariateRows rows(model, data, design, scale);
  detail::MaximumProblem problem;
  problem.model = model.title;
  problem.names = std::move(names);
  std::vector<double> theta;
  for (std::size_t i = 0; i < kCore; ++i) {
    problem.scales.push_back(in_time[i] ? scale : 1.0);
    theta.push_back(std::log(start[i] / problem.scales[i]));
  }
  for (const std::string& name : design.rate.names) problem.names.push_back("rate." + name);
  for (const std::string& name : design.dropout.names) problem.names.push_back("dropout." + name);
  for (const double deviation : rows.deviations()) problem.scales.push_back(1.0 / deviation);
  problem.coefficients = rows.coefficients();
  theta.resize(kCore + rows.coefficients(), 0.0);
  problem.starts =
      detail::starting_points(execution, {theta}, static_cast<std::size_t>(options.starts));
  problem.customers = totals.customers;
  problem.constant = -totals.repeat_orders * std::log(scale);
  problem.max_iterations = options.max_iterations;
  problem.tolerance = options.tolerance;
  const auto mean = [&](std::span<const double> at) {
    Derivatives value = rows.evaluate(execution, at);
    value.scale(1.0 / totals.customers);
    return value;
  };
  const detail::Maximum best = detail::maximize(execution, problem, mean);

  const std::size_t n = problem.names.size();
  const auto v = detail::natural_parameters(best, problem.scales, problem.coefficients);
  const auto e = detail::standard_errors(best, problem.scales, problem.coefficients);
  CovariateFit<Parameters> fit;
  fit.parameters = {v[0], v[1], v[2], v[3]};
  fit.standard_errors = {e[0], e[1], e[2], e[3]};
  for (std::size_t i = kCore; i < n; ++i) {
    const bool rate = i - kCore < design.rate.columns();
    (rate ? fit.rate : fit.dropout).push_back(v[i]);
    (rate ? fit.rate_errors : fit.dropout_errors).push_back(e[i]);
  }
  fit.covariance = best.covariance;
  const auto unit = [&](std::size_t i) { return i < kCore ? 1.0 : problem.scales[i]; };
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) fit.covariance[i * n + j] *= unit(i) * unit(j);
  }
  fit.log_likelihood = best.log_likelihood;
  fit.log_likelihood_without = log_likelihood_without;
  fit.customers = static_cast<std::uint64_t>(std::llround(totals.customers));
  fit.iterations = best.iterations;
  return fit;
}

// The model without covariates that the fit starts from: of the data alone, as the other one is.
FitOptions without_prior(FitOptions options) {
  options.prior = PriorUse::kNever;
  return options;
}

double linear(std::span<const double> coefficients, std::span<const double> values) {
  if (coefficients.size() != values.size()) {
    throw ArgumentError("covariates: " + std::to_string(coefficients.size()) +
                        " values are needed for as many coefficients");
  }
  double sum = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) sum += coefficients[i] * values[i];
  return sum;
}

}  // namespace

CovariateFit<BgNbdParameters> fit_bg_nbd_covariates(const Execution& execution,
                                                    const RecencyFrequency& data,
                                                    const CovariateDesign& design,
                                                    const FitOptions& options) {
  const BgNbdFit without = fit_bg_nbd(execution, data, without_prior(options));
  const auto& p = without.parameters;
  return fit_with<BgNbdParameters>(execution, {"BG/NBD with covariates", add_bg_nbd_row, 1, 2, 1.0},
                                   data, design, options, {"r", "alpha", "a", "b"},
                                   {false, true, false, false}, {p.r, p.alpha, p.a, p.b},
                                   without.log_likelihood);
}

CovariateFit<ParetoNbdParameters> fit_pareto_nbd_covariates(const Execution& execution,
                                                            const RecencyFrequency& data,
                                                            const CovariateDesign& design,
                                                            const FitOptions& options) {
  const ParetoNbdFit without = fit_pareto_nbd(execution, data, without_prior(options));
  const auto& p = without.parameters;
  return fit_with<ParetoNbdParameters>(
      execution, {"Pareto/NBD with covariates", detail::add_pareto_nbd_row, 1, 3, -1.0}, data,
      design, options, {"r", "alpha", "s", "beta"}, {false, true, false, true},
      {p.r, p.alpha, p.s, p.beta}, without.log_likelihood);
}

BgNbdParameters at_covariates(const BgNbdParameters& base, std::span<const double> rate,
                              std::span<const double> rate_values, std::span<const double> dropout,
                              std::span<const double> dropout_values) {
  BgNbdParameters p = base;
  p.alpha *= std::exp(-linear(rate, rate_values));
  p.a *= std::exp(linear(dropout, dropout_values));
  detail::check_parameters(p);
  return p;
}

ParetoNbdParameters at_covariates(const ParetoNbdParameters& base, std::span<const double> rate,
                                  std::span<const double> rate_values,
                                  std::span<const double> dropout,
                                  std::span<const double> dropout_values) {
  ParetoNbdParameters p = base;
  p.alpha *= std::exp(-linear(rate, rate_values));
  p.beta *= std::exp(-linear(dropout, dropout_values));
  detail::check_parameters(p);
  return p;
}

}  // namespace tenure::customers
