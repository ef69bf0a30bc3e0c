#include "checks.hpp"
#include "hypergeometric.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/customers/bg_nbd.hpp>

#include <cmath>

namespace tenure::customers {
namespace {

// 1 / (1 + e^s), s the log odds of having left right after the order at t_x: equation 10's
// denominator.
double p_alive(const BgNbdParameters& p, double x, double t_x, double T) {
  if (x == 0) return 1.0;
  const double s =
      std::log(p.a / (p.b + x - 1)) + (p.r + x) * std::log1p((T - t_x) / (p.alpha + t_x));
  return s > 0 ? std::exp(-s) / (1 + std::exp(-s)) : 1 / (1 + std::exp(s));
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
  // Alive at T, the customer is a new one with rate ~ Gamma(r + x, alpha + T) and dropout
  // ~ Beta(a, b + x): equation 10 is equation 9 with these, times the probability of being alive.
  const double if_alive =
      detail::expected_orders_before_dropout(p.r + x, p.a, p.b + x, t / (p.alpha + T));
  return detail::finite(p_alive(p, x, t_x, T) * if_alive, "BG/NBD conditional expected orders");
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
  BgNbdLatent latent;
  latent.alive = draw_bernoulli(stream, p_alive(p, x, t_x, T));
  if (latent.alive) {
    latent.rate = draw_gamma(stream, p.r + x, p.alpha + T);
    latent.dropout = draw_beta(stream, p.a, p.b + x);
  } else {
    latent.rate = draw_gamma(stream, p.r + x, p.alpha + t_x);
    latent.dropout = draw_beta(stream, p.a + 1, p.b + x - 1);
  }
  return latent;
}

}  // namespace tenure::customers
