#include "engine/contact_lanes.hpp"

#include "draws/order_draw.hpp"
#include "draws/unit_draws.hpp"
#include "engine/life.hpp"
#include "every_target.hpp"

#include <tenure/core/random.hpp>

#include <gtest/gtest.h>

#include <tuple>

namespace tenure::simulator::test {
namespace {

constexpr std::uint64_t kSeed = 7;
constexpr std::uint32_t kFirst = 5000;
constexpr double kDay = 400.0;
constexpr std::uint16_t kTick = 14000;
constexpr std::size_t kRegions = 3;

/// Customers who differ in all that a contact looks at.
Crowd mixed_crowd(std::size_t size) {
  Crowd crowd;
  RandomStream stream(1, {Purpose::kTest, 0, 0, 0});
  const auto below = [&](std::uint32_t n) { return stream.next_u32() % n; };
  for (std::size_t i = 0; i < size; ++i) {
    CustomerState state;
    ObservableState& seen = state.seen;
    seen.first_order = static_cast<float>(below(400));
    seen.last_order = seen.first_order + static_cast<float>(below(400 - 1)) * 0.25F;
    seen.orders = 1 + below(9);
    seen.region = below(kRegions);
    seen.unsubscribed = below(8) == 0 ? 1 : 0;
    seen.warning = below(4) == 0 ? 1 : 0;
    seen.last_contact = static_cast<std::uint16_t>(kTick - below(700));
    seen.contacted = static_cast<std::uint16_t>(below(0x1000));
    seen.fatigue = static_cast<std::uint8_t>(below(256));
    for (auto& pause : seen.pauses)
      pause = static_cast<std::uint8_t>(below(4) == 0 ? 255 : below(90));
    seen.responded = static_cast<std::uint16_t>(below(4));
    state.latent.leave_day = below(3) == 0 ? 100.0F : kNever;
    crowd.add(state, kNever, kNever);
  }
  return crowd;
}

ContactRules strict_rules() {
  ContactRules rules;
  for (int tick = 0; tick < 600; ++tick) {
    rules.fatigue_left.push_back(1.0F / (1.0F + 0.01F * static_cast<float>(tick)));
  }
  rules.complaint = 0.02;
  rules.cap_contacts = 3;
  rules.cap_ticks = 250.0F;
  rules.pause_unit = 1.3F;
  rules.per_pause_unit = 1.0F / 1.3F;
  rules.days_per_tick = 0.028F;
  return rules;
}

/// A ladder of two steps for members, with an exclusion, after a plain lever for all.
PlannedStrategy two_levers() {
  PlannedStrategy strategy;
  strategy.remembers = true;
  PlannedStep step;
  step.uptake_words = 1U << 21U;
  PlannedLever plain;
  plain.index = 4;
  plain.steps = {step};
  PlannedLever ladder;
  ladder.index = 2;
  ladder.steps = {step, step};
  ladder.steps[1].uptake_words = 1U << 23U;
  ladder.steps[1].direct = false;
  ladder.members_of = 1;
  ladder.min_orders = 2;
  ladder.tiers = 0b011011;
  ladder.excludes = 0b101;
  ladder.exclusion_days = 3.0;
  ladder.reactivation = 0.5;
  strategy.levers = {plain, ladder};
  return strategy;
}

/// What the contacts come to, one after the other.
struct Result {
  std::size_t made = 0;
  std::vector<std::uint32_t> counts = std::vector<std::uint32_t>(2 * kRegions * kCubeTiers, 0);
  std::vector<std::tuple<std::uint32_t, std::uint32_t, customers::Tier, float,
                         std::array<std::uint32_t, 4>>>
      replies;
  std::vector<std::array<std::uint32_t, ContactCard::kWords>> cards;

  void take_cards(const Crowd& crowd) {
    for (const ContactCard& card : crowd.cards) cards.push_back(card.words);
  }
  friend bool operator==(const Result&, const Result&) = default;
};

Result one_by_one(const ContactsOfLever& what, const Granted& granted, Crowd crowd) {
  Result result;
  const PlannedLever& lever = what.lever();
  for (std::size_t i = 0; i < granted.places.size(); ++i) {
    const std::uint32_t place = granted.places[i];
    const std::uint32_t number = granted.numbers[granted.numbers.size() > 1 ? i : 0];
    const std::size_t step = lever.steps.size() > 1 ? number : 0;
    ContactState seen = crowd.cards[place].seen();
    double fatigue = 0.0;
    if (!admit_contact(*what.rules, *what.strategy, what.position, lever.steps[step].direct, kDay,
                       kTick, seen, fatigue)) {
      continue;
    }
    crowd.cards[place].remember(seen);
    ++result.made;
    const customers::Tier tier = tier_on(seen, kDay);
    ++result.counts[(step * kRegions + seen.region) * kCubeTiers + static_cast<std::size_t>(tier)];
    const auto words = first_block(kSeed, {Purpose::kLever, 3, kFirst + place,
                                           contact_event(lever.index, seen.orders, number)});
    const bool answers = (words[0] >> 8U) < lever.steps[step].uptake_words &&
                         lever.may_answer(crowd.cards[place].active(kDay));
    const bool complains =
        static_cast<double>(unit_uniform(words[1])) < what.rules->complaint * fatigue;
    if (!answers && !complains) continue;
    result.replies.emplace_back(place, number, tier, static_cast<float>(fatigue), words);
  }
  result.take_cards(crowd);
  return result;
}

Result in_lanes(const ContactsOfLever& what, const Granted& granted, Crowd crowd) {
  Result result;
  std::vector<Reply> replies;
  result.made = contact_many(what, granted, crowd, kRegions, result.counts, replies);
  for (const Reply& reply : replies) {
    result.replies.emplace_back(reply.place, reply.number, reply.tier, reply.fatigue, reply.words);
  }
  result.take_cards(crowd);
  return result;
}

class ContactLanes : public ::testing::Test {
 protected:
  ContactLanes() {
    for (std::uint32_t place = 0; place < crowd_.size(); place += 1 + place % 3) {
      places_.push_back(place);
      numbers_.push_back(place % 2);
    }
  }
  ContactsOfLever contacts_of(std::size_t position) const {
    ContactsOfLever what;
    what.seed = kSeed;
    what.run = 3;
    what.first = kFirst;
    what.rules = &rules_;
    what.strategy = &strategy_;
    what.position = position;
    what.day = kDay;
    what.tick = kTick;
    return what;
  }

  Crowd crowd_ = mixed_crowd(5001);
  ContactRules rules_ = strict_rules();
  PlannedStrategy strategy_ = two_levers();
  std::vector<std::uint32_t> places_;
  std::vector<std::uint32_t> numbers_;
};

TEST_F(ContactLanes, DoWhatOneContactAfterTheOtherDoesOnEveryInstructionSet) {
  for (const std::size_t position : {0U, 1U}) {
    const ContactsOfLever what = contacts_of(position);
    const Result expected = one_by_one(what, {places_, numbers_}, crowd_);
    // Not everybody is in reach, and of some contacts something may come.
    EXPECT_GT(expected.made, 100U);
    EXPECT_LT(expected.made, places_.size());
    EXPECT_GT(expected.replies.size(), 20U);
    on_every_target([&] { EXPECT_EQ(in_lanes(what, {places_, numbers_}, crowd_), expected); });
  }
}

TEST_F(ContactLanes, MayShareANumberAndAreAsManyAsAsked) {
  const std::uint32_t number = 4321;
  for (const std::size_t count : {1U, 3U, 16U, 21U}) {
    const Granted granted{std::span(places_).first(count), {&number, 1}};
    const ContactsOfLever what = contacts_of(0);
    const Result expected = one_by_one(what, granted, crowd_);
    on_every_target([&] { EXPECT_EQ(in_lanes(what, granted, crowd_), expected); });
  }
  std::vector<Reply> replies(1);
  EXPECT_EQ(contact_many(contacts_of(0), {}, crowd_, kRegions, {}, replies), 0U);
  EXPECT_TRUE(replies.empty());
}

TEST_F(ContactLanes, ForgetWhereNothingIsRemembered) {
  strategy_.remembers = false;
  const Result found = in_lanes(contacts_of(0), {places_, numbers_}, crowd_);
  EXPECT_EQ(found, one_by_one(contacts_of(0), {places_, numbers_}, crowd_));
  Result before;
  before.take_cards(crowd_);
  EXPECT_EQ(found.cards, before.cards);
}

TEST(Crowd, KeepsWholeStatesInTwoParts) {
  const Crowd crowd = mixed_crowd(40);
  Crowd copy;
  for (std::size_t i = 0; i < crowd.size(); ++i) {
    CustomerState state = crowd.load(i);
    state.latent.rate = static_cast<float>(i);
    state.latent.next_order = 3.0F;
    state.seen.spend = 5.0F;
    state.seen.responded_at[9] = 77;
    copy.add(state, 20.0F - static_cast<float>(i % 20), 0.0F);
    const CustomerState loaded = copy.load(i);
    EXPECT_EQ(loaded.latent.rate, static_cast<float>(i));
    EXPECT_EQ(loaded.latent.next_order, 3.0F);
    EXPECT_EQ(loaded.latent.leave_day, state.latent.leave_day);
    EXPECT_EQ(loaded.seen.spend, 5.0F);
    EXPECT_EQ(loaded.seen.responded_at[9], 77);
    EXPECT_EQ(copy.cards[i].words[ContactCard::kPlaced],
              crowd.cards[i].words[ContactCard::kPlaced]);
    EXPECT_EQ(loaded.seen.orders, state.seen.orders);
    EXPECT_EQ(loaded.seen.region, state.seen.region);
  }
  EXPECT_EQ(copy.first_day(), 1.0F);
}

}  // namespace
}  // namespace tenure::simulator::test
