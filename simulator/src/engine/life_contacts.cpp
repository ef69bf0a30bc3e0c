#include "engine/life.hpp"
#include "families/families.hpp"

#include <tenure/core/distributions.hpp>

#include <algorithm>
#include <bit>

namespace tenure::simulator {

namespace {

using customers::Tier;
using Words = std::array<std::uint32_t, 4>;

constexpr std::uint32_t kLeverShift = 24;

}  // namespace

void Life::set_contacts(double from) {
  pending_ = 0;
  spelled_ = 0;
  spell_day_ = kNoContact;
  if (seen_.orders == 0) return;
  const SpellTable& spell = strategy_.spell;
  const unsigned may = strategy_.reach[seen_.region] & run_.open & ~strategy_.weekly;
  spelled_ = may & spell.open_to(seen_);
  const auto last = static_cast<double>(seen_.last_order);
  spell_next_ = from <= last ? 0 : spell.first_from(last, from);
  plan_spelled();
  for (unsigned left = may & spell.also(seen_); left != 0; left &= left - 1) {
    plan_contact(static_cast<std::size_t>(std::countr_zero(left)), from, 0);
  }
}

/// The next contact of the spell table that the customer is in for.
void Life::plan_spelled() {
  const std::vector<SpellContact>& contacts = strategy_.spell.contacts;
  for (; spell_next_ < contacts.size(); ++spell_next_) {
    const SpellContact& contact = contacts[spell_next_];
    if (((spelled_ >> contact.lever) & 1U) == 0) continue;
    spell_day_ = static_cast<double>(seen_.last_order) + contact.after;
    return;
  }
  spell_day_ = kNoContact;
}

/// The first contact of number `number` or more from `from` on, if there is one.
void Life::plan_contact(std::size_t position, double from, std::uint32_t number) {
  const unsigned bit = 1U << position;
  const NextContact next = next_contact(strategy_.levers[position], seen_, from, number);
  if (!(next.day < context_.horizon)) {
    pending_ &= ~bit;
    return;
  }
  pending_ |= bit;
  next_day_[position] = next.day;
  next_number_[position] = next.number;
}

double Life::next_of_its_own() {
  find_lapse();
  if (!(latent_.next_order < latent_.leave_day)) return next_lapse_;
  return std::min(next_lapse_, static_cast<double>(latent_.next_order));
}

void Life::contact_due(std::size_t position, std::uint32_t number, double day) {
  if (strategy_.levers[position].limited) {
    ask(position, number, day);
  } else {
    make_contact(position, number, Moment(context_.discount, day));
  }
}

void Life::ask(std::size_t position, std::uint32_t number, double day) {
  if (!admissible(context_.rules, strategy_, context_.ticks, position, number, seen_, day)) return;
  outbox_->raise(Request(customer_, number, position));
}

bool Life::follow_up(const Request& request, const Moment& moment, const Words& words,
                     double fatigue, Tier tier) {
  moved_ = false;
  if (answers(request.lever, words, fatigue, request.number, moment.day)) {
    give_back(request.lever, -strategy_.levers[request.lever].set_aside_redemption);
  }
  if (fatigue > 0.0) complain(words, fatigue, moment.day, tier);
  return moved_;
}

Words Life::contact_words(std::size_t position, std::uint32_t number, std::uint32_t block) const {
  return philox4x32_10(
      {block, contact_event(strategy_.levers[position].index, seen_.orders, number), customer_,
       (static_cast<std::uint32_t>(Purpose::kLever) << 24) | (run_.run & 0xFFFFFFU)},
      {static_cast<std::uint32_t>(context_.seed), static_cast<std::uint32_t>(context_.seed >> 32)});
}

/// Nothing happens where the customer is out of the lever's reach.
void Life::make_contact(std::size_t position, std::uint32_t number, const Moment& moment) {
  const double day = moment.day;
  const PlannedLever& lever = strategy_.levers[position];
  const PlannedStep& contact = lever.steps[lever.steps.size() > 1 ? number : 0];
  if (lever.kind == TriggerKind::kAlways) {
    if (!eligible(lever, seen_, day, contact.direct)) return;
    const Words words = contact_words(position, number, 0);
    const bool taken = static_cast<double>(unit_uniform(words[0])) < contact.uptake;
    if (taken && latent_.active(day)) respond(position, day);
    return;
  }
  double fatigue = 0.0;
  const bool made = admit_contact(context_.rules, strategy_, position, contact.direct, day,
                                  context_.ticks.from(day), seen_, fatigue);
  if (!made) return;
  const Tier tier = tier_on(seen_, day);
  ++tally_.totals->contacts;
  ++tally_.levers[lever.index].contacts;
  ++tally_.totals->channel_contacts[contact.channel];
  ++tally_.cell(moment.month, seen_.region, tier).contacts;
  if (contact.contact_cost > 0) add_cost(position, moment, contact.contact_cost, tier);
  const bool may_complain = fatigue > 0.0 && context_.rules.complaint > 0.0;
  if (!may_complain && !lever.may_answer(latent_.active(day))) return;
  const Words words = contact_words(position, number, 0);
  answers(position, words, fatigue, number, day);
  if (may_complain) complain(words, fatigue, day, tier);
}

/// Whether the customer answers, and what follows.
bool Life::answers(std::size_t position, const Words& words, double fatigue, std::uint32_t number,
                   double day) {
  const PlannedLever& lever = strategy_.levers[position];
  const std::size_t step = lever.steps.size() > 1 ? number : 0;
  if (!lever.may_answer(latent_.active(day))) return false;
  double uptake = lever.steps[step].uptake;
  const auto u = static_cast<double>(unit_uniform(words[0]));
  if (!(u < uptake)) return false;  // what follows only lowers it
  if (fatigue > 0.0 && context_.rules.response > 0.0) {
    uptake *= half_power(context_.rules.response * fatigue);
  }
  if (latent_.active(day)) {
    if (!(u < uptake)) return false;
  } else if (u < uptake && saved_at_first_order(lever, day)) {
    wake(position, number, draws_.at(0).clock, day);
  } else {
    if (!(u < uptake * lever.reactivation)) return false;
    ++tally_.totals->reactivated;
    wake(position, number, unit_exponential(words[3]), day);
  }
  ++tally_.totals->channel_responses[lever.steps[step].channel];
  respond(position, day);
  return true;
}

/// True where the customer left with the first order just placed and would not have with the
/// lever's first_loss: the same draw against the lower probability.
bool Life::saved_at_first_order(const PlannedLever& lever, double day) {
  if (!(lever.first_loss < 1.0) || seen_.orders != 1) return false;
  const auto last = static_cast<double>(seen_.last_order);
  if (last != day || static_cast<double>(latent_.leave_day) != last) return false;
  const double p = leave_probability(model_.model, latent_, true, 1.0, lever.first_loss);
  return !(static_cast<double>(draws_.at(0).dropout) < p);
}

void Life::wake(std::size_t position, std::uint32_t number, float clock, double day) {
  latent_.leave_day = kNever;
  if (model_.model.family == Family::kParetoNbd) {
    const Words more = contact_words(position, number, 1);
    const double rate = std::max(static_cast<double>(latent_.dropout), 1e-30);
    const double life = static_cast<double>(unit_exponential(more[0])) / rate;
    latent_.leave_day = day_or_latest(solve_day(context_.flat, dropout_clock(day), day, life));
  }
  wind(day, clock, multiplier(kRate, day));
}

void Life::complain(const Words& words, double fatigue, double day, Tier tier) {
  if (!(static_cast<double>(unit_uniform(words[1])) < context_.rules.complaint * fatigue)) return;
  ++tally_.totals->complaints;
  ++tally_.cell(day, seen_.region, tier).complaints;
  if (seen_.unsubscribed == 0 &&
      static_cast<double>(unit_uniform(words[2])) < context_.rules.unsubscribe) {
    seen_.unsubscribed = 1;
    ++tally_.totals->unsubscribed;
  }
  if (seen_.complained != 0 || context_.rules.dropout == 1.0) {
    seen_.complained = 1;
    return;
  }
  const bool clock = model_.model.family == Family::kParetoNbd && latent_.active(day);
  const auto leave = static_cast<double>(latent_.leave_day);
  const double left = clock ? integrate(context_.flat, dropout_clock(day), day, leave) : 0.0;
  seen_.complained = 1;
  if (clock) {
    moved_ = true;
    latent_.leave_day = day_or_latest(solve_day(context_.flat, dropout_clock(day), day, left));
  }
}

void Life::respond(std::size_t position, double day) {
  const PlannedLever& lever = strategy_.levers[position];
  const unsigned bit = 1U << position;
  moved_ = true;
  ++tally_.totals->responses;
  ++tally_.levers[lever.index].responses;
  if ((seen_.vouchers & bit) != 0 && set_aside_in_phase(position)) {
    give_back(position, lever.set_aside_redemption);  // the new voucher takes the old one's place
  }
  const Family family = model_.model.family;
  const bool moves_order = (strategy_.mask[kRate] & bit) != 0 && family != Family::kSbg;
  const bool moves_leaving = (strategy_.mask[kDropout] & bit) != 0 && family == Family::kParetoNbd;
  double until_leaving = 0.0;
  if (moves_order) {
    Multiplier before;
    Multiplier after;
    multipliers(position, day, before, after);
    const auto order = static_cast<double>(latent_.next_order);
    const double until_order = integrate(season_, before, day, std::max(day, order));
    const double moved = solve_day(season_, after, day, until_order);
    latent_.next_order = day_or_latest(std::max(moved, day));
  }
  if (moves_leaving) {
    const auto leave = static_cast<double>(latent_.leave_day);
    until_leaving = integrate(context_.flat, dropout_clock(day), day, std::max(day, leave));
  }
  seen_.responded_at[position] = context_.ticks.from(day);
  seen_.responded = static_cast<std::uint16_t>(seen_.responded | bit);
  if (lever.kind != TriggerKind::kAlways) {
    seen_.vouchers = static_cast<std::uint16_t>(seen_.vouchers | bit);
  }
  if (moves_leaving) {
    const double leave = solve_day(context_.flat, dropout_clock(day), day, until_leaving);
    latent_.leave_day = day_or_latest(std::max(leave, day));
  }
  if ((strategy_.lapses & bit) != 0) find_lapse();
}

void Life::bring_customers() {
  unsigned left = static_cast<unsigned>(seen_.responded) & strategy_.referrals;
  for (; left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    const PlannedLever& lever = strategy_.levers[i];
    if (((run_.open >> i) & 1U) == 0 || seen_.generation >= lever.referral.max_generation) continue;
    const std::uint32_t event =
        (static_cast<std::uint32_t>(lever.index) << kLeverShift) | (seen_.orders & 0xFFFFU);
    RandomStream stream(context_.seed, {Purpose::kAcquisition, run_.run, customer_, event});
    const auto count = static_cast<std::uint32_t>(draw_poisson(stream, lever.referral.rate));
    if (count == 0) continue;
    outbox_->spawns.push_back({count, static_cast<std::uint8_t>(seen_.region),
                               static_cast<std::uint8_t>(seen_.generation + 1),
                               static_cast<std::uint8_t>(i)});
  }
}

}  // namespace tenure::simulator
