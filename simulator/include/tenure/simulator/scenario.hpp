#pragma once

#include <tenure/customers/gamma_gamma.hpp>
#include <tenure/customers/tiers.hpp>
#include <tenure/simulator/index_spec.hpp>
#include <tenure/simulator/lever.hpp>
#include <tenure/simulator/order_model.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// What is simulated: a population, levers, strategies. docs/SIMULATOR.md lists the TOML keys.
namespace tenure::simulator {

/// Levers a strategy may hold: a customer's state has room for the effects of so many.
inline constexpr std::size_t kMaxStrategyLevers = 10;
/// Contacts a customer's state remembers: what the frequency cap and exclusions look back on.
inline constexpr std::size_t kRememberedContacts = 4;

struct RegionSpec {
  std::string name;
  double share = 1.0;  ///< of the population's customers; all regions add up to 1
  LifetimeModel model;
  double return_share = 0.0;  ///< of orders that come back: their money is reversed
};

/// New customers won month by month, with their first order on an evenly spread day.
struct AcquisitionSpec {
  std::string region;        ///< may be empty for customers of a store: of unknown region
  double per_month = 0.0;    ///< in the first month; months of 365 / 12 days
  double growth = 0.0;       ///< of that number a year
  bool poisson = false;      ///< the number of a month is drawn; else rounded, nothing lost
  double cost = 0.0;         ///< of one customer, currency units
  double cost_growth = 0.0;  ///< of that cost a year
  /// The cost of a customer is multiplied by (customers of the month / per_month)^cost_elasticity.
  double cost_elasticity = 0.0;
  double from_day = 0.0;
  double to_day = std::numeric_limits<double>::infinity();
};

struct Population {
  /// Today's customers, handed to simulate(); otherwise new ones that place their first order on
  /// day 0.
  bool from_store = false;
  std::uint64_t customers = 0;      ///< new customers of day 0
  std::vector<RegionSpec> regions;  ///< new customers only, at least one
  std::vector<AcquisitionSpec> acquisition{};
  double return_share = 0.0;  ///< of orders of today's customers
};

/// From a day of the year to another, both included; the turn of the year may lie between.
struct HolidaySpec {
  MonthDay from;
  MonthDay to;
  double factor = 1.0;
};

/// Multiplies the order rate of its regions by month and on holidays. Contracts take no season.
struct SeasonSpec {
  std::vector<std::string> regions;  ///< empty means all
  std::array<double, 12> months = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};
  std::vector<HolidaySpec> holidays;
};

/// What too many contacts do. Each contact adds 1 to a customer's fatigue, which halves in
/// half_life_days. With fatigue f before a contact, its uptake is multiplied by exp(-response f)
/// and it is complained about with probability complaint x f.
struct FatigueSpec {
  double half_life_days = 14.0;
  double response = 0.0;
  double complaint = 0.0;
  double unsubscribe = 0.0;        ///< probability that a complaint ends all direct contacts
  double dropout = 1.0;            ///< multiplier of leaving for who has complained, for ever
  std::uint32_t cap_contacts = 0;  ///< at most so many contacts in cap_days; 0 for no cap
  double cap_days = 0.0;

  bool active() const noexcept { return response > 0.0 || complaint > 0.0 || cap_contacts > 0; }
};

/// A stretch of a strategy's budget.
struct PhaseSpec {
  double from_day = 0.0;
  double to_day = std::numeric_limits<double>::infinity();
  double budget = 0.0;  ///< currency units
  /// Lever (index into Scenario::levers) and its share of the budget. Levers without a share use
  /// what the shares leave.
  std::vector<std::pair<std::size_t, double>> shares{};
};

struct StrategySpec {
  std::string name;
  std::vector<std::size_t> levers;  ///< indices into Scenario::levers, in the order of priority
  std::vector<PhaseSpec> phases{};  ///< in order of time; empty: money is no limit
  /// Judged monthly from judge_after_days on by the return so far, (margin - baseline's margin) /
  /// cost, as a hold-out group shows it: under stop_below the levers stop, under redesign_below the
  /// strategy is marked. 0 for never.
  double stop_below = 0.0;
  double redesign_below = 0.0;
  double judge_after_days = 365.0;
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
  /// Day 0 as days since 1970-01-01: for seasons and calendar triggers.
  std::optional<std::int64_t> start_day{};
  std::vector<SeasonSpec> seasons{};
  FatigueSpec fatigue{};
  double return_cost = 0.0;  ///< of handling an order that comes back, off the margin
  DropoutTests dropout_tests = DropoutTests::kOrders;
  IndexSpec index{};

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
