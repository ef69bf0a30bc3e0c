#include "bg_family_likelihood.hpp"
#include "checks.hpp"
#include "discounted_orders.hpp"
#include "hypergeometric.hpp"
#include "special_functions.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/customers/bg_nbd.hpp>

#include <cmath>

namespace tenure::customers {
namespace {

constexpr detail::BgVariant kVariant{0, 1};

// Equation 10's denominator.
double p_alive(const BgNbdParameters& p, double x, double t_x, double T) {
  if (x == 0) return 1.0;
  return detail::logistic(
      -detail::bg_family_log_odds_left(kVariant, p.r, p.alpha, p.a, p.b, x, t_x, T));
}

// Alive at T, the customer is a new one with rate ~ Gamma(r + x, alpha + T) and dropout
// ~ Beta(a, b + x): equation 10 is equation 9 with these, times the probability of being alive.
double expected_if_alive(const BgNbdParameters& p, double x, double T, double t) {
  return detail::expected_orders_before_dropout(p.r + x, p.a, p.b + x, t / (p.alpha + T));
}

BgNbdLatent draw_alive(RandomStream& stream, const BgNbdParameters& p, double x, double T) {
  BgNbdLatent latent;
  latent.rate = draw_gamma(stream, p.r + x, p.alpha + T);
  latent.dropout = draw_beta(stream, p.a, p.b + x);
  return latent;
}

}  // namespace

double bg_nbd_expected_orders(const BgNbdParameters& p, double t) {
  detail::check_parameters(p);
  detail::check_horizon(t);
  return detail::finite(detail::expected_orders_before_dropout(p.r, p.a, p.b, t / p.alpha),
                        "BG/NBD expected orders");
}

double bg_nbd_conditional_expected_orders(const BgNbdParameters& p, double x, double t_x, double T,
                                          double t) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  detail::check_horizon(t);
  return detail::finite(p_alive(p, x, t_x, T) * expected_if_alive(p, x, T, t),
                        "BG/NBD conditional expected orders");
}

double bg_nbd_expected_orders_if_alive(const BgNbdParameters& p, double x, double t_x, double T,
                                       double t) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  detail::check_horizon(t);
  return detail::finite(expected_if_alive(p, x, T, t), "BG/NBD expected orders if alive");
}

double bg_nbd_discounted_residual_orders(const BgNbdParameters& p, double x, double t_x, double T,
                                         double discount) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  detail::check_discount(discount);
  const double if_alive =
      detail::discounted_orders([&](double t) { return expected_if_alive(p, x, T, t); }, discount);
  return detail::finite(p_alive(p, x, t_x, T) * if_alive, "BG/NBD discounted residual orders");
}

double bg_nbd_p_alive(const BgNbdParameters& p, double x, double t_x, double T) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  return detail::finite(p_alive(p, x, t_x, T), "BG/NBD p_alive");
}

double bg_nbd_survival(const BgNbdParameters& p, double t) {
  detail::check_parameters(p);
  detail::check_horizon(t);
  // Dropout comes at rate lambda p: E exp(-lambda p t) = E (1 + p t / alpha)^-r, p ~ Beta(a, b).
  return detail::finite(detail::no_dropout_probability(p.r, p.a, p.b, t / p.alpha),
                        "BG/NBD survival");
}

BgNbdLatent draw_bg_nbd_prior(RandomStream& stream, const BgNbdParameters& p) {
  detail::check_parameters(p);
  BgNbdLatent latent;
  latent.rate = draw_gamma(stream, p.r, p.alpha);
  latent.dropout = draw_beta(stream, p.a, p.b);
  return latent;
}

BgNbdLatent draw_bg_nbd_posterior(RandomStream& stream, const BgNbdParameters& p, double x,
                                  double t_x, double T) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  if (draw_bernoulli(stream, p_alive(p, x, t_x, T))) return draw_alive(stream, p, x, T);
  BgNbdLatent latent;
  latent.alive = false;
  latent.rate = draw_gamma(stream, p.r + x, p.alpha + t_x);
  latent.dropout = draw_beta(stream, p.a + 1, p.b + x - 1);
  return latent;
}

BgNbdLatent draw_bg_nbd_alive(RandomStream& stream, const BgNbdParameters& p, double x, double t_x,
                              double T) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  return draw_alive(stream, p, x, T);
}

}  // namespace tenure::customers
