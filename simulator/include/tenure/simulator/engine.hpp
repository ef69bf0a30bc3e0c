#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/money.hpp>
#include <tenure/simulator/scenario.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace tenure::simulator {

/// Length of a month of the outcome, in days.
inline constexpr double kDaysPerMonth = 365.0 / 12.0;
/// Days at which retention is counted, in a window of two years after the first order.
inline constexpr std::array<int, 4> kRetentionDays = {30, 90, 180, 365};
inline constexpr double kRetentionWindowDays = 730.0;

/// Today's customers with the model fitted to them. Arrays of equal length, one row a customer.
struct ExistingCustomers {
  LifetimeModel model;            ///< one for all, with the fit's covariances
  std::vector<double> frequency;  ///< x: repeat orders
  std::vector<double> recency;    ///< t_x, in model time units
  std::vector<double> age;        ///< T, in model time units, at the start of the simulation
  /// Mean value of the repeat orders, in currency units; ignored where not positive or x = 0.
  std::vector<double> mean_value;
  /// Optional: repeat orders that mean_value is over, where not all of frequency.
  std::vector<double> spend_frequency;
  /// Optional: codes into region_names; customers::kNoRegion where unknown, which only levers for
  /// all regions reach.
  std::vector<std::uint32_t> region;
  std::vector<std::string> region_names;  ///< optional

  std::size_t size() const noexcept { return frequency.size(); }
  /// @throws ArgumentError naming the first fault.
  void validate() const;
};

/// Sums over the customers of one strategy, outer draw and replication. Money in micro-units.
struct Totals {
  std::int64_t orders = 0;  ///< a new customer's first included
  std::int64_t contacts = 0;
  std::int64_t responses = 0;
  std::int64_t redemptions = 0;
  Money revenue = 0;
  Money margin = 0;  ///< gross_margin x revenue, before the costs of levers
  Money cost = 0;    ///< of levers: build, monthly, contacts, redemptions
  Money discounted_margin = 0;
  Money discounted_cost = 0;
  std::int64_t active = 0;  ///< customers who have not left by the horizon: latent, for checks
  /// Customers whose last order within the window of kRetentionWindowDays lies more than
  /// kRetentionDays[i] days after day 0.
  std::array<std::int64_t, 4> retained{};

  Totals& operator+=(const Totals& other) noexcept;
  friend bool operator==(const Totals&, const Totals&) = default;
};

/// What one lever did in one strategy, outer draw and replication.
struct LeverTotals {
  std::int64_t contacts = 0;
  std::int64_t responses = 0;
  std::int64_t redemptions = 0;
  Money cost = 0;

  LeverTotals& operator+=(const LeverTotals& other) noexcept;
  friend bool operator==(const LeverTotals&, const LeverTotals&) = default;
};

/// Sums of one strategy and month over all outer draws and replications.
struct MonthTotals {
  std::int64_t orders = 0;
  std::int64_t contacts = 0;
  Money revenue = 0;
  Money margin = 0;
  Money cost = 0;

  MonthTotals& operator+=(const MonthTotals& other) noexcept;
  friend bool operator==(const MonthTotals&, const MonthTotals&) = default;
};

/// Discounted sums of one strategy and day over all outer draws and replications.
struct DayTotals {
  Money margin = 0;
  Money cost = 0;

  DayTotals& operator+=(const DayTotals& other) noexcept;
  friend bool operator==(const DayTotals&, const DayTotals&) = default;
};

/// What simulate() counted. Integers only: the same bytes at any number of threads. Strategy 0 is
/// the baseline; strategy s is Scenario::strategies[s - 1].
struct Outcome {
  std::vector<std::string> strategy_names;  ///< "baseline" first
  std::vector<std::string> lever_names;     ///< as in Scenario::levers
  std::string currency;
  double gross_margin = 0.0;
  double horizon_days = 0.0;
  std::uint64_t customers = 0;
  std::uint32_t parameter_draws = 0;
  std::uint32_t replications = 0;
  bool uncertain = false;     ///< the outer draws differ
  bool new_customers = true;  ///< false: today's customers from a store
  std::size_t months = 0;
  std::size_t days = 0;
  std::uint64_t events = 0;  ///< orders and contacts over everything simulated

  std::vector<Totals> totals;             ///< strategies x draws x replications
  std::vector<LeverTotals> lever_totals;  ///< strategies x draws x replications x levers
  std::vector<MonthTotals> month_totals;  ///< strategies x months
  std::vector<DayTotals> day_totals;      ///< strategies x days

  std::size_t strategies() const noexcept { return strategy_names.size(); }
  const Totals& at(std::size_t strategy, std::size_t draw, std::size_t replication) const noexcept {
    return totals[(strategy * parameter_draws + draw) * replications + replication];
  }
  std::span<const LeverTotals> levers_at(std::size_t strategy, std::size_t draw,
                                         std::size_t replication) const noexcept {
    const std::size_t cell = (strategy * parameter_draws + draw) * replications + replication;
    return std::span(lever_totals).subspan(cell * lever_names.size(), lever_names.size());
  }
};

/// Simulates the scenario's new customers under the baseline and every strategy. Customer c of
/// replication r and outer draw p meets the same random numbers under every strategy.
/// @throws ArgumentError (the scenario is out of range, or is from_store), Cancelled.
Outcome simulate(const Execution& execution, const Scenario& scenario);

/// Simulates today's customers, each from its own posterior; the scenario must be from_store.
/// @throws ArgumentError, Cancelled.
Outcome simulate(const Execution& execution, const Scenario& scenario,
                 const ExistingCustomers& existing);

}  // namespace tenure::simulator
