#include "checks.hpp"
#include "order_fit.hpp"
#include "order_problem.hpp"
#include "pareto_nbd_likelihood.hpp"

#include <tenure/customers/pareto_nbd.hpp>

#include <array>
#include <cmath>

namespace tenure::customers {

ParetoNbdFit fit_pareto_nbd(const Execution& execution, const RecencyFrequency& data,
                            const FitOptions& options) {
  const RecencyFrequency rows = compress(data);
  const detail::OrderTotals sum = detail::check_order_data("Pareto/NBD", options, rows);
  const detail::OrderProblem problem = detail::pareto_nbd_problem(sum);
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
