#include "checks.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/customers/tracking.hpp>

#include <algorithm>
#include <cmath>
#include <map>

namespace tenure::customers {
namespace {

constexpr std::size_t kCustomersPerChunk = 1024;
constexpr double kLongestUnit = 36600;  // days

struct Calendar {
  std::int64_t days_per_unit = 0;
  std::int64_t first_day = 0;  // of the first customer
  std::int64_t calibration_end = 0;
  std::int64_t holdout_end = 0;
};

Calendar make_calendar(const OrderHistory& history, const CalibrationSummary& calibration,
                       const HoldoutOptions& options) {
  const double unit = calibration.counts.days_per_unit;
  if (!(unit >= 1 && unit <= kLongestUnit) || std::floor(unit) != unit) {
    throw ArgumentError("holdout: the time unit must be a whole number of days");
  }
  if (options.units < 1 || options.top_frequency < 0) {
    throw ArgumentError("holdout: units must be at least 1 and top_frequency not negative");
  }
  const std::size_t n = calibration.size();
  calibration.counts.validate();
  if (n == 0 || calibration.first_day.size() != n || calibration.counts.size() != n) {
    throw ArgumentError("holdout: the calibration's columns are empty or differ in length");
  }
  Calendar calendar;
  calendar.days_per_unit = static_cast<std::int64_t>(unit);
  calendar.calibration_end = calibration.end_day;
  calendar.holdout_end = calibration.end_day + options.units * calendar.days_per_unit;
  calendar.first_day =
      *std::min_element(calibration.first_day.begin(), calibration.first_day.end());
  if (history.end_day < calendar.holdout_end) {
    throw ArgumentError("holdout: the history ends before the holdout does");
  }
  if (calendar.first_day > calendar.calibration_end) {
    throw ArgumentError("holdout: a customer's first order is after the calibration's end");
  }
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint32_t c = calibration.customer[i];
    if (c >= history.customers() || history.days_of(c).empty()) {
      throw ArgumentError("holdout: customer code " + std::to_string(c) +
                          " of the calibration has no order in the history");
    }
  }
  return calendar;
}

// One point a time unit, such that one of them is the calibration's end.
std::vector<TrackingPoint> make_points(const Calendar& calendar) {
  const std::int64_t before =
      (calendar.calibration_end - calendar.first_day) / calendar.days_per_unit;
  std::vector<TrackingPoint> points;
  for (std::int64_t day = calendar.calibration_end - before * calendar.days_per_unit;
       day <= calendar.holdout_end; day += calendar.days_per_unit) {
    points.push_back({static_cast<std::int32_t>(day), 0, 0.0});
  }
  return points;
}

// Customers of one model who came on one day.
struct Starters {
  std::int32_t first_day = 0;
  double customers = 0.0;
  const LifetimeExpectations* model = nullptr;
};

// One model for all: by day. A model a customer: one by one.
std::vector<Starters> make_starters(const CalibrationSummary& calibration,
                                    std::span<const LifetimeExpectations> models) {
  std::vector<Starters> starters;
  if (models.size() == 1) {
    std::map<std::int32_t, double> by_day;
    for (const std::int32_t day : calibration.first_day) by_day[day] += 1.0;
    for (const auto& [day, customers] : by_day) starters.push_back({day, customers, &models[0]});
    return starters;
  }
  for (std::size_t i = 0; i < calibration.size(); ++i) {
    starters.push_back({calibration.first_day[i], 1.0, &models[i]});
  }
  return starters;
}

void track(const Execution& execution, const OrderHistory& history,
           const CalibrationSummary& calibration, const Calendar& calendar,
           std::span<const LifetimeExpectations> models, std::vector<TrackingPoint>& points) {
  const std::vector<Starters> starters = make_starters(calibration, models);
  std::vector<std::uint64_t> came(points.size() + 1, 0);  // orders after point k - 1, until k
  for (std::size_t i = 0; i < calibration.size(); ++i) {
    for (const std::int32_t day : history.days_of(calibration.customer[i])) {
      if (day <= calibration.first_day[i]) continue;
      const auto at =
          std::lower_bound(points.begin(), points.end(), day,
                           [](const TrackingPoint& p, std::int32_t d) { return p.day < d; });
      ++came[static_cast<std::size_t>(at - points.begin())];
    }
  }
  std::uint64_t actual = 0;
  for (std::size_t k = 0; k < points.size(); ++k) points[k].actual = actual += came[k];
  parallel_for(execution, points.size(), 1, [&](const Chunk& chunk) {
    TrackingPoint& point = points[chunk.begin];
    for (const Starters& some : starters) {
      if (some.first_day >= point.day) continue;
      const double t = static_cast<double>(std::int64_t{point.day} - some.first_day) /
                       static_cast<double>(calendar.days_per_unit);
      point.expected += some.customers * some.model->expected_orders(t);
    }
    detail::finite(point.expected, "holdout: an expected cumulative number of orders");
  });
}

struct ClassSums {
  std::vector<FrequencyClass> classes;  // means hold sums until the end
  std::uint64_t actual = 0;
  double expected = 0.0;
  double absolute_error = 0.0;

  void add(const ClassSums& other) {
    for (std::size_t k = 0; k < classes.size(); ++k) {
      classes[k].customers += other.classes[k].customers;
      classes[k].actual_mean += other.classes[k].actual_mean;
      classes[k].expected_mean += other.classes[k].expected_mean;
    }
    actual += other.actual;
    expected += other.expected;
    absolute_error += other.absolute_error;
  }
};

ClassSums compare_customers(const Execution& execution, const OrderHistory& history,
                            const CalibrationSummary& calibration, const Calendar& calendar,
                            std::span<const LifetimeExpectations> models,
                            const HoldoutOptions& options) {
  ClassSums empty;
  for (int x = 0; x <= options.top_frequency; ++x) {
    empty.classes.push_back({static_cast<std::uint32_t>(x), 0, 0.0, 0.0});
  }
  const auto& counts = calibration.counts;
  const auto compare = [&](const Chunk& chunk) {
    ClassSums sums = empty;
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      const auto days = history.days_of(calibration.customer[i]);
      const auto holdout = [&](std::int64_t end) {
        return std::upper_bound(days.begin(), days.end(), end) - days.begin();
      };
      const auto actual = static_cast<std::uint64_t>(holdout(calendar.holdout_end) -
                                                     holdout(calendar.calibration_end));
      const LifetimeExpectations& model = models[models.size() == 1 ? 0 : i];
      const double expected =
          detail::finite(model.conditional_expected_orders(counts.frequency[i], counts.recency[i],
                                                           counts.age[i], options.units),
                         "holdout: a conditional expectation");
      const double top = options.top_frequency;
      auto& row = sums.classes[static_cast<std::size_t>(std::min(counts.frequency[i], top))];
      ++row.customers;
      row.actual_mean += static_cast<double>(actual);
      row.expected_mean += expected;
      sums.actual += actual;
      sums.expected += expected;
      sums.absolute_error += std::abs(static_cast<double>(actual) - expected);
    }
    return sums;
  };
  return parallel_reduce(execution, calibration.size(), kCustomersPerChunk, empty, compare,
                         [](ClassSums& into, ClassSums&& from) { into.add(from); });
}

HoldoutReport report_on(const Execution& execution, const OrderHistory& history,
                        const CalibrationSummary& calibration,
                        std::span<const LifetimeExpectations> models,
                        const HoldoutOptions& options) {
  const Calendar calendar = make_calendar(history, calibration, options);
  HoldoutReport report;
  report.calibration_end = calibration.end_day;
  report.holdout_end = static_cast<std::int32_t>(calendar.holdout_end);
  report.tracking = make_points(calendar);
  track(execution, history, calibration, calendar, models, report.tracking);
  ClassSums sums = compare_customers(execution, history, calibration, calendar, models, options);
  for (FrequencyClass& row : sums.classes) {
    if (row.customers == 0) continue;
    row.actual_mean /= static_cast<double>(row.customers);
    row.expected_mean /= static_cast<double>(row.customers);
  }
  report.by_frequency = std::move(sums.classes);
  report.actual_orders = sums.actual;
  report.expected_orders = sums.expected;
  report.mean_absolute_error = sums.absolute_error / static_cast<double>(calibration.size());
  return report;
}

}  // namespace

LifetimeExpectations expectations(const BgNbdParameters& parameters) {
  return {[parameters](double t) { return bg_nbd_expected_orders(parameters, t); },
          [parameters](double x, double t_x, double T, double t) {
            return bg_nbd_conditional_expected_orders(parameters, x, t_x, T, t);
          }};
}

HoldoutReport holdout_report(const Execution& execution, const OrderHistory& history,
                             const CalibrationSummary& calibration,
                             const LifetimeExpectations& model, const HoldoutOptions& options) {
  return report_on(execution, history, calibration, {&model, 1}, options);
}

HoldoutReport holdout_report(const Execution& execution, const OrderHistory& history,
                             const CalibrationSummary& calibration,
                             std::span<const LifetimeExpectations> models,
                             const HoldoutOptions& options) {
  if (models.size() != calibration.size()) {
    throw ArgumentError("holdout: one model a customer is needed");
  }
  return report_on(execution, history, calibration, models, options);
}

}  // namespace tenure::customers
