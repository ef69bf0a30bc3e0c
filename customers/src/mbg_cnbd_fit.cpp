#include "bg_family_likelihood.hpp"
#include "checks.hpp"
#include "order_fit.hpp"
#include "special_functions.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/mbg_cnbd.hpp>

#include <array>
#include <cmath>
#include <memory>
#include <string>

namespace tenure::customers {
namespace {

const char* title(int k) { return k == 1 ? "MBG/NBD" : "MBG/CNBD-k"; }

// As BG/NBD's, with k ticks an order and fewer dropouts a test, since there is one test more.
std::vector<std::vector<double>> base_starts(const detail::OrderTotals& sum, int k) {
  const double rate = k * sum.orders_a_customer();
  const auto start = [&](double r, double raised, double a, double b) {
    return std::vector<double>{std::log(r), std::log(r / (raised * rate)), std::log(a),
                               std::log(b)};
  };
  return {start(0.5, 2.0, 0.8, 1.5), start(0.25, 1.5, 0.8, 2.5), start(2.0, 2.0, 0.3, 3.0),
          start(1.0, 1.2, 2.0, 10.0)};
}

// The density of the gaps beside the likelihood of (x, t_x, T): product of gap^(k - 1) / (k - 1)!.
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
  return (k - 1) * log_gaps - orders * detail::log_gamma(k);
}

MbgCnbdFit fit_rows(const Execution& execution, const RecencyFrequency& rows, int k,
                    const FitOptions& options) {
  const detail::OrderTotals sum = detail::check_order_data(title(k), options, rows);
  const double scale = sum.mean_age();
  const detail::BgVariant variant{1, k};
  detail::OrderProblem problem;
  problem.model = title(k);
  problem.names = {"r", "alpha", "a", "b"};
  problem.scales = {1.0, scale, 1.0, 1.0};
  problem.starts = base_starts(sum, k);
  // Scaled time takes k x powers out of a customer's likelihood: x of its density, (k - 1) x of the
  // gaps.
  problem.constant = gap_constant(rows, k) - k * sum.repeat_orders * std::log(scale);
  problem.likelihood = [&](const RecencyFrequency& some) -> detail::TotalLikelihood {
    const auto likelihood =
        std::make_shared<const detail::BgFamilyLikelihood>(some, scale, variant);
    return [likelihood](const Execution& how, std::span<const double> theta) {
      return likelihood->evaluate(how, theta);
    };
  };
  const detail::Maximum best = detail::fit_orders(execution, problem, rows, options);
  MbgCnbdFit fit;
  const std::vector<double> v = detail::natural_parameters(best, problem.scales);
  const std::vector<double> e = detail::standard_errors(best, problem.scales);
  fit.parameters = {v[0], v[1], v[2], v[3], k};
  fit.standard_errors = {e[0], e[1], e[2], e[3], k};
  detail::finish_fit(best, sum.customers, fit);
  return fit;
}

void check_k(int k) {
  if (k < 1 || k > kLargestRegularity) {
    throw ArgumentError("MBG/CNBD-k: k must be 1 to " + std::to_string(kLargestRegularity));
  }
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
  gap_constant(rows, largest_k);
  MbgCnbdSearch search;
  std::optional<MbgCnbdFit> best;
  std::string fault;
  for (int k = 1; k <= largest_k; ++k) {
    try {
      const MbgCnbdFit fit = fit_rows(execution, rows, k, options);
      search.log_likelihood.emplace_back(fit.log_likelihood);
      if (!best || fit.log_likelihood > best->log_likelihood) best = fit;
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
  return detail::finite(likelihood.evaluate(alone, theta).value + gap_constant(rows, p.k),
                        "MBG/CNBD-k log-likelihood");
}

}  // namespace tenure::customers
