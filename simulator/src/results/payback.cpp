#include "results/payback.hpp"

#include "results/samples.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/simulator/net_curve.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace tenure::simulator {

namespace {

constexpr double kNeverPaid = std::numeric_limits<double>::max();

/// Cumulative incremental margin less cost at the end of each month.
using Curve = std::vector<double>;

/// From flows by month of a strategy and of the baseline, over `runs` runs.
Curve curve_of(const DayTotals* levered, const DayTotals* baseline, std::size_t months,
               double runs) {
  Curve curve(months);
  Money sum = 0;
  for (std::size_t m = 0; m < months; ++m) {
    sum += levered[m].margin - baseline[m].margin - levered[m].cost;
    curve[m] = to_units(sum) / runs;
  }
  return curve;
}

/// Day on which the curve first reaches zero, linear within a month; kNeverPaid where it does not.
/// What happens within the first month is not known: its middle.
double crossing(const Curve& curve, std::size_t first_month) {
  for (std::size_t m = first_month; m < curve.size(); ++m) {
    if (curve[m] < 0.0) continue;
    const auto start = static_cast<double>(m) * kDaysPerMonth;
    if (m == 0 || !(curve[m - 1] < 0.0)) return start + 0.5 * kDaysPerMonth;
    return start + kDaysPerMonth * curve[m - 1] / (curve[m - 1] - curve[m]);
  }
  return kNeverPaid;
}

class Curves {
 public:
  Curves(const Outcome& outcome, std::size_t strategy) : outcome_(outcome) {
    const std::size_t months = outcome.months;
    const auto draws = static_cast<double>(outcome.parameter_draws);
    const auto replications = static_cast<double>(outcome.replications);
    for (std::size_t draw = 0; draw < outcome.parameter_draws; ++draw) {
      const std::size_t levered = (strategy * outcome.parameter_draws + draw) * months;
      draws_.push_back(curve_of(&outcome.draw_flows[levered], &outcome.draw_flows[draw * months],
                                months, replications));
    }
    mean_.assign(months, 0.0);
    for (const Curve& curve : draws_) {
      for (std::size_t m = 0; m < months; ++m) mean_[m] += curve[m] / draws;
    }
    const std::size_t batches = std::min<std::size_t>(kFlowBatches, outcome.replications);
    for (std::size_t batch = 0; batch < batches; ++batch) {
      // Replication r is in batch r mod kFlowBatches.
      const std::size_t runs = (outcome.replications - batch + kFlowBatches - 1) / kFlowBatches;
      sizes_.push_back(static_cast<double>(runs));
      batches_.push_back(curve_of(&outcome.batch_flows[(strategy * kFlowBatches + batch) * months],
                                  &outcome.batch_flows[batch * months], months,
                                  sizes_.back() * draws));
    }
    first_month_ = first_month_with_cost(strategy);
  }

  double middle() const { return crossing(mean_, first_month_); }

  /// By draw, without the noise of the replications.
  std::vector<Curve> without_noise() const {
    const auto draws = static_cast<double>(draws_.size());
    std::vector<Curve> kept = draws_;
    for (std::size_t m = 0; m < mean_.size(); ++m) {
      double between = 0.0;
      for (const Curve& curve : draws_) {
        between += (curve[m] - mean_[m]) * (curve[m] - mean_[m]) / (draws - 1.0);
      }
      // The mean over draws has a draw's mean noise over their number.
      const double factor = kept_deviation(between, draws * variance_of_mean(m));
      for (Curve& curve : kept) curve[m] = mean_[m] + factor * (curve[m] - mean_[m]);
    }
    return kept;
  }

  std::vector<double> by_draw() const {
    std::vector<double> days;
    for (const Curve& curve : without_noise()) days.push_back(crossing(curve, first_month_));
    std::sort(days.begin(), days.end());
    return days;
  }

  std::vector<Estimate> by_month() const {
    const bool repeated = outcome_.replications > 1;
    const std::vector<Curve> worlds =
        outcome_.uncertain && repeated ? without_noise() : std::vector<Curve>();
    std::vector<Estimate> months(mean_.size());
    for (std::size_t m = 0; m < mean_.size(); ++m) {
      months[m].value = mean_[m];
      if (!outcome_.uncertain) months[m].interval = Interval{mean_[m], mean_[m]};
      if (!worlds.empty()) {
        std::vector<double> sorted;
        for (const Curve& curve : worlds) sorted.push_back(curve[m]);
        std::sort(sorted.begin(), sorted.end());
        months[m].interval = central_interval(sorted);
      }
      if (repeated) {
        const double half = half_band(m);
        months[m].mc_interval = Interval{mean_[m] - half, mean_[m] + half};
      }
    }
    return months;
  }

  /// Where the error band of the mean curve reaches zero: its upper and its lower edge.
  Interval by_band() const {
    Curve upper = mean_;
    Curve lower = mean_;
    for (std::size_t m = 0; m < mean_.size(); ++m) {
      const double half = half_band(m);
      upper[m] += half;
      lower[m] -= half;
    }
    return {crossing(upper, first_month_), crossing(lower, first_month_)};
  }

 private:
  std::size_t first_month_with_cost(std::size_t strategy) const {
    std::size_t month = 0;
    const auto no_cost = [&](std::size_t m) {
      for (std::size_t draw = 0; draw < outcome_.parameter_draws; ++draw) {
        const std::size_t row = strategy * outcome_.parameter_draws + draw;
        if (outcome_.draw_flows[row * outcome_.months + m].cost > 0) return false;
      }
      return true;
    };
    while (month < outcome_.months && no_cost(month)) ++month;
    return month;
  }

  double half_band(std::size_t month) const {
    return student_quantile(static_cast<double>(batches_.size()) - 1.0) *
           std::sqrt(variance_of_mean(month));
  }

  double variance_of_mean(std::size_t month) const {
    if (batches_.size() < 2) return 0.0;
    double sum = 0.0;
    double runs = 0.0;
    for (std::size_t batch = 0; batch < batches_.size(); ++batch) {
      const double left = batches_[batch][month] - mean_[month];
      sum += sizes_[batch] * left * left;
      runs += sizes_[batch];
    }
    return sum / (static_cast<double>(batches_.size()) - 1.0) / runs;
  }

  const Outcome& outcome_;
  std::vector<Curve> draws_;
  std::vector<Curve> batches_;
  std::vector<double> sizes_;  ///< replications in each batch
  Curve mean_;
  std::size_t first_month_ = 0;
};

std::optional<std::int64_t> first_day(const Outcome& outcome, std::size_t strategy) {
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

}  // namespace

Payback payback_of(const Outcome& outcome, std::size_t strategy) {
  Payback result;
  result.days = first_day(outcome, strategy);
  const Curves curves(outcome, strategy);
  // Curves by month, moved to where the day is known.
  const double middle = curves.middle();
  const double shift =
      result.days && middle < kNeverPaid ? static_cast<double>(*result.days) - middle : 0.0;
  const auto day_of = [&](double crossed) -> std::optional<std::int64_t> {
    if (!(crossed < outcome.horizon_days)) return std::nullopt;
    return static_cast<std::int64_t>(std::llround(std::max(0.0, crossed + shift)));
  };
  if (!outcome.uncertain) {
    result.interval = Payback::Range{result.days, result.days};
  } else if (outcome.replications > 1) {
    const Interval world = central_interval(curves.by_draw());
    result.interval = Payback::Range{day_of(world.low), day_of(world.high)};
  }
  if (outcome.replications > 1) {
    const Interval band = curves.by_band();
    result.mc_interval = Payback::Range{day_of(band.low), day_of(band.high)};
  }
  return result;
}

std::vector<Estimate> net_by_month(const Outcome& outcome, std::size_t strategy) {
  if (strategy == 0 || strategy >= outcome.strategies()) {
    throw ArgumentError("net by month: there is no such strategy");
  }
  return Curves(outcome, strategy).by_month();
}

}  // namespace tenure::simulator
