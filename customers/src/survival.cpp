#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/customers/survival.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tenure::customers {
namespace {

void check(std::span<const double> time, std::span<const std::uint8_t> left, double confidence) {
  if (time.size() != left.size()) {
    throw ArgumentError("survival: times and outcomes differ in number");
  }
  for (const double t : time) {
    if (!std::isfinite(t) || t < 0.0) {
      throw ArgumentError("survival: times must be finite and not negative");
    }
  }
  if (!(confidence > 0.0 && confidence < 1.0)) {
    throw ArgumentError("survival: the confidence must be between 0 and 1");
  }
}

// `v` is Greenwood's sum; `before` the step before, whose upper end serves where the curve is 0.
void add_band(SurvivalStep& step, double v, SurvivalBand band, double z, double upper_before) {
  step.standard_error = step.survival > 0.0 ? step.survival * std::sqrt(v) : 0.0;
  if (step.survival <= 0.0) {
    step.lower = 0.0;
    step.upper = band == SurvivalBand::kLogLog ? upper_before : 0.0;
  } else if (band == SurvivalBand::kGreenwood) {
    step.lower = std::max(0.0, step.survival - z * step.standard_error);
    step.upper = std::min(1.0, step.survival + z * step.standard_error);
  } else {
    const double width = z * std::sqrt(v) / std::log(step.survival);  // negative: survival < 1
    step.lower = std::pow(step.survival, std::exp(-width));
    step.upper = std::pow(step.survival, std::exp(width));
  }
}

}  // namespace

SurvivalCurve kaplan_meier(std::span<const double> time, std::span<const std::uint8_t> left,
                           SurvivalBand band, double confidence) {
  check(time, left, confidence);
  const double z = normal_quantile(0.5 + confidence / 2.0);
  std::vector<std::size_t> order(time.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return time[a] < time[b]; });
  SurvivalCurve curve;
  curve.customers = time.size();
  double survival = 1.0;
  double v = 0.0;
  double upper_before = 1.0;
  for (std::size_t i = 0; i < order.size();) {
    SurvivalStep step;
    step.time = time[order[i]];
    step.at_risk = order.size() - i;
    for (; i < order.size() && time[order[i]] == step.time; ++i) {
      step.left += left[order[i]] != 0 ? 1U : 0U;
    }
    curve.last_time = step.time;
    if (step.left == 0) continue;
    curve.left += step.left;
    const auto n = static_cast<double>(step.at_risk);
    const auto d = static_cast<double>(step.left);
    survival = step.left == step.at_risk ? 0.0 : survival * (1.0 - d / n);
    if (step.left < step.at_risk) v += d / (n * (n - d));
    step.survival = survival;
    add_band(step, v, band, z, upper_before);
    upper_before = step.upper;
    curve.steps.push_back(step);
  }
  return curve;
}

std::optional<SurvivalStep> SurvivalCurve::step_at(double t) const {
  const bool gone = !steps.empty() && steps.back().survival <= 0.0;
  if (!(t <= last_time || gone)) return std::nullopt;
  const auto next = std::upper_bound(steps.begin(), steps.end(), t,
                                     [](double x, const SurvivalStep& s) { return x < s.time; });
  if (next == steps.begin()) return std::nullopt;
  return *(next - 1);
}

std::optional<double> SurvivalCurve::at(double t) const {
  if (const auto step = step_at(t)) return step->survival;
  if (customers > 0 && t >= 0.0 && t <= last_time) return 1.0;
  return std::nullopt;
}

std::optional<double> SurvivalCurve::quantile(double p) const {
  if (!(p > 0.0 && p < 1.0)) throw ArgumentError("survival: a quantile needs 0 < p < 1");
  const auto step = std::find_if(steps.begin(), steps.end(), [&](const SurvivalStep& s) {
    return s.survival <= 1.0 - p + 1e-12;  // a product of ratios may miss by rounding
  });
  if (step == steps.end()) return std::nullopt;
  return step->time;
}

double SurvivalCurve::restricted_mean(double tau) const {
  if (!(tau >= 0.0 && tau <= last_time)) {
    throw ArgumentError("survival: the mean is known up to the longest time followed only");
  }
  double area = 0.0;
  double from = 0.0;
  double survival = 1.0;
  for (const SurvivalStep& step : steps) {
    if (step.time >= tau) break;
    area += survival * (step.time - from);
    from = step.time;
    survival = step.survival;
  }
  return area + survival * (tau - from);
}

Lifetimes customer_lifetimes(const OrderHistory& history, const LifetimeRule& rule,
                             std::optional<std::uint32_t> region) {
  if (rule.inactive_days <= 0) {
    throw ArgumentError("survival: the days of silence must be over 0");
  }
  if (region && history.region.size() != history.customers()) {
    throw ArgumentError("survival: a region was asked for and the log has none");
  }
  Lifetimes lifetimes;
  const std::int64_t silence = rule.inactive_days;
  for (std::size_t c = 0; c < history.customers(); ++c) {
    const auto days = history.days_of(c);
    if (days.empty() || (region && history.region[c] != *region)) continue;
    const std::int64_t first = days.front();
    const std::int64_t followed = history.end_day - silence - first;
    if (followed < 0) {
      ++lifetimes.too_recent;
      continue;
    }
    const auto gap = std::adjacent_find(
        days.begin(), days.end(), [&](std::int64_t a, std::int64_t b) { return b - a >= silence; });
    lifetimes.comebacks += gap != days.end() ? 1U : 0U;
    const bool last = rule.forgive_comebacks || gap == days.end();
    const std::int64_t stayed = (last ? std::int64_t{days.back()} : std::int64_t{*gap}) - first;
    const bool left = stayed <= followed;
    lifetimes.days.push_back(static_cast<double>(left ? stayed : followed));
    lifetimes.left.push_back(left ? 1 : 0);
  }
  return lifetimes;
}

}  // namespace tenure::customers
