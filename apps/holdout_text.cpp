#include "holdout_text.hpp"

#include "lifetime_fit.hpp"
#include "text_table.hpp"

#include <fmt/format.h>

#include <vector>

namespace tenure::apps {

namespace {

using customers::HoldoutReport;

constexpr std::size_t kTrackingRows = 13;

}  // namespace

Json holdout_json(const HoldoutReport& report) {
  Json json;
  json["calibration_end"] = day_text(report.calibration_end);
  json["holdout_end"] = day_text(report.holdout_end);
  json["actual_orders"] = report.actual_orders;
  json["expected_orders"] = report.expected_orders;
  json["mean_absolute_error"] = report.mean_absolute_error;
  json["tracking"] = Json::array();
  for (const auto& point : report.tracking) {
    json["tracking"].push_back(
        {{"date", day_text(point.day)}, {"actual", point.actual}, {"expected", point.expected}});
  }
  json["by_frequency"] = Json::array();
  for (const auto& row : report.by_frequency) {
    json["by_frequency"].push_back({{"frequency", row.frequency},
                                    {"customers", row.customers},
                                    {"actual", row.actual_mean},
                                    {"expected", row.expected_mean}});
  }
  return json;
}

std::string holdout_text(const HoldoutReport& report, const std::string& unit) {
  std::vector<customers::TrackingPoint> points;
  for (const auto& point : report.tracking) {
    if (point.day > report.calibration_end) points.push_back(point);
  }
  const std::size_t step = (points.size() + kTrackingRows - 1) / kTrackingRows;
  TextTable tracking({"until", unit + "s", "actual", "expected", "error"});
  for (std::size_t i = 0; i < points.size(); ++i) {
    if ((points.size() - 1 - i) % step != 0) continue;
    const auto& point = points[i];
    const double error =
        point.actual == 0 ? 0.0 : point.expected / static_cast<double>(point.actual) - 1;
    tracking.add({day_text(point.day), fmt::format("+{}", i + 1), with_commas(point.actual),
                  fmt::format("{:.1f}", point.expected), fmt::format("{:+.1f} %", 100.0 * error)});
  }
  TextTable classes({"orders before", "customers", "actual", "expected"});
  for (const auto& row : report.by_frequency) {
    const bool last = row.frequency == report.by_frequency.back().frequency;
    classes.add({fmt::format("{}{}", row.frequency, last ? "+" : ""), with_commas(row.customers),
                 fmt::format("{:.3f}", row.actual_mean), fmt::format("{:.3f}", row.expected_mean)});
  }
  return heading(fmt::format("Holdout {} to {}: cumulative repeat orders since the first order",
                             day_text(report.calibration_end + 1), day_text(report.holdout_end))) +
         tracking.str() +
         heading("Holdout orders a customer, by repeat orders in the calibration") + classes.str() +
         fmt::format("  all customers: {} orders, expected {:.1f}; mean absolute error {:.3f}\n",
                     with_commas(report.actual_orders), report.expected_orders,
                     report.mean_absolute_error);
}

}  // namespace tenure::apps
