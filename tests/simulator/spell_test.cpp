#include "levers/spell.hpp"

#include "levers/triggers.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace tenure::simulator::test {
namespace {

using customers::Tier;

PlannedLever lever_of(TriggerKind kind, double wait) {
  PlannedLever lever;
  lever.kind = kind;
  lever.wait = wait;
  lever.max_days_idle = 1000.0;
  lever.steps.resize(1);
  return lever;
}

std::vector<PlannedLever> one_of_each() {
  std::vector<PlannedLever> levers;
  levers.push_back(lever_of(TriggerKind::kIdle, 30.0));
  levers.back().max_times = 4;
  levers.back().repeat_days = 20.0;
  levers.back().per_repeat = 1.0 / 20.0;
  levers.back().max_days_idle = 75.0;  // contacts after 30, 50, 70 days and no more
  levers.push_back(lever_of(TriggerKind::kIdle, 0.0));
  levers.back().steps.resize(3);
  levers.back().max_times = 3;
  for (std::size_t i = 0; i < 3; ++i) levers.back().steps[i].after_days = 3.5 * (1.0 + i);
  levers.push_back(lever_of(TriggerKind::kOrder, 2.0));
  levers.back().order = 3;
  levers.push_back(lever_of(TriggerKind::kOrder, 0.0));
  levers.push_back(lever_of(TriggerKind::kGap, 1.0));
  for (const Tier tier : {Tier::kSilent, Tier::kLost, Tier::kNew, Tier::kGrowth, Tier::kMature}) {
    levers.push_back(lever_of(TriggerKind::kTier, 0.0));
    levers.back().tier = tier;
  }
  return levers;
}

/// The lever's first contact from `from` on, by the table.
double by_table(const SpellTable& table, const ObservableState& seen, std::size_t lever,
                double from) {
  const auto last = static_cast<double>(seen.last_order);
  for (std::size_t i = table.first_from(last, from); i < table.contacts.size(); ++i) {
    if (table.contacts[i].lever == lever) return last + table.contacts[i].after;
  }
  return kNoContact;
}

TEST(SpellTable, TellsTheContactsThatNextContactTells) {
  const std::vector<PlannedLever> levers = one_of_each();
  const SpellTable table = spell_table(levers);
  ObservableState seen;
  seen.first_order = 10.0F;
  seen.last_order = 25.25F;
  int told = 0;
  for (const std::uint32_t orders : {1U, 3U, 6U}) {
    for (const std::uint32_t entered : {2U, 3U, 4U, 5U, 6U}) {
      for (const std::uint32_t warning : {0U, 1U}) {
        seen.orders = orders & 0xFFFFU;
        seen.entered = entered & 7U;
        seen.warning = warning & 1U;
        for (std::size_t i = 0; i < levers.size(); ++i) {
          for (const double from : {25.25, 28.75, 29.0, 80.0, 116.0, 400.0}) {
            const NextContact expected = next_contact(levers[i], seen, from, 0);
            if (((table.also(seen) >> i) & 1U) != 0) continue;  // left to next_contact
            const bool open = ((table.open_to(seen) >> i) & 1U) != 0;
            EXPECT_EQ(open ? by_table(table, seen, i, from) : kNoContact, expected.day)
                << "lever " << i << " from " << from;
            told += open ? 1 : 0;
          }
        }
      }
    }
  }
  EXPECT_GT(told, 500);
}

TEST(SpellTable, LeavesWhoOrderedLastBeforeTheStartToNextContact) {
  const SpellTable table = spell_table(one_of_each());
  ObservableState seen;
  seen.orders = 1;
  seen.last_order = -50.0F;
  // Idle for 30 days before the start: the contact comes on day 0.
  EXPECT_NE(table.also(seen) & 1U, 0U);
  EXPECT_EQ(table.open_to(seen) & 1U, 0U);
}

}  // namespace
}  // namespace tenure::simulator::test
