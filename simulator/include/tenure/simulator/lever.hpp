#pragma once

#include <tenure/customers/tiers.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

/// A retention lever: what sets it off, whom it reaches, what it costs, what it does.
namespace tenure::simulator {

/// A day of every year.
struct MonthDay {
  std::uint8_t month = 1;
  std::uint8_t day = 1;
  friend bool operator==(const MonthDay&, const MonthDay&) = default;
};

enum class TriggerKind : std::uint8_t {
  kIdle = 0,      ///< `days_idle` days without an order; on day 0 for who was idle longer before
  kOrder = 1,     ///< `delay_days` after order number `order`, or after every order where that is 0
  kTier = 2,      ///< a tier is entered
  kGap = 3,       ///< an order after which the last two gaps are churn-warning ones
  kRisk = 4,      ///< every `every_days`: the share `quantile` of eligible customers at most risk
  kCalendar = 5,  ///< on days of the year
  kWeekly = 6,    ///< every `every_days` from `from_day` on
  kAlways = 7,    ///< standing: no contact, every eligible customer from `from_day` on
};
/// "idle", "order", "tier", "gap", "risk", "calendar", "weekly", "always".
std::string_view to_string(TriggerKind kind) noexcept;

struct TriggerSpec {
  double days_idle = 0.0;
  double repeat_days = 0.0;  ///< pause between the contacts of one idle spell, where max_times > 1
  std::uint32_t max_times = 1;  ///< contacts in one idle spell, 1 to 255
  /// No contact to a customer idle for longer than this, whatever the kind.
  double max_days_idle = std::numeric_limits<double>::infinity();
  TriggerKind kind = TriggerKind::kIdle;
  std::uint32_t order = 0;
  double delay_days = 0.0;
  customers::Tier tier = customers::Tier::kNone;
  double quantile = 0.0;
  double every_days = 7.0;
  double from_day = 0.0;
  std::vector<MonthDay> days{};
};

/// How a contact reaches a customer. Who has unsubscribed is reached on site alone.
enum class Channel : std::uint8_t { kEmail, kPush, kSms, kCall, kPost, kOnsite };
inline constexpr std::size_t kChannels = 6;
/// "email", "push", "sms", "call", "post", "onsite".
std::string_view to_string(Channel channel) noexcept;

/// In currency units, none negative.
struct CostSpec {
  double build = 0.0;       ///< once, on day 0
  double monthly = 0.0;     ///< at the start of every month of 365 / 12 days
  double contact = 0.0;     ///< each contact, answered or not
  double redemption = 0.0;  ///< with the first order after a response
  /// Share of that order's value given back on top, 0 to 1: "10 % off" is 0.1.
  double redemption_share = 0.0;
  /// Most that redemption_share gives back on one order; what a budget sets aside.
  double redemption_max = std::numeric_limits<double>::infinity();
  double order_share = 0.0;  ///< of every order after a response: a standing benefit
};

/// A response at time s changes a multiplier's value at t >= s to
/// 1 + (m - 1) 2^(-(t - s) / half_life_days). A lever's next response replaces its last; the
/// excesses m - 1 of different levers add. An effect whose excess is under 2^-10 of its first is
/// over.
struct EffectSpec {
  double rate = 1.0;     ///< of the order rate
  double dropout = 1.0;  ///< of the probability (pareto-nbd: rate) to leave
  double basket = 1.0;   ///< of an order's value
  double half_life_days = std::numeric_limits<double>::infinity();
  /// Standard errors of the logarithm of each multiplier, for the outer draws.
  double rate_log_se = 0.0;
  double dropout_log_se = 0.0;
  double basket_log_se = 0.0;
  double returns = 1.0;  ///< of the share of orders that come back
  double returns_log_se = 0.0;
  /// Of one_time_share, for a contact at the first order itself.
  double first_loss = 1.0;
  double first_loss_log_se = 0.0;
  double reactivation = 0.0;  ///< probability that a customer who has left comes back on response
  double acquisition = 1.0;   ///< of the number of new customers a month; standing levers only
  double acquisition_log_se = 0.0;
  double acquisition_cost = 1.0;  ///< of the cost of a new customer; standing levers only
};

/// One contact of a ladder, `after_days` after the lever is set off, unless an order comes first.
struct StepSpec {
  double after_days = 0.0;
  Channel channel = Channel::kEmail;
  double contact = 0.0;  ///< cost
  double uptake = 1.0;
};

/// A level of a membership: the last one whose conditions a member meets holds.
struct LevelSpec {
  std::string name;
  std::uint32_t min_orders = 0;  ///< ever placed
  double min_spend = 0.0;        ///< since the start, currency units
  double discount = 0.0;         ///< share of each order given back
  double rate = 1.0;             ///< multipliers, on top of the lever's effect
  double dropout = 1.0;
  double basket = 1.0;
};

/// A share of an order's value earned as points, spent with the next order.
struct PointsSpec {
  double earn = 0.0;
  double decay = 0.0;  ///< share lost in a month of 365 / 12 days without an order
};

/// Each order of a customer who has responded brings Poisson(rate) new customers of the same
/// region, whose first order comes at the next weekly barrier.
struct ReferralSpec {
  double rate = 0.0;
  double cost = 0.0;                 ///< of each new customer
  std::uint32_t max_generation = 1;  ///< 1: customers who were brought bring nobody; up to 3
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
  Channel channel = Channel::kEmail;
  std::vector<customers::Tier> tiers{};  ///< eligible at the contact; empty means all
  std::uint32_t min_orders = 0;          ///< ever placed, to be eligible
  std::string members_of{};              ///< only who has responded to this lever; empty for all
  std::vector<std::string> excludes{};   ///< levers whose contact rules out one of this for a time
  double exclusion_days = 0.0;           ///< that time
  double capacity_per_week = 0.0;        ///< contacts of all customers; 0 for no limit
  std::vector<StepSpec> steps{};         ///< instead of repeat_days and max_times
  std::vector<LevelSpec> levels{};
  PointsSpec points{};
  ReferralSpec referral{};

  bool uncertain() const noexcept;
};

}  // namespace tenure::simulator
