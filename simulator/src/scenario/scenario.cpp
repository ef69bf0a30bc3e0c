#include "scenario/population_config.hpp"

#include <tenure/core/error.hpp>
#include <tenure/simulator/scenario.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace tenure::simulator {

namespace {

bool any(const auto& values) {
  return std::any_of(values.begin(), values.end(), [](double value) { return value != 0.0; });
}

bool in_range(double value, double low, double high) { return value >= low && value <= high; }

void require(bool ok, const std::string& message) {
  if (!ok) throw ArgumentError("scenario: " + message);
}

void validate_benefits(const LeverSpec& lever, const std::string& what) {
  require(lever.steps.size() <= 16 && lever.levels.size() <= 8,
          what + "at most 16 steps and 8 levels");
  for (const StepSpec& step : lever.steps) {
    require(step.after_days >= 0.0 && in_range(step.contact, 0.0, kMaxCost) &&
                in_range(step.uptake, 0.0, 1.0),
            what + "a step is out of range");
  }
  for (const LevelSpec& level : lever.levels) {
    require(in_range(level.discount, 0.0, 1.0) && in_range(level.rate, 0.0, kMaxMultiplier) &&
                in_range(level.dropout, 0.0, kMaxMultiplier) &&
                in_range(level.basket, 0.0, kMaxMultiplier) && level.min_spend >= 0.0,
            what + "a level is out of range");
  }
  require(in_range(lever.points.earn, 0.0, 1.0) && in_range(lever.points.decay, 0.0, 1.0),
          what + "points must be between 0 and 1");
  require(in_range(lever.referral.rate, 0.0, 10.0) &&
              in_range(lever.referral.cost, 0.0, kMaxCost) && lever.referral.max_generation >= 1 &&
              lever.referral.max_generation <= 3,
          what + "a referral is out of range");
  require(lever.capacity_per_week >= 0.0 && lever.exclusion_days >= 0.0,
          what + "capacity and exclusion_days must not be negative");
}

void validate_lever(const LeverSpec& lever) {
  constexpr double kMost = std::numeric_limits<double>::max();
  const std::string what = "lever '" + lever.name + "': ";
  const TriggerSpec& trigger = lever.trigger;
  const bool idle = trigger.kind == TriggerKind::kIdle;
  const bool ladder_from_zero = !lever.steps.empty() && trigger.days_idle == 0.0;
  require(!idle || ladder_from_zero || (trigger.days_idle > 0.0 && trigger.days_idle <= kMost),
          what + "days_idle must be positive");
  require(trigger.delay_days >= 0.0 && trigger.delay_days <= kMost,
          what + "delay_days must not be negative");
  require(trigger.from_day >= 0.0 && trigger.from_day <= kMost,
          what + "from_day must not be negative");
  require(trigger.kind != TriggerKind::kTier || trigger.tier != customers::Tier::kNone,
          what + "a tier must be named");
  require(trigger.kind != TriggerKind::kRisk ||
              (trigger.quantile > 0.0 && trigger.quantile <= 1.0 && trigger.every_days >= 7.0),
          what + "quantile is over 0 and at most 1, every_days at least 7");
  require(trigger.kind != TriggerKind::kWeekly || trigger.every_days >= 1.0,
          what + "every_days must be 1 or more");
  require(trigger.max_times >= 1 && trigger.max_times <= 255, what + "max_times is 1 to 255");
  require(trigger.max_times == 1 || (trigger.repeat_days > 0.0 && trigger.repeat_days <= kMost),
          what + "repeat_days must be positive where max_times is over 1");
  require(trigger.max_days_idle >= (idle ? trigger.days_idle : 0.0),
          what + "max_days_idle is under days_idle");
  const CostSpec& cost = lever.cost;
  for (const double amount : {cost.build, cost.monthly, cost.contact, cost.redemption}) {
    require(in_range(amount, 0.0, kMaxCost), what + "costs must be between 0 and 1e9");
  }
  require(in_range(cost.redemption_share, 0.0, 1.0),
          what + "redemption_share must be between 0 and 1");
  require(in_range(cost.order_share, 0.0, 1.0), what + "order_share must be between 0 and 1");
  require(cost.redemption_max >= 0.0, what + "redemption_max must not be negative");
  require(in_range(lever.uptake, 0.0, 1.0), what + "uptake must be a probability");
  require(lever.redemption_days > 0.0, what + "redemption_days must be positive");
  const EffectSpec& effect = lever.effect;
  for (const double multiplier : {effect.rate, effect.dropout, effect.basket, effect.returns,
                                  effect.acquisition, effect.acquisition_cost}) {
    require(in_range(multiplier, 0.0, kMaxMultiplier), what + "multipliers must be 0 to 100");
  }
  require(effect.half_life_days > 0.0, what + "half_life_days must be positive");
  require(in_range(effect.first_loss, 0.0, 1.0) && in_range(effect.reactivation, 0.0, 1.0),
          what + "first_loss and reactivation must be between 0 and 1");
  require(effect.acquisition >= 1.0, what + "acquisition must be 1 or more");
  for (const double error :
       {effect.rate_log_se, effect.dropout_log_se, effect.basket_log_se, effect.returns_log_se,
        effect.first_loss_log_se, effect.acquisition_log_se, lever.uptake_log_odds_se}) {
    require(in_range(error, 0.0, kMaxLogError), what + "standard errors must be 0 to 5");
  }
  validate_benefits(lever, what);
}

void validate_population(const Scenario& scenario) {
  const Population& population = scenario.population;
  if (!population.from_store) {
    validate_regions(population.regions);
    require(population.customers >= 1 && population.customers <= kMaxCustomers,
            "customers must be between 1 and 2^32 - 2");
  }
  require(in_range(population.return_share, 0.0, 1.0), "returns must be a probability");
  double expected = static_cast<double>(population.customers);
  for (const AcquisitionSpec& entry : population.acquisition) {
    require(entry.per_month > 0.0 && entry.growth > -1.0 && entry.growth <= 10.0 &&
                entry.cost >= 0.0 && entry.cost_growth > -1.0 && entry.cost_growth <= 10.0 &&
                entry.cost_elasticity >= 0.0 && entry.from_day >= 0.0 &&
                entry.to_day > entry.from_day,
            "an acquisition is out of range");
    const double years = scenario.horizon_days / 365.0;
    expected +=
        entry.per_month * 12.0 * (years + 1.0) * std::max(1.0, std::pow(1.0 + entry.growth, years));
  }
  require(expected <= static_cast<double>(kMaxCustomers), "acquisition brings too many customers");
  require(scenario.seasons.empty() || scenario.start_day, "a season needs a start day");
  for (const SeasonSpec& season : scenario.seasons) {
    for (const double factor : season.months) {
      require(factor > 0.0 && factor <= kMaxMultiplier, "season factors are over 0, at most 100");
    }
    for (const HolidaySpec& holiday : season.holidays) {
      require(holiday.factor > 0.0 && holiday.factor <= kMaxMultiplier,
              "holiday factors are over 0, at most 100");
    }
  }
  const FatigueSpec& fatigue = scenario.fatigue;
  require(fatigue.half_life_days > 0.0 && fatigue.response >= 0.0 &&
              in_range(fatigue.complaint, 0.0, 1.0) && in_range(fatigue.unsubscribe, 0.0, 1.0) &&
              in_range(fatigue.dropout, 0.0, kMaxMultiplier) &&
              fatigue.cap_contacts <= kRememberedContacts &&
              (fatigue.cap_contacts == 0 || fatigue.cap_days > 0.0),
          "fatigue is out of range");
  require(in_range(scenario.return_cost, 0.0, kMaxCost), "return_cost must be 0 to 1e9");
}

void validate_phases(const StrategySpec& strategy, const std::string& what) {
  double end = 0.0;
  for (const PhaseSpec& phase : strategy.phases) {
    require(phase.from_day >= end && phase.to_day > phase.from_day,
            what + "phases must follow each other");
    require(phase.budget > 0.0 && phase.budget <= 1e12, what + "budgets are over 0, at most 1e12");
    double given = 0.0;
    for (const auto& [lever, share] : phase.shares) {
      require(std::count(strategy.levers.begin(), strategy.levers.end(), lever) == 1,
              what + "a share is for a lever that is not there");
      require(in_range(share, 0.0, 1.0), what + "shares must be between 0 and 1");
      given += share;
    }
    require(given <= 1.0 + 1e-9, what + "shares add up to more than 1");
    end = phase.to_day;
  }
  require(strategy.stop_below >= 0.0 && strategy.redesign_below >= 0.0 &&
              strategy.judge_after_days >= 0.0,
          what + "stop_below, redesign_below and judge_after_days must not be negative");
}

/// A budget sets aside what a contact may cost in the end, and what is paid each month.
void validate_budget(const Scenario& scenario, const StrategySpec& strategy,
                     const std::string& what) {
  if (strategy.phases.empty()) return;
  for (const std::size_t index : strategy.levers) {
    const CostSpec& cost = scenario.levers[index].cost;
    require(cost.redemption_share == 0.0 || std::isfinite(cost.redemption_max),
            what + "under a budget lever '" + scenario.levers[index].name +
                "' needs cost.redemption_max beside redemption_share");
  }
}

}  // namespace

std::string_view to_string(Family family) noexcept {
  constexpr std::array<std::string_view, 4> kNames = {"bg-nbd", "mbg-nbd", "pareto-nbd", "sbg"};
  return kNames[static_cast<std::size_t>(family)];
}

std::string_view to_string(TriggerKind kind) noexcept {
  constexpr std::array<std::string_view, 8> kNames = {"idle", "order",    "tier",   "gap",
                                                      "risk", "calendar", "weekly", "always"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Channel channel) noexcept {
  constexpr std::array<std::string_view, 6> kNames = {"email", "push", "sms",
                                                      "call",  "post", "onsite"};
  return kNames[static_cast<std::size_t>(channel)];
}

bool LifetimeModel::uncertain() const noexcept {
  return any(orders_log_covariance) || any(spend_log_covariance);
}

bool LeverSpec::uncertain() const noexcept {
  return effect.rate_log_se > 0.0 || effect.dropout_log_se > 0.0 || effect.basket_log_se > 0.0 ||
         effect.returns_log_se > 0.0 || effect.first_loss_log_se > 0.0 ||
         effect.acquisition_log_se > 0.0 || uptake_log_odds_se > 0.0;
}

bool Scenario::uncertain() const noexcept {
  if (parameter_draws < 2) return false;
  const bool regions =
      std::any_of(population.regions.begin(), population.regions.end(),
                  [](const RegionSpec& region) { return region.model.uncertain(); });
  return regions || std::any_of(levers.begin(), levers.end(),
                                [](const LeverSpec& lever) { return lever.uncertain(); });
}

void Scenario::validate() const {
  require(in_range(gross_margin, 0.0, 1.0), "gross_margin must be between 0 and 1");
  require(in_range(discount_rate, 0.0, kMaxDiscountRate), "discount_rate must be between 0 and 10");
  require(horizon_days > 0.0 && horizon_days <= kMaxHorizonDays,
          "horizon_days must be over 0 and at most 36500");
  require(parameter_draws >= 1 && replications >= 1, "draws and replications must be positive");
  require(std::uint64_t{parameter_draws} * replications < kMaxRuns,
          "parameter_draws x replications must be under 2^24");
  validate_population(*this);
  require(levers.size() <= kMaxLevers, "at most 255 levers");
  for (const LeverSpec& lever : levers) validate_lever(lever);
  require(!strategies.empty(), "needs at least one strategy");
  for (const StrategySpec& strategy : strategies) {
    const std::string what = "strategy '" + strategy.name + "': ";
    require(strategy.levers.size() <= kMaxStrategyLevers, what + "at most 10 levers");
    double lost = 0.0;
    for (const std::size_t lever : strategy.levers) {
      require(lever < levers.size(), what + "names a lever that is not there");
      require(std::count(strategy.levers.begin(), strategy.levers.end(), lever) == 1,
              what + "names a lever twice");
      lost += std::max(0.0, 1.0 - levers[lever].effect.rate);
    }
    require(lost <= 1.0, what + "its levers together could make the order rate negative");
    validate_phases(strategy, what);
    validate_budget(*this, strategy, what);
  }
}

}  // namespace tenure::simulator
