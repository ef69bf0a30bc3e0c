#include "pieces.hpp"
#include "sections.hpp"

#include <tenure/core/money.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/cohort.hpp>
#include <tenure/customers/key_figures.hpp>
#include <tenure/customers/survival.hpp>
#include <tenure/simulator/intervals.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace tenure::report {

namespace {

using customers::Cohort;
using customers::KeyFigures;
using customers::SurvivalCurve;

constexpr std::size_t kMonthsShown = 24;
/// Steps of the curve drawn; the table has fewer.
constexpr std::size_t kPointsShown = 200;
constexpr double kDaysShown[] = {0, 30, 90, 180, 270, 365, 545, 730};

std::string date_of(std::int32_t day) { return format_date(std::int64_t{day} * kSecondsPerDay); }

/// The share who buy again, with the limits of so many customers.
simulator::Estimate buying_again(const KeyFigures& f) {
  return {f.repurchase_rate,
          simulator::wilson_limits(f.repurchase_rate, static_cast<double>(f.customers)),
          std::nullopt};
}

std::vector<Cell> figure_row(const StoreView& view, const std::string& name, const KeyFigures& f,
                             const simulator::Estimate& again,
                             std::optional<std::uint32_t> region) {
  const Format& format = view.format;
  const bool money = view.history.has_value;
  const auto retained = customers::retention_after(view.history, 365, 730, region);
  return {{name},
          format.cell(static_cast<double>(f.customers), Unit::kCount),
          format.cell(static_cast<double>(f.orders), Unit::kCount),
          money ? format.cell(to_units(f.revenue), Unit::kMoney) : Cell{"\u2013"},
          money ? format.cell(f.average_order_value, Unit::kMoney) : Cell{"\u2013"},
          {grouped(f.orders_per_customer, 2), f.orders_per_customer},
          format.cell(again.value, Unit::kPercent),
          format.cell(again.interval->low, Unit::kPercent),
          format.cell(again.interval->high, Unit::kPercent),
          format.cell(f.mean_gap_days, Unit::kDays),
          format.cell(retained, Unit::kPercent)};
}

Figure regions_figure(const StoreView& view, const KeyFigures& all) {
  const Format& format = view.format;
  const bool money = view.history.has_value;
  Figure figure{
      "regions",
      "Key figures by region",
      "",
      "Orders are all lines of a customer on one day, net of returns. Line: 95\u00a0% interval of "
      "so many customers. Retention in the table: an order more than 365 days after the first, "
      "within two years, among customers followed for two years.",
      nullptr,
      {}};
  figure.table.header = {"Region",
                         "Customers",
                         "Orders",
                         format.axis("Revenue", Unit::kMoney),
                         format.axis("Value of an order", Unit::kMoney),
                         "Orders a customer",
                         "Buy again",
                         "Buy again, low",
                         "Buy again, high",
                         "Mean gap",
                         "Retention 365 days"};
  figure.table.rows.push_back(figure_row(view, "all", all, buying_again(all), std::nullopt));
  Json rows = Json::array();
  std::vector<KeyFigures> largest;
  for (const std::uint32_t code : view.largest) {
    const KeyFigures& f = largest.emplace_back(customers::key_figures(view.history, code));
    const simulator::Estimate again = buying_again(f);
    figure.table.rows.push_back(figure_row(view, view.regions[code], f, again, code));
    rows.push_back(whisker_row(format, view.regions[code], again, Unit::kPercent));
  }
  if (rows.empty()) {
    figure.finding = "The log names no regions.";
    return figure;
  }
  const std::size_t left = view.regions.size() - view.largest.size();
  figure.finding =
      money ? fmt::format("{} brings {} of the revenue{}.", view.regions[view.largest.front()],
                          format.text(to_units(largest.front().revenue) / to_units(all.revenue),
                                      Unit::kPercent),
                          left > 0 ? fmt::format("; {} smaller regions are not shown", left) : "")
            : fmt::format("{} has the most customers.", view.regions[view.largest.front()]);
  figure.chart = {
      {"kind", "whisker"},  {"unit", "percent"}, {"xTitle", "Customers who buy again, %"},
      {"yTitle", "Region"}, {"fromZero", true},  {"rows", rows}};
  return figure;
}

}  // namespace

Section key_figures_section(const StoreView& view) {
  const Format& format = view.format;
  const KeyFigures all = customers::key_figures(view.history);
  Section section{"customers", "The customers of " + view.name, {}, {}, {}};
  section.sentences.push_back(fmt::format(
      "{} placed {} from {} to {}{}. {} came back for a second order{}.",
      counted(all.customers, "customer", "customers"), counted(all.orders, "order", "orders"),
      date_of(all.first_day), date_of(all.last_day),
      view.history.has_value
          ? fmt::format(", worth {} net of returns",
                        format.spoken().text(to_units(all.revenue), Unit::kMoney))
          : "",
      format.text(all.repurchase_rate, Unit::kPercent),
      all.mean_gap_days ? fmt::format("; between two orders of a customer lie {} on average",
                                      format.text(*all.mean_gap_days, Unit::kDays))
                        : ""));
  section.cards = {{"Customers", grouped(static_cast<double>(all.customers), 0), "with an order"},
                   {"Orders", grouped(static_cast<double>(all.orders), 0), "days with a purchase"}};
  if (view.history.has_value) {
    section.cards.push_back(
        {"Revenue", format.spoken().text(to_units(all.revenue), Unit::kMoney), "net of returns"});
    section.cards.push_back(
        {"Value of an order", format.text(all.average_order_value, Unit::kMoney), "mean"});
  }
  section.cards.push_back(
      {"Buy again", format.text(all.repurchase_rate, Unit::kPercent), "of all customers"});
  section.figures.push_back(regions_figure(view, all));
  return section;
}

Figure cohort_figure(const StoreView& view) {
  const auto cohorts = customers::cohort_retention(view.history);
  Figure figure{
      "cohorts",
      "Who comes back, month by month",
      "",
      "Rows: customers by the month of their first order. Columns: months later. Shade: share "
      "of the row with an order in that month. The log\u2019s first months hold old customers "
      "whose true first order nobody saw; its last month may be incomplete.",
      nullptr,
      {}};
  std::size_t months = 0;
  for (const Cohort& cohort : cohorts) months = std::max(months, cohort.active.size());
  months = std::min(months, kMonthsShown + 1);
  figure.table.header = {"First order", "Customers"};
  Json columns = Json::array();
  for (std::size_t m = 1; m < months; ++m) {
    figure.table.header.push_back(fmt::format("+{}", m));
    columns.push_back(m);
  }
  Json names = Json::array();
  Json cells = Json::array();
  double sum = 0.0;
  double of = 0.0;
  for (std::size_t row = 0; row < cohorts.size(); ++row) {
    const Cohort& cohort = cohorts[row];
    const std::string name = fmt::format("{}-{:02}", cohort.year, cohort.month);
    // The log's last month has nothing to show yet.
    if (cohort.active.size() > 1) names.push_back(name);
    std::vector<Cell> line = {
        {name}, view.format.cell(static_cast<double>(cohort.customers), Unit::kCount)};
    for (std::size_t m = 1; m < months; ++m) {
      const bool known = m < cohort.active.size() && cohort.customers > 0;
      line.push_back(known ? view.format.cell(cohort.retention(m), Unit::kPercent) : Cell{""});
      if (!known) continue;
      cells.push_back({m - 1, row, cohort.retention(m)});
      if (m == 3) {
        sum += static_cast<double>(cohort.active[m]);
        of += static_cast<double>(cohort.customers);
      }
    }
    figure.table.rows.push_back(std::move(line));
  }
  figure.finding = of > 0.0 ? fmt::format(
                                  "In the third month after their first order {} of customers "
                                  "place another one.",
                                  view.format.text(sum / of, Unit::kPercent))
                            : "The log is too short to follow cohorts for three months.";
  if (!cells.empty()) {
    figure.chart = {{"kind", "heat"},
                    {"unit", "percent"},
                    {"xTitle", "Months after the first order"},
                    {"yTitle", "Month of the first order"},
                    {"columns", columns},
                    {"names", names},
                    {"cells", cells}};
  }
  return figure;
}

Figure survival_figure(const StoreView& view) {
  const customers::LifetimeRule rule;
  const Format& format = view.format;
  const auto curve_of = [&](std::optional<std::uint32_t> region) {
    const auto lifetimes = customers::customer_lifetimes(view.history, rule, region);
    return customers::kaplan_meier(lifetimes.days, lifetimes.left);
  };
  Figure figure{
      "survival",
      "How long customers stay",
      "",
      fmt::format(
          "Kaplan\u2013Meier: share still ordering so many days after the first order; gone "
          "is who stays silent for {} days. Band: 95\u00a0% interval of so many customers "
          "(log-log).",
          rule.inactive_days),
      nullptr,
      {}};
  figure.table.header = {"Customers of", "Customers", "Left"};
  for (const double day : kDaysShown) {
    for (const char* end : {"", " low", " high"}) {
      figure.table.header.push_back(fmt::format("> {:.0f} days{}", day, end));
    }
  }
  const auto add = [&](const std::string& name, const SurvivalCurve& curve) {
    std::vector<Cell> row = {{name},
                             format.cell(static_cast<double>(curve.customers), Unit::kCount),
                             format.cell(static_cast<double>(curve.left), Unit::kCount)};
    for (const double day : kDaysShown) {
      const auto step = curve.step_at(day);
      row.push_back(
          format.cell(step ? std::optional(step->survival) : curve.at(day), Unit::kPercent));
      format.add_range(
          row, step ? std::optional(simulator::Interval{step->lower, step->upper}) : std::nullopt,
          Unit::kPercent);
    }
    figure.table.rows.push_back(std::move(row));
  };
  const SurvivalCurve all = curve_of(std::nullopt);
  if (all.steps.empty()) {
    return not_shown(figure, "the log is too short to see anybody leave");
  }
  add("all", all);
  for (const std::uint32_t code : view.largest) {
    const SurvivalCurve curve = curve_of(code);
    if (curve.customers > 0) add(view.regions[code], curve);
  }
  Json x = {0.0};
  Json line = {{"name", "all customers"},
               {"values", {1.0}},
               {"low", {1.0}},
               {"high", {1.0}},
               {"texts", {"100\u00a0%"}}};
  const std::size_t stride = all.steps.size() / kPointsShown + 1;
  for (std::size_t i = 0; i < all.steps.size(); i += stride) {
    const auto& step = all.steps[i];
    x.push_back(step.time);
    const simulator::Interval band{step.lower, step.upper};
    add_point(line, format, {step.survival, band, std::nullopt}, Unit::kPercent, true);
  }
  figure.chart = {{"kind", "lines"},
                  {"unit", "percent"},
                  {"xUnit", "days"},
                  {"step", true},
                  {"value", true},
                  {"fromZero", true},
                  {"xName", "Day"},
                  {"xTitle", "Days after the first order"},
                  {"yTitle", "Customers still there, %"},
                  {"x", x},
                  {"series", {line}}};
  const auto median = all.quantile(0.5);
  const auto once = all.step_at(0.0);
  figure.finding =
      (once ? format.text(1.0 - once->survival, Unit::kChance) + " never order again. " : "") +
      (median ? fmt::format("Half of the customers are gone after {}.",
                            format.text(*median, Unit::kDays))
              : "More than half of the customers were still there at the end of the log.");
  return figure;
}

}  // namespace tenure::report
