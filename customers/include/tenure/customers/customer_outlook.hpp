#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/random.hpp>
#include <tenure/customers/fit_report.hpp>
#include <tenure/customers/interval.hpp>

#include <optional>
#include <span>
#include <vector>

/// What is to be expected of a customer, and how well that is known.
namespace tenure::customers {

/// A draw of a fit's parameters from their estimated distribution: normal in the logarithms (in the
/// coefficients as they are) with the report's covariance. A parameter of which the data say next
/// to nothing is held within 5 of its estimate's logarithm; one without variance stays.
/// @throws ArgumentError (sizes), NumericalError (the covariance is none).
FitReport draw_parameters(RandomStream& stream, const FitReport& report);

/// One customer's history with its spend.
struct CustomerHistory {
  double frequency = 0.0;  ///< x
  double recency = 0.0;    ///< t_x
  double age = 0.0;        ///< T
  /// Repeat orders of positive value and their mean, for the spend model.
  double spend_frequency = 0.0;
  double mean_value = 0.0;
  std::vector<double> rate_covariates;     ///< where the fit has coefficients for them
  std::vector<double> dropout_covariates;  ///< too
};

struct OutlookOptions {
  double horizon = 52.0;  ///< model time units, > 0
  double discount = 0.0;  ///< a model time unit, > 0
  double margin = 1.0;    ///< share of an order's value that is earned, 0 to 1
  int draws = 400;        ///< of the parameters, >= 40; one future is drawn under each
};

/// Values are at the estimates; intervals go from the 2.5 % to the 97.5 % quantile of the draws.
/// Those named after the values hold what is not known of the
/// parameters; those of what happens (`orders`, `earned`) hold also who the customer is and chance.
struct CustomerOutlook {
  double p_alive = 0.0;
  Interval p_alive_interval;
  double expected_orders = 0.0;  ///< within the horizon
  Interval expected_orders_interval;
  Interval orders;                          ///< within the horizon, as they may turn out
  double discounted_residual_orders = 0.0;  ///< DERT, without a horizon
  Interval discounted_residual_orders_interval;
  /// margin x expected value of an order x DERT; empty without a spend model, or where that value
  /// is infinite.
  std::optional<double> lifetime_value;
  std::optional<Interval> lifetime_value_interval;
  /// Discounted margin of the orders within the horizon, as it may turn out; empty without a spend
  /// model.
  std::optional<Interval> earned;
};

/// `orders` is the fit of an order model, `spend` of Gamma-Gamma. Draw d uses the same parameters
/// for every customer, those of forecast_customers; keyed by execution.seed and the customer's
/// place in `customers`, in parallel over customers. Takes about 50 microseconds a draw and
/// customer, most of it DERT.
/// @throws ArgumentError (options, histories, reports), NumericalError, Cancelled.
std::vector<CustomerOutlook> customer_outlooks(const Execution& execution, const FitReport& orders,
                                               const std::optional<FitReport>& spend,
                                               std::span<const CustomerHistory> customers,
                                               const OutlookOptions& options);

}  // namespace tenure::customers
