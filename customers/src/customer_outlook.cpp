#include "checks.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/customers/customer_outlook.hpp>
#include <tenure/customers/gamma_gamma.hpp>
#include <tenure/customers/lifetime_model.hpp>

#include <Eigen/Dense>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>

namespace tenure::customers {
namespace {

constexpr int kFewestDraws = 40;
// Replications of the fits' own purpose, whose starting points are replication 0: the order model's
// parameters and the spend model's by draw, a customer's future by place and draw.
constexpr Purpose kPurpose = Purpose::kMultiStart;
constexpr std::uint32_t kOrderParameters = 1;
constexpr std::uint32_t kSpendParameters = 2;
constexpr std::uint32_t kFutures = 3;

// The draws of the parameters that all customers share.
struct Draws {
  std::vector<FitReport> orders;
  std::vector<std::optional<GammaGammaParameters>> spend;
};

Draws draw_all(std::uint64_t seed, const FitReport& orders, const std::optional<FitReport>& spend,
               int draws) {
  Draws all;
  for (int d = 0; d < draws; ++d) {
    const auto item = static_cast<std::uint32_t>(d);
    RandomStream stream(seed, {kPurpose, kOrderParameters, item, 0});
    all.orders.push_back(draw_parameters(stream, orders));
    all.spend.emplace_back();
    if (!spend) continue;
    RandomStream other(seed, {kPurpose, kSpendParameters, item, 0});
    all.spend.back() = gamma_gamma_fit(draw_parameters(other, *spend)).parameters;
  }
  return all;
}

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

// Expected value of an order; empty where it is infinite.
std::optional<double> order_value(const std::optional<GammaGammaParameters>& spend,
                                  const CustomerHistory& c) {
  if (!spend || !(spend->p * c.spend_frequency + spend->q > 1)) return std::nullopt;
  return gamma_gamma_expected_value(*spend, c.spend_frequency, c.mean_value);
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
                     const std::optional<GammaGammaParameters>& spend, const Draws& draws,
                     const CustomerHistory& c, const OutlookOptions& options) {
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
  const auto value = order_value(spend, c);
  if (value) outlook.lifetime_value = options.margin * *value * outlook.discounted_residual_orders;

  std::vector<double> alive, expected, happened, residual, worth, earned;
  for (std::size_t d = 0; d < draws.orders.size(); ++d) {
    const auto drawn = model_of(draws.orders[d]);
    RandomStream stream(seed, {kPurpose, kFutures, place, static_cast<std::uint32_t>(d)});
    alive.push_back(drawn->p_alive(c.frequency, c.recency, c.age));
    expected.push_back(
        drawn->conditional_expected_orders(c.frequency, c.recency, c.age, options.horizon));
    residual.push_back(
        drawn->discounted_residual_orders(c.frequency, c.recency, c.age, options.discount));
    const auto latent = drawn->draw_posterior(stream, c.frequency, c.recency, c.age);
    const std::vector<double> times = drawn->draw_orders(stream, latent, options.horizon);
    happened.push_back(static_cast<double>(times.size()));
    if (!draws.spend[d]) continue;
    earned.push_back(earn(stream, *draws.spend[d], c, times, options));
    if (const auto one = order_value(draws.spend[d], c)) {
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

FitReport draw_parameters(RandomStream& stream, const FitReport& report) {
  const std::size_t n = report.names.size();
  if (n == 0 || report.estimates.size() != n || report.log_covariance.size() != n * n ||
      report.coefficients > n) {
    throw ArgumentError("fit report of model '" + report.model +
                        "': parameters or their covariance are missing");
  }
  const auto size = static_cast<Eigen::Index>(n);
  const Eigen::LLT<Eigen::MatrixXd> factor(
      Eigen::Map<const Eigen::MatrixXd>(report.log_covariance.data(), size, size));
  if (factor.info() != Eigen::Success) {
    throw NumericalError("fit report of model '" + report.model +
                         "': the covariance of its parameters is not positive definite");
  }
  Eigen::VectorXd z(size);
  for (Eigen::Index i = 0; i < size; ++i) z[i] = draw_normal(stream);
  const Eigen::VectorXd off = factor.matrixL() * z;
  FitReport drawn = report;
  for (std::size_t i = 0; i < n; ++i) {
    const double step = off[static_cast<Eigen::Index>(i)];
    const bool coefficient = i + report.coefficients >= n;
    drawn.estimates[i] =
        coefficient ? report.estimates[i] + step : report.estimates[i] * std::exp(step);
  }
  return drawn;
}

std::vector<CustomerOutlook> customer_outlooks(const Execution& execution, const FitReport& orders,
                                               const std::optional<FitReport>& spend,
                                               std::span<const CustomerHistory> customers,
                                               const OutlookOptions& options) {
  check_options(options);
  std::optional<GammaGammaParameters> spend_parameters;
  if (spend) spend_parameters = gamma_gamma_fit(*spend).parameters;
  const Draws draws = draw_all(execution.seed, orders, spend, options.draws);
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
