#include "plan.hpp"

#include "population_config.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace tenure::simulator {

namespace {

// Streams of Purpose::kParameter within one draw: work item = region or lever, told apart by event.
constexpr std::uint32_t kOrdersEvent = 0;
constexpr std::uint32_t kSpendEvent = 1;
constexpr std::uint32_t kLeverEvent = 2;

RandomStream parameter_stream(const Execution& execution, std::uint32_t draw, std::size_t item,
                              std::uint32_t event) {
  return {execution.seed, {Purpose::kParameter, draw, static_cast<std::uint32_t>(item), event}};
}

/// values[i] *= exp((L z)_i) with L L' = covariance and z standard normal.
template <std::size_t kSize>
void scatter(RandomStream stream, const std::array<double, kSize * kSize>& covariance,
             const std::array<double*, kSize>& values) {
  const std::vector<double> lower = cholesky(covariance.data(), kSize);
  std::array<double, kSize> z{};
  for (double& value : z) value = draw_normal(stream);
  for (std::size_t i = 0; i < kSize; ++i) {
    double shift = 0.0;
    for (std::size_t k = 0; k <= i; ++k) shift += lower[i * kSize + k] * z[k];
    *values[i] *= std::exp(shift);
  }
}

LifetimeModel draw_model(const Execution& execution, LifetimeModel model, std::uint32_t draw,
                         std::size_t region) {
  auto& [r, alpha, a, b] = model.orders;
  scatter<4>(parameter_stream(execution, draw, region, kOrdersEvent), model.orders_log_covariance,
             {&r, &alpha, &a, &b});
  auto& [p, q, gamma] = model.spend;
  scatter<3>(parameter_stream(execution, draw, region, kSpendEvent), model.spend_log_covariance,
             {&p, &q, &gamma});
  return model;
}

/// Probability with its log odds moved by `shift`; 0 and 1 stay.
double shift_odds(double probability, double shift) {
  if (probability <= 0.0 || probability >= 1.0) return probability;
  return 1.0 / (1.0 + (1.0 - probability) / probability * std::exp(-shift));
}

LeverSpec draw_lever(const Execution& execution, LeverSpec lever, std::uint32_t draw,
                     std::size_t index) {
  RandomStream stream = parameter_stream(execution, draw, index, kLeverEvent);
  EffectSpec& effect = lever.effect;
  effect.rate *= std::exp(effect.rate_log_se * draw_normal(stream));
  effect.dropout *= std::exp(effect.dropout_log_se * draw_normal(stream));
  effect.basket *= std::exp(effect.basket_log_se * draw_normal(stream));
  lever.uptake = shift_odds(lever.uptake, lever.uptake_log_odds_se * draw_normal(stream));
  return lever;
}

PlannedLever plan_lever(const LeverSpec& lever, std::size_t index,
                        const std::vector<std::string>& region_names) {
  PlannedLever planned;
  planned.index = index;
  planned.days_idle = lever.trigger.days_idle;
  planned.repeat_days = lever.trigger.repeat_days;
  planned.max_times = lever.trigger.max_times;
  planned.max_days_idle = lever.trigger.max_days_idle;
  planned.redemption_days = lever.redemption_days;
  planned.contact_cost = to_money(lever.cost.contact);
  planned.redemption_cost = to_money(lever.cost.redemption);
  planned.redemption_share = lever.cost.redemption_share;
  planned.uptake = lever.uptake;
  planned.rate_excess = lever.effect.rate - 1.0;
  planned.dropout_excess = lever.effect.dropout - 1.0;
  planned.basket_excess = lever.effect.basket - 1.0;
  planned.decay = std::numbers::ln2 / lever.effect.half_life_days;
  for (const std::string& name : region_names) {
    const bool eligible =
        lever.regions.empty() ||
        std::find(lever.regions.begin(), lever.regions.end(), name) != lever.regions.end();
    planned.eligible.push_back(eligible ? 1 : 0);
  }
  return planned;
}

PlannedStrategy plan_strategy(const StrategySpec& strategy,
                              const std::vector<PlannedLever>& levers) {
  PlannedStrategy planned;
  double lost = 0.0;
  for (const std::size_t index : strategy.levers) {
    planned.levers.push_back(levers[index]);
    const double excess = levers[index].rate_excess;
    planned.changes_rate = planned.changes_rate || excess != 0.0;
    lost += std::max(0.0, -excess);
  }
  // Draws may take together more than the whole rate although the stated effects do not.
  if (lost > 1.0) {
    for (PlannedLever& lever : planned.levers) {
      if (lever.rate_excess < 0.0) lever.rate_excess /= lost;
    }
  }
  return planned;
}

}  // namespace

Discount::Discount(double rate, double horizon_days) {
  const auto days = static_cast<std::size_t>(std::ceil(horizon_days));
  const double log_rate = std::log1p(rate) / 365.0;
  factors_.reserve(days + 2);
  for (std::size_t day = 0; day < days + 2; ++day) {
    factors_.push_back(std::exp(-log_rate * static_cast<double>(day)));
  }
}

PlannedDraw plan_draw(const Execution& execution, const Scenario& scenario,
                      const std::vector<LifetimeModel>& models,
                      const std::vector<std::string>& region_names, std::uint32_t draw) {
  const bool drawn = scenario.parameter_draws > 1;
  PlannedDraw planned;
  for (std::size_t i = 0; i < models.size(); ++i) {
    planned.models.push_back(drawn ? draw_model(execution, models[i], draw, i) : models[i]);
  }
  std::vector<PlannedLever> levers;
  for (std::size_t i = 0; i < scenario.levers.size(); ++i) {
    const LeverSpec& lever = scenario.levers[i];
    levers.push_back(
        plan_lever(drawn ? draw_lever(execution, lever, draw, i) : lever, i, region_names));
  }
  planned.strategies.emplace_back();
  for (const StrategySpec& strategy : scenario.strategies) {
    planned.strategies.push_back(plan_strategy(strategy, levers));
  }
  return planned;
}

}  // namespace tenure::simulator
