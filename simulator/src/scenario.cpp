#include "population_config.hpp"

#include <tenure/core/error.hpp>
#include <tenure/simulator/scenario.hpp>

#include <algorithm>
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

void validate_lever(const LeverSpec& lever) {
  constexpr double kMost = std::numeric_limits<double>::max();
  const std::string what = "lever '" + lever.name + "': ";
  const TriggerSpec& trigger = lever.trigger;
  require(trigger.days_idle > 0.0 && trigger.days_idle <= kMost,
          what + "days_idle must be positive");
  require(trigger.max_times >= 1 && trigger.max_times <= 255, what + "max_times is 1 to 255");
  require(trigger.max_times == 1 || (trigger.repeat_days > 0.0 && trigger.repeat_days <= kMost),
          what + "repeat_days must be positive where max_times is over 1");
  require(trigger.max_days_idle >= trigger.days_idle, what + "max_days_idle is under days_idle");
  const CostSpec& cost = lever.cost;
  for (const double amount : {cost.build, cost.monthly, cost.contact, cost.redemption}) {
    require(in_range(amount, 0.0, kMaxCost), what + "costs must be between 0 and 1e9");
  }
  require(in_range(cost.redemption_share, 0.0, 1.0),
          what + "redemption_share must be between 0 and 1");
  require(in_range(lever.uptake, 0.0, 1.0), what + "uptake must be a probability");
  require(lever.redemption_days > 0.0, what + "redemption_days must be positive");
  const EffectSpec& effect = lever.effect;
  for (const double multiplier : {effect.rate, effect.dropout, effect.basket}) {
    require(in_range(multiplier, 0.0, kMaxMultiplier), what + "multipliers must be 0 to 100");
  }
  require(effect.half_life_days > 0.0, what + "half_life_days must be positive");
  for (const double error : {effect.rate_log_se, effect.dropout_log_se, effect.basket_log_se,
                             lever.uptake_log_odds_se}) {
    require(in_range(error, 0.0, kMaxLogError), what + "standard errors must be 0 to 5");
  }
}

}  // namespace

bool LifetimeModel::uncertain() const noexcept {
  return any(orders_log_covariance) || any(spend_log_covariance);
}

bool LeverSpec::uncertain() const noexcept {
  return effect.rate_log_se > 0.0 || effect.dropout_log_se > 0.0 || effect.basket_log_se > 0.0 ||
         uptake_log_odds_se > 0.0;
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
  if (!population.from_store) {
    validate_regions(population.regions);
    require(population.customers >= 1 && population.customers <= kMaxCustomers,
            "customers must be between 1 and 2^32 - 2");
  }
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
  }
}

}  // namespace tenure::simulator
