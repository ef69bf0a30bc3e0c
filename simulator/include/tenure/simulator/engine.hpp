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
/// Replication r counts towards batch r mod kFlowBatches of the flows: error bars of what has to be
/// followed over time without a curve for every run.
inline constexpr std::size_t kFlowBatches = 16;

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
  std::string caveat;                     ///< optional: what the model rests on beside the log

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
  Money cost = 0;    ///< of levers: build, monthly, contacts, redemptions, benefits, referrals
  Money discounted_margin = 0;
  Money discounted_cost = 0;
  std::int64_t active = 0;  ///< customers who have not left by the horizon: latent, for checks
  /// Customers followed for kRetentionWindowDays whose last order in that time lies more than
  /// kRetentionDays[i] days after their first.
  std::array<std::int64_t, 4> retained{};
  std::int64_t customers = 0;  ///< all who were there: of day 0, won and brought
  std::int64_t followed = 0;   ///< new ones whose first order is two years before the end
  std::int64_t returns = 0;    ///< orders that came back; among `orders`, without revenue
  std::int64_t complaints = 0;
  std::int64_t unsubscribed = 0;
  std::int64_t reactivated = 0;  ///< customers who had left and were brought back: latent
  std::int64_t brought = 0;      ///< customers who came by referral
  Money acquisition_cost = 0;    ///< of customers won; no cost of levers
  Money discounted_acquisition_cost = 0;
  std::int64_t stopped = 0;   ///< 1: the levers were stopped
  std::int64_t redesign = 0;  ///< 1: the strategy was marked for redesign
  /// Customers with an order after their first (today's customers: with an order) by the horizon.
  std::int64_t repurchased = 0;
  std::int64_t participants = 0;  ///< customers who answered at least one contact
  /// By Channel; a standing lever makes no contact.
  std::array<std::int64_t, kChannels> channel_contacts{};
  std::array<std::int64_t, kChannels> channel_responses{};

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

/// Sums of one strategy, month, region and tier over all outer draws and replications. An event
/// counts under the tier its customer was in just before; a first order under new.
struct CubeCell {
  std::int64_t customers = 0;  ///< in the tier at the month's end, which may be the horizon
  std::int64_t orders = 0;
  Money revenue = 0;
  Money margin = 0;
  Money cost = 0;  ///< contacts, redemptions, benefits, referrals; not build and monthly costs
  std::int64_t contacts = 0;
  std::int64_t complaints = 0;

  CubeCell& operator+=(const CubeCell& other) noexcept;
  friend bool operator==(const CubeCell&, const CubeCell&) = default;
};
/// Tiers of the cube: customers::Tier without none.
inline constexpr std::size_t kCubeTiers = 6;

/// Discounted sums of one strategy and day (or month) over runs.
struct DayTotals {
  Money margin = 0;  ///< less what customers cost to win
  Money cost = 0;

  DayTotals& operator+=(const DayTotals& other) noexcept;
  friend bool operator==(const DayTotals&, const DayTotals&) = default;
};

/// Sums of one strategy and region over all outer draws and replications, as in Totals.
struct RegionRetention {
  std::int64_t followed = 0;
  std::array<std::int64_t, 4> retained{};

  RegionRetention& operator+=(const RegionRetention& other) noexcept;
  friend bool operator==(const RegionRetention&, const RegionRetention&) = default;
};

/// What simulate() counted. Integers only: the same bytes at any number of threads. Strategy 0 is
/// the baseline; strategy s is Scenario::strategies[s - 1].
struct Outcome {
  std::vector<std::string> strategy_names;  ///< "baseline" first
  std::vector<std::string> lever_names;     ///< as in Scenario::levers
  std::string currency;
  double gross_margin = 0.0;
  double horizon_days = 0.0;
  std::uint64_t customers = 0;  ///< of day 0
  std::uint32_t parameter_draws = 0;
  std::uint32_t replications = 0;
  bool uncertain = false;     ///< the outer draws differ
  bool new_customers = true;  ///< false: today's customers from a store
  std::string caveat;         ///< ExistingCustomers::caveat
  std::size_t months = 0;
  std::size_t days = 0;
  std::uint64_t events = 0;  ///< orders and contacts over everything simulated

  std::vector<Totals> totals;              ///< strategies x draws x replications
  std::vector<LeverTotals> lever_totals;   ///< strategies x draws x replications x levers
  std::vector<MonthTotals> month_totals;   ///< strategies x months; the sums of the two below
  std::vector<std::string> region_names;   ///< an empty last one: customers of unknown region
  std::vector<CubeCell> cube;              ///< strategies x months x regions x kCubeTiers
  std::vector<RegionRetention> retention;  ///< strategies x regions
  std::vector<Money> lever_months;         ///< strategies x levers x months: cost
  std::vector<DayTotals> day_totals;       ///< strategies x days
  std::vector<DayTotals> draw_flows;       ///< strategies x draws x months, over replications
  std::vector<DayTotals> batch_flows;      ///< strategies x kFlowBatches x months, over draws

  std::size_t strategies() const noexcept { return strategy_names.size(); }
  /// Of each strategy.
  std::size_t runs() const noexcept { return std::size_t{parameter_draws} * replications; }
  const Totals& at(std::size_t strategy, std::size_t draw, std::size_t replication) const noexcept {
    return totals[(strategy * parameter_draws + draw) * replications + replication];
  }
  std::span<const LeverTotals> levers_at(std::size_t strategy, std::size_t draw,
                                         std::size_t replication) const noexcept {
    const std::size_t cell = (strategy * parameter_draws + draw) * replications + replication;
    return std::span(lever_totals).subspan(cell * lever_names.size(), lever_names.size());
  }
};

/// Sums over the runs of what every strategy's levers cost: strategies x levers.
std::vector<Money> lever_costs(const Outcome& outcome);

/// Simulates the scenario's new customers under the baseline and every strategy. Customer c of
/// replication r and outer draw p meets the same random numbers under every strategy.
/// @throws ArgumentError (the scenario is out of range, or is from_store), Cancelled.
Outcome simulate(const Execution& execution, const Scenario& scenario);

/// Simulates today's customers, each from its own posterior; the scenario must be from_store.
/// @throws ArgumentError, Cancelled.
Outcome simulate(const Execution& execution, const Scenario& scenario,
                 const ExistingCustomers& existing);

}  // namespace tenure::simulator
