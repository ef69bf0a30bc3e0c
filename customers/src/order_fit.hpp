#pragma once

#include "maximum_likelihood.hpp"

#include <tenure/core/execution.hpp>
#include <tenure/customers/lifetime_fit.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <array>
#include <cmath>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What the fits of the order models share: scaling of time, a cheap way to the maximum.
namespace tenure::customers::detail {

/// Weighted sums that place the starting points and scale time.
struct OrderTotals {
  double customers = 0.0;
  double repeat_orders = 0.0;
  double age = 0.0;

  double mean_age() const { return age / customers; }
  double orders_a_customer() const { return repeat_orders / customers; }
};

OrderTotals order_totals(const RecencyFrequency& rows);

/// @throws ArgumentError (options, no customers), NumericalError (no repeat order, no time: neither
/// likelihood nor prior has a finite maximum). `model` for the message.
OrderTotals check_order_data(std::string_view model, const FitOptions& options,
                             const RecencyFrequency& rows);

/// A total log-likelihood and its derivatives at theta.
using TotalLikelihood = std::function<Derivatives(const Execution&, std::span<const double>)>;

struct OrderProblem {
  std::string_view model;
  std::vector<std::string> names;
  /// A parameter is scale x exp(theta), or for the last `coefficients` of them scale x theta.
  std::vector<double> scales;
  std::size_t coefficients = 0;
  std::vector<std::vector<double>> starts;  ///< theta
  std::vector<GammaPrior> prior;            ///< of the parameters where FitOptions ask for one
  double constant = 0.0;                    ///< added to the log-likelihood
  /// The likelihood of these rows (all the data, or a coarser copy of it).
  std::function<TotalLikelihood(const RecencyFrequency& rows)> likelihood;
};

/// `rows` as compress() returns it. Where they are many, every start first climbs on a coarse copy
/// of the data; the distinct summits found there are then the starts on all of it, together with
/// any start that found none.
/// @throws as maximize().
Maximum fit_orders(const Execution& execution, const OrderProblem& problem,
                   const RecencyFrequency& rows, const FitOptions& options);

/// Neighbouring rows with the same x are put together until about `rows` are left; times are means.
RecencyFrequency coarsen(const RecencyFrequency& data, std::size_t rows);

/// The parts of a fit that do not depend on the model.
template <class Fit>
void finish_fit(const Maximum& maximum, double customers, Fit& fit) {
  std::copy(maximum.covariance.begin(), maximum.covariance.end(), fit.log_covariance.begin());
  fit.log_likelihood = maximum.log_likelihood;
  fit.customers = static_cast<std::uint64_t>(std::llround(customers));
  fit.iterations = maximum.iterations;
  fit.prior_reason = maximum.prior_reason;
}

/// The fit of a model of four estimated parameters at its maximum; `rest` are those that were
/// given.
template <class Fit, class... Rest>
Fit make_fit(const Maximum& maximum, const OrderProblem& problem, double customers, Rest... rest) {
  const std::vector<double> v = natural_parameters(maximum, problem.scales);
  const std::vector<double> e = standard_errors(maximum, problem.scales);
  Fit fit;
  fit.parameters = {v[0], v[1], v[2], v[3], rest...};
  fit.standard_errors = {e[0], e[1], e[2], e[3], rest...};
  finish_fit(maximum, customers, fit);
  return fit;
}

}  // namespace tenure::customers::detail
