#pragma once

#include "draws/order_draw.hpp"
#include "engine/season.hpp"
#include "levers/observable.hpp"
#include "levers/spell.hpp"

#include <tenure/core/execution.hpp>
#include <tenure/core/money.hpp>
#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/scenario.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

/// A scenario made ready for the event loop: one outer draw's parameters, times in days, money in
/// micro-units.
namespace tenure::simulator {

/// What a lever multiplies.
enum Effect : std::size_t { kRate = 0, kDropout = 1, kBasket = 2, kReturns = 3, kEffects = 4 };

struct PlannedLevel {
  std::uint32_t min_orders = 0;
  float min_spend = 0.0F;
  double discount = 0.0;
  std::array<double, kEffects> excess{};
};

inline constexpr std::size_t kMaxSteps = 16;  // of a ladder

/// One contact of a lever's schedule.
struct PlannedStep {
  double after_days = 0.0;
  double uptake = 0.0;
  Money contact_cost = 0;
  bool direct = true;  ///< does not reach who has unsubscribed
  std::uint8_t channel = 0;
  std::uint32_t uptake_words = 0;  ///< values of unit_uniform, of 2^24, that are under uptake
};

/// A lever as a strategy uses it. What bits and positions stand for are levers of the strategy.
struct PlannedLever {
  std::size_t index = 0;  ///< into Scenario::levers: keys the random numbers of its contacts
  TriggerKind kind = TriggerKind::kIdle;
  double wait = 0.0;  ///< days_idle or delay_days
  double repeat_days = 0.0;
  double per_repeat = 0.0;  ///< 1 / repeat_days
  unsigned max_times = 1;
  double max_days_idle = 0.0;
  std::uint32_t order = 0;
  customers::Tier tier = customers::Tier::kNone;
  double every_days = 0.0;
  double per_every = 0.0;  ///< 1 / every_days
  double from_day = 0.0;
  double quantile = 0.0;
  std::vector<double> days;            ///< calendar
  std::vector<PlannedStep> steps;      ///< one, or a ladder
  std::vector<std::uint8_t> eligible;  ///< by region code
  std::uint8_t tiers = 0xFF;           ///< bit per eligible tier
  std::uint32_t min_orders = 0;
  std::uint16_t members_of = 0;  ///< bit of the lever that must have been answered, or 0
  std::uint16_t excludes = 0;    ///< bits
  double exclusion_days = 0.0;
  std::uint64_t capacity = 0;  ///< contacts a week; 0 for no limit
  bool limited = false;        ///< asks at barriers

  double redemption_days = 0.0;
  Money redemption_cost = 0;
  double redemption_share = 0.0;
  Money redemption_max = 0;
  double order_share = 0.0;
  Money set_aside_contact = 0;            ///< most that a contact costs
  Money set_aside_redemption = 0;         ///< most that its redemption costs
  std::array<double, kEffects> excess{};  ///< multiplier - 1 at the moment of a response
  double halvings = 0.0;                  ///< a day: 1 / half-life; 0 for ever
  double mean_life = 0.0;                 ///< days: half-life / ln 2
  double life = 0.0;                      ///< days after which the effect is over
  double first_loss = 1.0;
  double reactivation = 0.0;
  std::vector<PlannedLevel> levels;
  double points = 0.0;           ///< share of an order's value earned
  double points_halvings = 0.0;  ///< a day
  ReferralSpec referral;
  double acquisition = 1.0;
  double acquisition_cost = 1.0;

  /// Whether a contact may be answered, by a customer who is active or has left.
  bool may_answer(bool active) const noexcept {
    return active || reactivation > 0.0 || first_loss < 1.0;
  }
};

struct PlannedStrategy {
  std::vector<PlannedLever> levers;            ///< in order of priority
  std::array<std::uint16_t, kEffects> mask{};  ///< levers that change the effect
  std::uint16_t levels = 0;                    ///< levers with levels
  std::uint16_t benefits = 0;                  ///< levers with standing benefits
  std::uint16_t referrals = 0;
  std::uint16_t weekly = 0;          ///< weekly levers that ask at barriers, for all at once
  std::vector<std::uint16_t> reach;  ///< by region: levers for it that time or orders set off
  std::uint16_t lapses = 0;          ///< levers whose lapsed vouchers give money back to the budget
  bool remembers = false;            ///< contacts are remembered: fatigue, cap or exclusion
  bool coupled = false;              ///< customers meet at weekly barriers
  SpellTable spell;
};

/// Discount factor by day, linear within a day: within 1e-8 of (1 + rate)^(-t / 365) up to a rate
/// of 10 %.
class Discount {
 public:
  Discount(double rate, double horizon_days);
  double at(double day) const noexcept {
    const auto whole = static_cast<std::size_t>(day);
    const double low = factors_[whole];
    return low + (day - static_cast<double>(whole)) * (factors_[whole + 1] - low);
  }

 private:
  std::vector<double> factors_;
};

/// A model with the tables its customers are drawn from.
struct PlannedModel {
  LifetimeModel model;
  LatentTables latents;  ///< of new customers
  QuantileTable spend;   ///< Gamma(p, 1)
};

/// Everything an outer draw fixes.
struct PlannedDraw {
  std::vector<PlannedModel> models;         ///< by region; one for customers of a store
  std::vector<PlannedStrategy> strategies;  ///< the baseline first
};

/// Parameters of outer draw `draw`: the stated values where nothing is uncertain, else draws from
/// Purpose::kParameter, equal for every strategy.
PlannedDraw plan_draw(const Execution& execution, const Scenario& scenario,
                      const std::vector<LifetimeModel>& models,
                      const std::vector<std::string>& region_names, std::uint32_t draw);

/// True where customers of the strategy wait for each other at weekly barriers: it has a budget, a
/// limit to judge it by, or a lever with capacity, referral or a risk trigger.
bool couples_customers(const Scenario& scenario, const StrategySpec& strategy);

}  // namespace tenure::simulator
