#include "bg_family_likelihood.hpp"
#include "checks.hpp"
#include "order_fit.hpp"

#include <tenure/customers/bg_nbd.hpp>

#include <array>
#include <cmath>
#include <memory>

namespace tenure::customers {
namespace {

// (ln r, ln alpha, ln a, ln b) with alpha in mean ages. All but the first match the mean order rate
// over the whole age, raised since customers leave on the way.
std::vector<std::vector<double>> base_starts(const detail::OrderTotals& sum) {
  const double rate = sum.orders_a_customer();  // orders in a mean age
  const auto start = [&](double r, double raised, double a, double b) {
    return std::vector<double>{std::log(r), std::log(r / (raised * rate)), std::log(a),
                               std::log(b)};
  };
  return {{0.0, 0.0, 0.0, 0.0},
          start(0.25, 1.5, 0.8, 2.5),
          start(2.0, 2.0, 0.3, 3.0),
          start(0.7, 1.2, 2.0, 20.0)};
}

}  // namespace

BgNbdFit fit_bg_nbd(const Execution& execution, const RecencyFrequency& data,
                    const BgNbdOptions& options) {
  const RecencyFrequency rows = compress(data);
  const detail::OrderTotals sum = detail::check_order_data("BG/NBD", options, rows);
  const double scale = sum.mean_age();
  detail::OrderProblem problem;
  problem.model = "BG/NBD";
  problem.names = {"r", "alpha", "a", "b"};
  problem.scales = {1.0, scale, 1.0, 1.0};
  problem.starts = base_starts(sum);
  problem.constant = -sum.repeat_orders * std::log(scale);
  problem.likelihood = [&](const RecencyFrequency& some) -> detail::TotalLikelihood {
    const auto likelihood = std::make_shared<const detail::BgFamilyLikelihood>(some, scale);
    return [likelihood](const Execution& how, std::span<const double> theta) {
      return likelihood->evaluate(how, theta);
    };
  };
  const detail::Maximum best = detail::fit_orders(execution, problem, rows, options);

  BgNbdFit fit;
  const std::vector<double> v = detail::natural_parameters(best, problem.scales);
  const std::vector<double> e = detail::standard_errors(best, problem.scales);
  fit.parameters = {v[0], v[1], v[2], v[3]};
  fit.standard_errors = {e[0], e[1], e[2], e[3]};
  detail::finish_fit(best, sum.customers, fit);
  return fit;
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
