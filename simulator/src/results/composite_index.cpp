#include <tenure/core/error.hpp>
#include <tenure/customers/tiers.hpp>
#include <tenure/simulator/composite_index.hpp>

#include <algorithm>
#include <cmath>

namespace tenure::simulator {

namespace {

using customers::Tier;

std::optional<double> share(double part, double whole) {
  if (!(whole > 0.0)) return std::nullopt;
  return part / whole;
}

/// Customers in tiers at the horizon, over all runs.
struct AtTheEnd {
  double all = 0.0;
  double lost = 0.0;
  double silent = 0.0;
  double active() const { return all - lost - silent; }
};

AtTheEnd at_the_end(const Outcome& outcome, std::size_t strategy, std::size_t region) {
  const std::size_t month = strategy * outcome.months + outcome.months - 1;
  const CubeCell* cells =
      &outcome.cube[(month * outcome.region_names.size() + region) * kCubeTiers];
  AtTheEnd end;
  for (std::size_t tier = 0; tier < kCubeTiers; ++tier) {
    end.all += static_cast<double>(cells[tier].customers);
  }
  end.lost = static_cast<double>(cells[static_cast<std::size_t>(Tier::kLost)].customers);
  end.silent = static_cast<double>(cells[static_cast<std::size_t>(Tier::kSilent)].customers);
  return end;
}

/// exp of the entropy of the shares: k for k channels used alike.
std::optional<double> effective_channels(const Totals& sum) {
  double all = 0.0;
  for (const std::int64_t answers : sum.channel_responses) all += static_cast<double>(answers);
  if (!(all > 0.0)) return std::nullopt;
  double entropy = 0.0;
  for (const std::int64_t answers : sum.channel_responses) {
    if (answers == 0) continue;
    const double part = static_cast<double>(answers) / all;
    entropy -= part * std::log(part);
  }
  return std::exp(entropy);
}

double score_of(const DimensionSpec& spec, double figure) {
  return 100.0 * std::clamp((figure - spec.low) / (spec.high - spec.low), 0.0, 1.0);
}

/// What a customer costs to win: as simulated, or as the scenario says.
double cost_to_win(const IndexSpec& spec, const Outcome& outcome, const Totals& sum) {
  const auto runs = static_cast<double>(outcome.runs());
  const double won = static_cast<double>(sum.customers - sum.brought) -
                     runs * static_cast<double>(outcome.customers);
  if (!(won > 0.0) || sum.acquisition_cost <= 0) return spec.customer_cost;
  return to_units(sum.acquisition_cost) / won;
}

void add_scores(const IndexSpec& spec, StrategyIndex& index) {
  std::array<double, kIndexGroups> weights{};
  std::array<double, kIndexGroups> sums{};
  for (std::size_t i = 0; i < kDimensions; ++i) {
    if (!index.figures[i]) continue;
    index.scores[i] = score_of(spec.dimensions[i], *index.figures[i]);
    const auto group = static_cast<std::size_t>(group_of(static_cast<Dimension>(i)));
    weights[group] += spec.dimensions[i].weight;
    sums[group] += spec.dimensions[i].weight * *index.scores[i];
  }
  double weight = 0.0;
  for (std::size_t group = 0; group < kIndexGroups; ++group) {
    if (!(weights[group] > 0.0)) continue;
    index.groups[group] = sums[group] / weights[group];
    weight += spec.groups[group];
    index.score += spec.groups[group] * *index.groups[group];
  }
  if (weight > 0.0) index.score /= weight;
}

StrategyIndex index_of(const IndexSpec& spec, const Outcome& outcome, std::size_t strategy,
                       const StrategyReturn& returns) {
  Totals sum;
  for (std::size_t draw = 0; draw < outcome.parameter_draws; ++draw) {
    for (std::size_t r = 0; r < outcome.replications; ++r) sum += outcome.at(strategy, draw, r);
  }
  StrategyIndex index;
  index.name = returns.name;
  AtTheEnd end;
  for (std::size_t region = 0; region < outcome.region_names.size(); ++region) {
    const AtTheEnd here = at_the_end(outcome, strategy, region);
    index.active_by_region.push_back(share(here.active(), here.all).value_or(0.0));
    end.all += here.all;
    end.lost += here.lost;
    end.silent += here.silent;
  }
  for (std::size_t i = 0; i < kChannels; ++i) {
    index.answers_by_channel[i] = share(static_cast<double>(sum.channel_responses[i]),
                                        static_cast<double>(sum.channel_contacts[i]));
  }
  const double cost = cost_to_win(spec, outcome, sum);
  const auto runs = static_cast<double>(outcome.runs());
  index.churn_cost = cost * end.lost / runs;
  const auto figure = [&](Dimension dimension) -> std::optional<double>& {
    return index.figures[static_cast<std::size_t>(dimension)];
  };
  if (returns.retention) {
    index.retention_new = (*returns.retention)[0].value;
    index.retention_returning =
        share(static_cast<double>(sum.retained[3]), static_cast<double>(sum.retained[0]));
    figure(Dimension::kRetention) = (*returns.retention)[3].value;
  } else {
    figure(Dimension::kRetention) = share(end.active(), end.all);
  }
  const auto customers = static_cast<double>(sum.customers);
  const auto contacts = static_cast<double>(sum.contacts);
  figure(Dimension::kLifetimeValue) = share(returns.lifetime_value.value, cost);
  if (returns.roi) figure(Dimension::kReturn) = returns.roi->value + 1.0;
  figure(Dimension::kReach) = share(static_cast<double>(sum.participants), customers);
  figure(Dimension::kFeedback) = share(static_cast<double>(sum.complaints), contacts);
  figure(Dimension::kChannelSynergy) = effective_channels(sum);
  figure(Dimension::kCostOfChurn) = share(end.lost, end.all);
  if (contacts > 0.0) {
    figure(Dimension::kCompliance) = share(static_cast<double>(sum.unsubscribed), customers);
  }
  add_scores(spec, index);
  return index;
}

}  // namespace

std::string_view to_string(Dimension dimension) noexcept {
  constexpr std::array<std::string_view, kDimensions> kNames = {
      "retention", "lifetime_value",  "return",        "reach",
      "feedback",  "channel_synergy", "cost_of_churn", "compliance"};
  return kNames[static_cast<std::size_t>(dimension)];
}

std::string_view to_string(IndexGroup group) noexcept {
  constexpr std::array<std::string_view, kIndexGroups> kNames = {"results", "process", "health"};
  return kNames[static_cast<std::size_t>(group)];
}

IndexGroup group_of(Dimension dimension) noexcept {
  if (dimension <= Dimension::kReturn) return IndexGroup::kResults;
  return dimension <= Dimension::kChannelSynergy ? IndexGroup::kProcess : IndexGroup::kHealth;
}

std::vector<StrategyIndex> assess_index(const IndexSpec& spec, const Outcome& outcome,
                                        const ReturnReport& report) {
  if (report.strategies.size() + 1 != outcome.strategies() || outcome.region_names.empty() ||
      outcome.cube.size() !=
          outcome.strategies() * outcome.months * outcome.region_names.size() * kCubeTiers) {
    throw ArgumentError("outcome: its cube does not fit its strategies, months and regions");
  }
  std::vector<StrategyIndex> indices = {index_of(spec, outcome, 0, report.baseline)};
  for (std::size_t i = 0; i < report.strategies.size(); ++i) {
    indices.push_back(index_of(spec, outcome, i + 1, report.strategies[i]));
  }
  return indices;
}

std::size_t highest_index(const std::vector<StrategyIndex>& indices) noexcept {
  const auto first = std::max_element(
      indices.begin(), indices.end(),
      [](const StrategyIndex& a, const StrategyIndex& b) { return a.score < b.score; });
  return static_cast<std::size_t>(first - indices.begin());
}

}  // namespace tenure::simulator
