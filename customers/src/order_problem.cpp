#include "order_problem.hpp"

#include "bg_family_likelihood.hpp"
#include "pareto_nbd_likelihood.hpp"
#include "special_functions.hpp"

#include <tenure/core/error.hpp>

#include <cmath>
#include <memory>

namespace tenure::customers::detail {
namespace {

using Start = std::vector<double>;

// The likelihood of a class with evaluate(), kept alive by the function that is returned.
template <class Likelihood>
TotalLikelihood owned(std::shared_ptr<const Likelihood> likelihood) {
  return [likelihood](const Execution& how, std::span<const double> theta) {
    return likelihood->evaluate(how, theta);
  };
}

OrderProblem bg_family_problem(const OrderTotals& totals, BgVariant variant,
                               std::string_view model) {
  const double scale = totals.mean_age();
  OrderProblem problem;
  problem.model = model;
  problem.names = {"r", "alpha", "a", "b"};
  problem.scales = {1.0, scale, 1.0, 1.0};
  problem.prior = {{1.0, 0.5}, {}, {1.0, 0.75}, {1.0, 1.5}};
  problem.constant = time_constant(totals, variant.k, scale);
  problem.likelihood = [scale, variant](const RecencyFrequency& rows) {
    return owned(std::make_shared<const BgFamilyLikelihood>(rows, scale, variant));
  };
  return problem;
}

// A start whose rate matches the mean order rate over the whole age, raised since customers leave
// on the way; the last two parameters are those of leaving.
Start start(double ticks_in_mean_age, double r, double raised, double third, double fourth) {
  return {std::log(r), std::log(r / (raised * ticks_in_mean_age)), std::log(third),
          std::log(fourth)};
}

}  // namespace

double time_constant(const OrderTotals& totals, int k, double scale) {
  return -k * totals.repeat_orders * std::log(scale);
}

double gap_constant(const RecencyFrequency& rows, int k) {
  if (k == 1) return 0.0;
  if (rows.log_gaps.empty()) {
    throw ArgumentError("MBG/CNBD-k: k > 1 needs the gaps between orders (log_gaps)");
  }
  double log_gaps = 0.0;
  double orders = 0.0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    log_gaps += rows.weight_of(i) * rows.log_gaps[i];
    orders += rows.weight_of(i) * rows.frequency[i];
  }
  return (k - 1) * log_gaps - orders * log_gamma(k);
}

OrderProblem bg_nbd_problem(const OrderTotals& totals) {
  OrderProblem problem = bg_family_problem(totals, {0, 1}, "BG/NBD");
  const double ticks = totals.orders_a_customer();
  problem.starts = {{0.0, 0.0, 0.0, 0.0},
                    start(ticks, 0.25, 1.5, 0.8, 2.5),
                    start(ticks, 2.0, 2.0, 0.3, 3.0),
                    start(ticks, 0.7, 1.2, 2.0, 20.0)};
  return problem;
}

OrderProblem mbg_cnbd_problem(const OrderTotals& totals, int k) {
  OrderProblem problem = bg_family_problem(totals, {1, k}, k == 1 ? "MBG/NBD" : "MBG/CNBD-k");
  const double ticks = k * totals.orders_a_customer();
  problem.starts = {start(ticks, 0.5, 2.0, 0.8, 1.5), start(ticks, 0.25, 1.5, 0.8, 2.5),
                    start(ticks, 2.0, 2.0, 0.3, 3.0), start(ticks, 1.0, 1.2, 2.0, 10.0)};
  return problem;
}

OrderProblem pareto_nbd_problem(const OrderTotals& totals) {
  const double scale = totals.mean_age();
  OrderProblem problem;
  problem.model = "Pareto/NBD";
  problem.names = {"r", "alpha", "s", "beta"};
  problem.scales = {1.0, scale, 1.0, scale};
  problem.prior = {{1.0, 0.5}, {}, {1.0, 0.5}, {1.0, 0.5}};
  problem.constant = time_constant(totals, 1, scale);
  const double ticks = totals.orders_a_customer();
  // Half of the customers are gone after a few tenths of a mean age to several.
  problem.starts = {start(ticks, 0.5, 1.5, 0.6, 0.4), start(ticks, 1.0, 1.2, 0.5, 1.5),
                    start(ticks, 2.0, 2.5, 1.0, 0.3), start(ticks, 0.3, 1.2, 2.0, 4.0)};
  problem.likelihood = [scale](const RecencyFrequency& rows) {
    return owned(std::make_shared<const ParetoNbdLikelihood>(rows, scale));
  };
  return problem;
}

OrderProblem order_problem(std::string_view kind, int k, const OrderTotals& totals) {
  if (kind == "bg-nbd") return bg_nbd_problem(totals);
  if (kind == "pareto-nbd") return pareto_nbd_problem(totals);
  if (kind == "mbg-nbd") return mbg_cnbd_problem(totals, 1);
  if (kind == "mbg-cnbd") return mbg_cnbd_problem(totals, k);
  throw ArgumentError("model '" + std::string(kind) + "' is not in continuous time");
}

}  // namespace tenure::customers::detail
