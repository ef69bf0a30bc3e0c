#include "engine/run.hpp"

#include <algorithm>
#include <bit>
#include <utility>

/// What comes of what was granted at a barrier, and who asks for the next one.
namespace tenure::simulator {

/// Takes what was granted out of the part, by lever, then customer, then time.
void CoupledRun::take_granted(Part& part, std::size_t first, Scratch& scratch) const {
  std::vector<Request>& requests = part.outbox.requests;
  auto left = part.granted;
  auto& ends = scratch.ends;
  ends = {};
  std::size_t count = 0;
  for (const Request& request : requests) {
    if (left[request.lever] == 0) continue;
    --left[request.lever];
    ++ends[request.lever];
    requests[count++] = request;
  }
  requests.resize(count);
  std::uint32_t before = 0;
  for (std::uint32_t& end : ends) before += std::exchange(end, before);
  Contacts& granted = scratch.granted;
  granted.places.resize(count);
  granted.numbers.resize(count);
  for (const Request& request : requests) {
    const std::uint32_t at = ends[request.lever]++;
    granted.places[at] = static_cast<std::uint32_t>(request.place(first));
    granted.numbers[at] = request.number;
  }
  requests.clear();
}

/// Makes the contacts that were granted: lever by lever, since customers do not meet here.
void CoupledRun::make_contacts(Part& part, std::size_t first, std::size_t worker,
                               const Moment& moment) {
  Scratch& scratch = scratch_[worker];
  take_granted(part, first, scratch);
  std::size_t begin = 0;
  auto ask = asks_.begin();
  for (std::size_t i = 0; i < strategy_.levers.size(); ++i) {
    // A customer may have several: first everybody's first, then everybody's second.
    for (std::size_t end = scratch.ends[i]; end > begin;) {
      end = take_round(scratch, begin, end);
      const Granted round{scratch.round.places, scratch.round.numbers};
      part.granted[i] -= make_round(part, i, round, first, worker, moment);
    }
    begin = scratch.ends[i];
    for (; ask != asks_.end() && ask->lever == i; ++ask) {
      if (!(static_cast<double>(part.crowd.first_day()) < moment.day)) continue;
      const Granted round{find_asked(part, *ask, scratch), {&ask->number, 1}};
      part.granted[i] -= make_round(part, i, round, first, worker, moment);
    }
    // What was set aside for contacts that were not made.
    const auto unused = static_cast<Money>(std::exchange(part.granted[i], 0));
    const PlannedLever& lever = strategy_.levers[i];
    part.outbox.given_back[i] += unused * (lever.set_aside_contact + lever.set_aside_redemption);
  }
}

/// Moves the first contact of each customer out of [begin, end); the end of what is left.
std::size_t CoupledRun::take_round(Scratch& scratch, std::size_t begin, std::size_t end) {
  Contacts& granted = scratch.granted;
  Contacts& round = scratch.round;
  round.places.clear();
  round.numbers.clear();
  std::size_t left = begin;
  for (std::size_t i = begin; i < end; ++i) {
    if (!round.places.empty() && round.places.back() == granted.places[i]) {
      granted.places[left] = granted.places[i];
      granted.numbers[left++] = granted.numbers[i];
      continue;
    }
    round.places.push_back(granted.places[i]);
    round.numbers.push_back(granted.numbers[i]);
  }
  return left;
}

/// Whom a weekly lever asks for, which everybody of them gets.
std::span<const std::uint32_t> CoupledRun::find_asked(const Part& part, const WeeklyAsk& ask,
                                                      Scratch& scratch) const {
  const auto found = places_from(part.crowd.asked_until, round_down(ask.day), scratch.due);
  if (weekly_alike_) return found;
  const auto end = std::remove_if(
      scratch.due.begin(), scratch.due.begin() + std::ssize(found),
      [&](std::uint32_t place) { return !asked_for(ask, part.crowd.cards[place].seen()); });
  return {scratch.due.begin(), end};
}

/// A contact of the lever with each of some customers; nothing comes of most of them, and no life
/// is set up for those. Their number.
std::size_t CoupledRun::make_round(Part& part, std::size_t position, const Granted& round,
                                   std::size_t first, std::size_t worker, const Moment& moment) {
  Scratch& scratch = scratch_[worker];
  ContactsOfLever contacts;
  contacts.seed = work_.context.seed;
  contacts.run = run_.run;
  contacts.first = static_cast<std::uint32_t>(first);
  contacts.rules = &work_.context.rules;
  contacts.strategy = &strategy_;
  contacts.position = position;
  contacts.day = moment.day;
  contacts.tick = barrier_tick_;
  const std::size_t made = contact_many(contacts, round, part.crowd, strategy_.reach.size(),
                                        scratch.counts.of(position), scratch.replies);
  for (const Reply& reply : scratch.replies) {
    follow_up(part, position, reply, first, worker, moment);
  }
  return made;
}

void CoupledRun::follow_up(Part& part, std::size_t position, const Reply& reply, std::size_t first,
                           std::size_t worker, const Moment& moment) {
  const auto customer = static_cast<std::uint32_t>(first + reply.place);
  CustomerState state = part.crowd.load(reply.place);
  OrderDraws draws;
  aim(draws, state, customer, 0);
  Life life(run_, tallies_[worker], &part.outbox, state, customer, draws);
  const bool moved = life.follow_up(Request(customer, reply.number, position), moment, reply.words,
                                    static_cast<double>(reply.fatigue), reply.tier);
  part.crowd.save(reply.place, state);
  if (!moved) return;
  part.crowd.own[reply.place] = round_down(life.next_of_its_own());
  part.crowd.contact[reply.place] = 0.0F;  // it may have become a member: to be looked at again
}

/// Levers whose contacts in the spell table the customer gets after its last order, as things
/// stand: not those for members of what it is none of.
unsigned CoupledRun::spelled_for(const ContactState& seen, unsigned may) const {
  unsigned spelled = may & strategy_.spell.open_to(seen);
  for (unsigned left = spelled & for_members_; left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    if ((strategy_.levers[i].members_of & seen.responded) == 0) spelled &= ~(1U << i);
  }
  return spelled;
}

/// Asks for the contacts of [from, until) of a customer who does nothing else in that time, and
/// finds the next; false where that takes more.
bool CoupledRun::ask_alone(Part& part, std::size_t first, std::size_t place, double from,
                           double until) const {
  const ContactState seen = part.crowd.cards[place].seen();
  const SpellTable& spell = strategy_.spell;
  const unsigned may =
      strategy_.reach[seen.region] & run_.open & ~static_cast<unsigned>(strategy_.weekly);
  const unsigned spelled = spelled_for(seen, may);
  if ((spelled & at_once_) != 0) return false;
  double next = kNoContact;
  for (unsigned left = may & spell.also(seen); left != 0; left &= left - 1) {
    const auto i = static_cast<std::size_t>(std::countr_zero(left));
    const double day = next_contact(strategy_.levers[i], seen, from, 0).day;
    if (day < until) return false;
    next = std::min(next, day);
  }
  const auto last = static_cast<double>(seen.last_order);
  std::size_t i = from <= last ? 0 : spell.first_from(last, from);
  for (; i < spell.contacts.size(); ++i) {
    const SpellContact& contact = spell.contacts[i];
    if (((spelled >> contact.lever) & 1U) == 0) continue;
    const double day = last + contact.after;
    if (day >= until) {
      next = std::min(next, day);
      break;
    }
    if (!admissible(contact.number, contact.lever, seen, day)) continue;
    part.outbox.raise(
        Request(static_cast<std::uint32_t>(first + place), contact.number, contact.lever));
  }
  part.crowd.contact[place] = round_down(next);
  return true;
}

}  // namespace tenure::simulator
