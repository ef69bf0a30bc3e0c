#include "checks.hpp"
#include "discounted_orders.hpp"
#include "pareto_integral.hpp"
#include "special_functions.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/customers/pareto_nbd.hpp>

#include <cmath>

namespace tenure::customers {
namespace {

detail::ParetoHistory history(const ParetoNbdParameters& p, double x, double t_x) {
  return {p.r + x, p.s, p.alpha + t_x, p.beta + t_x};
}

double p_alive(const ParetoNbdParameters& p, double x, double t_x, double T) {
  return detail::logistic(-detail::pareto_log_odds_left(history(p, x, t_x), T - t_x));
}

// Orders within t at rate ~ Gamma(r, alpha) while alive, dropout rate ~ Gamma(s, beta):
// r / alpha times the integral of (1 + u / beta)^-s over (0, t).
double expected_while_alive(double r, double alpha, double s, double beta, double t) {
  const double span = std::log1p(t / beta);
  const double decay = (s - 1) * span;
  const double mean = std::abs(decay) < 1e-12 ? 1.0 : -std::expm1(-decay) / decay;
  return r / alpha * beta * span * mean;
}

double expected_if_alive(const ParetoNbdParameters& p, double x, double T, double t) {
  return expected_while_alive(p.r + x, p.alpha + T, p.s, p.beta + T, t);
}

LifetimeLatent draw_alive(RandomStream& stream, const ParetoNbdParameters& p, double x, double T) {
  LifetimeLatent latent;
  latent.rate = draw_gamma(stream, p.r + x, p.alpha + T);
  latent.dropout = draw_gamma(stream, p.s, p.beta + T);
  return latent;
}

}  // namespace

double pareto_nbd_expected_orders(const ParetoNbdParameters& p, double t) {
  detail::check_parameters(p);
  detail::check_horizon(t);
  return detail::finite(expected_while_alive(p.r, p.alpha, p.s, p.beta, t),
                        "Pareto/NBD expected orders");
}

double pareto_nbd_conditional_expected_orders(const ParetoNbdParameters& p, double x, double t_x,
                                              double T, double t) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  detail::check_horizon(t);
  return detail::finite(p_alive(p, x, t_x, T) * expected_if_alive(p, x, T, t),
                        "Pareto/NBD conditional expected orders");
}

double pareto_nbd_expected_orders_if_alive(const ParetoNbdParameters& p, double x, double t_x,
                                           double T, double t) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  detail::check_horizon(t);
  return detail::finite(expected_if_alive(p, x, T, t), "Pareto/NBD expected orders if alive");
}

double pareto_nbd_p_alive(const ParetoNbdParameters& p, double x, double t_x, double T) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  return detail::finite(p_alive(p, x, t_x, T), "Pareto/NBD p_alive");
}

double pareto_nbd_survival(const ParetoNbdParameters& p, double t) {
  detail::check_parameters(p);
  detail::check_horizon(t);
  return detail::finite(std::exp(-p.s * std::log1p(t / p.beta)), "Pareto/NBD survival");
}

double pareto_nbd_discounted_residual_orders(const ParetoNbdParameters& p, double x, double t_x,
                                             double T, double discount) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  detail::check_discount(discount);
  const double if_alive =
      detail::discounted_orders([&](double t) { return expected_if_alive(p, x, T, t); }, discount);
  return detail::finite(p_alive(p, x, t_x, T) * if_alive, "Pareto/NBD discounted residual orders");
}

LifetimeLatent draw_pareto_nbd_prior(RandomStream& stream, const ParetoNbdParameters& p) {
  detail::check_parameters(p);
  LifetimeLatent latent;
  latent.rate = draw_gamma(stream, p.r, p.alpha);
  latent.dropout = draw_gamma(stream, p.s, p.beta);
  return latent;
}

LifetimeLatent draw_pareto_nbd_posterior(RandomStream& stream, const ParetoNbdParameters& p,
                                         double x, double t_x, double T) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  if (draw_bernoulli(stream, p_alive(p, x, t_x, T))) return draw_alive(stream, p, x, T);
  const double left =
      t_x + detail::invert_pareto_integral(history(p, x, t_x), T - t_x, stream.uniform());
  LifetimeLatent latent;
  latent.alive = false;
  latent.rate = draw_gamma(stream, p.r + x, p.alpha + left);
  latent.dropout = draw_gamma(stream, p.s + 1, p.beta + left);
  return latent;
}

LifetimeLatent draw_pareto_nbd_alive(RandomStream& stream, const ParetoNbdParameters& p, double x,
                                     double t_x, double T) {
  detail::check_parameters(p);
  detail::check_history(x, t_x, T);
  return draw_alive(stream, p, x, T);
}

}  // namespace tenure::customers
