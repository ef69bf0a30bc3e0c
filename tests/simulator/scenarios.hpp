#pragma once

#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/scenario.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <vector>

/// Scenarios of the tests, built in code.
namespace tenure::simulator::test {

/// BG/NBD of the CDNOW sample, Fader, Hardie, Lee (2005), weeks; Gamma-Gamma of the same, Fader and
/// Hardie (2013).
inline LifetimeModel cdnow_model() {
  LifetimeModel model;
  model.orders = {0.2426, 4.4136, 0.7929, 2.4259};
  model.spend = {6.25, 3.74, 15.44};
  model.days_per_unit = 7.0;
  return model;
}

/// New customers of one region, and one strategy without effect: levers are added by the test.
inline Scenario new_customers(const LifetimeModel& model, std::uint64_t customers,
                              std::uint32_t replications, double horizon_days) {
  Scenario scenario;
  scenario.gross_margin = 0.5;
  scenario.horizon_days = horizon_days;
  scenario.replications = replications;
  scenario.population.customers = customers;
  scenario.population.regions.push_back({"everywhere", 1.0, model});
  LeverSpec never;
  never.name = "never";
  never.trigger.days_idle = 1e6;
  scenario.levers.push_back(never);
  scenario.strategies.push_back({"never", {0}});
  return scenario;
}

/// n customers with the same history.
inline ExistingCustomers same_customers(const LifetimeModel& model, std::size_t n, double x,
                                        double t_x, double age) {
  ExistingCustomers existing;
  existing.model = model;
  existing.frequency.assign(n, x);
  existing.recency.assign(n, t_x);
  existing.age.assign(n, age);
  existing.spend_frequency.assign(n, x);
  existing.mean_value.assign(n, x > 0.0 ? 30.0 : 0.0);
  return existing;
}

/// A model under which nobody orders again: what levers do on their own.
inline LifetimeModel silent_model() {
  LifetimeModel model;
  model.orders = {1e-4, 1e9, 1.0, 1.0};
  model.spend = {6.0, 4.0, 20.0};
  model.days_per_unit = 1.0;
  return model;
}

struct MeanAndError {
  double mean = 0.0;
  double error = 0.0;  ///< standard error of the mean
};

inline MeanAndError mean_and_error(const std::vector<double>& values) {
  const auto n = static_cast<double>(values.size());
  double mean = 0.0;
  for (const double value : values) mean += value / n;
  double squares = 0.0;
  for (const double value : values) squares += (value - mean) * (value - mean);
  return {mean, std::sqrt(squares / (n - 1.0) / n)};
}

/// A figure a customer, one value a replication, of outer draw 0.
template <class Figure>
MeanAndError per_customer(const Outcome& outcome, std::size_t strategy, const Figure& figure) {
  std::vector<double> values;
  for (std::size_t r = 0; r < outcome.replications; ++r) {
    values.push_back(static_cast<double>(figure(outcome.at(strategy, 0, r))) /
                     static_cast<double>(outcome.customers));
  }
  return mean_and_error(values);
}

}  // namespace tenure::simulator::test
