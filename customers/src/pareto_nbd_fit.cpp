#include "checks.hpp"
#include "order_fit.hpp"
#include "pareto_nbd_likelihood.hpp"

#include <tenure/customers/pareto_nbd.hpp>

#include <array>
#include <cmath>
#include <memory>

namespace tenure::customers {
namespace {

// (ln r, ln alpha, ln s, ln beta), times in mean ages. The rate matches the mean number of orders,
// raised since customers leave on the way; half of them are gone after a few tenths of a mean age
// to several.
std::vector<std::vector<double>> base_starts(const detail::OrderTotals& sum) {
  const double rate = sum.orders_a_customer();
  const auto start = [&](double r, double raised, double s, double beta) {
    return std::vector<double>{std::log(r), std::log(r / (raised * rate)), std::log(s),
                               std::log(beta)};
  };
  return {start(0.5, 1.5, 0.6, 0.4), start(1.0, 1.2, 0.5, 1.5), start(2.0, 2.5, 1.0, 0.3),
          start(0.3, 1.2, 2.0, 4.0)};
}

}  // namespace

ParetoNbdFit fit_pareto_nbd(const Execution& execution, const RecencyFrequency& data,
                            const FitOptions& options) {
  const RecencyFrequency rows = compress(data);
  const detail::OrderTotals sum = detail::check_order_data("Pareto/NBD", options, rows);
  const double scale = sum.mean_age();
  detail::OrderProblem problem;
  problem.model = "Pareto/NBD";
  problem.names = {"r", "alpha", "s", "beta"};
  problem.scales = {1.0, scale, 1.0, scale};
  problem.starts = base_starts(sum);
  problem.constant = -sum.repeat_orders * std::log(scale);
  problem.likelihood = [&](const RecencyFrequency& some) -> detail::TotalLikelihood {
    const auto likelihood = std::make_shared<const detail::ParetoNbdLikelihood>(some, scale);
    return [likelihood](const Execution& how, std::span<const double> theta) {
      return likelihood->evaluate(how, theta);
    };
  };
  const detail::Maximum best = detail::fit_orders(execution, problem, rows, options);
  ParetoNbdFit fit;
  const std::vector<double> v = detail::natural_parameters(best, problem.scales);
  const std::vector<double> e = detail::standard_errors(best, problem.scales);
  fit.parameters = {v[0], v[1], v[2], v[3]};
  fit.standard_errors = {e[0], e[1], e[2], e[3]};
  detail::finish_fit(best, sum.customers, fit);
  return fit;
}

double pareto_nbd_log_likelihood(const ParetoNbdParameters& p, const RecencyFrequency& data) {
  detail::check_parameters(p);
  Execution alone;
  alone.threads = 1;
  const std::array<double, 4> theta = {std::log(p.r), std::log(p.alpha), std::log(p.s),
                                       std::log(p.beta)};
  const detail::ParetoNbdLikelihood likelihood(compress(data), 1.0);
  return detail::finite(likelihood.evaluate(alone, theta).value, "Pareto/NBD log-likelihood");
}

}  // namespace tenure::customers
