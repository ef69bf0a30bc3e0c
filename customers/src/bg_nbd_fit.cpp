#include "bg_family_likelihood.hpp"
#include "checks.hpp"
#include "order_fit.hpp"
#include "order_problem.hpp"

#include <tenure/customers/bg_nbd.hpp>

#include <array>
#include <cmath>

namespace tenure::customers {

BgNbdFit fit_bg_nbd(const Execution& execution, const RecencyFrequency& data,
                    const BgNbdOptions& options) {
  const RecencyFrequency rows = compress(data);
  const detail::OrderTotals sum = detail::check_order_data("BG/NBD", options, rows);
  const detail::OrderProblem problem = detail::bg_nbd_problem(sum);
  const detail::Maximum best = detail::fit_orders(execution, problem, rows, options);
  return detail::make_fit<BgNbdFit>(best, problem, sum.customers);
}

double bg_nbd_log_likelihood(const BgNbdParameters& parameters, const RecencyFrequency& data) {
  detail::check_parameters(parameters);
  Execution alone;
  alone.threads = 1;
  const std::array<double, 4> theta = {std::log(parameters.r), std::log(parameters.alpha),
                                       std::log(parameters.a), std::log(parameters.b)};
  const double value = detail::BgFamilyLikelihood(compress(data), 1.0).evaluate(alone, theta).value;
  return detail::finite(value, "BG/NBD log-likelihood");
}

}  // namespace tenure::customers
