#include "engine/plan.hpp"

#include "engine/clock.hpp"
#include "families/families.hpp"
#include "scenario/population_config.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

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
  for (double* shape : {&r, &a, &b, &p, &q}) {
    if (model.family == Family::kParetoNbd && shape == &b) continue;  // a scale
    *shape = std::clamp(*shape, kLeastShape, kMostShape);
  }
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
  const double odds_shift = lever.uptake_log_odds_se * draw_normal(stream);
  lever.uptake = shift_odds(lever.uptake, odds_shift);
  for (StepSpec& step : lever.steps) step.uptake = shift_odds(step.uptake, odds_shift);
  effect.returns *= std::exp(effect.returns_log_se * draw_normal(stream));
  effect.first_loss *= std::exp(effect.first_loss_log_se * draw_normal(stream));
  const double acquisition = std::exp(effect.acquisition_log_se * draw_normal(stream));
  effect.acquisition = std::max(1.0, effect.acquisition * acquisition);
  return lever;
}

void plan_trigger(const LeverSpec& lever, const Scenario& scenario, PlannedLever& planned) {
  const TriggerSpec& trigger = lever.trigger;
  planned.kind = trigger.kind;
  planned.wait = trigger.kind == TriggerKind::kIdle ? trigger.days_idle : trigger.delay_days;
  planned.repeat_days = trigger.repeat_days;
  planned.per_repeat = trigger.repeat_days > 0.0 ? 1.0 / trigger.repeat_days : 0.0;
  planned.max_times = lever.steps.empty() && trigger.kind == TriggerKind::kIdle
                          ? trigger.max_times
                          : static_cast<unsigned>(std::max<std::size_t>(1, lever.steps.size()));
  planned.max_days_idle = trigger.max_days_idle;
  planned.order = trigger.order;
  planned.tier = trigger.tier;
  planned.every_days = trigger.every_days;
  planned.per_every = trigger.every_days > 0.0 ? 1.0 / trigger.every_days : 0.0;
  planned.from_day = trigger.from_day;
  planned.quantile = trigger.quantile;
  if (trigger.kind == TriggerKind::kCalendar) {
    planned.days =
        calendar_days(trigger.days, scenario.start_day.value_or(0), scenario.horizon_days);
  }
  const auto add = [&](double after, double uptake, double contact, Channel channel) {
    planned.steps.push_back({after, uptake, to_money(contact), channel != Channel::kOnsite,
                             static_cast<std::uint8_t>(channel),
                             static_cast<std::uint32_t>(std::ceil(uptake * 0x1.0p24))});
  };
  for (const StepSpec& step : lever.steps) {
    add(step.after_days, step.uptake, step.contact, step.channel);
  }
  if (planned.steps.empty()) add(0.0, lever.uptake, lever.cost.contact, lever.channel);
}

void plan_costs(const LeverSpec& lever, PlannedLever& planned) {
  const CostSpec& cost = lever.cost;
  planned.redemption_days = lever.redemption_days;
  planned.redemption_cost = to_money(cost.redemption);
  planned.redemption_share = cost.redemption_share;
  planned.redemption_max = to_money(std::min(cost.redemption_max, kMaxCost));
  planned.order_share = cost.order_share;
  for (const PlannedStep& step : planned.steps) {
    planned.set_aside_contact = std::max(planned.set_aside_contact, step.contact_cost);
  }
  planned.set_aside_redemption =
      planned.redemption_cost + (cost.redemption_share > 0.0 ? planned.redemption_max : 0);
  planned.points = lever.points.earn;
  // A balance halves every log(1/2) / log(1 - decay) months.
  planned.points_halvings = -std::log2(std::max(1e-300, 1.0 - lever.points.decay)) / kDaysPerMonth;
  planned.referral = lever.referral;
  planned.acquisition = lever.effect.acquisition;
  planned.acquisition_cost = lever.effect.acquisition_cost;
}

void plan_effects(const LeverSpec& lever, PlannedLever& planned) {
  const EffectSpec& effect = lever.effect;
  planned.excess = {effect.rate - 1.0, effect.dropout - 1.0, effect.basket - 1.0,
                    effect.returns - 1.0};
  planned.halvings = 1.0 / effect.half_life_days;
  planned.mean_life = effect.half_life_days / std::numbers::ln2;
  planned.life = kHalfLivesKept * effect.half_life_days;
  planned.first_loss = effect.first_loss;
  planned.reactivation = effect.reactivation;
  for (const LevelSpec& level : lever.levels) {
    planned.levels.push_back({level.min_orders,
                              static_cast<float>(level.min_spend),
                              level.discount,
                              {level.rate - 1.0, level.dropout - 1.0, level.basket - 1.0, 0.0}});
  }
}

PlannedLever plan_lever(const LeverSpec& lever, std::size_t index, const Scenario& scenario,
                        const std::vector<std::string>& region_names) {
  PlannedLever planned;
  planned.index = index;
  plan_trigger(lever, scenario, planned);
  plan_costs(lever, planned);
  plan_effects(lever, planned);
  for (const std::string& name : region_names) {
    const bool eligible =
        lever.regions.empty() ||
        std::find(lever.regions.begin(), lever.regions.end(), name) != lever.regions.end();
    planned.eligible.push_back(eligible ? 1 : 0);
  }
  if (!lever.tiers.empty()) {
    planned.tiers = 0;
    for (const customers::Tier tier : lever.tiers) {
      planned.tiers = static_cast<std::uint8_t>(planned.tiers | 1U << static_cast<unsigned>(tier));
    }
  }
  planned.min_orders = lever.min_orders;
  planned.exclusion_days = lever.exclusion_days;
  planned.capacity = static_cast<std::uint64_t>(lever.capacity_per_week);
  return planned;
}

/// Bits of the levers of a strategy that have one of the names.
std::uint16_t bits_of(const std::vector<std::string>& names, const Scenario& scenario,
                      const StrategySpec& strategy) {
  unsigned bits = 0;
  for (std::size_t i = 0; i < strategy.levers.size(); ++i) {
    const std::string& name = scenario.levers[strategy.levers[i]].name;
    if (std::find(names.begin(), names.end(), name) != names.end()) bits |= 1U << i;
  }
  return static_cast<std::uint16_t>(bits);
}

void set_masks(PlannedStrategy& planned, std::size_t position) {
  const PlannedLever& lever = planned.levers[position];
  planned.reach.resize(lever.eligible.size(), 0);
  for (std::size_t region = 0; region < lever.eligible.size(); ++region) {
    const bool reaches = lever.eligible[region] != 0 && lever.kind != TriggerKind::kRisk;
    if (reaches) {
      planned.reach[region] = static_cast<std::uint16_t>(planned.reach[region] | 1U << position);
    }
  }
  const auto set = [position](std::uint16_t& mask, bool on) {
    if (on) mask = static_cast<std::uint16_t>(mask | 1U << position);
  };
  for (std::size_t effect = 0; effect < kEffects; ++effect) {
    bool changes = lever.excess[effect] != 0.0;
    for (const PlannedLevel& level : lever.levels) changes |= level.excess[effect] != 0.0;
    set(planned.mask[effect], changes);
  }
  set(planned.levels, !lever.levels.empty());
  set(planned.benefits, lever.order_share > 0.0 || lever.points > 0.0 || !lever.levels.empty());
  set(planned.weekly, lever.kind == TriggerKind::kWeekly && lever.limited);
  set(planned.referrals, lever.referral.rate > 0.0);
  planned.remembers = planned.remembers || lever.excludes != 0;
}

PlannedStrategy plan_strategy(const Scenario& scenario, const StrategySpec& strategy,
                              const std::vector<PlannedLever>& levers) {
  PlannedStrategy planned;
  planned.coupled = couples_customers(scenario, strategy);
  planned.remembers = scenario.fatigue.active();
  double lost = 0.0;
  for (const std::size_t index : strategy.levers) {
    const LeverSpec& spec = scenario.levers[index];
    PlannedLever& lever = planned.levers.emplace_back(levers[index]);
    lever.members_of =
        spec.members_of.empty() ? std::uint16_t{0} : bits_of({spec.members_of}, scenario, strategy);
    lever.excludes = bits_of(spec.excludes, scenario, strategy);
    const bool contacts = lever.kind != TriggerKind::kAlways;
    lever.limited = contacts && (lever.capacity > 0 || !strategy.phases.empty() ||
                                 lever.kind == TriggerKind::kRisk);
    const std::size_t position = planned.levers.size() - 1;
    set_masks(planned, position);
    const bool given_back = !strategy.phases.empty() && lever.set_aside_redemption > 0 &&
                            std::isfinite(lever.redemption_days);
    if (given_back) planned.lapses = static_cast<std::uint16_t>(planned.lapses | 1U << position);
    lost += std::max(0.0, -lever.excess[kRate]);
  }
  planned.spell = spell_table(planned.levers);
  // Draws may take together more than the whole rate although the stated effects do not.
  if (lost > 1.0) {
    for (PlannedLever& lever : planned.levers) {
      if (lever.excess[kRate] < 0.0) lever.excess[kRate] /= lost;
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

bool couples_customers(const Scenario& scenario, const StrategySpec& strategy) {
  if (!strategy.phases.empty() || strategy.stop_below > 0.0 || strategy.redesign_below > 0.0) {
    return true;
  }
  return std::any_of(strategy.levers.begin(), strategy.levers.end(), [&](std::size_t index) {
    const LeverSpec& lever = scenario.levers[index];
    return lever.capacity_per_week > 0.0 || lever.referral.rate > 0.0 ||
           lever.trigger.kind == TriggerKind::kRisk;
  });
}

PlannedDraw plan_draw(const Execution& execution, const Scenario& scenario,
                      const std::vector<LifetimeModel>& models,
                      const std::vector<std::string>& region_names, std::uint32_t draw) {
  const bool drawn = scenario.parameter_draws > 1;
  const bool newcomers =
      !scenario.population.from_store || !scenario.population.acquisition.empty() ||
      std::any_of(scenario.levers.begin(), scenario.levers.end(),
                  [](const LeverSpec& lever) { return lever.referral.rate > 0.0; });
  PlannedDraw planned;
  for (std::size_t i = 0; i < models.size(); ++i) {
    planned.models.push_back(
        plan_model(drawn ? draw_model(execution, models[i], draw, i) : models[i], newcomers));
  }
  std::vector<PlannedLever> levers;
  for (std::size_t i = 0; i < scenario.levers.size(); ++i) {
    const LeverSpec& lever = scenario.levers[i];
    levers.push_back(plan_lever(drawn ? draw_lever(execution, lever, draw, i) : lever, i, scenario,
                                region_names));
  }
  planned.strategies.emplace_back().reach.assign(region_names.size(), 0);
  for (const StrategySpec& strategy : scenario.strategies) {
    planned.strategies.push_back(plan_strategy(scenario, strategy, levers));
  }
  return planned;
}

}  // namespace tenure::simulator
