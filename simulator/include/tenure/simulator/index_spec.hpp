#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

/// How a strategy is judged as a whole: weights and scales of the composite index.
namespace tenure::simulator {

/// The eight dimensions. docs/SIMULATOR.md says which figure stands for each.
enum class Dimension : std::uint8_t {
  kRetention,
  kLifetimeValue,
  kReturn,
  kReach,
  kFeedback,
  kChannelSynergy,
  kCostOfChurn,
  kCompliance,
};
inline constexpr std::size_t kDimensions = 8;
/// "retention", "lifetime_value", "return", "reach", "feedback", "channel_synergy",
/// "cost_of_churn", "compliance".
std::string_view to_string(Dimension dimension) noexcept;

enum class IndexGroup : std::uint8_t { kResults, kProcess, kHealth };
inline constexpr std::size_t kIndexGroups = 3;
/// "results" (retention, lifetime value, return), "process" (reach, feedback, channel synergy),
/// "health" (cost of churn, compliance).
std::string_view to_string(IndexGroup group) noexcept;
IndexGroup group_of(Dimension dimension) noexcept;

/// A figure scores 0 at `low`, 100 at `high`, in proportion between; low may be the greater.
struct DimensionSpec {
  double weight = 0.0;  ///< within its group, 0 or more
  double low = 0.0;
  double high = 1.0;
};

struct IndexSpec {
  std::array<double, kIndexGroups> groups = {0.5, 0.3, 0.2};
  std::array<DimensionSpec, kDimensions> dimensions = {{
      {0.40, 0.09, 0.305},  // between the reported worst and best market
      {0.30, 1.0, 3.0},     // lifetime value over what a customer costs to win
      {0.30, 1.2, 2.8},     // stopped under 1.2, redesigned under 2.0
      {0.35, 0.0, 0.5},
      {0.35, 0.01, 0.0},
      {0.30, 1.0, 3.0},
      {0.60, 0.9, 0.4},
      {0.40, 0.05, 0.0},
  }};
  /// What a customer costs to win where the scenario wins none at a cost, currency units.
  double customer_cost = 28.0;
};

}  // namespace tenure::simulator
