#include "checks.hpp"
#include "parameter_draws.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/customers/lifetime_value.hpp>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>

namespace tenure::customers {
namespace {

constexpr std::size_t kParts = 512;
constexpr std::uint64_t kRowsOfAGroup = 100;  // what a group costs, in rows
constexpr double kStepDays = 365.0 / 12.0;
constexpr double kMostSteps = 24.0;
constexpr double kMostX = 4294967295.0;
constexpr double kLargestLog = 200.0;  // e^200 stays finite under every product here

// A row of the summary by what its future depends on.
struct Key {
  double x = 0.0;
  double age = 0.0;
  double t_x = 0.0;  // 0 where the model does not ask for it
  double spend_x = 0.0;
  std::size_t row = 0;

  auto history() const { return std::tie(x, age, t_x, spend_x); }
};

std::vector<Key> sorted_keys(const CalibrationSummary& summary, bool recency, bool spend) {
  const RecencyFrequency& counts = summary.counts;
  std::vector<Key> keys(summary.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    keys[i] = {counts.frequency[i], counts.age[i], recency ? counts.recency[i] : 0.0,
               spend ? summary.spend_frequency[i] : 0.0, i};
  }
  std::sort(keys.begin(), keys.end(), [](const Key& l, const Key& r) {
    return std::tie(l.x, l.age, l.t_x, l.spend_x, l.row) <
           std::tie(r.x, r.age, r.t_x, r.spend_x, r.row);
  });
  return keys;
}

// First key of each group, and the number of keys.
std::vector<std::size_t> group_starts(const std::vector<Key>& keys) {
  std::vector<std::size_t> starts;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i == 0 || keys[i].history() != keys[i - 1].history()) starts.push_back(i);
  }
  starts.push_back(keys.size());
  return starts;
}

/// The models at the estimates, and under every draw of their parameters.
struct Models {
  std::shared_ptr<const LifetimeModel> orders;
  double days_per_unit = 0.0;
  std::vector<std::shared_ptr<const LifetimeModel>> drawn_orders;
  std::optional<GammaGammaParameters> spend;
  std::vector<GammaGammaParameters> drawn_spend;
};

Models make_models(std::uint64_t seed, const FitReport& orders,
                   const std::optional<FitReport>& spend, std::size_t draws) {
  if (lifetime_kind(orders.model).discrete) {
    throw ArgumentError("lifetime value: model '" + orders.model + "' counts periods, not days");
  }
  Models models;
  models.orders = lifetime_model(orders);
  models.days_per_unit = orders.days_per_unit;
  if (spend) models.spend = gamma_gamma_fit(*spend).parameters;
  detail::DrawnFits drawn = detail::draw_fits(seed, orders, spend, draws);
  for (const FitReport& one : drawn.orders) models.drawn_orders.push_back(lifetime_model(one));
  models.drawn_spend = std::move(drawn.spend);
  return models;
}

/// What lies between the first and the last key of a group, and its quantiles. Holds scratch
/// memory, one a chunk of groups.
class Forecaster {
 public:
  Forecaster(std::uint64_t seed, const CalibrationSummary& summary, const Models& models,
             const ForecastOptions& options)
      : seed_(seed),
        summary_(summary),
        models_(models),
        options_(options),
        horizon_(options.horizon_days / models.days_per_unit),
        draws_(static_cast<std::size_t>(options.draws)) {}

  void forecast(std::span<const Key> group, std::vector<CustomerForecast>& result) {
    const Key& key = group.front();
    expect(key);
    draw_futures(key);
    for (const Key& one : group) result[one.row] = of_customer(one.row);
  }

 private:
  // The group's expectations for a customer who is alive.
  void expect(const Key& key) {
    const auto until = [&](double t) {
      return detail::finite(models_.orders->expected_orders_if_alive(key.x, key.t_x, key.age, t),
                            "lifetime value: the model's expected orders");
    };
    if (options_.discount_rate == 0.0) {
      if_alive_ = discounted_ = until(horizon_);
      return;
    }
    const double wanted = std::ceil(options_.horizon_days / kStepDays);
    const int steps = static_cast<int>(std::clamp(wanted, 1.0, kMostSteps));
    const double years = options_.horizon_days / 365.0 / steps;
    double before = 0.0;
    discounted_ = 0.0;
    for (int k = 1; k <= steps; ++k) {
      const double here = until(horizon_ * k / steps);
      discounted_ +=
          (here - before) * std::exp(-std::log1p(options_.discount_rate) * years * (k - 0.5));
      before = here;
    }
    if_alive_ = before;
  }

  // `draws` futures of a customer who is alive: orders, and spend in units of what the customer's
  // posterior of spend is scaled by.
  void draw_futures(const Key& key) {
    const auto whole_days = [&](double units) {
      return static_cast<std::uint32_t>(std::llround(units * models_.days_per_unit));
    };
    RandomStream stream(seed_,
                        {Purpose::kForecast, whole_days(key.t_x) & 0xFFFFFFU, whole_days(key.age),
                         static_cast<std::uint32_t>(std::min(key.x, kMostX))});
    future_.resize(draws_);
    for (std::size_t d = 0; d < draws_; ++d) {
      const LifetimeModel& drawn = *models_.drawn_orders[d];
      const LifetimeLatent latent = drawn.draw_alive(stream, key.x, key.t_x, key.age);
      future_[d] = drawn.draw_order_count(stream, latent, horizon_);
    }
    if (models_.spend) draw_spend(key, stream);
    std::sort(future_.begin(), future_.end());
  }

  // An order is Gamma(p, rate nu), nu ~ Gamma(p x + q, rate gamma + x m): n orders together are
  // (gamma + x m) Gamma(p n) / Gamma(p x + q).
  void draw_spend(const Key& key, RandomStream& stream) {
    ratio_.assign(draws_, 0.0);
    for (std::size_t d = 0; d < draws_; ++d) {
      if (future_[d] == 0.0) continue;
      const GammaGammaParameters g = models_.drawn_spend[d];
      const double log_ratio = draw_log_gamma(stream, g.p * future_[d]) -
                               draw_log_gamma(stream, g.p * key.spend_x + g.q);
      ratio_[d] = std::exp(std::min(log_ratio, kLargestLog));
    }
  }

  CustomerForecast of_customer(std::size_t row) {
    const RecencyFrequency& counts = summary_.counts;
    CustomerForecast result;
    result.p_alive =
        models_.orders->p_alive(counts.frequency[row], counts.recency[row], counts.age[row]);
    result.expected_orders = result.p_alive * if_alive_;
    const double tail = (1.0 - options_.level) / 2.0;
    const auto sorted = [&](std::size_t at) { return future_[at]; };
    result.orders = {quantile(result.p_alive, tail, sorted),
                     quantile(result.p_alive, 1.0 - tail, sorted)};
    if (models_.spend) result.value = value_of(row, result.p_alive, tail);
    return result;
  }

  std::optional<ValueForecast> value_of(std::size_t row, double p_alive, double tail) {
    const double x = summary_.spend_frequency[row];
    const double mean = summary_.mean_value[row];
    const auto order_value = detail::expected_order_value(*models_.spend, x, mean);
    if (!order_value) return std::nullopt;
    ValueForecast value;
    value.expected = options_.gross_margin * p_alive * discounted_ * *order_value;
    value_.resize(draws_);
    for (std::size_t d = 0; d < draws_; ++d) {
      value_[d] = (models_.drawn_spend[d].gamma + x * mean) * ratio_[d];
    }
    const double scale = options_.gross_margin * (if_alive_ > 0.0 ? discounted_ / if_alive_ : 1.0);
    const auto nth = [&](std::size_t at) {
      const auto place = value_.begin() + static_cast<std::ptrdiff_t>(at);
      std::nth_element(value_.begin(), place, value_.end());
      return scale * *place;
    };
    value.interval = {quantile(p_alive, tail, nth), quantile(p_alive, 1.0 - tail, nth)};
    detail::finite(value.interval.high, "lifetime value: an interval's end");
    detail::finite(value.expected, "lifetime value: the expected value");
    return value;
  }

  // The u-quantile of a mixture: 0 with probability 1 - p_alive, else one of the draws, of which
  // nth(k) is the k-th smallest. The least value with at least probability u up to it.
  template <class Nth>
  double quantile(double p_alive, double u, const Nth& nth) const {
    const double within = u - (1.0 - p_alive);
    if (!(within > 0.0)) return 0.0;
    const double at = std::ceil(within / p_alive * static_cast<double>(draws_)) - 1.0;
    return nth(static_cast<std::size_t>(std::clamp(at, 0.0, static_cast<double>(draws_ - 1))));
  }

  std::uint64_t seed_;
  const CalibrationSummary& summary_;
  const Models& models_;
  const ForecastOptions& options_;
  double horizon_;  // in the model's units
  std::size_t draws_;
  double if_alive_ = 0.0;
  double discounted_ = 0.0;
  std::vector<double> future_;  // orders, sorted once spend is drawn
  std::vector<double> ratio_;
  std::vector<double> value_;
};

void check(const CalibrationSummary& summary, const FitReport& orders, bool spend) {
  summary.counts.validate();
  if (summary.counts.size() != summary.size() ||
      summary.counts.days_per_unit != orders.days_per_unit) {
    throw ArgumentError("lifetime value: the summary does not fit the model's units or itself");
  }
  if (spend && (summary.spend_frequency.size() != summary.size() ||
                summary.mean_value.size() != summary.size())) {
    throw ArgumentError("lifetime value: a spend model needs a summary with prices");
  }
}

}  // namespace

void ForecastOptions::validate() const {
  const auto range = [](double value, double low, double high) {
    return std::isfinite(value) && value >= low && value <= high;
  };
  if (!range(horizon_days, 0.0, 1e6) || horizon_days == 0.0) {
    throw ArgumentError("lifetime value: the horizon must be over 0 and at most 1000000 days");
  }
  if (!range(gross_margin, 0.0, 1.0)) {
    throw ArgumentError("lifetime value: the gross margin is a share from 0 to 1");
  }
  if (!range(discount_rate, 0.0, 1e3)) {
    throw ArgumentError("lifetime value: the discount rate must be from 0 to 1000 a year");
  }
  if (draws < 10 || draws > 100000) {
    throw ArgumentError("lifetime value: draws must be from 10 to 100000");
  }
  if (!(level > 0.0 && level < 1.0)) {
    throw ArgumentError("lifetime value: the level must be between 0 and 1");
  }
}

std::vector<CustomerForecast> forecast_customers(const Execution& execution,
                                                 const CalibrationSummary& summary,
                                                 const FitReport& orders,
                                                 const std::optional<FitReport>& spend,
                                                 const ForecastOptions& options) {
  options.validate();
  check(summary, orders, spend.has_value());
  const Models models =
      make_models(execution.seed, orders, spend, static_cast<std::size_t>(options.draws));
  const std::vector<Key> keys =
      sorted_keys(summary, models.orders->needs_recency(), spend.has_value());
  const std::vector<std::size_t> starts = group_starts(keys);
  std::vector<std::uint64_t> cost = {0};
  for (std::size_t g = 0; g + 1 < starts.size(); ++g) {
    cost.push_back(cost.back() + kRowsOfAGroup + (starts[g + 1] - starts[g]));
  }
  std::vector<CustomerForecast> result(summary.size());
  const std::vector<std::size_t> bounds = partition_by_cost(cost, kParts);
  parallel_for_bounds(
      execution, bounds,
      [&](const Chunk& chunk) {
        Forecaster forecaster(execution.seed, summary, models, options);
        for (std::size_t g = chunk.begin; g < chunk.end; ++g) {
          forecaster.forecast({keys.data() + starts[g], starts[g + 1] - starts[g]}, result);
        }
      },
      "lifetime values");
  return result;
}

}  // namespace tenure::customers
