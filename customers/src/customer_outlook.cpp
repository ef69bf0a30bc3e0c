#include "checks.hpp"
#include "parameter_draws.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/customers/customer_outlook.hpp>
#include <tenure/customers/gamma_gamma.hpp>
#include <tenure/customers/lifetime_model.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>

namespace tenure::customers {
namespace {

constexpr int kFewestDraws = 40;

Interval interval(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double p) {
    const double at = p * static_cast<double>(values.size() - 1);
    const auto low = static_cast<std::size_t>(at);
    const std::size_t high = std::min(low + 1, values.size() - 1);
    return values[low] + (at - static_cast<double>(low)) * (values[high] - values[low]);
  };
  return {quantile(0.025), quantile(0.975)};
}

// The discounted margin of orders at these times.
double earn(RandomStream& stream, const GammaGammaParameters& spend, const CustomerHistory& c,
            const std::vector<double>& times, const OutlookOptions& options) {
  const double nu = draw_gamma_gamma_rate(stream, spend, c.spend_frequency, c.mean_value);
  double sum = 0.0;
  for (const double t : times) {
    sum += std::exp(-options.discount * t) * draw_gamma(stream, spend.p, nu);
  }
  return options.margin * sum;
}

CustomerOutlook look(std::uint64_t seed, std::uint32_t place, const FitReport& orders,
                     const std::optional<GammaGammaParameters>& spend,
                     const detail::DrawnFits& draws, const CustomerHistory& c,
                     const OutlookOptions& options) {
  const auto model_of = [&](const FitReport& report) {
    return lifetime_model(report, c.rate_covariates, c.dropout_covariates);
  };
  const auto model = model_of(orders);
  CustomerOutlook outlook;
  outlook.p_alive = model->p_alive(c.frequency, c.recency, c.age);
  outlook.expected_orders =
      model->conditional_expected_orders(c.frequency, c.recency, c.age, options.horizon);
  outlook.discounted_residual_orders =
      model->discounted_residual_orders(c.frequency, c.recency, c.age, options.discount);
  const auto order_value = [&](const GammaGammaParameters& parameters) {
    return detail::expected_order_value(parameters, c.spend_frequency, c.mean_value);
  };
  const auto value = spend ? order_value(*spend) : std::nullopt;
  if (value) outlook.lifetime_value = options.margin * *value * outlook.discounted_residual_orders;

  std::vector<double> alive, expected, happened, residual, worth, earned;
  for (std::size_t d = 0; d < draws.orders.size(); ++d) {
    const auto drawn = model_of(draws.orders[d]);
    RandomStream stream(seed, {Purpose::kOutlook, 0, place, static_cast<std::uint32_t>(d)});
    alive.push_back(drawn->p_alive(c.frequency, c.recency, c.age));
    expected.push_back(
        drawn->conditional_expected_orders(c.frequency, c.recency, c.age, options.horizon));
    residual.push_back(
        drawn->discounted_residual_orders(c.frequency, c.recency, c.age, options.discount));
    const auto latent = drawn->draw_posterior(stream, c.frequency, c.recency, c.age);
    const std::vector<double> times = drawn->draw_orders(stream, latent, options.horizon);
    happened.push_back(static_cast<double>(times.size()));
    if (!spend) continue;
    earned.push_back(earn(stream, draws.spend[d], c, times, options));
    if (const auto one = order_value(draws.spend[d])) {
      worth.push_back(options.margin * *one * residual.back());
    }
  }
  outlook.p_alive_interval = interval(alive);
  outlook.expected_orders_interval = interval(expected);
  outlook.orders = interval(happened);
  outlook.discounted_residual_orders_interval = interval(residual);
  if (spend) outlook.earned = interval(earned);
  // Where some draws have no finite mean the upper end has none either.
  if (value && worth.size() == draws.orders.size())
    outlook.lifetime_value_interval = interval(worth);
  return outlook;
}

void check_options(const OutlookOptions& options) {
  detail::check_discount(options.discount);
  if (!std::isfinite(options.horizon) || options.horizon <= 0) {
    throw ArgumentError("outlook: the horizon must be finite and positive");
  }
  if (!(options.margin >= 0 && options.margin <= 1)) {
    throw ArgumentError("outlook: the margin must be 0 to 1");
  }
  if (options.draws < kFewestDraws) {
    throw ArgumentError("outlook: at least " + std::to_string(kFewestDraws) + " draws");
  }
}

}  // namespace

std::vector<CustomerOutlook> customer_outlooks(const Execution& execution, const FitReport& orders,
                                               const std::optional<FitReport>& spend,
                                               std::span<const CustomerHistory> customers,
                                               const OutlookOptions& options) {
  check_options(options);
  std::optional<GammaGammaParameters> spend_parameters;
  if (spend) spend_parameters = gamma_gamma_fit(*spend).parameters;
  const detail::DrawnFits draws =
      detail::draw_fits(execution.seed, orders, spend, static_cast<std::size_t>(options.draws));
  std::vector<CustomerOutlook> result(customers.size());
  parallel_for(
      execution, customers.size(), 1,
      [&](const Chunk& chunk) {
        result[chunk.begin] = look(execution.seed, static_cast<std::uint32_t>(chunk.begin), orders,
                                   spend_parameters, draws, customers[chunk.begin], options);
      },
      "outlook");
  return result;
}

}  // namespace tenure::customers
