#include "sample_size.hpp"
#include "scenarios.hpp"

#include <tenure/core/money.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/simulator/engine.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>
#include <string>

// The simulation against closed forms. Each check runs customers of its own, so that the squared
// deviations are independent and their sum is chi-square.
namespace tenure::simulator::test {
namespace {

using tenure::test::kSmaller;
using tenure::test::kWider;

constexpr std::array<double, 10> kWeeks = {2, 4, 8, 13, 20, 26, 39, 52, 78, 104};
/// Quantiles .999 of chi-square.
constexpr double kChiSquare4 = 18.467;
constexpr double kChiSquare10 = 29.588;
constexpr double kRelativeError = 0.005 * kWider;  // what the Monte-Carlo error must stay under
constexpr double kSigmas = 4.0;                    // for single checks: p under 1e-4

constexpr std::uint32_t kReplications = 400 / kSmaller;

double squared_deviation(const MeanAndError& simulated, double expected) {
  const double z = (simulated.mean - expected) / simulated.error;
  return z * z;
}

Execution seeded(std::uint64_t seed) {
  Execution execution;
  execution.seed = seed;
  return execution;
}

/// Customers a replication so that rare events of a short horizon still reach 0.5 %.
std::uint64_t customers_for(double weeks) { return weeks < 6.0 ? 3000 : 1500; }

TEST(BaselineTruth, OrdersMatchTheClosedFormAtTenHorizons) {
  double chi_square = 0.0;
  for (std::size_t i = 0; i < kWeeks.size(); ++i) {
    const Scenario scenario =
        new_customers(cdnow_model(), customers_for(kWeeks[i]), kReplications, 7.0 * kWeeks[i]);
    const Outcome outcome = simulate(seeded(100 + i), scenario);
    const auto orders = per_customer(outcome, 0, [](const Totals& t) { return t.orders; });
    const double expected = bg_nbd_expected_orders(cdnow_model().orders, kWeeks[i]);
    const MeanAndError repeat{orders.mean - 1.0, orders.error};
    EXPECT_LT(repeat.error, kRelativeError * expected) << kWeeks[i] << " weeks";
    chi_square += squared_deviation(repeat, expected);
  }
  RecordProperty("chi_square", std::to_string(chi_square));
  EXPECT_LT(chi_square, kChiSquare10);
}

TEST(BaselineTruth, SurvivalMatchesTheClosedFormAtTenHorizons) {
  double chi_square = 0.0;
  for (std::size_t i = 0; i < kWeeks.size(); ++i) {
    const Scenario scenario = new_customers(cdnow_model(), 1000, kReplications, 7.0 * kWeeks[i]);
    const Outcome outcome = simulate(seeded(200 + i), scenario);
    const auto active = per_customer(outcome, 0, [](const Totals& t) { return t.active; });
    const double expected = bg_nbd_survival(cdnow_model().orders, kWeeks[i]);
    EXPECT_LT(active.error, kRelativeError * expected) << kWeeks[i] << " weeks";
    chi_square += squared_deviation(active, expected);
  }
  RecordProperty("chi_square", std::to_string(chi_square));
  EXPECT_LT(chi_square, kChiSquare10);
}

TEST(BaselineTruth, SpendIsTheGammaGammaMeanAtTenHorizons) {
  double chi_square = 0.0;
  const auto& spend = cdnow_model().spend;
  for (std::size_t i = 0; i < kWeeks.size(); ++i) {
    const Scenario scenario = new_customers(cdnow_model(), 2000, kReplications, 7.0 * kWeeks[i]);
    const Outcome outcome = simulate(seeded(300 + i), scenario);
    const auto revenue =
        per_customer(outcome, 0, [](const Totals& t) { return to_units(t.revenue); });
    // Spend is independent of rate and dropout: orders x mean value.
    const double expected = (1.0 + bg_nbd_expected_orders(cdnow_model().orders, kWeeks[i])) *
                            spend.p * spend.gamma / (spend.q - 1.0);
    EXPECT_LT(revenue.error, kRelativeError * expected) << kWeeks[i] << " weeks";
    chi_square += squared_deviation(revenue, expected);
  }
  RecordProperty("chi_square", std::to_string(chi_square));
  EXPECT_LT(chi_square, kChiSquare10);
}

/// P(an order in (d, 730] days) = E_p[(alpha / (alpha + p d))^r - (alpha / (alpha + p d + W -
/// d))^r] by the midpoint rule over the beta distribution of p, mapped to be smooth at both ends.
double retention(const customers::BgNbdParameters& model, double day) {
  const double d = day / 7.0;
  const double rest = (kRetentionWindowDays - day) / 7.0;
  double total = 0.0;
  double weight = 0.0;
  constexpr int kSteps = 20000;
  for (int i = 0; i < kSteps; ++i) {
    const double u = (i + 0.5) / kSteps * 80.0 - 40.0;  // log odds of p
    const double p = 1.0 / (1.0 + std::exp(-u));
    const double density = std::exp(model.a * std::log(p) + model.b * std::log1p(-p));
    weight += density;
    total += density * (std::pow(model.alpha / (model.alpha + p * d), model.r) -
                        std::pow(model.alpha / (model.alpha + p * d + rest), model.r));
  }
  return total / weight;
}

TEST(BaselineTruth, RetentionMatchesItsIntegralOverTheDropout) {
  const auto model = cdnow_model();
  double chi_square = 0.0;
  for (std::size_t i = 0; i < kRetentionDays.size(); ++i) {
    const Outcome outcome =
        simulate(seeded(400 + i), new_customers(model, 1000, kReplications, 900.0));
    const auto kept = per_customer(outcome, 0, [i](const Totals& t) { return t.retained[i]; });
    chi_square += squared_deviation(kept, retention(model.orders, kRetentionDays[i]));
  }
  RecordProperty("chi_square", std::to_string(chi_square));
  EXPECT_LT(chi_square, kChiSquare4);
}

TEST(ExistingCustomersTruth, OrdersAndSurvivalFollowTheHistory) {
  struct History {
    double x, t_x, age;
  };
  const std::array<History, 5> histories = {
      {{0, 0, 39}, {1, 10, 30}, {3, 30, 39}, {6, 20, 39}, {12, 38, 39}}};
  const auto model = cdnow_model();
  double orders_chi_square = 0.0;
  double alive_chi_square = 0.0;
  for (std::size_t i = 0; i < histories.size(); ++i) {
    const auto [x, t_x, age] = histories[i];
    Scenario scenario = new_customers(model, 1, kReplications, 7.0 * 39);
    scenario.population = {};
    scenario.population.from_store = true;
    const auto existing = same_customers(model, 1000, x, t_x, age);
    const Outcome outcome = simulate(seeded(500 + i), scenario, existing);
    const auto orders = per_customer(outcome, 0, [](const Totals& t) { return t.orders; });
    orders_chi_square += squared_deviation(
        orders, bg_nbd_conditional_expected_orders(model.orders, x, t_x, age, 39.0));
    if (x == 0.0) continue;  // p_alive is exactly 1
    scenario.horizon_days = 1e-3;
    const Outcome now = simulate(seeded(600 + i), scenario, existing);
    const auto active = per_customer(now, 0, [](const Totals& t) { return t.active; });
    alive_chi_square += squared_deviation(active, bg_nbd_p_alive(model.orders, x, t_x, age));
  }
  EXPECT_LT(orders_chi_square, 20.515);  // .999 of chi-square with 5 degrees
  EXPECT_LT(alive_chi_square, kChiSquare4);
}

TEST(LeverTruth, PermanentRateLeverIsTheModelWithScaledAlpha) {
  const auto model = cdnow_model();
  Scenario scenario = new_customers(model, 1500, kReplications, 364.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kOrder;
  lever.trigger.order = 1;
  lever.effect.rate = 1.5;
  const Outcome outcome = simulate(seeded(7), scenario);
  const auto orders = per_customer(outcome, 1, [](const Totals& t) { return t.orders; });
  auto faster = model.orders;
  faster.alpha /= 1.5;
  const double expected = bg_nbd_expected_orders(faster, 52.0);
  EXPECT_LT(orders.error, kRelativeError * expected);
  EXPECT_NEAR(orders.mean - 1.0, expected, kSigmas * orders.error);
}

TEST(LeverTruth, PermanentDropoutLeverToZeroLeavesAPoissonProcess) {
  const auto model = cdnow_model();
  Scenario scenario = new_customers(model, 1500, kReplications, 364.0);
  LeverSpec& lever = scenario.levers[0];
  lever.trigger.kind = TriggerKind::kOrder;
  lever.trigger.order = 1;
  lever.effect.dropout = 0.0;
  const Outcome outcome = simulate(seeded(8), scenario);
  const auto orders = per_customer(outcome, 1, [](const Totals& t) { return t.orders; });
  EXPECT_NEAR(orders.mean - 1.0, model.orders.r / model.orders.alpha * 52.0,
              kSigmas * orders.error);
  for (std::size_t r = 0; r < kReplications; ++r) EXPECT_EQ(outcome.at(1, 0, r).active, 1500);
}

/// Orders of customers who never leave, idle for long enough that the lever fires once, on day 0.
TEST(LeverTruth, DecayingRateLeverAddsItsIntegratedExcess) {
  LifetimeModel model = cdnow_model();
  model.orders = {2.0, 50.0, 1e-9, 1.0};
  model.days_per_unit = 1.0;
  for (const double multiplier : {3.0, 0.25}) {
    Scenario scenario = new_customers(model, 1, kReplications, 60.0);
    scenario.population = {};
    scenario.population.from_store = true;
    LeverSpec& lever = scenario.levers[0];
    lever.trigger.days_idle = 60.0;
    lever.effect.rate = multiplier;
    lever.effect.half_life_days = 10.0;
    const Outcome outcome =
        simulate(seeded(9), scenario, same_customers(model, 500, 0.0, 0.0, 70.0));
    const auto orders = per_customer(outcome, 1, [](const Totals& t) { return t.orders; });
    const double integrated =
        60.0 + (multiplier - 1.0) * 10.0 / std::numbers::ln2 * (1.0 - std::exp2(-60.0 / 10.0));
    EXPECT_NEAR(orders.mean, 2.0 / (50.0 + 70.0) * integrated, kSigmas * orders.error)
        << multiplier;
    EXPECT_LT(orders.error, kRelativeError * orders.mean);
  }
}

}  // namespace
}  // namespace tenure::simulator::test
