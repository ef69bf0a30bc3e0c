#include "checks.hpp"
#include "maximum_likelihood.hpp"
#include "order_fit.hpp"
#include "special_functions.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/customers/sbg.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace tenure::customers {
namespace {

using detail::Derivatives;

constexpr double kMostPeriods = 1e7;

// ln of B(alpha + i, beta + j) / B(alpha, beta), i leavers and j renewals, times weight.
void add_term(const SbgParameters& p, double i, double j, double weight, Derivatives& sum) {
  if (weight == 0) return;
  const double both = p.alpha + p.beta;
  const double psi = detail::digamma_rise(both, i + j);
  const double tri = detail::trigamma_rise(both, i + j);
  const double a = p.alpha * (detail::digamma_rise(p.alpha, i) - psi);
  const double b = p.beta * (detail::digamma_rise(p.beta, j) - psi);
  sum.value += weight * (detail::log_rising(p.alpha, i) + detail::log_rising(p.beta, j) -
                         detail::log_rising(both, i + j));
  sum.gradient[0] += weight * a;
  sum.gradient[1] += weight * b;
  sum.hessian[0] += weight * (a + p.alpha * p.alpha * (detail::trigamma_rise(p.alpha, i) - tri));
  sum.hessian[1] -= weight * p.alpha * p.beta * tri;
  sum.hessian[3] += weight * (b + p.beta * p.beta * (detail::trigamma_rise(p.beta, j) - tri));
}

Derivatives evaluate(std::span<const double> survival, std::span<const double> theta) {
  const SbgParameters p{std::exp(theta[0]), std::exp(theta[1])};
  Derivatives sum(2);
  for (std::size_t t = 1; t < survival.size(); ++t) {
    add_term(p, 1.0, static_cast<double>(t) - 1, survival[t - 1] - survival[t], sum);
  }
  add_term(p, 0.0, static_cast<double>(survival.size()) - 1, survival.back(), sum);
  sum.mirror();
  return sum;
}

void check_curve(std::span<const double> survival, double customers) {
  if (!std::isfinite(customers) || customers <= 0) {
    throw ArgumentError("sBG: the cohort's size must be finite and positive");
  }
  if (survival.size() < 2) throw ArgumentError("sBG: a survival curve needs two periods or more");
  if (survival.front() != 1) throw ArgumentError("sBG: the survival of period 0 must be 1");
  for (std::size_t t = 1; t < survival.size(); ++t) {
    if (!(survival[t] >= 0 && survival[t] <= survival[t - 1])) {
      throw ArgumentError("sBG: the survival of period " + std::to_string(t) +
                          " is not between 0 and that of the period before");
    }
  }
}

void check_periods(double periods) {
  if (!std::isfinite(periods) || periods < 0 || std::floor(periods) != periods ||
      periods > kMostPeriods) {
    throw ArgumentError("sBG: periods are whole, from 0 to 10^7");
  }
}

}  // namespace

SbgFit fit_sbg(const Execution& execution, std::span<const double> survival, double customers,
               const FitOptions& options) {
  check_curve(survival, customers);
  if (options.starts < 1 || options.max_iterations < 1 || !(options.tolerance > 0)) {
    throw ArgumentError("sBG: starts, max_iterations and tolerance must be positive");
  }
  if (survival.back() == 1) {
    throw NumericalError("sBG: nobody left, so the likelihood has no finite maximum");
  }
  if (survival[1] == 0) {
    throw NumericalError(
        "sBG: everybody left in the first period, so the likelihood has no finite maximum");
  }
  const auto mean = [&](std::span<const double> theta) { return evaluate(survival, theta); };
  detail::MaximumProblem problem;
  problem.model = "sBG";
  problem.names = {"alpha", "beta"};
  problem.scales = {1.0, 1.0};
  const double lost = 1 - survival[1];
  const auto start = [&](double size) {
    return std::vector<double>{std::log(size * std::max(lost, 0.01)), std::log(size * survival[1])};
  };
  if (options.first_start.empty()) {
    problem.starts = detail::starting_points(execution, {start(2), start(0.5), start(10), {0, 0}},
                                             static_cast<std::size_t>(options.starts));
  } else {
    problem.starts.push_back(detail::log_parameters(problem, options.first_start));
  }
  problem.customers = customers;
  problem.max_iterations = options.max_iterations;
  problem.tolerance = options.tolerance;
  const detail::Maximum best = detail::maximize(execution, problem, mean);
  SbgFit fit;
  const std::vector<double> v = detail::natural_parameters(best, problem.scales);
  const std::vector<double> e = detail::standard_errors(best, problem.scales);
  fit.parameters = {v[0], v[1]};
  fit.standard_errors = {e[0], e[1]};
  detail::finish_fit(best, customers, fit);
  return fit;
}

double sbg_log_likelihood(const SbgParameters& p, std::span<const double> survival,
                          double customers) {
  detail::check_parameters(p);
  check_curve(survival, customers);
  const std::array<double, 2> theta = {std::log(p.alpha), std::log(p.beta)};
  return detail::finite(customers * evaluate(survival, theta).value, "sBG log-likelihood");
}

double sbg_survival(const SbgParameters& p, double periods) {
  detail::check_parameters(p);
  check_periods(periods);
  return detail::finite(
      std::exp(detail::log_rising(p.beta, periods) - detail::log_rising(p.alpha + p.beta, periods)),
      "sBG survival");
}

double sbg_retention(const SbgParameters& p, double period) {
  detail::check_parameters(p);
  check_periods(period);
  if (period < 1) throw ArgumentError("sBG: retention is of a period from 1");
  return (p.beta + period - 1) / (p.alpha + p.beta + period - 1);
}

double sbg_discounted_residual_renewals(const SbgParameters& p, double renewals, double discount) {
  detail::check_parameters(p);
  check_periods(renewals);
  detail::check_discount(discount);
  if (discount < 45 / kMostPeriods) {
    throw ArgumentError("sBG: the discount rate is too small to sum over");
  }
  const double factor = std::exp(-discount);
  double stays = 1.0;
  double sum = 0.0;
  for (int k = 0; k < static_cast<int>(kMostPeriods); ++k) {
    const double i = k;
    stays *= factor * (p.beta + renewals + i) / (p.alpha + p.beta + renewals + i);
    sum += stays;
    if (stays <= 1e-17 * (1 - factor) * sum) break;
  }
  return detail::finite(sum, "sBG discounted residual renewals");
}

LifetimeLatent draw_sbg(RandomStream& stream, const SbgParameters& p, double renewals) {
  detail::check_parameters(p);
  check_periods(renewals);
  LifetimeLatent latent;
  latent.rate = 1.0;
  latent.dropout = draw_beta(stream, p.alpha, p.beta + renewals);
  return latent;
}

}  // namespace tenure::customers
