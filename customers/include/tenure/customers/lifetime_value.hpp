#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/random.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/gamma_gamma.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

/// What each customer is still worth: expected orders and lifetime value over a horizon, with
/// predictive intervals, for a million customers in seconds.
namespace tenure::customers {

/// What the forecast asks of a model of orders. Times in the model's units; (x, t_x, T) as in
/// RecencyFrequency. Functions must be safe to call from several threads.
struct OrderModel {
  std::string name;            ///< "bg-nbd"
  double days_per_unit = 7.0;  ///< of the data it was fitted to
  /// What comes depends on t_x even for a customer known to be alive at T. Where it does not (the
  /// BG/NBD family), customers who share (x, T) share the costly part of the work.
  bool needs_recency = false;
  std::function<double(double x, double t_x, double T)> p_alive;
  /// Orders in (T, T + t] of a customer who is alive at T.
  std::function<double(double x, double t_x, double T, double t)> expected_if_alive;
  /// One draw of those orders, under parameter draw `draw` (any number: parameters repeat), a whole
  /// number.
  std::function<double(RandomStream& stream, std::size_t draw, double x, double t_x, double T,
                       double t)>
      draw_if_alive;
};

/// Draws of the parameters that a forecast uses at least once: logarithms are normal with the fit's
/// covariance, held within 5 of the estimate where the data say next to nothing.
struct ParameterDraws {
  std::uint64_t seed = 0;
  std::size_t count = 200;  ///< >= 1
};

/// @throws ArgumentError where a parameter is not finite and positive, count is 0, or the
/// covariance is not finite.
OrderModel order_model(const BgNbdFit& fit, double days_per_unit, const ParameterDraws& draws = {});

struct ForecastOptions {
  double horizon_days = 365.0;  ///< > 0
  double gross_margin = 1.0;    ///< 0 to 1, share of revenue
  double discount_rate = 0.0;   ///< a year, >= 0: an order after d days counts (1 + rate)^(-d/365)
  int draws = 200;              ///< futures a history, 10 to 100,000
  double level = 0.95;          ///< of the intervals, 0 < level < 1

  /// @throws ArgumentError naming the first option out of its range.
  void validate() const;
};

struct PredictiveInterval {
  double low = 0.0;
  double high = 0.0;
};

/// Value of a customer's orders within the horizon, discounted, with margin, in currency units.
struct ValueForecast {
  double expected = 0.0;
  PredictiveInterval interval;
};

struct CustomerForecast {
  double p_alive = 0.0;
  double expected_orders = 0.0;  ///< at the estimates
  /// Of the number of orders that will come: equal tails of its predictive distribution.
  PredictiveInterval orders;
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
/// change nothing.
/// @throws ArgumentError (options, a summary at fault, models in other units), NumericalError where
/// the model gives a value that is not finite, Cancelled.
std::vector<CustomerForecast> forecast_customers(const Execution& execution,
                                                 const CalibrationSummary& summary,
                                                 const OrderModel& orders,
                                                 const std::optional<GammaGammaFit>& spend,
                                                 const ForecastOptions& options = {});

}  // namespace tenure::customers
