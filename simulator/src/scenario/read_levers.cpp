#include "scenario/scenario_parts.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace tenure::simulator {

namespace {

using customers::Tier;

constexpr ConfigRange kShareRange{0.0, 1.0, true, false};

template <class T, std::size_t kCount>
T one_of(const ConfigTable& table, const std::string& key, const std::string& name,
         const std::array<T, kCount>& values) {
  std::string known;
  for (const T value : values) {
    if (name == to_string(value)) return value;
    known += (known.empty() ? "" : ", ") + std::string(to_string(value));
  }
  table.fail(key, "'" + name + "' is none of " + known);
}

Channel read_channel(const ConfigTable& table) {
  constexpr std::array<Channel, 6> kChannels = {Channel::kEmail, Channel::kPush, Channel::kSms,
                                                Channel::kCall,  Channel::kPost, Channel::kOnsite};
  return one_of(table, "channel", table.text_or("channel", "email"), kChannels);
}

Tier tier_of_name(const ConfigTable& table, const std::string& key, const std::string& name) {
  constexpr std::array<Tier, 6> kTiersNamed = {Tier::kLost, Tier::kSilent, Tier::kChurnWarning,
                                               Tier::kNew,  Tier::kMature, Tier::kGrowth};
  return one_of(table, key, name, kTiersNamed);
}

TriggerKind read_kind(const ConfigTable& table) {
  constexpr std::array<TriggerKind, 8> kKinds = {
      TriggerKind::kIdle, TriggerKind::kOrder,    TriggerKind::kTier,   TriggerKind::kGap,
      TriggerKind::kRisk, TriggerKind::kCalendar, TriggerKind::kWeekly, TriggerKind::kAlways};
  return one_of(table, "kind", table.text_or("kind", "idle"), kKinds);
}

void read_idle(const ConfigTable& table, bool ladder, TriggerSpec& trigger) {
  trigger.days_idle = ladder ? table.real_or("days_idle", 0.0, kDaysOrZeroRange)
                             : table.real("days_idle", kDaysRange);
  trigger.max_times = static_cast<std::uint32_t>(table.integer_or("max_times", 1, 1, 255));
  if (trigger.max_times > 1) {
    if (ladder) table.fail("max_times", "a ladder's steps say when: 'max_times' does not apply");
    trigger.repeat_days = table.real("repeat_days", kDaysRange);
  } else if (table.has("repeat_days")) {
    table.fail("repeat_days", "'repeat_days' needs max_times over 1");
  }
}

void read_order(const ConfigTable& table, TriggerSpec& trigger) {
  const bool every = table.boolean_or("every_order", false);
  if (every == table.has("order")) {
    table.fail("order", "give either order = k or every_order = true");
  }
  if (!every) trigger.order = static_cast<std::uint32_t>(table.integer("order", 1, 500'000));
  trigger.delay_days = table.real_or("delay_days", 0.0, kDaysOrZeroRange);
}

TriggerSpec read_trigger(const ConfigTable& table, const Scenario& scenario, bool ladder) {
  TriggerSpec trigger;
  trigger.kind = read_kind(table);
  switch (trigger.kind) {
    case TriggerKind::kIdle:
      read_idle(table, ladder, trigger);
      break;
    case TriggerKind::kOrder:
      read_order(table, trigger);
      break;
    case TriggerKind::kTier:
      trigger.tier = tier_of_name(table, "enters", table.text("enters"));
      trigger.delay_days = table.real_or("delay_days", 0.0, kDaysOrZeroRange);
      break;
    case TriggerKind::kGap:
      trigger.delay_days = table.real_or("delay_days", 0.0, kDaysOrZeroRange);
      break;
    case TriggerKind::kRisk:
      trigger.quantile = table.real("quantile", kShareRange);
      trigger.every_days = table.real_or("every_days", 7.0, {7.0, kMaxHorizonDays, false, false});
      break;
    case TriggerKind::kCalendar:
      if (!scenario.start_day) {
        table.fail("kind", "a calendar trigger needs 'start' at the top of the file");
      }
      for (const std::string& day : table.texts_or_empty("days")) {
        trigger.days.push_back(read_month_day(table, "days", day));
      }
      if (trigger.days.empty()) table.fail("days", "'days' is empty: the lever never fires");
      break;
    case TriggerKind::kWeekly:
      trigger.every_days = table.real_or("every_days", 7.0, {1.0, kMaxHorizonDays, false, false});
      trigger.from_day = table.real_or("from_day", 0.0, kDaysOrZeroRange);
      break;
    case TriggerKind::kAlways:
      trigger.from_day = table.real_or("from_day", 0.0, kDaysOrZeroRange);
      break;
  }
  if (trigger.from_day >= scenario.horizon_days) {
    table.fail("from_day", "'from_day' is not before the horizon: the lever never fires");
  }
  trigger.max_days_idle = table.real_or("max_days_idle", kForever, kDaysOrForeverRange);
  const double first = trigger.kind == TriggerKind::kIdle ? trigger.days_idle : 0.0;
  if (trigger.max_days_idle < first) {
    table.fail("max_days_idle", "'max_days_idle' is under days_idle: the lever never fires");
  }
  return trigger;
}

CostSpec read_cost(const ConfigTable& table, bool ladder, TriggerKind kind) {
  CostSpec cost;
  cost.build = table.real_or("build", 0.0, kCostRange);
  cost.monthly = table.real_or("monthly", 0.0, kCostRange);
  if (table.has("contact") && (ladder || kind == TriggerKind::kAlways)) {
    table.fail("contact", ladder ? "a ladder's steps have their own cost: 'contact' does not apply"
                                 : "a standing lever contacts nobody: 'contact' does not apply");
  }
  cost.contact = table.real_or("contact", 0.0, kCostRange);
  cost.redemption = table.real_or("redemption", 0.0, kCostRange);
  cost.redemption_share = table.real_or("redemption_share", 0.0, kProbability);
  cost.redemption_max = table.real_or("redemption_max", kForever, kCostOrNoneRange);
  cost.order_share = table.real_or("order_share", 0.0, kProbability);
  return cost;
}

/// A multiplier taken from an A/B test: 1 + effect / control, with the error of its logarithm.
void read_experiment(const ConfigTable& table, EffectSpec& effect) {
  const std::string target = table.text("target");
  const double control = table.real("control", {0.0, 1e9, true, false});
  const double multiplier = 1.0 + table.real("effect") / control;
  const double error = table.real("standard_error", kNotNegative) / control;
  if (!(multiplier > 0.0 && multiplier <= kMaxMultiplier && error / multiplier <= kMaxLogError)) {
    table.fail("effect", "1 + effect / control is no multiplier between 0 and 100");
  }
  const double log_error = error / multiplier;
  if (target == "rate") {
    effect.rate = multiplier;
    effect.rate_log_se = log_error;
  } else if (target == "basket") {
    effect.basket = multiplier;
    effect.basket_log_se = log_error;
  } else if (target == "dropout") {
    effect.dropout = multiplier;
    effect.dropout_log_se = log_error;
  } else if (target == "returns") {
    effect.returns = multiplier;
    effect.returns_log_se = log_error;
  } else {
    table.fail("target", "'target' must be rate, dropout, basket or returns");
  }
}

EffectSpec read_effect(const ConfigTable& table, TriggerKind kind) {
  EffectSpec effect;
  effect.rate = table.real_or("rate", 1.0, kMultiplierRange);
  effect.dropout = table.real_or("dropout", 1.0, kMultiplierRange);
  effect.basket = table.real_or("basket", 1.0, kMultiplierRange);
  effect.half_life_days = table.real("half_life_days", kDaysOrForeverRange);
  effect.rate_log_se = table.real_or("rate_log_se", 0.0, kLogErrorRange);
  effect.dropout_log_se = table.real_or("dropout_log_se", 0.0, kLogErrorRange);
  effect.basket_log_se = table.real_or("basket_log_se", 0.0, kLogErrorRange);
  effect.returns = table.real_or("returns", 1.0, kMultiplierRange);
  effect.returns_log_se = table.real_or("returns_log_se", 0.0, kLogErrorRange);
  effect.first_loss = table.real_or("first_loss", 1.0, kProbability);
  effect.first_loss_log_se = table.real_or("first_loss_log_se", 0.0, kLogErrorRange);
  effect.reactivation = table.real_or("reactivation", 0.0, kProbability);
  effect.acquisition = table.real_or("acquisition", 1.0, {1.0, kMaxMultiplier, false, false});
  effect.acquisition_log_se = table.real_or("acquisition_log_se", 0.0, kLogErrorRange);
  effect.acquisition_cost = table.real_or("acquisition_cost", 1.0, kMultiplierRange);
  const bool standing = effect.acquisition != 1.0 || effect.acquisition_cost != 1.0;
  if (standing && kind != TriggerKind::kAlways) {
    table.fail(effect.acquisition != 1.0 ? "acquisition" : "acquisition_cost",
               "only a lever with trigger kind \"always\" changes acquisition");
  }
  if (const auto experiment = table.table_if("experiment")) read_experiment(*experiment, effect);
  return effect;
}

std::vector<StepSpec> read_steps(const ConfigTable& table) {
  std::vector<StepSpec> steps;
  for (const ConfigTable& entry : table.tables("step")) {
    StepSpec step;
    step.after_days = entry.real("after_days", kDaysOrZeroRange);
    step.channel = read_channel(entry);
    step.contact = entry.real_or("contact", 0.0, kCostRange);
    step.uptake = entry.real_or("uptake", 1.0, kProbability);
    if (!steps.empty() && step.after_days <= steps.back().after_days) {
      entry.fail("after_days", "the steps of a ladder must come one after the other");
    }
    steps.push_back(step);
  }
  if (steps.size() > 16) table.fail("step", "a ladder has at most 16 steps");
  return steps;
}

std::vector<LevelSpec> read_levels(const ConfigTable& table) {
  std::vector<LevelSpec> levels;
  std::vector<std::string> names;
  for (const ConfigTable& entry : table.tables("level")) {
    LevelSpec level;
    level.name = entry.text("name");
    add_unique(entry, "level", level.name, names);
    level.min_orders = static_cast<std::uint32_t>(entry.integer_or("min_orders", 0, 0, 500'000));
    level.min_spend = entry.real_or("min_spend", 0.0, kCostRange);
    level.discount = entry.real_or("discount", 0.0, kProbability);
    level.rate = entry.real_or("rate", 1.0, kMultiplierRange);
    level.dropout = entry.real_or("dropout", 1.0, kMultiplierRange);
    level.basket = entry.real_or("basket", 1.0, kMultiplierRange);
    if (!levels.empty() && level.min_orders <= levels.back().min_orders &&
        level.min_spend <= levels.back().min_spend) {
      entry.fail("name", "level '" + level.name + "' asks for no more than the one before it: " +
                             "that one is never held");
    }
    levels.push_back(level);
  }
  if (levels.size() > 8) table.fail("level", "a membership has at most 8 levels");
  return levels;
}

void read_benefits(const ConfigTable& table, LeverSpec& lever) {
  lever.levels = read_levels(table);
  if (const auto points = table.table_if("points")) {
    lever.points.earn = points->real("earn", kShareRange);
    lever.points.decay = points->real_or("decay", 0.0, kProbability);
  }
  if (const auto referral = table.table_if("referral")) {
    lever.referral.rate = referral->real("rate", {0.0, 10.0, true, false});
    lever.referral.cost = referral->real_or("cost", 0.0, kCostRange);
    lever.referral.max_generation =
        static_cast<std::uint32_t>(referral->integer_or("max_generation", 1, 1, 3));
  }
}

void read_eligibility(const ConfigTable& table, const Scenario& scenario, LeverSpec& lever) {
  lever.regions = table.texts_or_empty("regions");
  check_regions(table, "regions", lever.regions, scenario.population);
  for (const std::string& name : table.texts_or_empty("tiers")) {
    lever.tiers.push_back(tier_of_name(table, "tiers", name));
  }
  lever.min_orders = static_cast<std::uint32_t>(table.integer_or("min_orders", 0, 0, 500'000));
  lever.members_of = table.text_or("members_of", "");
  lever.excludes = table.texts_or_empty("excludes");
  if (!lever.excludes.empty()) lever.exclusion_days = table.real("exclusion_days", kDaysRange);
  if (lever.excludes.empty() && table.has("exclusion_days")) {
    table.fail("exclusion_days", "'exclusion_days' needs 'excludes': which levers?");
  }
  if (const auto capacity = table.table_if("capacity")) {
    lever.capacity_per_week = capacity->real("per_week", {1.0, 1e9, false, false});
  }
}

LeverSpec read_lever(const ConfigTable& table, const Scenario& scenario) {
  LeverSpec lever;
  lever.name = table.text("name");
  lever.steps = read_steps(table);
  const bool ladder = !lever.steps.empty();
  lever.trigger = read_trigger(table.table("trigger"), scenario, ladder);
  const TriggerKind kind = lever.trigger.kind;
  if (ladder && kind != TriggerKind::kIdle && kind != TriggerKind::kOrder &&
      kind != TriggerKind::kTier && kind != TriggerKind::kGap) {
    table.fail("step", "a ladder goes with the triggers idle, order, tier and gap");
  }
  read_eligibility(table, scenario, lever);
  if (const auto cost = table.table_if("cost")) lever.cost = read_cost(*cost, ladder, kind);
  if (ladder && table.has("uptake")) {
    table.fail("uptake", "a ladder's steps have their own uptake");
  }
  lever.channel = read_channel(table);
  lever.uptake = table.real_or("uptake", 1.0, kProbability);
  lever.uptake_log_odds_se = table.real_or("uptake_log_odds_se", 0.0, kLogErrorRange);
  lever.redemption_days = table.real_or("redemption_days", kForever, kDaysOrForeverRange);
  lever.effect = read_effect(table.table("effect"), kind);
  read_benefits(table, lever);
  if (lever.effect.first_loss < 1.0 &&
      !(kind == TriggerKind::kOrder && lever.trigger.delay_days == 0.0)) {
    table.table("effect").fail("first_loss",
                               "'first_loss' needs a trigger at the order itself: kind = "
                               "\"order\" without delay");
  }
  const bool limited = lever.capacity_per_week > 0.0;
  if (limited && kind == TriggerKind::kAlways) {
    table.fail("capacity", "a standing lever contacts nobody: 'capacity' does not apply");
  }
  return lever;
}

}  // namespace

std::vector<LeverSpec> read_levers(const ConfigTable& root, const Scenario& scenario) {
  std::vector<LeverSpec> levers;
  std::vector<std::string> names;
  const std::vector<ConfigTable> tables = root.tables("lever");
  for (const ConfigTable& table : tables) {
    levers.push_back(read_lever(table, scenario));
    add_unique(table, "lever", levers.back().name, names);
  }
  if (levers.size() > kMaxLevers) root.fail("lever", "a scenario holds at most 255 levers");
  const auto known = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  for (std::size_t i = 0; i < levers.size(); ++i) {
    for (const std::string& name : levers[i].excludes) {
      if (!known(name)) tables[i].fail("excludes", "unknown lever '" + name + "'");
    }
    const std::string& group = levers[i].members_of;
    if (!group.empty() && (!known(group) || group == levers[i].name)) {
      tables[i].fail("members_of", "'" + group + "' is no other lever");
    }
  }
  return levers;
}

}  // namespace tenure::simulator
