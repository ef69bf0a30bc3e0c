#include "sections.hpp"

#include <fmt/format.h>

namespace tenure::report {

namespace {

using simulator::Dimension;
using simulator::IndexGroup;
using simulator::StrategyIndex;
using simulator::StrategyReturn;

/// `kept`: the scenario has customers followed for two years.
Term term_of(Dimension dimension, bool kept) {
  switch (dimension) {
    case Dimension::kRetention:
      if (kept) {
        return {"Still ordering after a year",
                "share of new customers with an order more than 365 days after their first"};
      }
      return {"Still active at the end",
              "share of customers who are neither silent (90 days) nor lost (a year) at the end"};
    case Dimension::kLifetimeValue:
      return {"Lifetime value",
              "discounted margin of a customer over what it costs to win one: 3 is worth three "
              "times its price"};
    case Dimension::kReturn:
      return {"Return",
              "incremental margin over cost: 2 gives back 2 for each 1 spent, a return on cost of "
              "+100\u00a0%; the baseline has none"};
    case Dimension::kReach:
      return {"Reach", "share of customers who answered a contact or have a standing benefit"};
    case Dimension::kFeedback:
      return {"Feedback", "complaints a contact; the fewer, the higher the score"};
    case Dimension::kChannelSynergy:
      return {"Channel synergy",
              "how many channels the answers come by: 1 where all come by one, 3 where three bring "
              "alike"};
    case Dimension::kCostOfChurn:
      return {"Cost of churn",
              "share of customers lost at the end; the fewer, the higher the score"};
    case Dimension::kCompliance:
      break;
  }
  return {"Compliance",
          "share of customers who have unsubscribed; the fewer, the higher the score"};
}

Term term_of(IndexGroup group) {
  switch (group) {
    case IndexGroup::kResults:
      return {"Results", "what the strategy achieves"};
    case IndexGroup::kProcess:
      return {"Process", "how its contacts work"};
    case IndexGroup::kHealth:
      break;
  }
  return {"Health", "the customers it leaves behind"};
}

Cell score(const std::optional<double>& value, const std::optional<double>& figure = {}) {
  if (!value) return {"\u2013"};
  std::string text = fmt::format("{:.0f}", *value);
  if (figure) text += fmt::format(" ({:.3g})", *figure);
  return {text, value};
}

/// What the index does not say: whether its first earns money.
std::string finding(const ResultView& view, const std::vector<StrategyIndex>& indices) {
  const std::size_t place = simulator::highest_index(indices);
  const StrategyIndex& best = indices[place];
  std::string text = fmt::format("\u201c{}\u201d has the highest composite index, {:.0f} of 100",
                                 best.name, best.score);
  if (place == 0) return text + ": no strategy scores higher than doing nothing more.";
  const auto& strategies = view.returns.strategies;
  const double net = strategies[place - 1].net.value;
  const Format spoken = view.format.spoken();
  if (net < 0.0) {
    return text +
           fmt::format(", yet it loses {} against the baseline.", spoken.text(-net, Unit::kMoney));
  }
  const StrategyReturn& first = *view.first_strategy();
  if (first.name == best.name) return text + ", and the greatest net.";
  return text + fmt::format(", and a net of {}; by net \u201c{}\u201d comes first with {}.",
                            spoken.text(net, Unit::kMoney), first.name,
                            spoken.text(first.net.value, Unit::kMoney));
}

}  // namespace

Figure index_figure(const ResultView& view, const std::vector<StrategyIndex>& indices) {
  Figure figure{
      "index",
      "Eight dimensions of each strategy",
      finding(view, indices),
      "Scores of 0 to 100 by the scenario\u2019s weights and scales; in the table what is scored "
      "stands in brackets. Points without intervals. The index weighs more than money: "
      "for the choice by money see the decision.",
      nullptr,
      {}};
  figure.table.header = {"Score, 0 to 100"};
  Json names = Json::array();
  for (const StrategyIndex& index : indices) {
    figure.table.header.push_back(index.name);
    names.push_back(index.name);
  }
  const auto add = [&](const Term& term, const auto& cell) {
    std::vector<Cell> row = {{term.word}};
    for (const StrategyIndex& index : indices) row.push_back(cell(index));
    figure.table.rows.push_back(std::move(row));
    figure.terms.push_back({term.word, term.meaning + "."});
  };
  add({"Composite index",
       "mean of the three groups by the scenario\u2019s weights; a group is the mean of its "
       "dimensions, and what has no figure is left out"},
      [](const StrategyIndex& i) { return score(i.score); });
  const bool kept = view.returns.baseline.retention.has_value();
  Json series = Json::array();
  for (std::size_t g = 0; g < simulator::kIndexGroups; ++g) {
    Term group = term_of(static_cast<IndexGroup>(g));
    Json values = Json::array();
    for (const StrategyIndex& index : indices) values.push_back(index.groups[g].value_or(0.0));
    series.push_back({{"name", group.word}, {"stack", group.word}, {"values", values}});
    group.word = "Group: " + group.word;
    add(group, [&](const StrategyIndex& i) { return score(i.groups[g]); });
    for (std::size_t d = 0; d < simulator::kDimensions; ++d) {
      const auto dimension = static_cast<Dimension>(d);
      if (static_cast<std::size_t>(group_of(dimension)) != g) continue;
      add(term_of(dimension, kept),
          [&](const StrategyIndex& i) { return score(i.scores[d], i.figures[d]); });
    }
  }
  figure.chart = {{"kind", "stack"},      {"unit", "count"}, {"xTitle", "Score, 0 to 100"},
                  {"yTitle", "Strategy"}, {"names", names},  {"series", series}};
  return figure;
}

}  // namespace tenure::report
