#pragma once

#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/index_spec.hpp>
#include <tenure/simulator/roi.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

/// Eight dimensions of a strategy and one number for all of them. Point values: the intervals are
/// those of the figures themselves.
namespace tenure::simulator {

struct StrategyIndex {
  std::string name;
  /// 0 to 100: weighted mean of the groups' scores; of a group, that of its dimensions'. What has
  /// no figure (the return of the baseline, the feedback without contacts) is left out and the
  /// other weights grow.
  double score = 0.0;
  std::array<std::optional<double>, kIndexGroups> groups{};
  std::array<std::optional<double>, kDimensions> scores{};
  std::array<std::optional<double>, kDimensions> figures{};

  /// Followed customers with an order more than 30 days after their first; of those, the share with
  /// one more than 365 days after it. Empty where retention is.
  std::optional<double> retention_new;
  std::optional<double> retention_returning;
  std::vector<double> active_by_region;  ///< neither silent nor lost at the horizon
  std::array<std::optional<double>, kChannels> answers_by_channel{};  ///< a contact
  double churn_cost = 0.0;  ///< to win as many customers as are lost, currency units
};

/// The baseline first, then the strategies. `report` is that of the outcome.
/// @throws ArgumentError where the outcome's arrays do not fit its counts.
std::vector<StrategyIndex> assess_index(const IndexSpec& spec, const Outcome& outcome,
                                        const ReturnReport& report);

/// Place of the highest score among the indices, the first of equals; 0 without any.
std::size_t highest_index(const std::vector<StrategyIndex>& indices) noexcept;

}  // namespace tenure::simulator
