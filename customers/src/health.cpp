#include <tenure/core/error.hpp>
#include <tenure/customers/health.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace tenure::customers {
namespace {

constexpr std::array<std::string_view, kIndicators> kNames = {
    "recency",  "rhythm",       "frequency", "regularity", "order_trend", "tenure",
    "monetary", "basket_trend", "variety",   "returns",    "engagement",  "advocacy"};
constexpr std::array<std::string_view, 3> kLevelNames = {"warning", "fair", "healthy"};

constexpr std::size_t index_of(Indicator indicator) { return static_cast<std::size_t>(indicator); }

// One customer's orders as an indicator sees them.
struct View {
  std::span<const std::int32_t> days;
  std::span<const Money> values;
  std::int32_t as_of;

  double idle() const { return static_cast<double>(std::int64_t{as_of} - days.back()); }
  double span() const { return static_cast<double>(std::int64_t{days.back()} - days.front()); }
  double gaps() const { return static_cast<double>(days.size() - 1); }
  // Position of the first order after day as_of - window.
  std::size_t since(std::int64_t window) const {
    const std::int64_t before = as_of - window;
    return static_cast<std::size_t>(std::upper_bound(days.begin(), days.end(), before) -
                                    days.begin());
  }
  double orders_in(std::int64_t window) const {
    return static_cast<double>(days.size() - since(window));
  }
};

double revenue_in(const View& view, int window) {
  double sum = 0.0;
  for (std::size_t i = view.since(window); i < view.values.size(); ++i) {
    sum += to_units(view.values[i]);
  }
  return sum;
}

std::optional<double> rhythm(const View& view) {
  if (view.days.size() < 2) return std::nullopt;
  return view.idle() / (view.span() / view.gaps());
}

std::optional<double> regularity(const View& view) {
  if (view.days.size() < 3) return std::nullopt;
  const double mean = view.span() / view.gaps();
  double squares = 0.0;
  for (std::size_t i = 1; i < view.days.size(); ++i) {
    const double off = static_cast<double>(view.days[i] - view.days[i - 1]) - mean;
    squares += off * off;
  }
  return std::sqrt(squares / view.gaps()) / mean;
}

std::optional<double> order_trend(const View& view, int trend_days) {
  const std::int64_t both = 2 * std::int64_t{trend_days};
  if (view.days.front() > view.as_of - both) return std::nullopt;
  const double recent = view.orders_in(trend_days);
  const double all = view.orders_in(both);
  if (all == 0.0) return std::nullopt;
  return (recent - (all - recent)) / all;
}

std::optional<double> basket_trend(const View& view) {
  if (view.values.size() < 2) return std::nullopt;
  double earlier = 0.0;
  for (std::size_t i = 0; i + 1 < view.values.size(); ++i) earlier += to_units(view.values[i]);
  earlier /= static_cast<double>(view.values.size() - 1);
  if (!(earlier > 0.0)) return std::nullopt;
  return to_units(view.values.back()) / earlier;
}

void check(const HealthOptions& options) {
  double total = 0.0;
  for (std::size_t i = 0; i < kIndicators; ++i) {
    const IndicatorOptions& one = options.indicators[i];
    if (!std::isfinite(one.weight) || one.weight < 0 || !std::isfinite(one.bad) ||
        !std::isfinite(one.good) || one.bad == one.good) {
      throw ArgumentError("health: indicator " + std::string(kNames[i]) +
                          " needs a weight from 0 and two different finite ends");
    }
    total += one.weight;
  }
  if (!(total > 0.0) || !std::isfinite(total)) {
    throw ArgumentError("health: the weights of the indicators add up to nothing");
  }
  if (options.trend_days < 1) throw ArgumentError("health: trend_days must be at least 1");
}

// Lower median of the positive revenues of the window.
std::optional<double> median_revenue(const ActivityWindows& windows, const OrderHistory& history) {
  std::vector<double> revenues;
  for (std::size_t c = 0; c < history.customers(); ++c) {
    const View view{history.days_of(c), history.values_of(c), history.end_day};
    const double revenue = revenue_in(view, windows.window_days);
    if (revenue > 0.0) revenues.push_back(revenue);
  }
  if (revenues.empty()) return std::nullopt;
  const auto middle = revenues.begin() + static_cast<std::ptrdiff_t>((revenues.size() - 1) / 2);
  std::nth_element(revenues.begin(), middle, revenues.end());
  return *middle;
}

struct Reach {
  std::size_t most_orders = 0;
  std::int64_t first_day = std::numeric_limits<std::int64_t>::max();
};

Reach reach_of(const OrderHistory& history) {
  Reach reach;
  for (std::size_t c = 0; c < history.customers(); ++c) {
    if (history.order_count(c) == 0) continue;
    reach.most_orders = std::max(reach.most_orders, history.order_count(c));
    reach.first_day = std::min<std::int64_t>(reach.first_day, history.days_of(c).front());
  }
  return reach;
}

}  // namespace

std::string_view to_string(Indicator indicator) noexcept { return kNames[index_of(indicator)]; }

double indicator_score(double value, const IndicatorOptions& options) noexcept {
  return std::clamp((value - options.bad) / (options.good - options.bad), 0.0, 1.0);
}

HealthScale make_health_scale(const HealthOptions& options, const ActivityWindows& windows,
                              const OrderHistory& history, const ActivityTable& activity) {
  check(options);
  if (activity.customer.size() != history.customers() || activity.as_of != history.end_day) {
    throw ArgumentError("health: the activity is not of the history's customers and day");
  }
  HealthScale scale;
  scale.as_of = history.end_day;
  const auto leave_out = [&](Indicator indicator, bool when, const char* reason) {
    std::string& why = scale.left_out[index_of(indicator)];
    if (when && why.empty()) why = reason;
  };
  for (std::size_t i = 0; i < kIndicators; ++i) {
    leave_out(static_cast<Indicator>(i), options.indicators[i].weight == 0.0, "its weight is 0");
  }
  const Reach reach = reach_of(history);
  leave_out(Indicator::kRhythm, reach.most_orders < 2, "no customer has two orders");
  leave_out(Indicator::kRegularity, reach.most_orders < 3, "no customer has three orders");
  leave_out(Indicator::kOrderTrend,
            reach.first_day > std::int64_t{scale.as_of} - 2 * std::int64_t{options.trend_days},
            "the log is shorter than twice trend_days");
  leave_out(Indicator::kMonetary, !history.has_value, "the log has no prices");
  leave_out(Indicator::kBasketTrend, !history.has_value, "the log has no prices");
  leave_out(Indicator::kBasketTrend, reach.most_orders < 2, "no customer has two orders");
  leave_out(Indicator::kVariety, !activity.several_items, "the log has fewer than two goods");
  leave_out(Indicator::kReturns, !activity.has_returns, "the log has no returns");
  leave_out(Indicator::kEngagement, !activity.has_engagement,
            "the log has no views, carts, favourites or visits");
  leave_out(Indicator::kAdvocacy, !activity.has_shares && !activity.has_reviews,
            "the log has no shares or reviews");
  if (scale.used(Indicator::kMonetary)) scale.median_revenue = median_revenue(windows, history);
  leave_out(Indicator::kMonetary, !scale.median_revenue, "nobody has revenue in the window");
  return scale;
}

std::optional<double> indicator_value(Indicator indicator, const HealthOptions& options,
                                      const ActivityWindows& windows, const HealthScale& scale,
                                      std::span<const std::int32_t> days,
                                      std::span<const Money> values, const Activity& activity) {
  const View view{days, values, scale.as_of};
  switch (indicator) {
    case Indicator::kRecency:
      return view.idle();
    case Indicator::kRhythm:
      return rhythm(view);
    case Indicator::kFrequency:
      return view.orders_in(windows.window_days);
    case Indicator::kRegularity:
      return regularity(view);
    case Indicator::kOrderTrend:
      return order_trend(view, options.trend_days);
    case Indicator::kTenure:
      return view.span();
    case Indicator::kMonetary:
      if (!scale.median_revenue) return std::nullopt;
      return revenue_in(view, windows.window_days) / *scale.median_revenue;
    case Indicator::kBasketTrend:
      return basket_trend(view);
    case Indicator::kVariety:
      return static_cast<double>(activity.items);
    case Indicator::kReturns:
      if (!(activity.units_bought > 0.0)) return std::nullopt;
      return activity.units_returned / activity.units_bought;
    case Indicator::kEngagement:
      return static_cast<double>(activity.engagements);
    case Indicator::kAdvocacy:
      return static_cast<double>(activity.shares) + static_cast<double>(activity.reviews);
  }
  return std::nullopt;
}

Health customer_health(const HealthOptions& options, const ActivityWindows& windows,
                       const HealthScale& scale, std::span<const std::int32_t> days,
                       std::span<const Money> values, const Activity& activity) {
  Health health;
  if (days.empty()) return health;
  std::array<std::optional<double>, kIndicators> scores;
  double weights = 0.0;
  for (std::size_t i = 0; i < kIndicators; ++i) {
    const auto indicator = static_cast<Indicator>(i);
    if (!scale.used(indicator)) continue;
    const auto value = indicator_value(indicator, options, windows, scale, days, values, activity);
    if (!value) continue;
    scores[i] = indicator_score(*value, options.indicators[i]);
    weights += options.indicators[i].weight;
  }
  if (!(weights > 0.0)) return health;
  double sum = 0.0;
  for (std::size_t i = 0; i < kIndicators; ++i) {
    if (!scores[i]) continue;
    const double points = 100.0 * options.indicators[i].weight / weights * *scores[i];
    health.contribution[i] = static_cast<float>(points);
    sum += points;
  }
  health.index = std::clamp(sum, 0.0, 100.0);
  return health;
}

std::string_view to_string(HealthLevel level) noexcept {
  return kLevelNames[static_cast<std::size_t>(level)];
}

HealthLevel health_level(double index, const HealthOptions& options) noexcept {
  if (index >= options.healthy_from) return HealthLevel::kHealthy;
  return index < options.warning_below ? HealthLevel::kWarning : HealthLevel::kFair;
}

}  // namespace tenure::customers
