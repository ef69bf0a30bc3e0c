#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/customers/fit_report.hpp>
#include <tenure/customers/interval.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <optional>
#include <vector>

/// What each customer is still worth: expected orders and lifetime value over a horizon, with
/// predictive intervals, for a million customers in seconds.
namespace tenure::customers {

struct ForecastOptions {
  double horizon_days = 365.0;  ///< > 0
  double gross_margin = 1.0;    ///< 0 to 1, share of revenue
  double discount_rate = 0.0;   ///< a year, >= 0: an order after d days counts (1 + rate)^(-d/365)
  int draws = 200;              ///< futures a history, 10 to 100,000
  double level = 0.95;          ///< of the intervals, 0 < level < 1

  /// @throws ArgumentError naming the first option out of its range.
  void validate() const;
};

/// Value of a customer's orders within the horizon, discounted, with margin, in currency units.
struct ValueForecast {
  double expected = 0.0;
  Interval interval;
};

struct CustomerForecast {
  double p_alive = 0.0;
  double expected_orders = 0.0;  ///< at the estimates
  /// Of the number of orders that will come: equal tails of its predictive distribution.
  Interval orders;
  /// Empty without a spend model, and where its mean is infinite (p x + q <= 1).
  std::optional<ValueForecast> value;
};

/// One forecast a row of the summary.
///
/// The expected value is p_alive x E[orders discounted | alive] x E[value of an order] x margin at
/// the estimates; discounting takes the middle of steps of about a month (24 at most).
///
/// Intervals hold both what is not known of the parameters and what is left to chance. For each
/// distinct history, `draws` futures of a customer who is alive: parameters from the fit's
/// covariance, the customer from its exact posterior, its orders, and its spend from the
/// Gamma-Gamma posterior; being alive enters by its probability at the estimates. The quantiles of
/// a single customer thus have Monte-Carlo error themselves, and an interval need not hold the
/// expectation: one that is probably gone has [0, 0].
/// Draws are keyed by history, so that equal histories have equal forecasts and other customers
/// change nothing. A history is (x, T) and the number of orders with spend: t_x tells p_alive
/// alone, but in models that say needs_recency() (MBG/CNBD-k with k > 1), where few customers share
/// one. `orders` is the fit of an order model in continuous time without covariates, `spend` of
/// Gamma-Gamma.
/// @throws ArgumentError (options, a summary at fault, models in other units, reports),
/// NumericalError where the model gives a value that is not finite, Cancelled.
std::vector<CustomerForecast> forecast_customers(const Execution& execution,
                                                 const CalibrationSummary& summary,
                                                 const FitReport& orders,
                                                 const std::optional<FitReport>& spend,
                                                 const ForecastOptions& options = {});

}  // namespace tenure::customers
