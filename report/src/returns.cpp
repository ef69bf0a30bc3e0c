#include "pieces.hpp"
#include "sections.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace tenure::report {

namespace {

using simulator::Interval;
using simulator::StrategyReturn;

std::vector<std::string> names_where(const ResultView& view, bool (*test)(const StrategyReturn&)) {
  std::vector<std::string> names;
  for (const StrategyReturn& s : view.returns.strategies) {
    if (test(s)) names.push_back("\u201c" + s.name + "\u201d");
  }
  return names;
}

/// The interval to speak of: the world's, or the simulation's where nothing is uncertain.
const std::optional<Interval>& spoken(const StrategyReturn& s) {
  return s.roi->interval && s.roi->interval->low < s.roi->interval->high ? s.roi->interval
                                                                         : s.roi->mc_interval;
}

std::string roi_finding(const ResultView& view) {
  const auto pays = names_where(
      view, [](const StrategyReturn& s) { return s.roi && spoken(s) && spoken(s)->low > 0.0; });
  const auto loses = names_where(
      view, [](const StrategyReturn& s) { return s.roi && spoken(s) && spoken(s)->high < 0.0; });
  const auto open = names_where(view, [](const StrategyReturn& s) {
    return s.roi && (!spoken(s) || (spoken(s)->low <= 0.0 && spoken(s)->high >= 0.0));
  });
  std::string text;
  const auto add = [&](const std::vector<std::string>& names, const char* one, const char* many) {
    if (names.empty()) return;
    if (!text.empty()) text += ' ';
    text += listed(names);
    text += names.size() == 1 ? one : many;
  };
  add(pays, " pays back its cost over the whole interval.",
      " pay back their cost over the whole interval.");
  add(open, ": the interval holds both gain and loss.", ": the intervals hold both gain and loss.");
  add(loses, " loses money over the whole interval.", " lose money over the whole interval.");
  return text.empty() ? "No strategy costs anything, so there is no return on cost." : text;
}

}  // namespace

Figure roi_figure(const ResultView& view) {
  const Format& format = view.format;
  Figure figure{
      "roi",
      "Return on each strategy\u2019s cost",
      roi_finding(view),
      "Return = (incremental margin \u2212 cost) / cost, discounted, against the baseline on "
      "the same draws: +50\u00a0% gives back 1.50 for each 1 spent. Thin line: 95\u00a0% interval "
      "of what is not known of the world; more replications do not narrow it. Thick bar: 95\u00a0% "
      "error of the simulation alone. Green where the whole interval is a gain, orange where all "
      "of it is a loss, blue where both are possible.",
      nullptr,
      {}};
  figure.table.header = {"Strategy",
                         "Return",
                         "World low",
                         "World high",
                         "Simulation low",
                         "Simulation high",
                         format.axis("Incremental margin", Unit::kMoney),
                         format.axis("Cost", Unit::kMoney),
                         "Chance that it pays",
                         "Payback",
                         "Noise in the draws"};
  Json rows = Json::array();
  for (const StrategyReturn& s : view.returns.strategies) {
    std::vector<Cell> row = {{s.name}};
    row.push_back(format.cell(s.roi ? std::optional(s.roi->value) : std::nullopt, Unit::kReturn));
    format.add_range(row, s.roi ? s.roi->interval : std::nullopt, Unit::kReturn);
    format.add_range(row, s.roi ? s.roi->mc_interval : std::nullopt, Unit::kReturn);
    row.push_back(format.cell(s.incremental_margin.value, Unit::kMoney));
    row.push_back(format.cell(s.cost.value, Unit::kMoney));
    row.push_back(format.cell(s.probability_positive.value, Unit::kChance));
    row.push_back(s.payback.days ? format.cell(static_cast<double>(*s.payback.days), Unit::kDays)
                                 : Cell{"beyond the horizon"});
    row.push_back(format.cell(s.noise_share, Unit::kPercent));
    figure.table.rows.push_back(std::move(row));
    if (s.roi) rows.push_back(whisker_row(format, s.name, *s.roi, Unit::kReturn));
  }
  if (!rows.empty()) {
    figure.chart = {{"kind", "whisker"},    {"unit", "return"}, {"xTitle", "Return on cost, %"},
                    {"yTitle", "Strategy"}, {"zero", true},     {"rows", rows}};
  }
  return figure;
}

Figure frontier_figure(const ResultView& view) {
  const Format& format = view.format;
  Figure figure{
      "frontier",
      "What a strategy costs and what it leaves",
      "",
      "Each cross is a strategy with its 95\u00a0% intervals of cost and net. Above the zero "
      "line a strategy earns more than it costs. The dashed line is the frontier: strategies that "
      "no cheaper one equals, from doing nothing more on. The best use of a budget is the highest "
      "point left of it.",
      nullptr,
      {}};
  figure.table.header = {"Strategy",
                         format.axis("Cost", Unit::kMoney),
                         "Cost low",
                         "Cost high",
                         format.axis("Net", Unit::kMoney),
                         "Net low",
                         "Net high",
                         "On the frontier"};
  Json points = Json::array();
  std::vector<std::string> frontier;
  std::vector<std::pair<double, double>> corners = {{0.0, 0.0}};
  for (const StrategyReturn& s : view.returns.strategies) {
    // Dominated: another one leaves as much or more for less; doing nothing leaves 0 for nothing.
    const bool dominated =
        s.net.value <= 0.0 ||
        std::any_of(view.returns.strategies.begin(), view.returns.strategies.end(),
                    [&](const StrategyReturn& other) {
                      return &other != &s && other.net.value >= s.net.value &&
                             other.cost.value <= s.cost.value;
                    });
    if (!dominated) {
      frontier.push_back("\u201c" + s.name + "\u201d");
      corners.emplace_back(s.cost.value, s.net.value);
    }
    std::vector<Cell> row = {{s.name}, format.cell(s.cost.value, Unit::kMoney)};
    format.add_range(row, s.cost.interval, Unit::kMoney);
    row.push_back(format.cell(s.net.value, Unit::kMoney));
    format.add_range(row, s.net.interval, Unit::kMoney);
    row.push_back({dominated ? "no" : "yes"});
    figure.table.rows.push_back(std::move(row));
    points.push_back(
        {{"name", s.name},
         {"x", s.cost.value},
         {"y", s.net.value},
         {"xRange", ends(s.cost.interval)},
         {"yRange", ends(s.net.interval)},
         {"text", fmt::format("cost {}; net {}", format.with_range(s.cost, Unit::kMoney),
                              format.with_range(s.net, Unit::kMoney))}});
  }
  figure.finding =
      frontier.empty()
          ? "No strategy leaves more than doing nothing."
          : fmt::format("Worth their cost, with no cheaper strategy that leaves as much: {}.",
                        listed(frontier));
  std::sort(corners.begin(), corners.end());
  figure.chart = {{"kind", "scatter"},
                  {"unit", "money"},
                  {"frontier", corners},
                  {"xTitle", format.axis("Cost", Unit::kMoney)},
                  {"yTitle", format.axis("Net", Unit::kMoney)},
                  {"points", points}};
  return figure;
}

Figure ranking_figure(const ResultView& view) {
  const Format& format = view.format;
  Figure figure{
      "ranking",
      "Which is the best?",
      "",
      "Net = incremental margin less cost; the baseline\u2019s is 0. The chance to be the best "
      "is the share of the parameter draws in which a strategy\u2019s net is the greatest, the "
      "simulation\u2019s noise taken out.",
      nullptr,
      {}};
  figure.table.header = {"Place",
                         "Strategy",
                         format.axis("Net", Unit::kMoney),
                         "Net low",
                         "Net high",
                         "Chance to be best",
                         "Best return",
                         format.axis("Behind the first", Unit::kMoney),
                         "Simulation low",
                         "Simulation high",
                         format.axis("Margin a customer", Unit::kMoney)};
  std::vector<const StrategyReturn*> order = {&view.returns.baseline};
  for (const StrategyReturn& s : view.returns.strategies) order.push_back(&s);
  std::sort(order.begin(), order.end(),
            [](const StrategyReturn* a, const StrategyReturn* b) { return a->rank < b->rank; });
  Json rows = Json::array();
  for (const StrategyReturn* s : order) {
    const bool first = s->rank == 1;
    std::vector<Cell> row = {{std::to_string(s->rank), static_cast<double>(s->rank)}, {s->name}};
    row.push_back(format.cell(s->net.value, Unit::kMoney));
    format.add_range(row, s->net.interval, Unit::kMoney);
    row.push_back(format.cell(s->probability_best, Unit::kChance));
    row.push_back(format.cell(s->probability_best_roi, Unit::kChance));
    row.push_back(first ? Cell{"\u2013"} : format.cell(s->behind_best.value, Unit::kMoney));
    format.add_range(row, first ? std::nullopt : s->behind_best.mc_interval, Unit::kMoney);
    row.push_back(format.cell(s->lifetime_value.value, Unit::kMoney));
    figure.table.rows.push_back(std::move(row));
    rows.push_back(whisker_row(s->name, s->net, format.spoken().text(s->net.value, Unit::kMoney),
                               format.with_range(s->net, Unit::kMoney) + "; chance to be best " +
                                   format.text(s->probability_best, Unit::kChance)));
  }
  figure.finding =
      fmt::format("\u201c{}\u201d comes first by net{}.", order.front()->name,
                  view.outcome.uncertain
                      ? fmt::format(", in {} of the worlds drawn",
                                    format.text(order.front()->probability_best, Unit::kChance))
                      : std::string());
  figure.chart = {{"kind", "whisker"},
                  {"unit", "money"},
                  {"xTitle", format.axis("Net against the baseline", Unit::kMoney)},
                  {"yTitle", "Strategy"},
                  {"zero", true},
                  {"rows", rows}};
  return figure;
}

}  // namespace tenure::report
