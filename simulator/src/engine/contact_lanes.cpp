#include "engine/contact_lanes.hpp"

#include "draws/fixed_targets.hpp"
#include "engine/life.hpp"

#include <cmath>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/contact_lanes.cpp"
#include <hwy/foreach_target.h>
// Highway's own headers, and the lanes, come after foreach_target.
#include "draws/lanes-inl.hpp"

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace tenure::simulator {
namespace HWY_NAMESPACE {

#if HWY_TARGET == HWY_SCALAR

std::size_t MakeContacts(const ContactsOfLever& contacts, const Granted& granted, Crowd& crowd,
                         std::size_t regions, std::uint32_t* counts, std::vector<Reply>& replies) {
  const PlannedLever& lever = contacts.lever();
  std::size_t made = 0;
  for (std::size_t i = 0; i < granted.places.size(); ++i) {
    const std::uint32_t place = granted.places[i];
    const std::uint32_t number = granted.numbers[granted.numbers.size() > 1 ? i : 0];
    const std::size_t at = lever.steps.size() > 1 ? number : 0;
    const PlannedStep& step = lever.steps[at];
    ContactCard& card = crowd.cards[place];
    ContactState seen = card.seen();
    double fatigue = 0.0;
    if (!admit_contact(*contacts.rules, *contacts.strategy, contacts.position, step.direct,
                       contacts.day, contacts.tick, seen, fatigue)) {
      continue;
    }
    card.remember(seen);
    const customers::Tier tier = tier_on(seen, contacts.day);
    ++counts[(at * regions + seen.region) * kCubeTiers + static_cast<std::size_t>(tier)];
    ++made;
    const auto words =
        first_block(contacts.seed, {Purpose::kLever, contacts.run, contacts.first + place,
                                    contact_event(lever.index, seen.orders, number)});
    const bool answers =
        (words[0] >> 8U) < step.uptake_words && lever.may_answer(card.active(contacts.day));
    const bool complains =
        static_cast<double>(unit_uniform(words[1])) < contacts.rules->complaint * fatigue;
    if (!answers && !complains) continue;
    replies.push_back({place, number, tier, static_cast<float>(fatigue), words});
  }
  return made;
}

#else

using FloatMask = hn::Mask<FloatTag>;

/// Customers, as many as a vector has lanes.
struct Group {
  Floats first_order, last_order, leave_day;
  WordVec placed, recent, tired, answered;
};

HWY_INLINE Group LoadGroup(const std::vector<ContactCard>& cards, WordVec places) {
  const FloatTag d;
  const std::uint32_t* rows = cards.front().words.data();
  const Ints row = hn::BitCast(IntTag(), hn::ShiftLeft<1>(places));
  const Columns<std::uint32_t> low = LoadColumns(rows, row);
  const Columns<std::uint32_t> high = LoadColumns(rows, hn::Add(row, hn::Set(IntTag(), 1)));
  return {hn::BitCast(d, low.c0),
          hn::BitCast(d, low.c1),
          hn::BitCast(d, high.c2),
          low.c2,
          low.c3,
          high.c0,
          high.c1};
}

HWY_INLINE Floats ToFloats(WordVec small) {
  return hn::ConvertTo(FloatTag(), hn::BitCast(IntTag(), small));
}

HWY_INLINE WordVec ToWords(Floats numbers) {
  return hn::BitCast(WordTag(), hn::ConvertTo(IntTag(), numbers));
}

HWY_INLINE FloatMask AnyBit(WordVec words, std::uint32_t bits) {
  const WordTag dw;
  const auto found = hn::And(words, hn::Set(dw, bits));
  return hn::RebindMask(FloatTag(), hn::Ne(found, hn::Zero(dw)));
}

/// tier_on.
HWY_INLINE WordVec TierOf(const Group& group, const TierDays& days) {
  const FloatTag d;
  const WordTag dw;
  const IntTag di;
  const auto tier = [&](customers::Tier t) { return hn::Set(dw, static_cast<std::uint32_t>(t)); };
  const auto words = [&](auto mask) { return hn::RebindMask(dw, mask); };
  const auto orders = hn::BitCast(di, hn::And(group.placed, hn::Set(dw, ContactCard::kOrders)));
  const auto few = hn::Lt(orders, hn::Set(di, static_cast<std::int32_t>(kMatureOrders)));
  const auto is_new = hn::Gt(group.first_order, hn::Set(d, days.known));
  WordVec found =
      hn::IfThenElse(words(few), tier(customers::Tier::kGrowth), tier(customers::Tier::kMature));
  found = hn::IfThenElse(words(is_new), tier(customers::Tier::kNew), found);
  found = hn::IfThenElse(words(AnyBit(group.placed, ContactCard::kWarning)),
                         tier(customers::Tier::kChurnWarning), found);
  found = hn::IfThenElse(words(hn::Le(group.last_order, hn::Set(d, days.silent))),
                         tier(customers::Tier::kSilent), found);
  return hn::IfThenElse(words(hn::Le(group.last_order, hn::Set(d, days.lost))),
                        tier(customers::Tier::kLost), found);
}

/// eligible; `direct` are bits by step.
HWY_INLINE FloatMask Eligible(const PlannedLever& lever, std::uint32_t direct, WordVec step,
                              const Group& group, WordVec tier) {
  const WordTag dw;
  const IntTag di;
  const FloatTag d;
  const auto orders = hn::BitCast(di, hn::And(group.placed, hn::Set(dw, ContactCard::kOrders)));
  const auto over = static_cast<std::int32_t>(std::min(lever.min_orders, kMaxOrders + 1)) - 1;
  FloatMask may = hn::RebindMask(d, hn::Gt(orders, hn::Set(di, over)));
  if (direct != 0) {
    const auto off = AnyBit(group.placed, ContactCard::kUnsubscribed);
    may = hn::AndNot(hn::And(off, AnyBit(hn::Shr(hn::Set(dw, direct), step), 1U)), may);
  }
  if (lever.members_of != 0) may = hn::And(may, AnyBit(group.answered, lever.members_of));
  if (lever.tiers != 0xFF) {
    const auto bits = hn::Shr(hn::Set(dw, std::uint32_t{lever.tiers}), tier);
    may = hn::And(may, AnyBit(bits, 1U));
  }
  return may;
}

/// The frequency cap's part of ruled_out; `age` is a tick more than has passed.
HWY_INLINE FloatMask Capped(const ContactRules& rules, const Group& group, Floats age) {
  const FloatTag d;
  const WordTag dw;
  const auto cap = static_cast<int>(rules.cap_contacts);
  const auto before = hn::ShiftRightSame(group.recent, ContactCard::kContacted + 4 * (cap - 1));
  WordVec pauses = hn::Zero(dw);
  FloatMask longer = hn::FirstN(d, 0);
  for (int i = 0; i + 1 < cap; ++i) {
    const auto pause =
        hn::And(hn::ShiftRightSame(group.tired, ContactCard::kPause * (i + 1)), hn::Set(dw, 255U));
    pauses = hn::Add(pauses, pause);
    longer = hn::Or(longer, hn::RebindMask(d, hn::Eq(pause, hn::Set(dw, 255U))));
  }
  const auto span = hn::Add(age, hn::Mul(ToFloats(pauses), hn::Set(d, rules.pause_unit)));
  const auto soon = hn::Lt(span, hn::Set(d, rules.cap_ticks));
  return hn::AndNot(longer, hn::And(soon, AnyBit(before, 15U)));
}

/// ruled_out by an exclusion.
HWY_INLINE FloatMask Excluded(const ContactRules& rules, const PlannedLever& lever,
                              const Group& group, Floats age) {
  const FloatTag d;
  const WordTag dw;
  const auto days = hn::Set(d, rules.days_per_tick);
  // The smallest float that is not under the days.
  const auto limit = hn::Set(d, -float_not_over(-lever.exclusion_days));
  FloatMask looking = hn::Not(hn::FirstN(d, 0));
  FloatMask excluded = hn::FirstN(d, 0);
  for (int i = 0; i < static_cast<int>(kRememberedContacts); ++i) {
    const auto who = hn::And(hn::ShiftRightSame(group.recent, ContactCard::kContacted + 4 * i),
                             hn::Set(dw, 15U));
    looking = hn::AndNot(hn::RebindMask(d, hn::Eq(who, hn::Zero(dw))), looking);
    if (i > 0) {
      const auto pause =
          hn::And(hn::ShiftRightSame(group.tired, ContactCard::kPause * i), hn::Set(dw, 255U));
      looking = hn::AndNot(hn::RebindMask(d, hn::Eq(pause, hn::Set(dw, 255U))), looking);
      age = hn::Add(age, hn::Mul(ToFloats(pause), hn::Set(d, rules.pause_unit)));
    }
    looking = hn::And(looking, hn::Lt(hn::Mul(age, days), limit));
    // Position + 1 is at least 1 where there is a contact to look at.
    const auto bits = hn::Shr(hn::Set(dw, std::uint32_t{lever.excludes} << 1U), who);
    excluded = hn::Or(excluded, hn::And(looking, AnyBit(bits, 1U)));
  }
  return excluded;
}

/// What a contact finds and leaves in its customer's memory.
struct Memory {
  FloatMask ruled_out;
  Floats fatigue;  ///< before it, in sixteenths
  WordVec recent, tired;
};

HWY_INLINE Memory Remember(const ContactsOfLever& contacts, const Group& group) {
  const FloatTag d;
  const WordTag dw;
  const IntTag di;
  const ContactRules& rules = *contacts.rules;
  const auto now = hn::Set(di, std::int32_t{contacts.tick});
  const auto last = hn::BitCast(di, hn::And(group.recent, hn::Set(dw, 0xFFFFU)));
  const auto passed = hn::Max(hn::Sub(now, last), hn::Zero(di));
  const auto age = hn::ConvertTo(d, hn::Add(passed, hn::Set(di, 1)));
  Memory memory;
  memory.ruled_out = rules.cap_contacts > 0 ? Capped(rules, group, age) : hn::FirstN(d, 0);
  if (contacts.lever().excludes != 0) {
    memory.ruled_out = hn::Or(memory.ruled_out, Excluded(rules, contacts.lever(), group, age));
  }
  const auto ticks = static_cast<std::int32_t>(rules.fatigue_left.size());
  const auto inside = hn::Lt(passed, hn::Set(di, ticks));
  const auto left =
      hn::GatherIndex(d, rules.fatigue_left.data(), hn::IfThenElseZero(inside, passed));
  const auto tired = hn::And(group.tired, hn::Set(dw, 255U));
  memory.fatigue = hn::IfThenElseZero(hn::RebindMask(d, inside), hn::Mul(ToFloats(tired), left));
  const auto most = hn::Set(d, 255.0F);
  const auto pause = ToWords(hn::Min(most, hn::Mul(age, hn::Set(d, rules.per_pause_unit))));
  const auto more = ToWords(hn::Min(most, hn::Add(memory.fatigue, hn::Set(d, 16.5F))));
  const auto pauses =
      hn::ShiftLeft<ContactCard::kPause>(hn::AndNot(hn::Set(dw, 255U), group.tired));
  memory.tired = hn::Or(pauses, hn::Or(hn::ShiftLeft<ContactCard::kPause>(pause), more));
  const auto who = static_cast<std::uint32_t>(contacts.position + 1) << ContactCard::kContacted;
  const auto others = hn::ShiftLeft<4>(hn::AndNot(hn::Set(dw, 0xFFFFU), group.recent));
  memory.recent = hn::Or(others, hn::Set(dw, who | contacts.tick));
  return memory;
}

HWY_INLINE std::uint32_t BitsOf(FloatMask mask) {
  std::uint8_t bytes[8] = {};
  hn::StoreMaskBits(FloatTag(), mask, bytes);
  return static_cast<std::uint32_t>(bytes[0]) | static_cast<std::uint32_t>(bytes[1]) << 8U;
}

/// A lever's schedule, by step.
struct Steps {
  explicit Steps(const PlannedLever& lever) : ladder(lever.steps.size() > 1) {
    for (std::size_t i = 0; i < lever.steps.size(); ++i) {
      uptake_words[i] = lever.steps[i].uptake_words;
      if (lever.steps[i].direct) direct |= 1U << i;
    }
  }
  bool ladder;
  std::uint32_t direct = 0;
  std::array<std::uint32_t, kMaxSteps> uptake_words{};

  HWY_INLINE WordVec uptake(WordVec step) const {
    const WordTag dw;
    if (!ladder) return hn::Set(dw, uptake_words[0]);
    return hn::GatherIndex(dw, uptake_words.data(), hn::BitCast(IntTag(), step));
  }
};

/// True where something may come of a contact.
HWY_INLINE FloatMask MayReply(const ContactsOfLever& contacts, const Block& words, WordVec uptake,
                              Floats leave_day, Floats fatigue) {
  const FloatTag d;
  const IntTag di;
  const auto drawn = hn::BitCast(di, hn::ShiftRight<8>(words.w0));
  FloatMask replies = hn::RebindMask(d, hn::Lt(drawn, hn::BitCast(di, uptake)));
  if (!contacts.lever().may_answer(false)) {
    replies = hn::And(replies, hn::Gt(leave_day, hn::Set(d, float_not_over(contacts.day))));
  }
  if (contacts.rules->complaint == 0.0) return replies;
  // A little more than the probability: who follows up looks again, in double.
  const auto at_most = static_cast<float>(contacts.rules->complaint) * 1.000001F;
  const auto complains = hn::Lt(UnitUniform(words.w1), hn::Mul(fatigue, hn::Set(d, at_most)));
  return hn::Or(replies, complains);
}

/// The contacts of one call, vector by vector.
struct Contacts {
  const ContactsOfLever& what;
  Crowd& crowd;
  std::size_t regions;
  std::uint32_t* counts;
  std::vector<Reply>& replies;
  PhiloxKey key{what.seed, Purpose::kLever, what.run};
  TierDays days{what.day};
  Steps steps{what.lever()};

  /// The first `count` of the lanes; the number of contacts made.
  HWY_INLINE std::size_t Make(WordVec places, WordVec numbers, std::size_t count) {
    const FloatTag d;
    const WordTag dw;
    const Group group = LoadGroup(crowd.cards, places);
    const WordVec tier = TierOf(group, days);
    const WordVec step = steps.ladder ? numbers : hn::Zero(dw);
    FloatMask made =
        hn::And(Eligible(what.lever(), steps.direct, step, group, tier), hn::FirstN(d, count));
    Memory memory{hn::FirstN(d, 0), hn::Zero(d), group.recent, group.tired};
    if (what.strategy->remembers) memory = Remember(what, group);
    made = hn::AndNot(memory.ruled_out, made);
    const std::uint32_t bits = BitsOf(made);
    if (bits == 0) return 0;
    Count(places, step, group.placed, tier, memory, bits);
    const auto orders = hn::ShiftLeft<12>(hn::And(group.placed, hn::Set(dw, 0xFFFU)));
    const auto number = hn::And(numbers, hn::Set(dw, 0xFFFU));
    const auto lever = hn::Set(dw, contact_event(what.lever().index, 0, 0));
    const Block words = Philox(hn::Or(lever, hn::Or(orders, number)),
                               hn::Add(places, hn::Set(dw, what.first)), key);
    const Floats fatigue = hn::Mul(memory.fatigue, hn::Set(d, 0.0625F));
    const FloatMask may = MayReply(what, words, steps.uptake(step), group.leave_day, fatigue);
    const std::uint32_t chosen = bits & BitsOf(may);
    if (chosen != 0) AddReplies(words, fatigue, tier, places, numbers, chosen);
    return static_cast<std::size_t>(std::popcount(bits));
  }

  HWY_INLINE void Count(WordVec places, WordVec step, WordVec placed, WordVec tier,
                        const Memory& memory, std::uint32_t bits) {
    const WordTag dw;
    const auto region = hn::And(hn::ShiftRight<ContactCard::kRegion>(placed), hn::Set(dw, 255U));
    const auto row =
        hn::Add(hn::Mul(step, hn::Set(dw, static_cast<std::uint32_t>(regions))), region);
    const auto cell = hn::Add(hn::Mul(row, hn::Set(dw, std::uint32_t{kCubeTiers})), tier);
    HWY_ALIGN std::uint32_t cells[kMostLanes];
    HWY_ALIGN std::uint32_t who[kMostLanes];
    HWY_ALIGN std::uint32_t recent[kMostLanes];
    HWY_ALIGN std::uint32_t tired[kMostLanes];
    hn::Store(cell, dw, cells);
    hn::Store(places, dw, who);
    hn::Store(memory.recent, dw, recent);
    hn::Store(memory.tired, dw, tired);
    for (; bits != 0; bits &= bits - 1) {
      const auto i = static_cast<std::size_t>(std::countr_zero(bits));
      ++counts[cells[i]];
      ContactCard& card = crowd.cards[who[i]];
      card.words[ContactCard::kRecent] = recent[i];
      card.words[ContactCard::kTired] = tired[i];
    }
  }

  HWY_NOINLINE void AddReplies(const Block& words, Floats fatigue, WordVec tier, WordVec places,
                               WordVec numbers, std::uint32_t bits) {
    const WordTag dw;
    HWY_ALIGN std::uint32_t w[4 * kMostLanes];
    HWY_ALIGN std::uint32_t who[4 * kMostLanes];
    hn::StoreInterleaved4(words.w0, words.w1, words.w2, words.w3, dw, w);
    hn::StoreInterleaved4(places, numbers, tier, hn::BitCast(dw, fatigue), dw, who);
    for (; bits != 0; bits &= bits - 1) {
      const auto i = static_cast<std::size_t>(4 * std::countr_zero(bits));
      crowd.fetch_rest(who[i]);
      replies.push_back({who[i],
                         who[i + 1],
                         static_cast<customers::Tier>(who[i + 2]),
                         std::bit_cast<float>(who[i + 3]),
                         {w[i], w[i + 1], w[i + 2], w[i + 3]}});
    }
  }
};

std::size_t MakeContacts(const ContactsOfLever& what, const Granted& granted, Crowd& crowd,
                         std::size_t regions, std::uint32_t* counts, std::vector<Reply>& replies) {
  Contacts contacts{what, crowd, regions, counts, replies};
  const std::size_t n = granted.places.size();
  const std::uint32_t* places = granted.places.data();
  const bool alike = granted.numbers.size() == 1;
  const WordVec number = hn::Set(WordTag(), granted.numbers.front());
  const auto fetch = [&](std::size_t from) {
    for (std::size_t i = from; i < std::min(n, from + kMostLanes); ++i) {
      __builtin_prefetch(&crowd.cards[places[i]], 1);
    }
  };
  constexpr std::size_t kAhead = 64;  // customers
  for (std::size_t i = 0; i < kAhead; i += kMostLanes) fetch(i);
  std::size_t made = 0;
  for (std::size_t i = 0; i < n; i += kMostLanes) {
    fetch(i + kAhead);
    const std::size_t count = std::min(kMostLanes, n - i);
    const WordVec numbers = alike ? number : LoadUpTo(count, granted.numbers.data() + i);
    made += contacts.Make(LoadUpTo(count, places + i), numbers, count);
  }
  return made;
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace tenure::simulator
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace tenure::simulator {

HWY_EXPORT(MakeContacts);

std::size_t contact_many(const ContactsOfLever& contacts, const Granted& granted, Crowd& crowd,
                         std::size_t regions, std::span<std::uint32_t> counts,
                         std::vector<Reply>& replies) {
  replies.clear();
  if (granted.places.empty()) return 0;
  return HWY_DYNAMIC_DISPATCH(MakeContacts)(contacts, granted, crowd, regions, counts.data(),
                                            replies);
}

}  // namespace tenure::simulator
#endif
