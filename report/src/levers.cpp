#include "sections.hpp"

#include <tenure/core/money.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace tenure::report {

namespace {

using simulator::Outcome;
using simulator::StrategyReturn;

/// Levers that a chart can tell apart; the least of more are drawn together.
constexpr std::size_t kColors = 11;

/// Levers by what they cost in all strategies together, those without cost left out.
std::vector<std::size_t> costly_levers(const std::vector<std::vector<double>>& costs,
                                       std::size_t levers) {
  std::vector<double> sums(levers, 0.0);
  for (const auto& row : costs) {
    for (std::size_t l = 0; l < levers; ++l) sums[l] += row[l];
  }
  std::vector<std::size_t> order;
  for (std::size_t l = 0; l < levers; ++l) {
    if (sums[l] > 0.0) order.push_back(l);
  }
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return sums[a] > sums[b]; });
  return order;
}

Json step(const std::string& name, double from, double to, const char* what,
          const std::string& text) {
  return {{"name", name}, {"from", from}, {"to", to}, {"what", what}, {"text", text}};
}

}  // namespace

std::vector<double> discounted_lever_costs(const Outcome& outcome, std::size_t strategy) {
  const std::size_t levers = outcome.lever_names.size();
  const auto runs = static_cast<double>(outcome.runs());
  std::vector<double> costs(levers, 0.0);
  for (std::size_t m = 0; m < outcome.months; ++m) {
    double plain = 0.0;
    for (std::size_t l = 0; l < levers; ++l) {
      plain += to_units(outcome.lever_months[(strategy * levers + l) * outcome.months + m]);
    }
    if (plain <= 0.0) continue;
    double discounted = 0.0;
    for (std::size_t d = 0; d < outcome.parameter_draws; ++d) {
      discounted += to_units(
          outcome.draw_flows[(strategy * outcome.parameter_draws + d) * outcome.months + m].cost);
    }
    for (std::size_t l = 0; l < levers; ++l) {
      costs[l] += to_units(outcome.lever_months[(strategy * levers + l) * outcome.months + m]) *
                  discounted / plain / runs;
    }
  }
  return costs;
}

Figure lever_figure(const ResultView& view) {
  const Format& format = view.format;
  const Outcome& outcome = view.outcome;
  Figure figure{
      "levers",
      "Cost and margin by lever",
      "",
      "Upper bar: the discounted cost, by lever. Lower bar: the margin that the levers bring "
      "together, before cost. Levers work on the same customers, so a strategy\u2019s margin "
      "cannot be split among its levers; compare strategies that differ by one lever.",
      nullptr,
      {}};
  std::vector<std::vector<double>> costs;
  Json names = Json::array();
  std::vector<double> margins;
  for (const StrategyReturn& s : view.returns.strategies) {
    costs.push_back(discounted_lever_costs(outcome, view.index_of(s)));
    names.push_back(s.name);
    margins.push_back(s.incremental_margin.value);
  }
  const auto order = costly_levers(costs, outcome.lever_names.size());
  Json series = Json::array();
  figure.table.header = {"Lever (cost)"};
  for (const StrategyReturn& s : view.returns.strategies) {
    figure.table.header.push_back(format.axis(s.name, Unit::kMoney));
  }
  std::vector<double> others(costs.size(), 0.0);
  for (std::size_t place = 0; place < order.size(); ++place) {
    const std::size_t lever = order[place];
    Json values = Json::array();
    std::vector<Cell> row = {{outcome.lever_names[lever]}};
    for (const auto& cost : costs) {
      values.push_back(cost[lever]);
      row.push_back(format.cell(cost[lever], Unit::kMoney));
    }
    figure.table.rows.push_back(std::move(row));
    if (order.size() > kColors && place + 1 >= kColors) {
      for (std::size_t i = 0; i < costs.size(); ++i) others[i] += costs[i][lever];
      continue;
    }
    series.push_back({{"name", outcome.lever_names[lever]}, {"stack", "cost"}, {"values", values}});
  }
  if (order.size() > kColors) {
    series.push_back({{"name", fmt::format("{} others", order.size() - kColors + 1)},
                      {"stack", "cost"},
                      {"values", others}});
  }
  series.push_back(
      {{"name", "incremental margin"}, {"stack", "margin"}, {"strong", true}, {"values", margins}});
  const auto sum_row = [&](const char* name, const auto& of) {
    std::vector<Cell> row = {{name}};
    for (const StrategyReturn& s : view.returns.strategies) {
      row.push_back({format.with_range(of(s), Unit::kMoney), of(s).value});
    }
    figure.table.rows.push_back(std::move(row));
  };
  sum_row("Total cost", [](const StrategyReturn& s) { return s.cost; });
  sum_row("Incremental margin", [](const StrategyReturn& s) { return s.incremental_margin; });
  sum_row("Net", [](const StrategyReturn& s) { return s.net; });
  if (const StrategyReturn* first = view.first_strategy(); first != nullptr && !order.empty()) {
    const auto& cost = costs[view.index_of(*first) - 1];
    const std::size_t dearest =
        static_cast<std::size_t>(std::max_element(cost.begin(), cost.end()) - cost.begin());
    const double total = std::accumulate(cost.begin(), cost.end(), 0.0);
    figure.finding = total > 0.0
                         ? fmt::format("In \u201c{}\u201d the dearest lever is {}: {} of the cost.",
                                       first->name, outcome.lever_names[dearest],
                                       format.text(cost[dearest] / total, Unit::kChance))
                         : "The levers cost nothing.";
  } else {
    figure.finding = "The levers cost nothing.";
  }
  figure.chart = {{"kind", "stack"},
                  {"unit", "money"},
                  {"xTitle", format.axis("Discounted cost, and margin gained", Unit::kMoney)},
                  {"yTitle", "Strategy"},
                  {"names", names},
                  {"series", series}};
  return figure;
}

Figure waterfall_figure(const ResultView& view) {
  const Format& format = view.format;
  const Outcome& outcome = view.outcome;
  const StrategyReturn& s = *view.first_strategy();
  Figure figure{
      "waterfall",
      fmt::format("From the baseline\u2019s margin to \u201c{}\u201d", s.name),
      "",
      "Margin of the whole time, discounted, less what customers cost to win. The baseline is the "
      "shop simulated without the levers; the levers\u2019 costs are taken off one by one.",
      nullptr,
      {}};
  const double baseline = view.returns.baseline.margin - view.returns.baseline.acquisition_cost;
  double level = baseline;
  Json steps = Json::array();
  figure.table.header = {"Step", format.axis("Change", Unit::kMoney),
                         format.axis("Level after it", Unit::kMoney)};
  const auto add = [&](const std::string& name, double change, const char* what) {
    const bool total = std::string(what) == "total";
    const double from = total ? 0.0 : level;
    level = total ? change : level + change;
    steps.push_back(step(name, from, level, what, format.spoken().text(change, Unit::kMoney)));
    figure.table.rows.push_back({{name},
                                 total ? Cell{"\u2013"} : format.cell(change, Unit::kMoney),
                                 format.cell(level, Unit::kMoney)});
  };
  add("baseline margin", baseline, "total");
  add("margin gained", s.incremental_margin.value,
      s.incremental_margin.value < 0.0 ? "down" : "up");
  const auto costs = discounted_lever_costs(outcome, view.index_of(s));
  std::vector<std::size_t> order(costs.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return costs[a] > costs[b]; });
  for (const std::size_t lever : order) {
    if (costs[lever] > 0.0) add(outcome.lever_names[lever], -costs[lever], "down");
  }
  // What no lever's month holds, if anything: the columns must add up to the strategy's net.
  const double rest = baseline + s.net.value - level;
  if (std::abs(rest) > 1e-6 * (std::abs(baseline) + s.cost.value) + 0.5) {
    add("other", rest, rest < 0.0 ? "down" : "up");
  }
  add("after costs", baseline + s.net.value, "total");
  const Format spoken = format.spoken();
  figure.finding =
      fmt::format("The baseline\u2019s margin over {}, {}, becomes {}: {} gained, {} spent.",
                  span_of_days(outcome.horizon_days), spoken.text(baseline, Unit::kMoney),
                  spoken.text(baseline + s.net.value, Unit::kMoney),
                  spoken.with_range(s.incremental_margin, Unit::kMoney),
                  spoken.with_range(s.cost, Unit::kMoney));
  figure.chart = {{"kind", "waterfall"},
                  {"unit", "money"},
                  {"xTitle", "Step"},
                  {"yTitle", format.axis("Discounted margin", Unit::kMoney)},
                  {"steps", steps}};
  return figure;
}

}  // namespace tenure::report
