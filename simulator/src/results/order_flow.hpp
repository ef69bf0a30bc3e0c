#pragma once

#include "engine/plan.hpp"
#include "engine/season.hpp"

#include <cstddef>
#include <vector>

namespace tenure::simulator {

/// Expected orders of a new customer without levers, by the day of its first order.
class OrderFlow {
 public:
  OrderFlow(const LifetimeModel& model, const Season& season, double horizon_days);

  /// Expected orders over the horizon, each times the discount of its day, of a customer whose
  /// first order (counted) comes on `day`.
  double discounted_orders(const Discount& discount, double day) const;

 private:
  double look_up(double days) const;
  double repeats(const Discount& discount, double day) const;
  double renewals(const Discount& discount, double day) const;

  const LifetimeModel& model_;
  const Season& season_;
  double horizon_;
  /// Every kStep days: repeat orders by the order clock, or for pareto-nbd the order rate by age.
  std::vector<double> table_;
};

}  // namespace tenure::simulator
