#include "families/families.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/customers/bg_nbd.hpp>
#include <tenure/customers/gamma_gamma.hpp>
#include <tenure/customers/mbg_cnbd.hpp>
#include <tenure/customers/pareto_nbd.hpp>
#include <tenure/customers/sbg.hpp>

#include <algorithm>
#include <cmath>

namespace tenure::simulator {

namespace {

// Streams of Purpose::kLatent of one customer and replication, told apart by event.
constexpr std::uint32_t kLifetimeEvent = 0;
constexpr std::uint32_t kSpendEvent = 1;
constexpr std::uint32_t kLeavingEvent = 2;

customers::LifetimeLatent draw_posterior(const LifetimeModel& model, RandomStream& stream,
                                         const History& h) {
  const auto& [r, alpha, a, b] = model.orders;
  switch (model.family) {
    case Family::kBgNbd:
      return customers::draw_bg_nbd_posterior(stream, model.orders, h.frequency, h.recency, h.age);
    case Family::kMbgNbd:
      return customers::draw_mbg_cnbd_posterior(stream, {r, alpha, a, b, 1}, h.frequency, h.recency,
                                                h.age);
    case Family::kParetoNbd:
      return customers::draw_pareto_nbd_posterior(stream, {r, alpha, a, b}, h.frequency, h.recency,
                                                  h.age);
    case Family::kSbg:
      break;
  }
  return customers::draw_sbg(stream, {a, b}, h.frequency);
}

double safe_rate(double rate) { return std::max(rate, static_cast<double>(kSmallestRate)); }

}  // namespace

PlannedModel plan_model(const LifetimeModel& model, bool newcomers) {
  PlannedModel planned;
  planned.model = model;
  planned.spend = QuantileTable::gamma(model.spend.p);
  if (!newcomers) return planned;
  const auto& [r, alpha, a, b] = model.orders;
  const SpendPrior spend{model.spend.q, model.spend.gamma};
  switch (model.family) {
    case Family::kBgNbd:
    case Family::kMbgNbd:
      planned.latents = beta_dropout_latents(r, alpha, a, b, model.days_per_unit, spend);
      break;
    case Family::kParetoNbd:
      planned.latents = gamma_dropout_latents(r, alpha, a, b, model.days_per_unit, spend);
      break;
    case Family::kSbg:
      planned.latents = beta_dropout_latents(1.0, 1.0, a, b, 1.0, spend);
      break;
  }
  return planned;
}

LatentState new_latent(const LifetimeModel& model, const Latent& drawn, double day) noexcept {
  LatentState latent;
  latent.rate = drawn.rate;
  latent.dropout = drawn.dropout;
  latent.value_scale = drawn.value_scale;
  latent.next_order = static_cast<float>(day);
  if (model.family == Family::kParetoNbd) {
    const float leaves = static_cast<float>(day) + drawn.lifetime / drawn.dropout;
    latent.leave_day = leaves < kLatestDay ? leaves : kLatestDay;
  } else if (model.family == Family::kSbg) {
    latent.rate = static_cast<float>(1.0 / model.period_days);
  }
  return latent;
}

LatentState posterior_latent(const LifetimeModel& model, const History& history, std::uint64_t seed,
                             std::uint32_t run, std::uint32_t customer) {
  RandomStream lifetime(seed, {Purpose::kLatent, run, customer, kLifetimeEvent});
  RandomStream spend(seed, {Purpose::kLatent, run, customer, kSpendEvent});
  const customers::LifetimeLatent drawn = draw_posterior(model, lifetime, history);
  // A customer whose repeat orders came to nothing tells the spend model nothing.
  const double valued = history.mean_value > 0.0 ? history.spend_frequency : 0.0;
  const double value_rate = customers::draw_gamma_gamma_rate(
      spend, model.spend, valued, valued > 0.0 ? history.mean_value : 0.0);
  LatentState latent;
  latent.value_scale = static_cast<float>(1.0 / std::max(value_rate, 1e-30));
  const bool dropout_is_rate = model.family == Family::kParetoNbd;
  latent.dropout =
      static_cast<float>(drawn.dropout / (dropout_is_rate ? model.days_per_unit : 1.0));
  latent.rate = model.family == Family::kSbg
                    ? static_cast<float>(1.0 / model.period_days)
                    : static_cast<float>(safe_rate(drawn.rate / model.days_per_unit));
  if (!drawn.alive) {
    latent.leave_day = 0.0F;
  } else if (dropout_is_rate) {
    RandomStream leaving(seed, {Purpose::kLatent, run, customer, kLeavingEvent});
    const double mu = safe_rate(static_cast<double>(latent.dropout));
    latent.leave_day = static_cast<float>(draw_exponential(leaving, mu));
  }
  return latent;
}

double order_risk(const LifetimeModel& model, const ContactState& seen, double day, double days) {
  const auto& [r, alpha, a, b] = model.orders;
  const double x = std::max(0.0, static_cast<double>(seen.orders) - 1.0);
  if (model.family == Family::kSbg) return a / (a + b + x);
  const double first = static_cast<double>(seen.first_order);
  const double t_x = (static_cast<double>(seen.last_order) - first) / model.days_per_unit;
  const double age = std::max(t_x, (day - first) / model.days_per_unit);
  const double ahead = days / model.days_per_unit;
  double alive = 1.0;
  switch (model.family) {
    case Family::kBgNbd:
      alive = customers::bg_nbd_p_alive(model.orders, x, t_x, age);
      break;
    case Family::kMbgNbd:
      alive = customers::mbg_cnbd_p_alive({r, alpha, a, b, 1}, x, t_x, age);
      break;
    case Family::kParetoNbd:
      alive = customers::pareto_nbd_p_alive({r, alpha, a, b}, x, t_x, age);
      break;
    case Family::kSbg:
      break;
  }
  const double quiet = std::pow((alpha + age) / (alpha + age + ahead), r + x);
  return 1.0 - alive * (1.0 - quiet);
}

}  // namespace tenure::simulator
