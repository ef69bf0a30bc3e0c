#pragma once

#include "draws/order_draw.hpp"
#include "engine/plan.hpp"
#include "engine/state.hpp"

#include <tenure/core/random.hpp>
#include <tenure/simulator/order_model.hpp>

#include <cstdint>

/// What the families of order models have of their own: who a customer is, and when it may leave.
namespace tenure::simulator {

/// A model's tables; those of latents only where there are new customers.
/// @throws ArgumentError, NumericalError: parameters no table can be made for.
PlannedModel plan_model(const LifetimeModel& model, bool newcomers);

/// A new customer whose first order comes on `day`; what follows is settled with that order.
LatentState new_latent(const LifetimeModel& model, const Latent& drawn, double day) noexcept;

/// History of one of today's customers, in model time units.
struct History {
  double frequency = 0.0;
  double recency = 0.0;
  double age = 0.0;
  double spend_frequency = 0.0;  ///< 0 where nothing is known of its spend
  double mean_value = 0.0;
};

/// A customer from its exact posterior on day 0, its next order not yet set.
LatentState posterior_latent(const LifetimeModel& model, const History& history, std::uint64_t seed,
                             std::uint32_t run, std::uint32_t customer);

/// Probability to leave with an order, given the dropout multiplier in force: that of the first
/// order holds one_time_share x `first_loss` as well. For contracts: before a renewal.
inline double leave_probability(const LifetimeModel& model, const LatentState& latent, bool first,
                                double multiplier, double first_loss) noexcept {
  const bool tested = model.family == Family::kMbgNbd ||
                      (!first && (model.family == Family::kBgNbd || model.family == Family::kSbg));
  const double p = tested ? static_cast<double>(latent.dropout) * multiplier : 0.0;
  if (!first) return p;
  const double once = model.one_time_share * first_loss;
  return once + (1.0 - once) * (p < 1.0 ? p : 1.0);
}

/// Probability that a customer places no order in the next `days`, from what is seen of it and the
/// model's parameters: what a shop can know. Increasing in risk; for ranking.
double order_risk(const LifetimeModel& model, const ContactState& seen, double day, double days);

}  // namespace tenure::simulator
