#include "levers/spell.hpp"

#include "engine/plan.hpp"
#include "levers/triggers.hpp"

#include <tuple>

namespace tenure::simulator {

namespace {

using customers::Tier;

void set(std::uint16_t& bits, std::size_t position) {
  bits = static_cast<std::uint16_t>(bits | 1U << position);
}

/// Days from an order to the lever's first contact.
double first_wait(const PlannedLever& lever) {
  double wait = lever.wait;
  if (lever.kind == TriggerKind::kTier && lever.tier == Tier::kSilent) wait += kSilentDays;
  if (lever.kind == TriggerKind::kTier && lever.tier == Tier::kLost) wait += kLostDays;
  return wait;
}

bool fires_after_orders(const PlannedLever& lever) {
  return lever.kind == TriggerKind::kIdle || lever.kind == TriggerKind::kOrder ||
         lever.kind == TriggerKind::kGap || lever.kind == TriggerKind::kTier;
}

/// Whether a lever of the table may fire after order number `order`.
bool fires_after(const PlannedLever& lever, std::size_t order) {
  return lever.kind != TriggerKind::kOrder || lever.order == 0 || lever.order == order;
}

/// Whether a lever of the table may fire where the last order led into `entered`.
bool fires_on_entry(const PlannedLever& lever, std::size_t entered) {
  if (lever.kind != TriggerKind::kTier) return true;
  if (lever.tier == Tier::kSilent || lever.tier == Tier::kLost) return true;
  return static_cast<std::size_t>(lever.tier) == entered;
}

void add_lever(SpellTable& table, const PlannedLever& lever, std::size_t position) {
  set(table.levers, position);
  if (lever.kind == TriggerKind::kGap) set(table.gap, position);
  if (lever.kind == TriggerKind::kIdle) set(table.idle, position);
  if (lever.kind == TriggerKind::kTier && lever.tier == Tier::kGrowth) set(table.grown, position);
  if (lever.kind == TriggerKind::kTier && lever.tier == Tier::kMature) set(table.matured, position);
  for (std::size_t order = 0; order < table.by_order.size(); ++order) {
    if (fires_after(lever, order)) set(table.by_order[order], position);
  }
  for (std::size_t entered = 0; entered < table.by_entered.size(); ++entered) {
    if (fires_on_entry(lever, entered)) set(table.by_entered[entered], position);
  }
  for (std::uint32_t number = 0; number < lever.max_times; ++number) {
    const double after = first_wait(lever) + after_days(lever, number);
    if (!(after <= lever.max_days_idle)) break;
    table.contacts.push_back(
        {after, static_cast<std::uint8_t>(position), static_cast<std::uint8_t>(number)});
  }
}

}  // namespace

SpellTable spell_table(std::span<const PlannedLever> levers) {
  SpellTable table;
  std::size_t orders = 0;
  for (const PlannedLever& lever : levers) {
    if (lever.kind == TriggerKind::kOrder) orders = std::max<std::size_t>(orders, lever.order);
  }
  table.by_order.assign(orders + 2, 0);
  for (std::size_t i = 0; i < levers.size(); ++i) {
    if (fires_after_orders(levers[i])) add_lever(table, levers[i], i);
  }
  std::sort(table.contacts.begin(), table.contacts.end(),
            [](const SpellContact& a, const SpellContact& b) {
              return std::tie(a.after, a.lever, a.number) < std::tie(b.after, b.lever, b.number);
            });
  for (const SpellContact& contact : table.contacts) table.days.push_back(contact.after);
  return table;
}

}  // namespace tenure::simulator
