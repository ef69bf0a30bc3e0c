#include "sample_size.hpp"
#include "scenarios.hpp"

#include <tenure/core/money.hpp>
#include <tenure/customers/mbg_cnbd.hpp>
#include <tenure/customers/pareto_nbd.hpp>
#include <tenure/customers/sbg.hpp>
#include <tenure/simulator/engine.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <functional>
#include <string>

// Each family against its closed forms; runs of their own, so that squared deviations add up to
// chi-square.
namespace tenure::simulator::test {
namespace {

using tenure::test::kSmaller;
using tenure::test::kWider;

constexpr std::array<double, 6> kWeeks = {3, 9, 20, 39, 60, 104};
constexpr double kChiSquare6 = 22.458;  // quantile .999
constexpr double kRelativeError = 0.005 * kWider;
constexpr std::uint32_t kReplications = 100;

struct Case {
  std::string name;
  LifetimeModel model;
  std::function<double(double)> repeat_orders;  ///< in t weeks
  std::function<double(double)> survival;
};
void PrintTo(const Case& c, std::ostream* stream) { *stream << c.name; }

LifetimeModel model_of(Family family, const customers::BgNbdParameters& orders) {
  LifetimeModel model = cdnow_model();
  model.family = family;
  model.orders = orders;
  return model;
}

Case mbg() {
  const customers::MbgCnbdParameters p{0.525, 6.183, 0.891, 1.614, 1};
  return {"MbgNbd", model_of(Family::kMbgNbd, {p.r, p.alpha, p.a, p.b}),
          [p](double t) { return customers::mbg_cnbd_expected_orders(p, t); },
          [p](double t) { return customers::mbg_cnbd_survival(p, t); }};
}

Case pareto() {
  const customers::ParetoNbdParameters p{0.5532, 10.576, 0.6063, 11.671};
  return {"ParetoNbd", model_of(Family::kParetoNbd, {p.r, p.alpha, p.s, p.beta}),
          [p](double t) { return customers::pareto_nbd_expected_orders(p, t); },
          [p](double t) { return customers::pareto_nbd_survival(p, t); }};
}

/// Renewals every four weeks: as many as periods survived.
Case sbg() {
  const customers::SbgParameters p{0.6681, 3.8061};
  LifetimeModel model = model_of(Family::kSbg, {1.0, 1.0, p.alpha, p.beta});
  model.period_days = 28.0;
  const auto periods = [](double weeks) { return std::ceil(weeks / 4.0) - 1.0; };
  return {"Sbg", model,
          [p, periods](double t) {
            double sum = 0.0;
            for (double k = 1.0; k <= periods(t); k += 1.0) sum += customers::sbg_survival(p, k);
            return sum;
          },
          [p, periods](double t) { return customers::sbg_survival(p, periods(t)); }};
}

/// A fifth never comes back, whatever the model says.
Case once() {
  LifetimeModel model = cdnow_model();
  model.one_time_share = 0.2;
  const auto orders = model.orders;
  return {"OneTimeShare", model,
          [orders](double t) { return 0.8 * customers::bg_nbd_expected_orders(orders, t); },
          [orders](double t) { return 0.8 * customers::bg_nbd_survival(orders, t); }};
}

class FamilyTruth : public ::testing::TestWithParam<Case> {};

double deviation(const MeanAndError& simulated, double expected, double weeks) {
  EXPECT_LT(simulated.error, kRelativeError * expected) << weeks << " weeks";
  return std::pow((simulated.mean - expected) / simulated.error, 2);
}

TEST_P(FamilyTruth, OrdersMatchTheClosedForm) {
  const Case& c = GetParam();
  double chi_square = 0.0;
  int used = 0;
  for (std::size_t i = 0; i < kWeeks.size(); ++i) {
    const double expected = c.repeat_orders(kWeeks[i]);
    if (expected == 0.0) continue;
    Execution execution;
    execution.seed = 700 + i;
    const std::uint64_t customers = (kWeeks[i] < 10.0 ? 12000 : 6000) / kSmaller;
    const Outcome outcome =
        simulate(execution, new_customers(c.model, customers, kReplications, 7.0 * kWeeks[i]));
    MeanAndError orders = per_customer(outcome, 0, [](const Totals& t) { return t.orders; });
    orders.mean -= 1.0;
    chi_square += deviation(orders, expected, kWeeks[i]);
    ++used;
  }
  EXPECT_GE(used, 5);
  EXPECT_LT(chi_square, kChiSquare6);
}

TEST_P(FamilyTruth, SurvivalMatchesTheClosedForm) {
  const Case& c = GetParam();
  double chi_square = 0.0;
  for (std::size_t i = 0; i < kWeeks.size(); ++i) {
    const double expected = c.survival(kWeeks[i]);
    Execution execution;
    execution.seed = 800 + i;
    const Outcome outcome = simulate(
        execution, new_customers(c.model, 3000 / kSmaller, kReplications, 7.0 * kWeeks[i]));
    const auto active = per_customer(outcome, 0, [](const Totals& t) { return t.active; });
    if (expected == 1.0) {
      EXPECT_DOUBLE_EQ(active.mean, 1.0);
    } else {
      chi_square += deviation(active, expected, kWeeks[i]);
    }
  }
  EXPECT_LT(chi_square, kChiSquare6);
}

INSTANTIATE_TEST_SUITE_P(Families, FamilyTruth, ::testing::Values(mbg(), pareto(), sbg(), once()),
                         [](const auto& test) { return test.param.name; });

/// Customers of a store with the same history, each from its own posterior.
TEST(FamilyTruth, TodaysCustomersFollowTheConditionalExpectation) {
  const customers::ParetoNbdParameters p{0.5532, 10.576, 0.6063, 11.671};
  Scenario scenario = new_customers(cdnow_model(), 1, 100, 7.0 * 39);
  scenario.population = {};
  scenario.population.from_store = true;
  const LifetimeModel model = model_of(Family::kParetoNbd, {p.r, p.alpha, p.s, p.beta});
  const Outcome outcome =
      simulate({}, scenario, same_customers(model, 3000 / kSmaller, 3.0, 30.0, 39.0));
  const auto orders = per_customer(outcome, 0, [](const Totals& t) { return t.orders; });
  const double expected =
      customers::pareto_nbd_conditional_expected_orders(p, 3.0, 30.0, 39.0, 39.0);
  EXPECT_NEAR(orders.mean, expected, 4.0 * orders.error);
  EXPECT_LT(orders.error, kRelativeError * expected);
}

/// A lever that holds from the first order on, for ever.
Scenario standing(const LifetimeModel& model, double days) {
  Scenario scenario = new_customers(model, 6000, kReplications, days);
  scenario.levers[0].trigger.kind = TriggerKind::kAlways;
  return scenario;
}

TEST(StandingLever, OnTheRateOfLeavingIsParetoNbdWithScaledBeta) {
  const customers::ParetoNbdParameters p{0.5532, 10.576, 0.6063, 11.671};
  const LifetimeModel model = model_of(Family::kParetoNbd, {p.r, p.alpha, p.s, p.beta});
  Scenario scenario = standing(model, 364.0);
  scenario.levers[0].effect.dropout = 0.5;
  const Outcome outcome = simulate({}, scenario);
  const auto active = per_customer(outcome, 1, [](const Totals& t) { return t.active; });
  const customers::ParetoNbdParameters slower{p.r, p.alpha, p.s, p.beta / 0.5};
  EXPECT_NEAR(active.mean, customers::pareto_nbd_survival(slower, 52.0), 4.0 * active.error);
  const auto orders = per_customer(outcome, 1, [](const Totals& t) { return t.orders; });
  EXPECT_NEAR(orders.mean - 1.0, customers::pareto_nbd_expected_orders(slower, 52.0),
              4.0 * orders.error);
}

/// P(still there after n renewals) = E[(1 - theta / 2)^n], by the midpoint rule over theta.
TEST(StandingLever, OnContractsHalvesEachTest) {
  const customers::SbgParameters p{0.6681, 3.8061};
  LifetimeModel model = model_of(Family::kSbg, {1.0, 1.0, p.alpha, p.beta});
  model.period_days = 30.0;
  Scenario scenario = standing(model, 365.0);
  scenario.levers[0].effect.dropout = 0.5;
  const Outcome outcome = simulate({}, scenario);
  double expected = 0.0;
  double weight = 0.0;
  for (int i = 0; i < 20000; ++i) {
    const double u = (i + 0.5) / 20000 * 80.0 - 40.0;  // log odds of theta
    const double theta = 1.0 / (1.0 + std::exp(-u));
    const double density = std::exp(p.alpha * std::log(theta) + p.beta * std::log1p(-theta));
    weight += density;
    expected += density * std::pow(1.0 - 0.5 * theta, 12.0);
  }
  const auto active = per_customer(outcome, 1, [](const Totals& t) { return t.active; });
  EXPECT_NEAR(active.mean, expected / weight, 4.0 * active.error);
}

/// Orders thinned by their tests: a hazard of leaving of rate x p. Twice the orders with half the
/// test each leave as many customers; with the whole test, as a model of half the alpha does.
TEST(DropoutTests, KeepTheBaselinesPaceWhereTheScenarioSaysSo) {
  Scenario scenario = standing(cdnow_model(), 364.0);
  scenario.population.customers = 2000;
  scenario.levers[0].effect.rate = 2.0;
  const auto active_share = [&] {
    const Outcome outcome = simulate({}, scenario);
    return per_customer(outcome, 1, [](const Totals& t) { return t.active; });
  };
  const MeanAndError at_orders = active_share();
  auto faster = cdnow_model().orders;
  faster.alpha /= 2.0;
  EXPECT_NEAR(at_orders.mean, customers::bg_nbd_survival(faster, 52.0), 4.0 * at_orders.error);
  scenario.dropout_tests = DropoutTests::kBaseline;
  const MeanAndError at_baseline = active_share();
  EXPECT_NEAR(at_baseline.mean, customers::bg_nbd_survival(cdnow_model().orders, 52.0),
              4.0 * at_baseline.error);
}

}  // namespace
}  // namespace tenure::simulator::test
