#pragma once

#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/gamma_gamma.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What is simulated: a population, levers, strategies. docs/SIMULATOR.md lists the TOML keys.
namespace tenure::simulator {

/// Levers a strategy may hold: a customer's state has room for the effects of so many.
inline constexpr std::size_t kMaxStrategyLevers = 10;

/// A lifetime and spend model with what is not known about it.
struct LifetimeModel {
  customers::BgNbdParameters orders;
  customers::GammaGammaParameters spend;
  double days_per_unit = 7.0;  ///< time unit of orders.alpha
  /// Covariances of (log r, log alpha, log a, log b) and (log p, log q, log gamma), row-major,
  /// positive semidefinite; zero where the parameters are taken as known.
  std::array<double, 16> orders_log_covariance{};
  std::array<double, 9> spend_log_covariance{};

  bool uncertain() const noexcept;
};

struct RegionSpec {
  std::string name;
  double share = 1.0;  ///< of the population's customers; all regions add up to 1
  LifetimeModel model;
};

struct Population {
  /// Today's customers, handed to simulate(); otherwise new ones that place their first order on
  /// day 0.
  bool from_store = false;
  std::uint64_t customers = 0;      ///< new customers only
  std::vector<RegionSpec> regions;  ///< new customers only, at least one
};

/// Fires when a customer has been without an order for `days_idle` days; on day 0 for one who was
/// idle longer before the start.
struct TriggerSpec {
  double days_idle = 0.0;
  double repeat_days = 0.0;  ///< pause between the contacts of one idle spell, where max_times > 1
  std::uint32_t max_times = 1;  ///< contacts in one idle spell, 1 to 255
  /// No contact to a customer idle for longer than this.
  double max_days_idle = std::numeric_limits<double>::infinity();
};

/// In currency units, none negative.
struct CostSpec {
  double build = 0.0;       ///< once, on day 0
  double monthly = 0.0;     ///< at the start of every month of 365 / 12 days
  double contact = 0.0;     ///< each contact, answered or not
  double redemption = 0.0;  ///< with the first order after a response
  /// Share of that order's value given back on top, 0 to 1: "10 % off" is 0.1.
  double redemption_share = 0.0;
};

/// A response at time s changes a multiplier's value at t >= s to
/// 1 + (m - 1) 2^(-(t - s) / half_life_days). A lever's next response replaces its last; the
/// excesses m - 1 of different levers add.
struct EffectSpec {
  double rate = 1.0;     ///< of the order rate
  double dropout = 1.0;  ///< of the probability to leave after an order
  double basket = 1.0;   ///< of an order's value
  double half_life_days = std::numeric_limits<double>::infinity();
  /// Standard errors of the logarithm of each multiplier, for the outer draws.
  double rate_log_se = 0.0;
  double dropout_log_se = 0.0;
  double basket_log_se = 0.0;
};

struct LeverSpec {
  std::string name;
  TriggerSpec trigger;
  std::vector<std::string> regions;  ///< eligible regions; empty means all
  CostSpec cost;
  double uptake = 1.0;              ///< probability that an active customer responds to a contact
  double uptake_log_odds_se = 0.0;  ///< for the outer draws
  /// Days after a response within which the next order redeems it.
  double redemption_days = std::numeric_limits<double>::infinity();
  EffectSpec effect;

  bool uncertain() const noexcept;
};

struct StrategySpec {
  std::string name;
  std::vector<std::size_t> levers;  ///< indices into Scenario::levers, in the order given
};

struct Scenario {
  std::string currency;
  double gross_margin = 0.0;   ///< share of revenue left after the cost of goods, 0 to 1
  double discount_rate = 0.0;  ///< a year; money on day t is worth (1 + rate)^(-t / 365)
  double horizon_days = 0.0;
  /// Outer draws of what is uncertain; one draw means the stated values.
  std::uint32_t parameter_draws = 1;
  std::uint32_t replications = 1;  ///< inner runs of the whole population for each draw
  Population population;
  std::vector<LeverSpec> levers;
  std::vector<StrategySpec> strategies;  ///< the baseline, without levers, is always there besides

  /// True where the draws differ: more than one, and something to draw.
  bool uncertain() const noexcept;
  /// @throws ArgumentError naming the first field out of range.
  void validate() const;
};

/// Reads and checks a scenario file.
/// @throws DataError with the line of the mistake: not TOML, unknown key, wrong type, missing key,
/// value out of range, unknown lever or region, duplicate names, no strategy.
Scenario read_scenario(const std::string& path);
/// From memory; `path` names the text in messages.
Scenario parse_scenario(std::string_view text, const std::string& path);

}  // namespace tenure::simulator
