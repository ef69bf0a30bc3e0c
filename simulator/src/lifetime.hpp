#pragma once

#include "plan.hpp"

#include <tenure/core/random.hpp>
#include <tenure/customers/bg_nbd.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

/// One customer's life under one strategy, event by event.
namespace tenure::simulator {

/// What is drawn for a customer's k-th order, the same under every strategy.
struct OrderDraw {
  double clock = 0.0;    ///< unit exponential: rate x multiplier integrated since the order before
  double dropout = 0.0;  ///< uniform: the customer leaves after the order where it is under p
  double value = 0.0;    ///< Gamma(p, 1): times 1 / nu and the basket multiplier
};

/// A customer's draws of one replication, made when first asked for and kept for the next strategy.
class OrderDraws {
 public:
  void reset(std::uint64_t seed, std::uint32_t run, std::uint32_t customer,
             double value_shape) noexcept {
    seed_ = seed;
    run_ = run;
    customer_ = customer;
    value_shape_ = value_shape;
    made_ = 0;
  }
  OrderDraw at(std::uint32_t order) noexcept {
    if (order >= kept_.size()) return make(order);
    for (; made_ <= order; ++made_) kept_[made_] = make(made_);
    return kept_[order];
  }

 private:
  OrderDraw make(std::uint32_t order) const noexcept;

  std::uint64_t seed_ = 0;
  std::uint32_t run_ = 0;
  std::uint32_t customer_ = 0;
  double value_shape_ = 1.0;
  std::uint32_t made_ = 0;
  std::array<OrderDraw, 64> kept_;
};

/// All of a customer that the future depends on: enough to stop at a barrier and go on.
struct CustomerState {
  float rate = 0.0F;         ///< latent orders a day, over 0
  float dropout = 0.0F;      ///< latent probability to leave after an order
  float value_scale = 0.0F;  ///< latent 1 / nu, currency units
  float last_order = 0.0F;   ///< day; negative before the start
  float clock = 0.0F;        ///< integrated rate from clock_from to the next order
  float clock_from = 0.0F;   ///< day
  float next_order = 0.0F;   ///< day, or kNever where past the horizon or the customer has left
  std::uint32_t orders : 31 = 0;  ///< since the start, a new customer's first included
  std::uint32_t active : 1 = 1;   ///< has not left; no lever may look at it
  std::uint16_t vouchers = 0;     ///< bit per lever: a response not yet redeemed
  std::uint16_t responded = 0;    ///< bit per lever: responded_at holds a day
  std::array<float, kMaxStrategyLevers> responded_at;
};
static_assert(sizeof(CustomerState) < 80);

/// Who a customer is, whatever the strategy.
struct CustomerStart {
  customers::BgNbdLatent latent;  ///< rate in orders a day
  double value_scale = 1.0;
  double days_idle = 0.0;  ///< since the last order, on day 0
  std::uint32_t region = 0;
  bool first_order = false;  ///< places an order on day 0
};

/// Sums of a strategy, as pointers into one worker's share.
struct Tally {
  Totals* totals = nullptr;
  LeverTotals* levers = nullptr;  ///< by index of the scenario
  MonthTotals* months = nullptr;
  DayTotals* days = nullptr;
};

/// What a life needs beside its strategy.
struct LifeContext {
  const Discount* discount = nullptr;
  double gross_margin = 0.0;
  double horizon = 0.0;
  std::uint64_t seed = 0;
};

/// Runs one customer to the horizon and adds what happens to the tally.
void simulate_customer(const LifeContext& context, const PlannedStrategy& strategy,
                       const CustomerStart& start, std::uint32_t run, std::uint32_t customer,
                       OrderDraws& draws, const Tally& tally);

/// Adds a cost to the tally at `day`, under one lever.
void add_cost(const LifeContext& context, const Tally& tally, std::size_t lever, double day,
              Money amount);

/// Day at which rate x (1 + sum of decaying excesses) integrates to `clock` from `from`, or kNever
/// where not before `horizon`.
double next_order_day(const PlannedStrategy& strategy, const CustomerState& state, double horizon);

inline constexpr float kNever = 1e30F;

}  // namespace tenure::simulator
