#include <tenure/core/error.hpp>
#include <tenure/customers/rfm.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

namespace tenure::customers {
namespace {

constexpr std::array<std::string_view, kCustomerClasses> kClassNames = {
    "fading-casual", "fading-promoter", "fading-loyal", "fading-advocate",
    "casual",        "promoter",        "loyal",        "advocate"};

void check_finite(std::span<const double> values, const char* axis) {
  if (!std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); })) {
    throw ArgumentError(std::string("RFM: a ") + axis + " is not finite");
  }
}

// Bounds of the scores where larger is better (sign 1) or smaller is (sign -1).
RfmAxis quantile_axis(std::span<const double> values, int groups, double sign) {
  std::vector<double> good(values.begin(), values.end());
  for (double& value : good) value *= sign;
  std::sort(good.begin(), good.end());
  const auto n = static_cast<std::uint64_t>(good.size());
  const auto k = static_cast<std::uint64_t>(groups);
  RfmAxis axis;
  for (std::uint64_t j = 1; j < k; ++j) {
    // The first run of equal values with at least j / k of the customers before it.
    const std::uint64_t least = (j * n + k - 1) / k;
    std::optional<double> bound;
    if (least < n) {
      const auto at = good.begin() + static_cast<std::ptrdiff_t>(least);
      const auto run = *(at - 1) < *at ? at : std::upper_bound(at, good.end(), *at);
      if (run != good.end()) bound = sign * *run;
    }
    axis.push_back(bound);
  }
  return axis;
}

RfmAxis fixed_axis(const std::vector<double>& cuts, int groups, double sign, const char* name) {
  if (cuts.size() + 1 != static_cast<std::size_t>(groups)) {
    throw ArgumentError(std::string("RFM: ") + name + " needs " + std::to_string(groups - 1) +
                        " cuts for " + std::to_string(groups) + " groups");
  }
  check_finite(cuts, name);
  for (std::size_t i = 1; i < cuts.size(); ++i) {
    if (!(sign * cuts[i - 1] < sign * cuts[i])) {
      throw ArgumentError(std::string("RFM: the cuts of ") + name + " must strictly " +
                          (sign > 0 ? "rise" : "fall"));
    }
  }
  return {cuts.begin(), cuts.end()};
}

std::uint8_t score(const RfmAxis& axis, double value, double sign) {
  unsigned reached = 1;
  for (const auto& bound : axis) {
    reached += bound && sign * value >= sign * *bound ? 1U : 0U;
  }
  return static_cast<std::uint8_t>(reached);
}

}  // namespace

RfmScale make_rfm_scale(const RfmOptions& options, std::span<const double> recency_days,
                        std::span<const double> orders, std::span<const double> monetary) {
  if (options.groups < 2 || options.groups > 10) throw ArgumentError("RFM: groups is 2 to 10");
  if (orders.size() != recency_days.size() ||
      (!monetary.empty() && monetary.size() != recency_days.size())) {
    throw ArgumentError("RFM: columns differ in length");
  }
  check_finite(recency_days, "recency");
  check_finite(orders, "frequency");
  check_finite(monetary, "monetary value");
  const int k = options.groups;
  RfmScale scale;
  if (options.cuts == RfmCuts::kFixed) {
    scale.recency = fixed_axis(options.recency_days, k, -1.0, "recency");
    scale.frequency = fixed_axis(options.frequency, k, 1.0, "frequency");
    if (!monetary.empty()) {
      scale.monetary = fixed_axis(options.monetary, k, 1.0, "monetary value");
    }
    return scale;
  }
  scale.recency = quantile_axis(recency_days, k, -1.0);
  scale.frequency = quantile_axis(orders, k, 1.0);
  if (!monetary.empty()) scale.monetary = quantile_axis(monetary, k, 1.0);
  return scale;
}

RfmScores rfm_scores(const RfmScale& scale, double recency_days, double orders, double monetary) {
  RfmScores scores;
  scores.recency = score(scale.recency, recency_days, -1.0);
  scores.frequency = score(scale.frequency, orders, 1.0);
  if (!scale.monetary.empty()) scores.monetary = score(scale.monetary, monetary, 1.0);
  return scores;
}

std::string_view to_string(CustomerClass customer_class) noexcept {
  return kClassNames[static_cast<std::size_t>(customer_class)];
}

CustomerClass customer_class(const RfmScores& scores, std::uint64_t social_events,
                             const ClassOptions& options) noexcept {
  const double value = scores.monetary == 0 ? static_cast<double>(scores.frequency)
                                            : (scores.frequency + scores.monetary) / 2.0;
  unsigned bits = 0;
  if (scores.recency >= options.recent_score) bits |= 4U;
  if (value >= options.value_score) bits |= 2U;
  if (social_events >= static_cast<std::uint64_t>(options.social_events)) bits |= 1U;
  return static_cast<CustomerClass>(bits);
}

}  // namespace tenure::customers
