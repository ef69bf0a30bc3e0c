#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/customers/recency_frequency.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace tenure::customers {
namespace {

// What is wrong with row i, or nothing.
const char* fault(const RecencyFrequency& data, std::size_t i) {
  const double x = data.frequency[i];
  const double t_x = data.recency[i];
  const double age = data.age[i];
  if (!std::isfinite(x) || !std::isfinite(t_x) || !std::isfinite(age)) return "a value not finite";
  if (x < 0 || std::floor(x) != x) return "a frequency that is no whole number from 0";
  if (t_x < 0) return "a negative recency";
  if (t_x > age) return "a recency over the age";
  if (x == 0 && t_x > 0) return "a recency without a repeat order";
  const double weight = data.weight_of(i);
  if (!std::isfinite(weight) || weight <= 0) return "a weight that is not positive";
  if (!data.log_gaps.empty()) {
    if (!std::isfinite(data.log_gaps[i])) return "a sum of log gaps that is not finite";
    if (x == 0 && data.log_gaps[i] != 0) return "a sum of log gaps without a repeat order";
  }
  return nullptr;
}

}  // namespace

void RecencyFrequency::validate() const {
  const std::size_t n = size();
  if (recency.size() != n || age.size() != n || (!weight.empty() && weight.size() != n) ||
      (!log_gaps.empty() && log_gaps.size() != n)) {
    throw ArgumentError("recency-frequency data: columns differ in length");
  }
  if (!std::isfinite(days_per_unit) || days_per_unit <= 0) {
    throw ArgumentError("recency-frequency data: days_per_unit must be positive");
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (const char* what = fault(*this, i)) {
      throw ArgumentError("recency-frequency data: row " + std::to_string(i) + " has " + what);
    }
  }
}

RecencyFrequency compress(const RecencyFrequency& data) {
  data.validate();
  struct Row {
    double x, t_x, age, weight, log_gaps;
  };
  const bool gaps = !data.log_gaps.empty();
  std::vector<Row> rows(data.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = {data.frequency[i], data.recency[i], data.age[i], data.weight_of(i),
               gaps ? data.log_gaps[i] : 0.0};
  }
  // The whole row orders the sums too, so that the order of the input does not show in them.
  std::sort(rows.begin(), rows.end(), [](const Row& l, const Row& r) {
    if (l.x != r.x) return l.x < r.x;
    if (l.t_x != r.t_x) return l.t_x < r.t_x;
    if (l.age != r.age) return l.age < r.age;
    if (l.weight != r.weight) return l.weight < r.weight;
    return l.log_gaps < r.log_gaps;
  });
  RecencyFrequency result;
  result.days_per_unit = data.days_per_unit;
  for (std::size_t i = 0; i < rows.size();) {
    const Row& row = rows[i];
    double weight = 0.0;
    double log_gaps = 0.0;
    for (;
         i < rows.size() && rows[i].x == row.x && rows[i].t_x == row.t_x && rows[i].age == row.age;
         ++i) {
      weight += rows[i].weight;
      log_gaps += rows[i].weight * rows[i].log_gaps;
    }
    result.frequency.push_back(row.x);
    result.recency.push_back(row.t_x);
    result.age.push_back(row.age);
    result.weight.push_back(weight);
    if (gaps) result.log_gaps.push_back(log_gaps / weight);
  }
  return result;
}

CalibrationSummary summarize(const Execution& execution, const OrderHistory& history,
                             const CalibrationOptions& options) {
  execution.check_cancelled();
  if (!std::isfinite(options.days_per_unit) || options.days_per_unit <= 0) {
    throw ArgumentError("summary: days_per_unit must be positive");
  }
  CalibrationSummary result;
  const std::int64_t end = options.end_day.value_or(history.end_day);
  if (end < std::numeric_limits<std::int32_t>::min() ||
      end > std::numeric_limits<std::int32_t>::max()) {
    throw ArgumentError("summary: the calibration's end is no date");
  }
  result.end_day = static_cast<std::int32_t>(end);
  result.counts.days_per_unit = options.days_per_unit;
  for (std::size_t c = 0; c < history.customers(); ++c) {
    const auto days = history.days_of(c);
    if (days.empty() || days.front() > end) continue;
    const auto seen = static_cast<std::size_t>(
        std::upper_bound(days.begin(), days.end(), result.end_day) - days.begin());
    const auto units = [&](std::int64_t later) {
      return static_cast<double>(later - days.front()) / options.days_per_unit;
    };
    result.counts.frequency.push_back(static_cast<double>(seen - 1));
    result.counts.recency.push_back(units(days[seen - 1]));
    result.counts.age.push_back(units(end));
    double log_gaps = 0.0;
    for (std::size_t i = 1; i < seen; ++i) {
      log_gaps += std::log((static_cast<double>(days[i]) - days[i - 1]) / options.days_per_unit);
    }
    result.counts.log_gaps.push_back(log_gaps);
    result.customer.push_back(static_cast<std::uint32_t>(c));
    result.first_day.push_back(days.front());
    if (!history.has_value) continue;
    const auto values = history.values_of(c);
    double count = 0;
    double sum = 0;
    for (std::size_t i = 1; i < seen; ++i) {
      if (values[i] <= 0) continue;
      ++count;
      sum += to_units(values[i]);
    }
    result.spend_frequency.push_back(count);
    result.mean_value.push_back(count > 0 ? sum / count : 0.0);
  }
  if (result.customer.empty()) {
    throw ArgumentError("summary: no customer has ordered by the end of the calibration");
  }
  return result;
}

}  // namespace tenure::customers
