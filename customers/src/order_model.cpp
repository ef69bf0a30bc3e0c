#include "parameter_draws.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/customers/lifetime_value.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <memory>

namespace tenure::customers {
namespace {

constexpr double kMostOrders = 1e12;  // a draw's mean beyond it stays countable

/// Orders up to and including the one that is followed by leaving, with probability q after each.
double orders_before_leaving(RandomStream& stream, double q) {
  const double u = stream.uniform();
  if (q >= 1.0) return 1.0;
  if (!(q > 0.0)) return std::numeric_limits<double>::max();
  return 1.0 + std::floor(std::log(u) / std::log1p(-q));
}

}  // namespace

OrderModel order_model(const BgNbdFit& fit, double days_per_unit, const ParameterDraws& draws) {
  if (!std::isfinite(days_per_unit) || days_per_unit <= 0) {
    throw ArgumentError("order model: days_per_unit must be positive");
  }
  const BgNbdParameters p = fit.parameters;
  const std::array<double, 4> estimates = {p.r, p.alpha, p.a, p.b};
  const auto drawn = std::make_shared<const std::vector<double>>(detail::draw_parameters(
      draws.seed, detail::DrawnModel::kOrders, estimates, fit.log_covariance, draws.count));
  OrderModel model;
  model.name = "bg-nbd";
  model.days_per_unit = days_per_unit;
  model.p_alive = [p](double x, double t_x, double T) { return bg_nbd_p_alive(p, x, t_x, T); };
  // Fader, Hardie, Lee (2005), equation 10, is p_alive times the expectation of one who is alive,
  // which does not depend on t_x: asked for at t_x = T, where p_alive is largest.
  model.expected_if_alive = [p](double x, double, double T, double t) {
    const double t_x = x > 0 ? T : 0.0;
    return bg_nbd_conditional_expected_orders(p, x, t_x, T, t) / bg_nbd_p_alive(p, x, t_x, T);
  };
  model.draw_if_alive = [drawn](RandomStream& stream, std::size_t draw, double x, double, double T,
                                double t) {
    const double* theta = drawn->data() + 4 * (draw % (drawn->size() / 4));
    const double rate = draw_gamma(stream, theta[0] + x, theta[1] + T);
    const double leaving = draw_beta(stream, theta[2], theta[3] + x);
    const auto wanted = static_cast<double>(draw_poisson(stream, std::min(rate * t, kMostOrders)));
    return wanted == 0.0 ? 0.0 : std::min(wanted, orders_before_leaving(stream, leaving));
  };
  return model;
}

}  // namespace tenure::customers
