#include <tenure/core/error.hpp>
#include <tenure/customers/tiers.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <vector>

namespace tenure::customers {
namespace {

constexpr std::array<std::string_view, kTiers> kTierNames = {
    "lost", "silent", "churn-warning", "new", "mature", "growth", "none"};
constexpr std::array<std::string_view, kPyramidLevels> kLevelNames = {"base", "extended",
                                                                      "strategic"};

// Each of the last gaps over warning_factor x the mean of the gaps before them.
bool slowing_down(std::span<const std::int32_t> days, const TierOptions& options) noexcept {
  const auto last = static_cast<std::size_t>(std::max(options.warning_gaps, 1));
  if (days.size() < last + 2) return false;
  const std::size_t turn = days.size() - 1 - last;  // the order before the last gaps
  const double earlier = static_cast<double>(std::int64_t{days[turn]} - days.front());
  const double bound = options.warning_factor * earlier / static_cast<double>(turn);
  for (std::size_t i = turn + 1; i < days.size(); ++i) {
    if (!(static_cast<double>(std::int64_t{days[i]} - days[i - 1]) > bound)) return false;
  }
  return true;
}

}  // namespace

std::string_view to_string(Tier tier) noexcept {
  return kTierNames[static_cast<std::size_t>(tier)];
}

Tier tier_of(std::span<const std::int32_t> days, std::int32_t as_of,
             const TierOptions& options) noexcept {
  if (days.empty()) return Tier::kNone;
  const std::int64_t idle = std::int64_t{as_of} - days.back();
  if (idle >= options.lost_days) return Tier::kLost;
  if (idle >= options.silent_days) return Tier::kSilent;
  if (slowing_down(days, options)) return Tier::kChurnWarning;
  if (std::int64_t{as_of} - days.front() <= options.new_days) return Tier::kNew;
  if (days.size() >= static_cast<std::size_t>(std::max(options.mature_orders, 0))) {
    return Tier::kMature;
  }
  return Tier::kGrowth;
}

std::string_view to_string(PyramidLevel level) noexcept {
  return kLevelNames[static_cast<std::size_t>(level)];
}

PyramidLevel pyramid_level(std::uint64_t shares, std::uint64_t reviews,
                           const PyramidOptions& options) noexcept {
  if (reviews >= static_cast<std::uint64_t>(options.strategic_reviews)) {
    return PyramidLevel::kStrategic;
  }
  if (shares >= static_cast<std::uint64_t>(options.extended_shares)) return PyramidLevel::kExtended;
  return PyramidLevel::kBase;
}

double top_threshold(std::span<const double> values, double share) {
  if (values.empty() || !(share > 0.0) || share > 1.0) {
    throw ArgumentError("value pyramid: the top is a share over 0 and at most 1 of some customers");
  }
  std::vector<double> sorted(values.begin(), values.end());
  if (!std::all_of(sorted.begin(), sorted.end(), [](double v) { return std::isfinite(v); })) {
    throw ArgumentError("value pyramid: a revenue is not finite");
  }
  // The least good of the first ceil(share x n): fewer than share x n have strictly more.
  const auto inside = std::clamp<std::size_t>(
      static_cast<std::size_t>(std::ceil(share * static_cast<double>(sorted.size()))), 1,
      sorted.size());
  const auto at = sorted.begin() + static_cast<std::ptrdiff_t>(inside - 1);
  std::nth_element(sorted.begin(), at, sorted.end(), std::greater<>());
  return *at;
}

}  // namespace tenure::customers
