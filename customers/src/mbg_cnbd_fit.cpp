#include "bg_family_likelihood.hpp"
#include "checks.hpp"
#include "order_fit.hpp"
#include "order_problem.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/mbg_cnbd.hpp>

#include <array>
#include <cmath>
#include <string>

namespace tenure::customers {
namespace {

const char* title(int k) { return k == 1 ? "MBG/NBD" : "MBG/CNBD-k"; }

MbgCnbdFit fit_rows(const Execution& execution, const RecencyFrequency& rows, int k,
                    const FitOptions& options) {
  const detail::OrderTotals sum = detail::check_order_data(title(k), options, rows);
  detail::OrderProblem problem = detail::mbg_cnbd_problem(sum, k);
  problem.constant += detail::gap_constant(rows, k);
  const detail::Maximum best = detail::fit_orders(execution, problem, rows, options);
  return detail::make_fit<MbgCnbdFit>(best, problem, sum.customers, k);
}

void check_k(int k) {
  if (k < 1 || k > kLargestRegularity) {
    throw ArgumentError("MBG/CNBD-k: k must be 1 to " + std::to_string(kLargestRegularity));
  }
}

// The likelier one, but none that a prior holds where another does without.
bool better(const MbgCnbdFit& fit, const MbgCnbdFit& than) {
  const bool free = fit.prior_reason.empty();
  if (free != than.prior_reason.empty()) return free;
  return fit.log_likelihood > than.log_likelihood;
}

}  // namespace

MbgCnbdFit fit_mbg_nbd(const Execution& execution, const RecencyFrequency& data,
                       const FitOptions& options) {
  return fit_rows(execution, compress(data), 1, options);
}

MbgCnbdFit fit_mbg_cnbd(const Execution& execution, const RecencyFrequency& data, int k,
                        const FitOptions& options) {
  check_k(k);
  return fit_rows(execution, compress(data), k, options);
}

MbgCnbdSearch search_mbg_cnbd(const Execution& execution, const RecencyFrequency& data,
                              int largest_k, const FitOptions& options) {
  check_k(largest_k);
  const RecencyFrequency rows = compress(data);
  detail::gap_constant(rows, largest_k);
  MbgCnbdSearch search;
  std::optional<MbgCnbdFit> best;
  std::string fault;
  for (int k = 1; k <= largest_k; ++k) {
    try {
      const MbgCnbdFit fit = fit_rows(execution, rows, k, options);
      search.log_likelihood.emplace_back(fit.log_likelihood);
      if (!best || better(fit, *best)) best = fit;
    } catch (const NumericalError& error) {
      if (fault.empty()) fault = error.what();
      search.log_likelihood.emplace_back(std::nullopt);
    }
  }
  if (!best) throw NumericalError(fault);
  search.best = *best;
  return search;
}

double mbg_cnbd_log_likelihood(const MbgCnbdParameters& p, const RecencyFrequency& data) {
  detail::check_parameters(p);
  Execution alone;
  alone.threads = 1;
  const RecencyFrequency rows = compress(data);
  const std::array<double, 4> theta = {std::log(p.r), std::log(p.alpha), std::log(p.a),
                                       std::log(p.b)};
  const detail::BgFamilyLikelihood likelihood(rows, 1.0, {1, p.k});
  return detail::finite(likelihood.evaluate(alone, theta).value + detail::gap_constant(rows, p.k),
                        "MBG/CNBD-k log-likelihood");
}

}  // namespace tenure::customers
