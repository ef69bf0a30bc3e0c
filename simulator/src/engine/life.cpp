#include "engine/life.hpp"

#include "engine/plain_lanes.hpp"
#include "families/families.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace tenure::simulator {

using customers::Tier;

LifeContext::LifeContext(const Scenario& scenario, const std::vector<std::string>& region_names,
                         std::uint64_t key)
    : discount(scenario.discount_rate, scenario.horizon_days),
      gross_margin(scenario.gross_margin),
      horizon(scenario.horizon_days),
      seed(key),
      ticks(scenario.horizon_days),
      rules(scenario, ticks.days),
      seasons(seasons_of(scenario, region_names)),
      return_cost(to_money(scenario.return_cost)),
      dropout_tests(scenario.dropout_tests) {
  for (std::size_t i = 0; i < region_names.size(); ++i) {
    return_share.push_back(scenario.population.from_store
                               ? scenario.population.return_share
                               : scenario.population.regions[i].return_share);
  }
}

void Life::wind_from_start() {
  if (!latent_.active(0.0)) return;
  wind(0.0, draws_.at(seen_.orders - 1).clock, {});
}

Life::Next Life::advance(double from, double until) {
  set_contacts(from);
  find_lapse();
  for (;;) {
    constexpr std::size_t kSpelled = kMaxStrategyLevers;
    std::size_t other = kSpelled;
    double contact = spell_day_;
    for (unsigned left = pending_; left != 0; left &= left - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(left));
      const bool first =
          next_day_[i] < contact || (next_day_[i] == contact && other == kSpelled &&
                                     i < strategy_.spell.contacts[spell_next_].lever);
      if (!first) continue;
      contact = next_day_[i];
      other = i;
    }
    const bool orders = latent_.next_order < latent_.leave_day;
    const double order = orders ? static_cast<double>(latent_.next_order) : kNoContact;
    const double next = std::min({order, contact, next_lapse_});
    if (next >= until) return {std::min(order, next_lapse_), contact};
    if (order == next) {
      place_order(order);
    } else if (contact != next) {
      lapse(next);
    } else if (other != kSpelled) {
      const std::uint32_t number = next_number_[other];
      plan_contact(other, contact, number + 1);
      contact_due(other, number, contact);
    } else {
      const SpellContact& due = strategy_.spell.contacts[spell_next_++];
      plan_spelled();
      contact_due(due.lever, due.number, contact);
    }
  }
}

void Life::finish() {
  if (seen_.orders == 0) return;
  settle_spell(context_.horizon);
  if (latent_.active(context_.horizon)) ++tally_.totals->active;
  if (seen_.last_order > std::max(0.0F, seen_.first_order)) ++tally_.totals->repurchased;
  if (seen_.responded != 0) ++tally_.totals->participants;
}

// ---- multipliers

const PlannedLevel* Life::level_of(const PlannedLever& lever) const {
  const PlannedLevel* held = nullptr;
  for (const PlannedLevel& level : lever.levels) {
    if (seen_.orders >= level.min_orders && seen_.spend >= level.min_spend) held = &level;
  }
  return held;
}

double Life::level_excess(const PlannedLever& lever, Effect effect) const {
  const PlannedLevel* level = level_of(lever);
  return level == nullptr ? 0.0 : level->excess[effect];
}

Life::Part Life::part_of_lever(std::size_t position, Effect effect, double day,
                               std::uint16_t answered) const {
  Part part;
  const PlannedLever& lever = strategy_.levers[position];
  if (!lever.levels.empty()) part.level = level_excess(lever, effect);
  if (lever.excess[effect] == 0.0) return part;
  if (lever.halvings == 0.0) {
    part.steady = lever.excess[effect];
    return part;
  }
  const double age = std::max(0.0, day - context_.ticks.to(answered));
  if (age >= lever.life) return part;
  part.excess = lever.excess[effect] * half_power(age * lever.halvings);
  part.halvings = lever.halvings;
  part.life = lever.mean_life;
  return part;
}

Multiplier Life::multiplier(Effect effect, double day) const {
  Multiplier result;
  unsigned left = static_cast<unsigned>(seen_.responded) & strategy_.mask[effect];
  for (; left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    part_of_lever(i, effect, day, seen_.responded_at[i]).add_to(result);
  }
  return result;
}

/// Of the rate, before and after the lever at `position` is answered on the day.
void Life::multipliers(std::size_t position, double day, Multiplier& before,
                       Multiplier& after) const {
  const unsigned responded = seen_.responded;
  unsigned left = (responded | 1U << position) & strategy_.mask[kRate];
  for (; left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    if (i == position) {
      part_of_lever(i, kRate, day, context_.ticks.from(day)).add_to(after);
      if (((responded >> i) & 1U) == 0) continue;
      part_of_lever(i, kRate, day, seen_.responded_at[i]).add_to(before);
      continue;
    }
    const Part part = part_of_lever(i, kRate, day, seen_.responded_at[i]);
    part.add_to(before);
    part.add_to(after);
  }
}

/// Of leaving at a rate: a complaint counts for ever.
Multiplier Life::dropout_clock(double day) const {
  Multiplier result = multiplier(kDropout, day);
  if (seen_.complained == 0) return result;
  result.constant *= context_.rules.dropout;
  for (std::size_t i = 0; i < result.terms; ++i) result.excess[i] *= context_.rules.dropout;
  return result;
}

// ---- tiers

void Life::count_tier(double day, Tier tier, int change) const {
  if (day < 0.0 || day >= context_.horizon) return;
  tally_.move(day, seen_.region, tier, change);
}

/// The tiers passed through between the last order and `until`, which only time decides.
void Life::settle_spell(double until) const {
  const double last = static_cast<double>(seen_.last_order);
  Tier tier = tier_on(seen_, std::max(0.0, last));
  const auto pass = [&](double day, Tier next) {
    if (day > until || day <= 0.0) return;
    count_tier(day, tier, -1);
    count_tier(day, next, 1);
    tier = next;
  };
  if (tier == Tier::kNew) {
    pass(static_cast<double>(seen_.first_order) + kNewDays,
         seen_.orders >= kMatureOrders ? Tier::kMature : Tier::kGrowth);
  }
  if (tier != Tier::kSilent && tier != Tier::kLost) pass(last + kSilentDays, Tier::kSilent);
  if (tier == Tier::kSilent) pass(last + kLostDays, Tier::kLost);
}

// ---- orders

bool Life::leaves_before(double day, const OrderDraw& draw) {
  if (model_.model.family != Family::kSbg || seen_.orders == 0) return false;
  double dropout = 1.0;
  if ((seen_.responded & strategy_.mask[kDropout]) != 0 || seen_.complained != 0) {
    dropout = dropout_clock(day).value();
  }
  const double p = leave_probability(model_.model, latent_, false, dropout, 1.0);
  if (!(static_cast<double>(draw.dropout) < p)) return false;
  latent_.leave_day = static_cast<float>(day);
  latent_.next_order = kNever;
  return true;
}

void Life::place_order(double day) {
  const OrderDraw draw = draws_.at(seen_.orders);
  if (leaves_before(day, draw)) return;
  double dropout = 1.0;
  if ((seen_.responded & strategy_.mask[kDropout]) != 0 || seen_.complained != 0) {
    dropout = dropout_clock(day).value();
  }
  const bool faster = (seen_.responded & strategy_.mask[kRate]) != 0;
  Multiplier rate;
  if (faster) rate = multiplier(kRate, day);
  if (faster && context_.dropout_tests == DropoutTests::kBaseline) {
    dropout /= std::max(1.0, rate.value());
  }
  const bool first = seen_.orders == 0;
  const Tier before = first ? Tier::kNew : tier_on(seen_, day);
  if (!first) settle_spell(day);
  const Money revenue = take_money(day, draw, before);
  if (revenue > 0) {
    if (seen_.vouchers != 0) redeem_vouchers(day, revenue, before);
    if ((seen_.responded & strategy_.benefits) != 0) pay_benefits(day, revenue, before);
  }
  observe_order(day, revenue);
  const Tier after = tier_on(seen_, day);
  seen_.entered = first || after != before ? static_cast<unsigned>(after) & 7U
                                           : static_cast<unsigned>(Tier::kNone) & 7U;
  if (first || after != before) {
    if (!first) count_tier(day, before, -1);
    count_tier(day, after, 1);
  }
  // Levels follow from orders and spend.
  if ((seen_.responded & strategy_.levels) != 0) rate = multiplier(kRate, day);
  leave_or_wind(day, draw, dropout, rate);
  if ((seen_.responded & strategy_.referrals) != 0) bring_customers();
  set_contacts(day);
}

Money Life::take_money(double day, const OrderDraw& draw, Tier tier) {
  double basket = 1.0;
  if ((seen_.responded & strategy_.mask[kBasket]) != 0) basket = multiplier(kBasket, day).value();
  double back = context_.return_share[seen_.region];
  if (back > 0.0 && (seen_.responded & strategy_.mask[kReturns]) != 0) {
    back *= multiplier(kReturns, day).value();
  }
  Totals& totals = *tally_.totals;
  const Moment moment(context_.discount, day);
  CubeCell& cell = tally_.cell(moment.month, seen_.region, tier);
  ++totals.orders;
  ++cell.orders;
  Money revenue = order_money(draw.value * latent_.value_scale * static_cast<float>(basket));
  Money margin = part_of(revenue, context_.gross_margin);
  Money discounted = part_of(margin, moment.factor);
  if (static_cast<double>(draw.spare) < back) {
    ++totals.returns;
    revenue = 0;
    margin = -context_.return_cost;
    discounted = -part_of(context_.return_cost, moment.factor);
  }
  totals.revenue += revenue;
  totals.margin += margin;
  totals.discounted_margin += discounted;
  cell.revenue += revenue;
  cell.margin += margin;
  tally_.add_margin(moment, discounted, margin);
  return revenue;
}

void Life::redeem_vouchers(double day, Money revenue, Tier tier) {
  for (unsigned left = seen_.vouchers; left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    const PlannedLever& lever = strategy_.levers[i];
    const double age = day - context_.ticks.to(seen_.responded_at[i]);
    const bool valid = age <= lever.redemption_days;
    Money cost = 0;
    if (valid) {
      ++tally_.totals->redemptions;
      ++tally_.levers[lever.index].redemptions;
      const Money share = part_of(revenue, lever.redemption_share);
      cost = lever.redemption_cost + std::min(share, lever.redemption_max);
      if (cost > 0) add_cost(i, Moment(context_.discount, day), cost, tier);
    }
    if (set_aside_in_phase(i)) give_back(i, lever.set_aside_redemption - cost);
  }
  seen_.vouchers = 0;
  find_lapse();
}

void Life::pay_benefits(double day, Money revenue, Tier tier) {
  unsigned left = static_cast<unsigned>(seen_.responded) & strategy_.benefits;
  for (; left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    const PlannedLever& lever = strategy_.levers[i];
    double share = lever.order_share;
    if (const PlannedLevel* level = level_of(lever)) share += level->discount;
    Money cost = part_of(revenue, std::min(1.0, share));
    const double member_from = context_.ticks.to(seen_.responded_at[i]) - context_.rules.slack;
    if (lever.points > 0.0 && member_from <= static_cast<double>(seen_.last_order)) {
      const double idle = day - static_cast<double>(seen_.last_order);
      const double balance = lever.points * static_cast<double>(seen_.last_value) *
                             half_power(std::max(0.0, idle) * lever.points_halvings);
      cost = std::min(revenue, cost + to_money(balance));
    }
    if (cost == 0) continue;
    add_cost(i, Moment(context_.discount, day), cost, tier);
    if (outbox_ != nullptr) outbox_->charged[i] += cost;
  }
}

void Life::observe_order(double day, Money revenue) {
  if (seen_.orders == 0) {
    seen_.first_order = static_cast<float>(day);
    if (day <= context_.horizon - kRetentionWindowDays) {
      ++tally_.totals->followed;
      ++tally_.retention[seen_.region].followed;
    }
  } else {
    const double first = static_cast<double>(seen_.first_order);
    const double since = day - first;
    const double before = static_cast<double>(seen_.last_order) - first;
    const bool followed =
        first >= 0.0 && first <= std::max(0.0, context_.horizon - kRetentionWindowDays);
    for (std::size_t i = 0; followed && i < kRetentionDays.size(); ++i) {
      const bool passed = before <= kRetentionDays[i] && since > kRetentionDays[i];
      const int kept = passed && since <= kRetentionWindowDays ? 1 : 0;
      tally_.totals->retained[i] += kept;
      tally_.retention[seen_.region].retained[i] += kept;
    }
    seen_.previous_gap = seen_.last_gap;
    const double gap = day - static_cast<double>(seen_.last_order);
    seen_.last_gap = std::max<std::uint16_t>(1, context_.ticks.from(gap));
    // Contacts asked for in the silence that ends here are not made.
    while (outbox_ != nullptr && outbox_->requests.size() > own_requests_) {
      const TriggerKind kind = strategy_.levers[outbox_->requests.back().lever].kind;
      if (kind != TriggerKind::kIdle && kind != TriggerKind::kTier) break;
      outbox_->requests.pop_back();
    }
  }
  seen_.last_order = static_cast<float>(day);
  if (revenue > 0) seen_.last_value = static_cast<float>(to_units(revenue));
  seen_.spend += static_cast<float>(to_units(revenue));
  ++seen_.orders;
  seen_.warning = gaps_warn(seen_, context_.ticks) ? 1 : 0;
}

void Life::leave_or_wind(double day, const OrderDraw& draw, double dropout,
                         const Multiplier& rate) {
  const bool first = seen_.orders == 1;
  const double p = model_.model.family == Family::kSbg && !first
                       ? 0.0
                       : leave_probability(model_.model, latent_, first, dropout, 1.0);
  if (static_cast<double>(draw.dropout) < p || seen_.orders == kMaxOrders) {
    latent_.leave_day = static_cast<float>(day);
    latent_.next_order = kNever;
    return;
  }
  wind(day, draw.clock, rate);
}

/// Sets the next order; `rate` is the multiplier of the day.
void Life::wind(double day, float clock, const Multiplier& rate) {
  if (model_.model.family == Family::kSbg) {
    latent_.next_order = static_cast<float>(day + model_.model.period_days);
    return;
  }
  if (rate.plain() && season_.flat()) {
    latent_.next_order =
        std::min(next_plain_order(static_cast<float>(day), clock, latent_.rate), kLatestDay);
    return;
  }
  const double target = static_cast<double>(clock) / static_cast<double>(latent_.rate);
  latent_.next_order = day_or_latest(solve_day(season_, rate, day, target));
}

// ---- money

void Life::add_cost(std::size_t position, const Moment& moment, Money amount, Tier tier) const {
  tally_.add_cost(moment, strategy_.levers[position].index, amount);
  tally_.cell(moment.month, seen_.region, tier).cost += amount;
}

bool Life::set_aside_in_phase(std::size_t position) const {
  if (outbox_ == nullptr || !strategy_.levers[position].limited) return false;
  const double at = context_.ticks.to(seen_.responded_at[position]) + context_.rules.slack;
  return at >= run_.phase_from && at < run_.phase_to;
}

void Life::give_back(std::size_t position, Money amount) const {
  if (outbox_ != nullptr) outbox_->given_back[position] += amount;
}

void Life::find_lapse() {
  next_lapse_ = kNoContact;
  unsigned left = static_cast<unsigned>(seen_.vouchers) & strategy_.lapses;
  for (; left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    const double end =
        context_.ticks.to(seen_.responded_at[i]) + strategy_.levers[i].redemption_days;
    next_lapse_ = std::min(next_lapse_, end);
  }
}

void Life::lapse(double day) {
  unsigned left = static_cast<unsigned>(seen_.vouchers) & strategy_.lapses;
  for (; left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    const PlannedLever& lever = strategy_.levers[i];
    if (context_.ticks.to(seen_.responded_at[i]) + lever.redemption_days > day) continue;
    if (set_aside_in_phase(i)) give_back(i, lever.set_aside_redemption);
    seen_.vouchers = static_cast<std::uint16_t>(seen_.vouchers & ~(1U << i));
  }
  find_lapse();
}

}  // namespace tenure::simulator
