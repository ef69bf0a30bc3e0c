#include "bg_family_likelihood.hpp"
#include "checks.hpp"
#include "discounted_orders.hpp"
#include "hypergeometric.hpp"
#include "special_functions.hpp"
#include "ticking_orders.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/customers/mbg_cnbd.hpp>

#include <array>
#include <cmath>

namespace tenure::customers {
namespace {

double p_alive(const MbgCnbdParameters& p, double x, double t_x, double T) {
  return detail::logistic(
      -detail::bg_family_log_odds_left({1, p.k}, p.r, p.alpha, p.a, p.b, x, t_x, T));
}

// Probabilities of 0, ..., k - 1 ticks since the last order, for a customer alive at T: in
// proportion to (r + k x)_j / j! z^j, z = (T - t_x) / (alpha + T).
std::array<double, kLargestRegularity> phases(const MbgCnbdParameters& p, double x, double t_x,
                                              double T) {
  std::array<double, kLargestRegularity> weight{};
  const double z = (T - t_x) / (p.alpha + T);
  double term = 1.0;
  double total = 0.0;
  for (int j = 0; j < p.k; ++j) {
    weight[static_cast<std::size_t>(j)] = term;
    total += term;
    term *= (p.r + p.k * x + j) * z / (j + 1);
  }
  for (double& w : weight) w /= total;
  return weight;
}

// Alive at T with j ticks since the last order, the customer has a rate ~ Gamma(r + k x + j, alpha
// + T), a dropout ~ Beta(a, b + x + 1), and is sure to place the next order.
double expected_if_alive(const MbgCnbdParameters& p, double x, double t_x, double T, double t) {
  const double tau = t / (p.alpha + T);
  const double b = p.b + x + 1;
  if (p.k == 1) return detail::expected_orders_before_dropout(p.r + x, p.a, b, tau);
  const auto weight = phases(p, x, t_x, T);
  double sum = 0.0;
  for (int j = 0; j < p.k; ++j) {
    const double w = weight[static_cast<std::size_t>(j)];
    if (w > 0) sum += w * detail::orders_after_ticks(p.r + p.k * x + j, p.a, b, tau, p.k, j);
  }
  return sum;
}

LifetimeLatent draw_alive(RandomStream& stream, const MbgCnbdParameters& p, double x, double t_x,
                          double T) {
  LifetimeLatent latent;
  if (p.k > 1) {
    const auto weight = phases(p, x, t_x, T);
    double left = stream.uniform();
    while (latent.phase < p.k - 1 && left > weight[static_cast<std::size_t>(latent.phase)]) {
      left -= weight[static_cast<std::size_t>(latent.phase)];
      ++latent.phase;
    }
  }
  latent.rate = draw_gamma(stream, p.r + p.k * x + latent.phase, p.alpha + T) / p.k;
  latent.dropout = draw_beta(stream, p.a, p.b + x + 1);
  return latent;
}

}  // namespace

double mbg_cnbd_expected_orders(const MbgCnbdParameters& p, double t) {
  detail::check_parameters(p);
  detail::check_horizon(t);
  // A customer who stays after the first order is as one who is alive at T = 0.
  return detail::finite(p.b / (p.a + p.b) * expected_if_alive(p, 0, 0, 0, t),
                        "MBG/CNBD-k expected orders");
}

double mbg_cnbd_conditional_expected_orders(const MbgCnbdParameters& p, double x, double t_x,
                                            double T, double t) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  detail::check_horizon(t);
  return detail::finite(p_alive(p, x, t_x, T) * expected_if_alive(p, x, t_x, T, t),
                        "MBG/CNBD-k conditional expected orders");
}

double mbg_cnbd_expected_orders_if_alive(const MbgCnbdParameters& p, double x, double t_x, double T,
                                         double t) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  detail::check_horizon(t);
  return detail::finite(expected_if_alive(p, x, t_x, T, t), "MBG/CNBD-k expected orders if alive");
}

double mbg_cnbd_p_alive(const MbgCnbdParameters& p, double x, double t_x, double T) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  return detail::finite(p_alive(p, x, t_x, T), "MBG/CNBD-k p_alive");
}

double mbg_cnbd_survival(const MbgCnbdParameters& p, double t) {
  detail::check_parameters(p);
  detail::check_horizon(t);
  const double tau = t / p.alpha;
  const double later = p.k == 1 ? detail::no_dropout_probability(p.r, p.a, p.b + 1, tau)
                                : detail::survival_after_ticks(p.r, p.a, p.b + 1, tau, p.k);
  return detail::finite(p.b / (p.a + p.b) * later, "MBG/CNBD-k survival");
}

double mbg_cnbd_discounted_residual_orders(const MbgCnbdParameters& p, double x, double t_x,
                                           double T, double discount) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  detail::check_discount(discount);
  const double if_alive = detail::discounted_orders(
      [&](double t) { return expected_if_alive(p, x, t_x, T, t); }, discount);
  return detail::finite(p_alive(p, x, t_x, T) * if_alive, "MBG/CNBD-k discounted residual orders");
}

LifetimeLatent draw_mbg_cnbd_prior(RandomStream& stream, const MbgCnbdParameters& p) {
  detail::check_parameters(p);
  LifetimeLatent latent;
  latent.rate = draw_gamma(stream, p.r, p.alpha) / p.k;
  latent.dropout = draw_beta(stream, p.a, p.b);
  latent.alive = !draw_bernoulli(stream, latent.dropout);
  return latent;
}

LifetimeLatent draw_mbg_cnbd_posterior(RandomStream& stream, const MbgCnbdParameters& p, double x,
                                       double t_x, double T) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  if (draw_bernoulli(stream, p_alive(p, x, t_x, T))) return draw_alive(stream, p, x, t_x, T);
  LifetimeLatent latent;
  latent.alive = false;
  latent.rate = draw_gamma(stream, p.r + p.k * x, p.alpha + t_x) / p.k;
  latent.dropout = draw_beta(stream, p.a + 1, p.b + x);
  return latent;
}

LifetimeLatent draw_mbg_cnbd_alive(RandomStream& stream, const MbgCnbdParameters& p, double x,
                                   double t_x, double T) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  return draw_alive(stream, p, x, t_x, T);
}

}  // namespace tenure::customers
