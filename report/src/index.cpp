#include "sections.hpp"

#include <fmt/format.h>

namespace tenure::report {

namespace {

using simulator::Dimension;
using simulator::IndexGroup;
using simulator::StrategyIndex;

std::string spaced(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    if (c == '_') c = ' ';
  }
  return text;
}

Cell score(const std::optional<double>& value, const std::optional<double>& figure = {}) {
  if (!value) return {"\u2013"};
  std::string text = fmt::format("{:.0f}", *value);
  if (figure) text += fmt::format(" ({:.3g})", *figure);
  return {text, value};
}

}  // namespace

Figure index_figure(const ResultView&, const std::vector<StrategyIndex>& indices) {
  Figure figure{"index",
                "Eight dimensions of each strategy",
                "",
                "Scores of 0 to 100 by the scenario\u2019s weights and scales, the figure itself "
                "in brackets; "
                "point values. docs/SIMULATOR.md says which figure stands for each dimension.",
                nullptr,
                {}};
  figure.table.header = {"Score, 0 to 100"};
  Json names = Json::array();
  const StrategyIndex* best = &indices.front();
  for (const StrategyIndex& index : indices) {
    figure.table.header.push_back(index.name);
    names.push_back(index.name);
    if (index.score > best->score) best = &index;
  }
  const auto add = [&](const std::string& name, const auto& cell) {
    std::vector<Cell> row = {{name}};
    for (const StrategyIndex& index : indices) row.push_back(cell(index));
    figure.table.rows.push_back(std::move(row));
  };
  add("composite index", [](const StrategyIndex& i) { return score(i.score); });
  Json series = Json::array();
  for (std::size_t g = 0; g < simulator::kIndexGroups; ++g) {
    const std::string name = spaced(to_string(static_cast<IndexGroup>(g)));
    add("group: " + name, [&](const StrategyIndex& i) { return score(i.groups[g]); });
    Json values = Json::array();
    for (const StrategyIndex& index : indices) values.push_back(index.groups[g].value_or(0.0));
    series.push_back({{"name", name}, {"stack", name}, {"values", values}});
    for (std::size_t d = 0; d < simulator::kDimensions; ++d) {
      const auto dimension = static_cast<Dimension>(d);
      if (static_cast<std::size_t>(group_of(dimension)) != g) continue;
      add(spaced(to_string(dimension)),
          [&](const StrategyIndex& i) { return score(i.scores[d], i.figures[d]); });
    }
  }
  figure.finding = fmt::format("\u201c{}\u201d has the highest composite index: {:.0f} of 100.",
                               best->name, best->score);
  figure.chart = {{"kind", "stack"},      {"unit", "count"}, {"xTitle", "Score, 0 to 100"},
                  {"yTitle", "Strategy"}, {"names", names},  {"series", series}};
  return figure;
}

}  // namespace tenure::report
