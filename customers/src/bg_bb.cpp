#include "bg_bb_likelihood.hpp"
#include "checks.hpp"
#include "order_fit.hpp"
#include "special_functions.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/customers/bg_bb.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>

namespace tenure::customers {
namespace {

constexpr double kMostPeriods = 1e7;

void check_periods(double n) {
  if (!std::isfinite(n) || n < 0 || std::floor(n) != n || n > kMostPeriods) {
    throw ArgumentError("BG/BB: a horizon is a whole number of periods, at most 10^7");
  }
}

// Sum over i = 1 .. n of discount^i E(1 - theta)^(i - 1), theta ~ Beta(gamma, delta): opportunities
// lived by a customer who is alive at the first. Stops where the rest is nothing.
double lived(double gamma, double delta, double n, double discount_factor) {
  double alive = discount_factor;
  double sum = 0.0;
  const auto periods = static_cast<std::int64_t>(n);
  for (std::int64_t k = 1; k <= periods; ++k) {
    const auto i = static_cast<double>(k);
    sum += alive;
    alive *= discount_factor * (delta + i - 1) / (gamma + delta + i - 1);
    if (discount_factor < 1 && alive <= 1e-17 * (1 - discount_factor) * sum) break;
  }
  return sum;
}

double p_alive(const BgBbParameters& p, double x, double t_x, double n) {
  const auto paths = detail::bg_bb_log_paths(p, x, t_x, n);
  const double top = *std::max_element(paths.begin(), paths.end());
  double total = 0.0;
  for (const double path : paths) total += std::exp(path - top);
  const double stays = (p.delta + n) / (p.gamma + p.delta + n);
  return std::exp(paths.front() - top) / total * stays;
}

// Orders at each opportunity of a customer who is alive at the next: p ~ Beta(alpha + x, beta + n -
// x), theta ~ Beta(gamma, delta + n + 1).
double expected_if_alive(const BgBbParameters& p, double x, double n, double periods,
                         double discount_factor) {
  return (p.alpha + x) / (p.alpha + p.beta + n) *
         lived(p.gamma, p.delta + n + 1, periods, discount_factor);
}

}  // namespace

BgBbFit fit_bg_bb(const Execution& execution, const RecencyFrequency& data,
                  const FitOptions& options) {
  const RecencyFrequency rows = compress(data);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    detail::check_bg_bb_history(rows.frequency[i], rows.recency[i], rows.age[i]);
  }
  const detail::OrderTotals sum = detail::check_order_data("BG/BB", options, rows);
  detail::OrderProblem problem;
  problem.model = "BG/BB";
  problem.names = {"alpha", "beta", "gamma", "delta"};
  problem.scales = {1.0, 1.0, 1.0, 1.0};
  const auto start = [](double a, double b, double g, double d) {
    return std::vector<double>{std::log(a), std::log(b), std::log(g), std::log(d)};
  };
  const double share = std::clamp(sum.repeat_orders / sum.age, 0.01, 0.99);
  problem.starts = {start(1, 1, 1, 1), start(1.2 * share, 1.2 * (1 - share), 0.7, 3),
                    start(5 * share, 5 * (1 - share), 1, 10), start(1, 0.5, 0.3, 0.8)};
  problem.likelihood = [&](const RecencyFrequency&) -> detail::TotalLikelihood {
    // Opportunities are whole: no coarser copy than the data.
    return [&rows](const Execution& how, std::span<const double> theta) {
      return detail::bg_bb_evaluate(how, rows, theta);
    };
  };
  const detail::Maximum best = detail::fit_orders(execution, problem, rows, options);
  return detail::make_fit<BgBbFit>(best, problem, sum.customers);
}

double bg_bb_log_likelihood(const BgBbParameters& p, const RecencyFrequency& data) {
  detail::check_parameters(p);
  const RecencyFrequency rows = compress(data);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    detail::check_bg_bb_history(rows.frequency[i], rows.recency[i], rows.age[i]);
  }
  Execution alone;
  alone.threads = 1;
  const std::array<double, 4> theta = {std::log(p.alpha), std::log(p.beta), std::log(p.gamma),
                                       std::log(p.delta)};
  return detail::finite(detail::bg_bb_evaluate(alone, rows, theta).value, "BG/BB log-likelihood");
}

double bg_bb_expected_orders(const BgBbParameters& p, double n) {
  detail::check_parameters(p);
  check_periods(n);
  const double stays = p.delta / (p.gamma + p.delta);
  return detail::finite(stays * expected_if_alive(p, 0, 0, n, 1.0), "BG/BB expected orders");
}

double bg_bb_conditional_expected_orders(const BgBbParameters& p, double x, double t_x, double n,
                                         double periods) {
  detail::check_parameters(p);
  detail::check_bg_bb_history(x, t_x, n);
  check_periods(periods);
  return detail::finite(p_alive(p, x, t_x, n) * expected_if_alive(p, x, n, periods, 1.0),
                        "BG/BB conditional expected orders");
}

double bg_bb_expected_orders_if_alive(const BgBbParameters& p, double x, double t_x, double n,
                                      double periods) {
  detail::check_parameters(p);
  detail::check_bg_bb_history(x, t_x, n);
  check_periods(periods);
  return detail::finite(expected_if_alive(p, x, n, periods, 1.0), "BG/BB expected orders if alive");
}

double bg_bb_p_alive(const BgBbParameters& p, double x, double t_x, double n) {
  detail::check_parameters(p);
  detail::check_bg_bb_history(x, t_x, n);
  return detail::finite(p_alive(p, x, t_x, n), "BG/BB p_alive");
}

double bg_bb_survival(const BgBbParameters& p, double n) {
  detail::check_parameters(p);
  check_periods(n);
  return detail::finite(
      std::exp(detail::log_rising(p.delta, n) - detail::log_rising(p.gamma + p.delta, n)),
      "BG/BB survival");
}

double bg_bb_discounted_residual_orders(const BgBbParameters& p, double x, double t_x, double n,
                                        double discount) {
  detail::check_parameters(p);
  detail::check_bg_bb_history(x, t_x, n);
  detail::check_discount(discount);
  if (discount < 45 / kMostPeriods) {
    throw ArgumentError("BG/BB: the discount rate is too small to sum over");
  }
  const double if_alive = expected_if_alive(p, x, n, kMostPeriods, std::exp(-discount));
  return detail::finite(p_alive(p, x, t_x, n) * if_alive, "BG/BB discounted residual orders");
}

LifetimeLatent draw_bg_bb_prior(RandomStream& stream, const BgBbParameters& p) {
  detail::check_parameters(p);
  LifetimeLatent latent;
  latent.rate = draw_beta(stream, p.alpha, p.beta);
  latent.dropout = draw_beta(stream, p.gamma, p.delta);
  latent.alive = !draw_bernoulli(stream, latent.dropout);
  return latent;
}

LifetimeLatent draw_bg_bb_posterior(RandomStream& stream, const BgBbParameters& p, double x,
                                    double t_x, double n) {
  detail::check_parameters(p);
  detail::check_bg_bb_history(x, t_x, n);
  const auto paths = detail::bg_bb_log_paths(p, x, t_x, n);
  const double top = *std::max_element(paths.begin(), paths.end());
  double total = 0.0;
  for (const double path : paths) total += std::exp(path - top);
  double left = stream.uniform() * total;
  std::size_t path = 0;
  while (path + 1 < paths.size() && left > std::exp(paths[path] - top)) {
    left -= std::exp(paths[path] - top);
    ++path;
  }
  LifetimeLatent latent;
  if (path == 0) {  // alive at n; whether at n + 1 too is one more toss
    latent.rate = draw_beta(stream, p.alpha + x, p.beta + n - x);
    latent.dropout = draw_beta(stream, p.gamma, p.delta + n);
    latent.alive = !draw_bernoulli(stream, latent.dropout);
    return latent;
  }
  const double lived_periods = t_x + static_cast<double>(path - 1);
  latent.alive = false;
  latent.rate = draw_beta(stream, p.alpha + x, p.beta + lived_periods - x);
  latent.dropout = draw_beta(stream, p.gamma + 1, p.delta + lived_periods);
  return latent;
}

LifetimeLatent draw_bg_bb_alive(RandomStream& stream, const BgBbParameters& p, double x, double t_x,
                                double n) {
  detail::check_parameters(p);
  detail::check_bg_bb_history(x, t_x, n);
  LifetimeLatent latent;
  latent.rate = draw_beta(stream, p.alpha + x, p.beta + n - x);
  latent.dropout = draw_beta(stream, p.gamma, p.delta + n + 1);
  return latent;
}

}  // namespace tenure::customers
