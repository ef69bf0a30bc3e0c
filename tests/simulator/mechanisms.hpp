#pragma once

#include "scenarios.hpp"

#include <tenure/core/money.hpp>
#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/scenario.hpp>

#include <cstddef>
#include <cstdint>
#include <vector>

/// Small worlds in which one mechanism shows alone.
namespace tenure::simulator::test {

inline constexpr std::int64_t kPeople = 400;

/// New customers who order once, on day 0, and stay silent but active; one lever, "lever", with a
/// contact cost of one unit. Nothing is discounted.
inline Scenario silent_newcomers(double horizon_days) {
  Scenario scenario = new_customers(silent_model(), kPeople, 1, horizon_days);
  LeverSpec& lever = scenario.levers[0];
  lever.name = "lever";
  lever.cost.contact = 1.0;
  scenario.strategies[0].name = "strategy";
  return scenario;
}

/// Contracts with a payment every `period_days`, which nobody leaves: orders at known times.
inline Scenario regular_customers(double period_days, double horizon_days) {
  Scenario scenario = silent_newcomers(horizon_days);
  LifetimeModel& model = scenario.population.regions[0].model;
  model.family = Family::kSbg;
  model.period_days = period_days;
  model.orders.a = 1e-4;
  model.orders.b = 1e7;
  return scenario;
}

/// Contacts of strategy 1 by day: its lever costs one unit a contact and nothing else.
inline std::vector<std::int64_t> contacts_by_day(const Outcome& outcome) {
  std::vector<std::int64_t> contacts;
  for (std::size_t day = 0; day < outcome.days; ++day) {
    contacts.push_back(outcome.day_totals[outcome.days + day].cost / to_money(1.0));
  }
  return contacts;
}

/// Days on which every one of the customers was contacted; fails on any other number but 0.
inline std::vector<int> days_with_contacts(const Outcome& outcome) {
  std::vector<int> days;
  const auto contacts = contacts_by_day(outcome);
  for (std::size_t day = 0; day < contacts.size(); ++day) {
    if (contacts[day] == 0) continue;
    EXPECT_EQ(contacts[day], kPeople) << "day " << day;
    days.push_back(static_cast<int>(day));
  }
  return days;
}

inline const Totals& levered(const Outcome& outcome) { return outcome.at(1, 0, 0); }

}  // namespace tenure::simulator::test
