#include "pieces.hpp"
#include "sections.hpp"

#include <tenure/simulator/retention.hpp>

#include <fmt/format.h>

namespace tenure::report {

namespace {

using simulator::kRetentionDays;
using simulator::StrategyReturn;

constexpr const char* kMeaning =
    "Still ordering: share of new customers with an order more than so many days after their "
    "first, within two years, among those followed for two years.";

/// Lines over the four days; intervals where they are known.
Json lines_chart(Json series) {
  Json days = Json::array();
  for (const int day : kRetentionDays) days.push_back(day);
  return {{"kind", "lines"},
          {"unit", "percent"},
          {"xUnit", "days"},
          {"xTitle", "Days after the first order"},
          {"yTitle", "Customers still ordering, %"},
          {"xName", "Day"},
          {"value", true},
          {"fromZero", true},
          {"x", days},
          {"series", std::move(series)}};
}

std::string region_name(const simulator::RetentionRow& row) {
  return row.region.empty() ? "(unknown)" : row.region;
}

}  // namespace

Figure retention_figure(const ResultView& view) {
  const Format& format = view.format;
  Figure figure{
      "retention",
      "Still ordering after a year",
      "",
      std::string(kMeaning) +
          " Bands: 95\u00a0% interval of what is not known of the world, of the baseline and the "
          "first strategy; the table has those of all.",
      nullptr,
      {}};
  std::vector<const StrategyReturn*> all = {&view.returns.baseline};
  for (const StrategyReturn& s : view.returns.strategies) all.push_back(&s);
  figure.table.header = {"Strategy"};
  for (const int day : kRetentionDays) {
    for (const char* end : {"", " low", " high"}) {
      figure.table.header.push_back(fmt::format("After {} days{}", day, end));
    }
  }
  Json series = Json::array();
  const StrategyReturn* best = all.front();
  for (const StrategyReturn* s : all) {
    if (!s->retention) continue;
    if (s->retention->back().value > best->retention->back().value) best = s;
    std::vector<Cell> row = {{s->name}};
    const bool chosen = s == &view.returns.baseline || s == view.first_strategy();
    Json line = {{"name", s->name}, {"quiet", !chosen}};
    for (const simulator::Estimate& kept : *s->retention) {
      row.push_back(format.cell(kept.value, Unit::kPercent));
      format.add_range(row, kept.interval, Unit::kPercent);
      add_point(line, format, kept, Unit::kPercent, chosen);
    }
    series.push_back(std::move(line));
    figure.table.rows.push_back(std::move(row));
  }
  if (series.empty()) {
    return not_shown(
        figure,
        "it is counted on new customers followed for two years, and this simulation has "
        "none (customers of a store, or a horizon under two years)");
  }
  const auto after_a_year = [&](const StrategyReturn& s) {
    return format.with_range(s.retention->back(), Unit::kPercent);
  };
  figure.finding = fmt::format(
      "After a year {} of the baseline\u2019s customers still order; {}.",
      after_a_year(view.returns.baseline),
      best == &view.returns.baseline
          ? std::string("no strategy has more")
          : fmt::format("most do with \u201c{}\u201d: {}", best->name, after_a_year(*best)));
  figure.chart = lines_chart(std::move(series));
  // Strategies lie close together: the axis begins near the lowest.
  figure.chart["fromZero"] = false;
  figure.chart["scale"] = true;
  return figure;
}

std::optional<Figure> region_retention_figure(const ResultView& view) {
  const Format& format = view.format;
  Figure figure{"region-retention",
                "Still ordering after a year, by region",
                "",
                std::string(kMeaning) +
                    " The chart shows the baseline; the result keeps no interval by region.",
                nullptr,
                {}};
  const auto baseline = simulator::retention_by_region(view.outcome, 0);
  if (!baseline || baseline->regions.size() < 2) {
    return std::nullopt;
  }
  const StrategyReturn* s = view.first_strategy();
  figure.table.header = {"Region", "Strategy", "Followed, over all runs"};
  for (const int day : kRetentionDays)
    figure.table.header.push_back(fmt::format("After {} days", day));
  Json series = Json::array();
  const auto add = [&](const std::string& name, const simulator::Retention& retention) {
    for (const auto& row : retention.regions) {
      std::vector<Cell> cells = {{region_name(row)}, {name}};
      cells.push_back(format.cell(static_cast<double>(row.followed), Unit::kCount));
      for (const double share : row.retention) cells.push_back(format.cell(share, Unit::kPercent));
      figure.table.rows.push_back(std::move(cells));
    }
  };
  const simulator::RetentionRow* high = &baseline->regions.front();
  const simulator::RetentionRow* low = high;
  for (const auto& row : baseline->regions) {
    if (row.retention.back() > high->retention.back()) high = &row;
    if (row.retention.back() < low->retention.back()) low = &row;
    Json line = {{"name", region_name(row)}, {"values", row.retention}, {"texts", Json::array()}};
    for (const double share : row.retention) {
      line["texts"].push_back(format.text(share, Unit::kPercent));
    }
    series.push_back(std::move(line));
  }
  add("baseline", *baseline);
  if (s != nullptr) {
    if (const auto best = simulator::retention_by_region(view.outcome, view.index_of(*s))) {
      add(s->name, *best);
    }
  }
  figure.finding = fmt::format(
      "A year after their first order {} of the baseline\u2019s customers in {} still order, in {} "
      "{}.",
      format.text(high->retention.back(), Unit::kPercent), region_name(*high), region_name(*low),
      format.text(low->retention.back(), Unit::kPercent));
  figure.chart = lines_chart(std::move(series));
  return figure;
}

}  // namespace tenure::report
