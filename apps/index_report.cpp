#include "index_report.hpp"

#include "text_table.hpp"

#include <tenure/core/money.hpp>

#include <fmt/format.h>

#include <array>

namespace tenure::apps {

namespace {

using simulator::Dimension;
using simulator::IndexGroup;
using simulator::kDimensions;
using simulator::kIndexGroups;
using simulator::StrategyIndex;

Json optional_json(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}

std::string score_text(const std::optional<double>& score) {
  return score ? fmt::format("{:.0f}", *score) : "-";
}

Json retention_by(const simulator::Outcome& outcome, const StrategyIndex& index) {
  Json json;
  json["new"] = optional_json(index.retention_new);
  json["returning"] = optional_json(index.retention_returning);
  json["active_by_region"] = Json::object();
  for (std::size_t i = 0; i < index.active_by_region.size(); ++i) {
    json["active_by_region"][outcome.region_names[i]] = index.active_by_region[i];
  }
  json["answers_by_channel"] = Json::object();
  for (std::size_t i = 0; i < simulator::kChannels; ++i) {
    if (!index.answers_by_channel[i]) continue;
    const auto channel = static_cast<simulator::Channel>(i);
    json["answers_by_channel"][std::string(to_string(channel))] = *index.answers_by_channel[i];
  }
  return json;
}

/// What the figure of a dimension is, in the order of the dimensions.
constexpr std::array<const char*, kDimensions> kFigures = {
    "share still ordering", "times the cost to win one", "margin over cost", "share answering",
    "complaints a contact", "channels answered by",      "share lost",       "share unsubscribed"};

/// A line where the strategy with the best index pays back less than it costs.
std::string first_at_a_loss(const std::vector<StrategyIndex>& indices,
                            const simulator::ReturnReport& returns) {
  const std::size_t first = simulator::highest_index(indices);
  if (first == 0) return {};  // the baseline costs nothing
  const auto& strategy = returns.strategies[first - 1];
  if (!(strategy.net.value < 0.0)) return {};
  return fmt::format(
      "  {} is first by index and pays back less than it costs: net {}. The index weighs more than "
      "money\n",
      indices[first].name, format_money(to_money(strategy.net.value)));
}

}  // namespace

Json index_json(const simulator::Outcome& outcome, const std::vector<StrategyIndex>& indices) {
  Json all = Json::array();
  for (const StrategyIndex& index : indices) {
    Json json;
    json["name"] = index.name;
    json["score"] = index.score;
    for (std::size_t i = 0; i < kIndexGroups; ++i) {
      json[std::string(to_string(static_cast<IndexGroup>(i)))] = optional_json(index.groups[i]);
    }
    for (std::size_t i = 0; i < kDimensions; ++i) {
      json["dimensions"][std::string(to_string(static_cast<Dimension>(i)))] = {
          {"figure", optional_json(index.figures[i])}, {"score", optional_json(index.scores[i])}};
    }
    json["retention_by"] = retention_by(outcome, index);
    json["churn_cost"] = index.churn_cost;
    all.push_back(json);
  }
  return all;
}

std::vector<std::vector<std::string>> index_rows(const std::vector<StrategyIndex>& indices) {
  std::vector<std::vector<std::string>> rows = {{"score of 100 (figure)"}};
  for (const StrategyIndex& index : indices) rows.front().push_back(index.name);
  rows.push_back({"composite index"});
  for (const StrategyIndex& index : indices) rows.back().push_back(score_text(index.score));
  for (std::size_t group = 0; group < kIndexGroups; ++group) {
    rows.push_back({std::string(to_string(static_cast<IndexGroup>(group)))});
    for (const StrategyIndex& index : indices)
      rows.back().push_back(score_text(index.groups[group]));
    for (std::size_t i = 0; i < kDimensions; ++i) {
      const auto dimension = static_cast<Dimension>(i);
      if (static_cast<std::size_t>(group_of(dimension)) != group) continue;
      rows.push_back({fmt::format("  {}: {}", to_string(dimension), kFigures[i])});
      for (const StrategyIndex& index : indices) {
        rows.back().push_back(index.figures[i] ? fmt::format("{} ({})", score_text(index.scores[i]),
                                                             format_number(*index.figures[i], 3))
                                               : "-");
      }
    }
  }
  return rows;
}

std::string index_text(const std::vector<StrategyIndex>& indices,
                       const simulator::ReturnReport& returns) {
  const auto rows = index_rows(indices);
  TextTable table(rows.front());
  for (std::size_t i = 1; i < rows.size(); ++i) table.add(rows[i]);
  return table.str() +
         "  scores from 0, worst, to 100, best; in brackets the figure that a score is made of.\n"
         "  The index is the weighted mean of the three groups, a group that of its dimensions\n" +
         first_at_a_loss(indices, returns);
}

}  // namespace tenure::apps
