#include "../../customers/src/order_fit.hpp"

#include "customers_test_support.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/pareto_nbd.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace tenure::customers::detail {
namespace {

using test::threads;

TEST(Coarsen, KeepsTotalsAndEachNumberOfOrders) {
  const RecencyFrequency data = compress(test::simulate({0.6, 4.0, 0.8, 2.0}, 5000, 3));
  const RecencyFrequency coarse = coarsen(data, 100);
  EXPECT_LT(coarse.size(), 200U);
  EXPECT_NO_THROW(coarse.validate());
  const OrderTotals all = order_totals(data);
  const OrderTotals few = order_totals(coarse);
  EXPECT_DOUBLE_EQ(all.customers, few.customers);
  EXPECT_DOUBLE_EQ(all.repeat_orders, few.repeat_orders);
  EXPECT_NEAR(all.age / few.age, 1, 1e-12);
}

TEST(Coarsen, LeavesFewRowsAlone) {
  RecencyFrequency data;
  data.frequency = {0, 1, 1};
  data.recency = {0, 3, 4};
  data.age = {5, 6, 7};
  const RecencyFrequency same = coarsen(data, 10);
  EXPECT_THAT(same.recency, testing::ElementsAre(0, 3, 4));
  EXPECT_THAT(same.weight, testing::ElementsAre(1, 1, 1));
}

// The way over the coarse copy ends at the same summit as the straight one.
TEST(FitOrders, EndsWhereTheStraightWayEnds) {
  const RecencyFrequency data = test::simulate({0.6, 4.0, 0.8, 2.0}, 20'000, 5);
  const BgNbdFit coarse_first = fit_bg_nbd(threads(2), data);
  FitOptions straight;
  straight.starts = 1;  // one start climbs on all of the data at once
  const BgNbdFit direct = fit_bg_nbd(threads(2), data, straight);
  EXPECT_NEAR(coarse_first.log_likelihood, direct.log_likelihood, 1e-6);
  EXPECT_NEAR(coarse_first.parameters.b / direct.parameters.b, 1, 1e-5);
  EXPECT_LT(coarse_first.iterations, direct.iterations);
}

TEST(FitOrders, BeginsAtAFirstStart) {
  const RecencyFrequency data = test::simulate({0.6, 4.0, 0.8, 2.0}, 5000, 5);
  const ParetoNbdFit fit = fit_pareto_nbd(threads(2), data);
  FitOptions options;
  const auto& p = fit.parameters;
  options.first_start = {p.r, p.alpha, p.s, p.beta};
  EXPECT_LE(fit_pareto_nbd(threads(2), data, options).iterations, 1);
  options.first_start = {1, 1, 1};
  EXPECT_THROW(fit_pareto_nbd(threads(2), data, options), ArgumentError);
  options.first_start = {1, 1, -1, 1};
  EXPECT_THROW(fit_pareto_nbd(threads(2), data, options), ArgumentError);
}

}  // namespace
}  // namespace tenure::customers::detail
