#include "pieces.hpp"
#include "sections.hpp"

#include <tenure/core/money.hpp>
#include <tenure/simulator/net_curve.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace tenure::report {

namespace {

using simulator::Estimate;
using simulator::Outcome;
using simulator::StrategyReturn;

/// A first month with more than so many times the orders of those after it is in the table alone.
constexpr double kTowers = 2.0;

/// A chart of the months from `first` on, 1 being the first of all.
Json month_chart(const Outcome& outcome, std::size_t first, Unit unit, const std::string& title,
                 Json series) {
  Json months = Json::array();
  for (std::size_t m = first; m <= outcome.months; ++m) months.push_back(m);
  Json chart = {{"kind", "lines"},
                {"unit", to_string(unit)},
                {"xUnit", "count"},
                {"xTitle", "Month of the simulation"},
                {"yTitle", title},
                {"xName", "Month"},
                {"value", true},
                {"x", std::move(months)},
                {"series", std::move(series)}};
  if (outcome.months >= 6) chart["xInterval"] = outcome.months >= 24 ? 12 : 3;
  return chart;
}

double orders_in(const Outcome& outcome, std::size_t strategy, std::size_t month) {
  return static_cast<double>(outcome.month_totals[strategy * outcome.months + month].orders);
}

/// True where the baseline's first month, with the first orders of day one, stands over the year
/// after it and would press it to the axis.
bool first_month_towers(const Outcome& outcome) {
  double most = 0.0;
  for (std::size_t m = 1; m < std::min<std::size_t>(12, outcome.months); ++m) {
    most = std::max(most, orders_in(outcome, 0, m));
  }
  return outcome.months > 2 && orders_in(outcome, 0, 0) > kTowers * most;
}

/// "In the last 12 months ... brings 41 000 orders, the baseline 35 000: +17 %."
std::string orders_finding(const ResultView& view) {
  const Outcome& outcome = view.outcome;
  const std::size_t last = std::min<std::size_t>(12, outcome.months);
  const auto runs = static_cast<double>(outcome.runs());
  const auto orders_of = [&](std::size_t strategy) {
    double sum = 0.0;
    for (std::size_t m = outcome.months - last; m < outcome.months; ++m) {
      sum += orders_in(outcome, strategy, m);
    }
    return sum / runs;
  };
  const double baseline = orders_of(0);
  const StrategyReturn* s = view.first_strategy();
  const std::string before = last == outcome.months ? std::string("Over all months ")
                                                    : fmt::format("In the last {} months ", last);
  if (s == nullptr || !(baseline > 0.0)) {
    return before + "the baseline has " + grouped(baseline, 0) + " orders.";
  }
  const double own = orders_of(view.index_of(*s));
  return before + fmt::format("\u201c{}\u201d has {} orders, the baseline {}: {}.", s->name,
                              grouped(own, 0), grouped(baseline, 0),
                              view.format.text(own / baseline - 1.0, Unit::kReturn));
}

}  // namespace

Figure month_orders_figure(const ResultView& view) {
  const Outcome& outcome = view.outcome;
  const auto runs = static_cast<double>(outcome.runs());
  const bool towers = first_month_towers(outcome);
  std::string note = "Mean over all runs; season and holidays as in the scenario. ";
  if (towers) {
    note += fmt::format(
        "The chart begins with month 2: month 1 has {} orders in the baseline{}; it is in the "
        "table. ",
        grouped(orders_in(outcome, 0, 0) / runs, 0),
        outcome.new_customers ? ", the first of everybody there on day one among them" : "");
  } else if (outcome.new_customers) {
    note += "Month 1 holds the first orders of day one. ";
  }
  Figure figure{"month-orders",
                "Orders month by month",
                orders_finding(view),
                note + "The result keeps no interval by month.",
                nullptr,
                {}};
  figure.table = month_table(outcome.months);
  const StrategyReturn* first = view.first_strategy();
  const std::size_t chosen = first == nullptr ? 0 : view.index_of(*first);
  Json series = Json::array();
  for (std::size_t s = 0; s < outcome.strategies(); ++s) {
    figure.table.header.push_back(outcome.strategy_names[s] + ", orders");
    Json line = {{"name", outcome.strategy_names[s]}, {"quiet", s != 0 && s != chosen}};
    for (std::size_t m = 0; m < outcome.months; ++m) {
      const double mean = orders_in(outcome, s, m) / runs;
      figure.table.rows[m].push_back(view.format.cell(mean, Unit::kCount));
      if (towers && m == 0) continue;
      line["values"].push_back(mean);
      line["texts"].push_back(grouped(mean, 0));
    }
    series.push_back(std::move(line));
  }
  figure.chart =
      month_chart(outcome, towers ? 2 : 1, Unit::kCount, "Orders a month", std::move(series));
  figure.chart["fromZero"] = true;
  return figure;
}

Figure net_curve_figure(const ResultView& view) {
  const Outcome& outcome = view.outcome;
  const Format& format = view.format;
  const StrategyReturn& first = *view.first_strategy();
  Figure figure{
      "months",
      "When the money comes back",
      "",
      "Sum of the incremental margin less all costs since day one, discounted, at the end "
      "of each month. A strategy is paid back where its line comes up to 0. Band: 95\u00a0% "
      "interval of what is not known of the world; the table has it for every strategy.",
      nullptr,
      {}};
  figure.table = month_table(outcome.months);
  Json series = Json::array();
  std::vector<Estimate> net_of_first;
  for (const StrategyReturn& s : view.returns.strategies) {
    const std::vector<Estimate> net = simulator::net_by_month(outcome, view.index_of(s));
    figure.table.header.push_back(format.axis(s.name, Unit::kMoney));
    figure.table.header.push_back(s.name + ", low");
    figure.table.header.push_back(s.name + ", high");
    const bool chosen = &s == &first;
    if (chosen) net_of_first = net;
    // The baseline, 0 throughout, is the axis and has the first colour.
    Json line = {{"name", s.name}, {"quiet", !chosen}, {"color", view.index_of(s)}};
    for (std::size_t m = 0; m < net.size(); ++m) {
      auto& row = figure.table.rows[m];
      row.push_back(format.cell(net[m].value, Unit::kMoney));
      format.add_range(row, net[m].interval, Unit::kMoney);
      add_point(line, format.spoken(), net[m], Unit::kMoney, chosen);
    }
    series.push_back(std::move(line));
  }
  const auto deepest =
      std::min_element(net_of_first.begin(), net_of_first.end(),
                       [](const Estimate& a, const Estimate& b) { return a.value < b.value; });
  const Format spoken = format.spoken();
  figure.finding =
      deepest->value < 0.0
          ? fmt::format(
                "\u201c{}\u201d needs {} ahead of what it brings, at most in month\u00a0{}; {}.",
                first.name, spoken.text(-deepest->value, Unit::kMoney),
                deepest - net_of_first.begin() + 1,
                first.payback.days
                    ? "it is paid back after " +
                          format.text(static_cast<double>(*first.payback.days), Unit::kDays)
                    : "it is not paid back within the horizon")
          : fmt::format("\u201c{}\u201d brings more than it has cost at the end of every month.",
                        first.name);
  figure.chart = month_chart(outcome, 1, Unit::kMoney,
                             format.axis("Net since day one", Unit::kMoney), std::move(series));
  figure.chart["zero"] = true;
  return figure;
}

}  // namespace tenure::report
