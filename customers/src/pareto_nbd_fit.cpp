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
  return detail::make_fit<ParetoNbdFit>(best, problem, sum.customers);
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
