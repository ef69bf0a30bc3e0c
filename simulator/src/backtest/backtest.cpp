#include "backtest/agreement.hpp"
#include "backtest/shop_fit.hpp"
#include "backtest/simulated_weeks.hpp"
#include "scenario/population_config.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/simulator/backtest.hpp>
#include <tenure/simulator/fitted_customers.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

namespace tenure::simulator {

namespace {

using customers::CalibrationSummary;
using customers::OrderHistory;

// Stream of Purpose::kParameter of one outer draw for the weeks' effects; plan.cpp has 0 to 2.
constexpr std::uint32_t kEffectsEvent = 3;
constexpr std::size_t kRowsPerChunk = 64;
constexpr double kLowest = 0.025;
constexpr std::uint32_t kFewestDraws = 100;
constexpr std::uint32_t kMoreRunsThanWeeks = 30;

struct NamedEffects {
  ShopEffects effects;
  std::string_view name;
};
constexpr std::array<NamedEffects, 6> kNames = {{{ShopEffects::kNone, "none"},
                                                 {ShopEffects::kWeeks, "weeks"},
                                                 {ShopEffects::kLevel, "level"},
                                                 {ShopEffects::kSeason, "season"},
                                                 {ShopEffects::kSeasonLevel, "season+level"},
                                                 {ShopEffects::kAuto, "auto"}}};

std::string date(std::int64_t day) { return format_date(day * kSecondsPerDay); }

void check(const BacktestOptions& options) {
  const bool by_calendar = order_family(options.model) == Family::kParetoNbd;
  if (by_calendar && options.effects != ShopEffects::kNone) {
    throw ArgumentError(
        "backtest: pareto-nbd customers leave by the calendar, not by the shop's clock: effects "
        "must be none");
  }
  if (options.parameter_draws < kFewestDraws || options.replications < 2) {
    throw ArgumentError("backtest: at least 100 parameter draws and 2 replications are needed");
  }
  if (std::uint64_t{options.parameter_draws} + options.replications >= kMaxRuns) {
    throw ArgumentError("backtest: parameter draws and replications must be under 2^24 together");
  }
}

/// The log as it stands today and as it stood on the evening of the calibration's end.
struct Histories {
  OrderHistory all;
  OrderHistory known;
  CalibrationSummary summary;
  std::size_t weeks = 0;  ///< of the holdout
};

Histories read_histories(const Execution& execution, const EventTable& events,
                         const BacktestOptions& options) {
  if (!events.has_time()) throw ArgumentError("backtest: the events have no times");
  Histories histories;
  customers::OrderHistoryOptions of_log;
  of_log.cohort_start = options.cohort_start;
  histories.all = make_order_history(execution, events, of_log);
  if (histories.all.orders() == 0) throw ArgumentError("backtest: nobody has an order");
  const std::int32_t first = *std::min_element(histories.all.day.begin(), histories.all.day.end());
  const std::int64_t end = options.calibration_end;
  if (end < first || end > histories.all.end_day) {
    throw ArgumentError("backtest: the calibration's end " + date(end) +
                        " is not within the log, " + date(first) + " to " +
                        date(histories.all.end_day));
  }
  histories.weeks = static_cast<std::size_t>(histories.all.end_day - end) / 7;
  if (histories.weeks == 0) {
    throw ArgumentError("backtest: no whole week follows " + date(end) + ": the log ends on " +
                        date(histories.all.end_day));
  }
  if (options.weeks > 0) histories.weeks = std::min(histories.weeks, options.weeks);
  of_log.end_day = end;
  histories.known = make_order_history(execution, events, of_log);
  if (histories.known.orders() == 0) {
    throw ArgumentError("backtest: nobody has an order by " + date(end));
  }
  customers::CalibrationOptions of_summary;
  of_summary.end_day = end;
  of_summary.days_per_unit = options.days_per_unit;
  histories.summary = summarize(execution, histories.known, of_summary);
  return histories;
}

/// Means, spread and draws of the holdout's weekly multipliers.
class Multipliers {
 public:
  Multipliers(const ShopFit& fit, std::size_t weeks) : mean_(weeks, 1.0) {
    if (fit.effects.kind == ShopEffects::kNone) return;
    const auto& all = fit.predicted.mean;
    log_mean_.assign(all.end() - static_cast<std::ptrdiff_t>(weeks), all.end());
    lower_ = cholesky(fit.predicted.covariance.data(), weeks);
    for (std::size_t w = 0; w < weeks; ++w) {
      mean_[w] = std::exp(log_mean_[w] + 0.5 * fit.predicted.covariance[w * weeks + w]);
    }
  }

  const std::vector<double>& mean() const noexcept { return mean_; }
  /// For a simulation at the mean; empty where nothing changes the rate.
  std::vector<double> at_mean() const { return log_mean_.empty() ? std::vector<double>() : mean_; }
  std::vector<double> draw(std::uint64_t seed, std::uint32_t run) const {
    const std::size_t weeks = log_mean_.size();
    RandomStream stream(seed, {Purpose::kParameter, run, 0, kEffectsEvent});
    std::vector<double> z(weeks);
    for (double& value : z) value = draw_normal(stream);
    std::vector<double> drawn(weeks);
    for (std::size_t w = 0; w < weeks; ++w) {
      double log = log_mean_[w];
      for (std::size_t k = 0; k <= w; ++k) log += lower_[w * weeks + k] * z[k];
      drawn[w] = std::exp(log);
    }
    return drawn;
  }

 private:
  std::vector<double> log_mean_;  ///< empty: no effects
  std::vector<double> lower_;     ///< factor of the logarithms' covariance
  std::vector<double> mean_;
};

/// Orders by week of all customers in closed form, the shop's clock running by the multipliers.
std::vector<double> expected_by_week(const Execution& execution, const ShopFit& fit,
                                     const std::vector<double>& multipliers) {
  const auto model = customers::lifetime_model(fit.model);
  const customers::RecencyFrequency rows = customers::compress(fit.counts);
  const double week = 7.0 / fit.counts.days_per_unit;
  std::vector<double> none(multipliers.size(), 0.0);
  const auto expect = [&](const Chunk& chunk) {
    std::vector<double> sums = none;
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      double ahead = 0.0;
      double before = 0.0;
      for (std::size_t w = 0; w < sums.size(); ++w) {
        ahead += week * multipliers[w];
        const double orders = model->conditional_expected_orders(rows.frequency[i], rows.recency[i],
                                                                 rows.age[i], ahead);
        sums[w] += rows.weight_of(i) * (orders - before);
        before = orders;
      }
    }
    return sums;
  };
  return parallel_reduce(execution, rows.size(), kRowsPerChunk, none, expect,
                         [](std::vector<double>& into, std::vector<double>&& from) {
                           for (std::size_t w = 0; w < into.size(); ++w) into[w] += from[w];
                         });
}

ExistingCustomers existing_of(const ShopFit& fit) {
  ExistingCustomers existing;
  set_order_model(existing.model, fit.model);
  existing.model.spend = {1.0, 2.0, 1.0};  // money is not looked at
  existing.frequency = fit.counts.frequency;
  existing.recency = fit.counts.recency;
  existing.age = fit.counts.age;
  existing.mean_value.assign(existing.size(), 0.0);
  return existing;
}

std::vector<std::uint64_t> actual_by_week(const Histories& histories) {
  std::vector<std::uint64_t> actual(histories.weeks, 0);
  for (const std::uint32_t customer : histories.summary.customer) {
    for (const std::int32_t day : histories.all.days_of(customer)) {
      if (day <= histories.summary.end_day) continue;
      const auto week = static_cast<std::size_t>(day - histories.summary.end_day - 1) / 7;
      if (week < histories.weeks) ++actual[week];
    }
  }
  return actual;
}

void set_band(std::vector<std::int64_t> draws, BacktestCount& count) {
  std::sort(draws.begin(), draws.end());
  const auto sum = std::accumulate(draws.begin(), draws.end(), std::int64_t{0});
  count.mean = static_cast<double>(sum) / static_cast<double>(draws.size());
  count.low = quantile_of(draws, kLowest);
  count.high = quantile_of(draws, 1.0 - kLowest);
}

void set_bands(const std::vector<std::int64_t>& draws, std::size_t weeks, BacktestReport& report) {
  const std::size_t runs = draws.size() / weeks;
  std::vector<std::int64_t> column(runs);
  std::vector<std::int64_t> totals(runs, 0);
  for (std::size_t w = 0; w < weeks; ++w) {
    for (std::size_t run = 0; run < runs; ++run) {
      column[run] = draws[run * weeks + w];
      totals[run] += column[run];
    }
    BacktestWeek& week = report.weeks[w];
    set_band(column, week);
    report.weeks_inside += week.inside() ? 1U : 0U;
    const double width = week.high - week.low;
    const auto came = static_cast<double>(week.actual);
    const double miss = std::max({0.0, week.low - came, came - week.high});
    report.mean_band_width += width / static_cast<double>(weeks);
    report.interval_score += (width + miss / kLowest) / static_cast<double>(weeks);
  }
  set_band(totals, report.total);
}

}  // namespace

std::string_view to_string(ShopEffects effects) noexcept {
  return kNames[static_cast<std::size_t>(effects)].name;
}

ShopEffects shop_effects(std::string_view name) {
  for (const NamedEffects& known : kNames) {
    if (known.name == name) return known.effects;
  }
  throw ArgumentError("effects must be none, weeks, level, season, season+level or auto, not '" +
                      std::string(name) + "'");
}

BacktestReport backtest(const Execution& execution, const EventTable& events,
                        const BacktestOptions& options) {
  check(options);
  const Histories histories = read_histories(execution, events, options);
  const std::size_t weeks = histories.weeks;
  if (options.replications < weeks + kMoreRunsThanWeeks) {
    throw ArgumentError("backtest: " + std::to_string(weeks) + " weeks need at least " +
                        std::to_string(weeks + kMoreRunsThanWeeks) + " replications");
  }
  const ShopFit fit = fit_shop(execution, histories.known, histories.summary, options, weeks);
  const Multipliers multipliers(fit, weeks);

  BacktestReport report;
  report.fit = fit.model;
  report.calibration_start =
      *std::min_element(histories.summary.first_day.begin(), histories.summary.first_day.end());
  report.calibration_end = histories.summary.end_day;
  report.holdout_end = report.calibration_end + static_cast<std::int32_t>(7 * weeks);
  report.calibration_weeks =
      static_cast<std::size_t>(report.calibration_end - report.calibration_start) / 7 + 1;
  report.effects = fit.effects.kind;
  report.scales = fit.effects.scales;
  report.scores = fit.scores;

  const ExistingCustomers existing = existing_of(fit);
  const bool still = fit.effects.kind == ShopEffects::kNone;
  const auto drawn = simulate_weeks(
      execution, existing, {options.parameter_draws, 0, true, weeks}, [&](std::uint32_t run) {
        return still ? std::vector<double>() : multipliers.draw(execution.seed, run);
      });
  const auto stated = simulate_weeks(execution, existing,
                                     {options.replications, options.parameter_draws, false, weeks},
                                     [&](std::uint32_t) { return multipliers.at_mean(); });
  const RunMeans means = means_of(stated, weeks);
  const std::vector<double> expected = expected_by_week(execution, fit, multipliers.mean());
  const std::vector<std::uint64_t> actual = actual_by_week(histories);

  for (std::size_t w = 0; w < weeks; ++w) {
    BacktestWeek& week = report.weeks.emplace_back();
    week.until = report.calibration_end + static_cast<std::int32_t>(7 * (w + 1));
    week.multiplier = multipliers.mean()[w];
    week.actual = actual[w];
    week.expected = expected[w];
    week.simulated = means.mean[w];
    week.monte_carlo_error = means.error[w];
    report.total.actual += actual[w];
    report.total.expected += expected[w];
  }
  report.total.simulated = means.total;
  report.total.monte_carlo_error = means.total_error;
  set_bands(drawn, weeks, report);
  report.agreement = agreement_of(stated, means, expected);
  return report;
}

}  // namespace tenure::simulator
