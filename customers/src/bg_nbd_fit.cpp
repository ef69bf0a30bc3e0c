#include "bg_nbd_likelihood.hpp"
#include "checks.hpp"
#include "maximum_likelihood.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/bg_nbd.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace tenure::customers {
namespace {

// Weighted sums that place the starting points and scale time.
struct Totals {
  double customers = 0.0;
  double repeat_orders = 0.0;
  double age = 0.0;
};

Totals totals(const RecencyFrequency& data) {
  Totals sum;
  for (std::size_t i = 0; i < data.size(); ++i) {
    sum.customers += data.weight_of(i);
    sum.repeat_orders += data.weight_of(i) * data.frequency[i];
    sum.age += data.weight_of(i) * data.age[i];
  }
  return sum;
}

// (ln r, ln alpha, ln a, ln b) with alpha in mean ages. All but the first match the mean order rate
// over the whole age, raised since customers leave on the way.
std::vector<std::vector<double>> base_starts(const Totals& sum) {
  const double rate = sum.repeat_orders / sum.customers;  // orders in a mean age
  const auto start = [&](double r, double raised, double a, double b) {
    return std::vector<double>{std::log(r), std::log(r / (raised * rate)), std::log(a),
                               std::log(b)};
  };
  return {{0.0, 0.0, 0.0, 0.0},
          start(0.25, 1.5, 0.8, 2.5),
          start(2.0, 2.0, 0.3, 3.0),
          start(0.7, 1.2, 2.0, 20.0)};
}

void check_data(const BgNbdOptions& options, const RecencyFrequency& data, const Totals& sum) {
  if (options.starts < 1 || options.max_iterations < 1 || !(options.tolerance > 0)) {
    throw ArgumentError("BG/NBD: starts, max_iterations and tolerance must be positive");
  }
  if (data.size() == 0) throw ArgumentError("BG/NBD: no customers to fit");
  if (sum.repeat_orders == 0) {
    throw NumericalError(
        "BG/NBD: no customer has a repeat order, so the likelihood has no finite maximum");
  }
  if (!std::isfinite(sum.age) || !(sum.age > 0)) {
    throw NumericalError("BG/NBD: the customers were observed for no time, or for no finite one");
  }
}

}  // namespace

BgNbdFit fit_bg_nbd(const Execution& execution, const RecencyFrequency& data,
                    const BgNbdOptions& options) {
  const RecencyFrequency rows = compress(data);
  const Totals sum = totals(rows);
  check_data(options, rows, sum);
  const double scale = sum.age / sum.customers;
  const detail::BgNbdLikelihood likelihood(rows, scale);
  const auto mean = [&](std::span<const double> theta) {
    detail::Derivatives at = likelihood.evaluate(execution, theta);
    at.scale(1.0 / sum.customers);
    return at;
  };
  detail::MaximumProblem problem;
  problem.model = "BG/NBD";
  problem.names = {"r", "alpha", "a", "b"};
  problem.scales = {1.0, scale, 1.0, 1.0};
  problem.starts = detail::starting_points(execution, base_starts(sum),
                                           static_cast<std::size_t>(options.starts));
  problem.customers = sum.customers;
  problem.constant = -sum.repeat_orders * std::log(scale);
  problem.max_iterations = options.max_iterations;
  problem.tolerance = options.tolerance;
  const detail::Maximum best = detail::maximize(execution, problem, mean);

  BgNbdFit fit;
  fit.parameters = {std::exp(best.theta[0]), scale * std::exp(best.theta[1]),
                    std::exp(best.theta[2]), std::exp(best.theta[3])};
  std::copy(best.covariance.begin(), best.covariance.end(), fit.log_covariance.begin());
  const auto error = [&](std::size_t i, double value) {
    return detail::standard_error(fit.log_covariance, 4, i, value);
  };
  fit.standard_errors = {error(0, fit.parameters.r), error(1, fit.parameters.alpha),
                         error(2, fit.parameters.a), error(3, fit.parameters.b)};
  fit.log_likelihood = best.log_likelihood;
  fit.customers = static_cast<std::uint64_t>(std::llround(sum.customers));
  fit.iterations = best.iterations;
  return fit;
}

double bg_nbd_log_likelihood(const BgNbdParameters& parameters, const RecencyFrequency& data) {
  detail::check_parameters(parameters);
  Execution alone;
  alone.threads = 1;
  const std::array<double, 4> theta = {std::log(parameters.r), std::log(parameters.alpha),
                                       std::log(parameters.a), std::log(parameters.b)};
  const double value = detail::BgNbdLikelihood(compress(data), 1.0).evaluate(alone, theta).value;
  return detail::finite(value, "BG/NBD log-likelihood");
}

}  // namespace tenure::customers
