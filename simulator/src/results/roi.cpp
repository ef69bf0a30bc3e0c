#include <tenure/core/error.hpp>
#include <tenure/simulator/roi.hpp>

#include <boost/math/distributions/students_t.hpp>

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace tenure::simulator {

namespace {

constexpr double kTail = 0.025;

/// Incremental margin and cost, discounted, of one outer draw and replication.
struct Pair {
  double margin = 0.0;
  double cost = 0.0;
};

/// Second moments about the mean.
struct Spread {
  double margin = 0.0;
  double cost = 0.0;
  double both = 0.0;
};

/// A quantity by outer draw: its mean over replications and the variance of that mean.
struct DrawnValue {
  double value = 0.0;
  double noise = 0.0;
};

double student_quantile(double degrees) {
  return boost::math::quantile(
      boost::math::complement(boost::math::students_t_distribution<double>(degrees), kTail));
}

Pair mean_of(const std::vector<Pair>& pairs) {
  Pair mean;
  for (const Pair& pair : pairs) {
    mean.margin += pair.margin;
    mean.cost += pair.cost;
  }
  const auto n = static_cast<double>(pairs.size());
  return {mean.margin / n, mean.cost / n};
}

Spread sum_of_squares(const std::vector<Pair>& pairs, const Pair& mean) {
  Spread sum;
  for (const Pair& pair : pairs) {
    const double margin = pair.margin - mean.margin;
    const double cost = pair.cost - mean.cost;
    sum.margin += margin * margin;
    sum.cost += cost * cost;
    sum.both += margin * cost;
  }
  return sum;
}

/// Quantile of sorted values at position p (n + 1), so that few draws do not look too sure (type 6
/// of Hyndman and Fan 1996); the extremes where that lies outside.
double quantile(const std::vector<double>& sorted, double p) {
  const auto n = static_cast<double>(sorted.size());
  const double position = std::clamp(p * (n + 1.0), 1.0, n);
  const auto below = static_cast<std::size_t>(position);
  const double low = sorted[below - 1];
  if (below == sorted.size()) return low;
  return low + (position - static_cast<double>(below)) * (sorted[below] - low);
}

/// The draws about `center`, their deviations shrunk until their variance is what the parameters
/// alone cause: between = parameters + noise.
std::vector<double> without_noise(const std::vector<DrawnValue>& draws, double center) {
  const auto n = static_cast<double>(draws.size());
  double mean = 0.0;
  double noise = 0.0;
  for (const DrawnValue& draw : draws) {
    mean += draw.value / n;
    noise += draw.noise / n;
  }
  double between = 0.0;
  for (const DrawnValue& draw : draws) {
    between += (draw.value - mean) * (draw.value - mean) / (n - 1.0);
  }
  const double kept = between > 0.0 ? std::sqrt(std::max(0.0, 1.0 - noise / between)) : 0.0;
  std::vector<double> values;
  values.reserve(draws.size());
  for (const DrawnValue& draw : draws) values.push_back(center + kept * (draw.value - mean));
  std::sort(values.begin(), values.end());
  return values;
}

Interval interval_of(const std::vector<double>& sorted) {
  return {quantile(sorted, kTail), quantile(sorted, 1.0 - kTail)};
}

/// Limits of margin / cost - 1 where both means are normal with variances and covariance `error`
/// (Fieller 1954); empty where the cost's mean could be zero.
std::optional<Interval> fieller(const Pair& mean, const Spread& error, double t) {
  const double a = mean.cost * mean.cost - t * t * error.cost;
  const double b = mean.margin * mean.cost - t * t * error.both;
  const double c = mean.margin * mean.margin - t * t * error.margin;
  if (!(a > 0.0)) return std::nullopt;
  const double root = std::sqrt(std::max(0.0, b * b - a * c));
  return Interval{(b - root) / a - 1.0, (b + root) / a - 1.0};
}

/// Discounted margin less what customers cost to win.
Money margin_of(const Totals& totals) {
  return totals.discounted_margin - totals.discounted_acquisition_cost;
}

/// Every replication of a strategy as a pair, by outer draw.
class Pairs {
 public:
  Pairs(const Outcome& outcome, std::size_t strategy) : replications_(outcome.replications) {
    for (std::size_t draw = 0; draw < outcome.parameter_draws; ++draw) {
      std::vector<Pair>& pairs = by_draw_.emplace_back();
      for (std::size_t r = 0; r < outcome.replications; ++r) {
        const Totals& totals = outcome.at(strategy, draw, r);
        const Totals& baseline = outcome.at(0, draw, r);
        pairs.push_back(
            {to_units(margin_of(totals) - margin_of(baseline)), to_units(totals.discounted_cost)});
      }
      means_.push_back(mean_of(pairs));
    }
    mean_ = mean_of(means_);
  }

  const Pair& mean() const { return mean_; }
  double replications() const { return static_cast<double>(replications_); }

  void add_monte_carlo(StrategyReturn& result) const {
    if (replications_ < 2) return;
    const double runs = static_cast<double>(by_draw_.size()) * replications();
    const double degrees = runs - static_cast<double>(by_draw_.size());
    const double t = student_quantile(degrees);
    Spread error;
    for (std::size_t draw = 0; draw < by_draw_.size(); ++draw) {
      const Spread sum = sum_of_squares(by_draw_[draw], means_[draw]);
      error.margin += sum.margin / degrees / runs;
      error.cost += sum.cost / degrees / runs;
      error.both += sum.both / degrees / runs;
    }
    const double half = t * std::sqrt(error.margin);
    result.incremental_margin_mc_interval = Interval{mean_.margin - half, mean_.margin + half};
    if (mean_.cost > 0.0) result.roi_mc_interval = fieller(mean_, error, t);
  }

  /// numerator / denominator of each draw; its noise by linearisation.
  std::vector<DrawnValue> drawn(bool ratio) const {
    std::vector<DrawnValue> values;
    for (std::size_t draw = 0; draw < by_draw_.size(); ++draw) {
      const Pair& mean = means_[draw];
      const double value = ratio ? mean.margin / mean.cost : mean.margin;
      double noise = 0.0;
      if (replications_ > 1) {
        const Spread sum = sum_of_squares(by_draw_[draw], mean);
        const double squares =
            ratio ? (sum.margin - 2.0 * value * sum.both + value * value * sum.cost) /
                        (mean.cost * mean.cost)
                  : sum.margin;
        noise = squares / (replications() - 1.0) / replications();
      }
      values.push_back({ratio ? value - 1.0 : value, noise});
    }
    return values;
  }

  bool every_draw_costs() const {
    return std::all_of(means_.begin(), means_.end(), [](const Pair& p) { return p.cost > 0.0; });
  }

 private:
  std::size_t replications_;
  std::vector<std::vector<Pair>> by_draw_;
  std::vector<Pair> means_;
  Pair mean_;
};

void add_world_intervals(const Outcome& outcome, const Pairs& pairs, StrategyReturn& result) {
  const bool known_noise = outcome.replications > 1;
  if (!outcome.uncertain) {
    result.incremental_margin_interval =
        Interval{result.incremental_margin, result.incremental_margin};
    if (result.roi) result.roi_interval = Interval{*result.roi, *result.roi};
    result.probability_positive = result.incremental_margin > result.cost ? 1.0 : 0.0;
    return;
  }
  const std::vector<double> margins = without_noise(pairs.drawn(false), result.incremental_margin);
  if (known_noise) result.incremental_margin_interval = interval_of(margins);
  const bool by_ratio = result.roi.has_value() && pairs.every_draw_costs();
  const std::vector<double> judged =
      by_ratio ? without_noise(pairs.drawn(true), *result.roi) : margins;
  if (by_ratio && known_noise) result.roi_interval = interval_of(judged);
  const double least = by_ratio ? 0.0 : result.cost;
  const auto positive =
      std::count_if(judged.begin(), judged.end(), [least](double value) { return value > least; });
  result.probability_positive = static_cast<double>(positive) / static_cast<double>(judged.size());
}

std::optional<std::int64_t> payback(const Outcome& outcome, std::size_t strategy) {
  Money margin = 0;
  Money cost = 0;
  for (std::size_t day = 0; day < outcome.days; ++day) {
    const DayTotals& totals = outcome.day_totals[strategy * outcome.days + day];
    margin += totals.margin - outcome.day_totals[day].margin;
    cost += totals.cost;
    if (cost > 0 && margin >= cost) return static_cast<std::int64_t>(day);
  }
  return std::nullopt;
}

void add_lever_costs(const Outcome& outcome, std::size_t strategy, StrategyReturn& result) {
  const std::size_t levers = outcome.lever_names.size();
  const std::size_t runs = std::size_t{outcome.parameter_draws} * outcome.replications;
  result.lever_costs.assign(levers, 0.0);
  if (outcome.lever_totals.size() != outcome.totals.size() * levers) return;
  for (std::size_t i = 0; i < runs * levers; ++i) {
    const Money cost = outcome.lever_totals[strategy * runs * levers + i].cost;
    result.lever_costs[i % levers] += to_units(cost) / static_cast<double>(runs);
  }
}

StrategyReturn summarise(const Outcome& outcome, std::size_t strategy) {
  Totals sum;
  for (std::size_t draw = 0; draw < outcome.parameter_draws; ++draw) {
    for (std::size_t r = 0; r < outcome.replications; ++r) sum += outcome.at(strategy, draw, r);
  }
  const double runs =
      static_cast<double>(outcome.parameter_draws) * static_cast<double>(outcome.replications);
  StrategyReturn result;
  result.name = outcome.strategy_names[strategy];
  result.orders = static_cast<double>(sum.orders) / runs;
  result.contacts = static_cast<double>(sum.contacts) / runs;
  result.redemptions = static_cast<double>(sum.redemptions) / runs;
  result.revenue = to_units(sum.revenue) / runs;
  result.margin = to_units(sum.discounted_margin) / runs;
  result.acquisition_cost = to_units(sum.discounted_acquisition_cost) / runs;
  result.customers = static_cast<double>(sum.customers) / runs;
  result.returns = static_cast<double>(sum.returns) / runs;
  result.complaints = static_cast<double>(sum.complaints) / runs;
  result.stopped = static_cast<double>(sum.stopped) / runs;
  result.redesign = static_cast<double>(sum.redesign) / runs;
  add_lever_costs(outcome, strategy, result);
  result.cost = to_units(sum.discounted_cost) / runs;
  if (outcome.new_customers && outcome.horizon_days >= kRetentionWindowDays && sum.followed > 0) {
    result.retention.emplace();
    for (std::size_t i = 0; i < kRetentionDays.size(); ++i) {
      (*result.retention)[i] =
          static_cast<double>(sum.retained[i]) / static_cast<double>(sum.followed);
    }
  }
  return result;
}

void check(const Outcome& outcome) {
  const std::size_t cells = outcome.strategies() * outcome.parameter_draws * outcome.replications;
  if (cells == 0 || outcome.customers == 0 || outcome.totals.size() != cells ||
      outcome.day_totals.size() != outcome.strategies() * outcome.days) {
    throw ArgumentError("outcome: its sums do not fit its numbers of strategies, draws and days");
  }
}

}  // namespace

ReturnReport assess_returns(const Outcome& outcome) {
  check(outcome);
  ReturnReport report;
  report.baseline = summarise(outcome, 0);
  for (std::size_t strategy = 1; strategy < outcome.strategies(); ++strategy) {
    StrategyReturn result = summarise(outcome, strategy);
    const Pairs pairs(outcome, strategy);
    result.incremental_margin = pairs.mean().margin;
    if (pairs.mean().cost > 0.0) result.roi = pairs.mean().margin / pairs.mean().cost - 1.0;
    pairs.add_monte_carlo(result);
    add_world_intervals(outcome, pairs, result);
    result.payback_days = payback(outcome, strategy);
    report.strategies.push_back(std::move(result));
  }
  return report;
}

}  // namespace tenure::simulator
