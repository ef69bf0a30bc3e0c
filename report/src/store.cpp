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
      "so many customers. Still ordering after a year, in the table: an order more than 365 days "
      "after the first, within two years, among customers followed for two years.",
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
                         "Still ordering after a year"};
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
  Section section{"customers", "The customers", "Log file: " + view.name, {}, {}, {}};
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

namespace {

/// A first month with more than so many times the customers of a usual one.
constexpr double kOldCustomers = 2.0;
/// A last month that lacks fewer days is as good as complete.
constexpr std::int32_t kDaysToSpare = 3;

/// Old customers among the first and a last month cut short, where the log looks like it.
std::string ends_of_the_log(const customers::OrderHistory& history,
                            const std::vector<Cohort>& cohorts) {
  std::string text;
  std::vector<std::uint64_t> others;
  for (std::size_t i = 1; i < cohorts.size(); ++i) others.push_back(cohorts[i].customers);
  if (others.size() >= 2) {
    const auto middle = others.begin() + static_cast<std::ptrdiff_t>(others.size() / 2);
    std::nth_element(others.begin(), middle, others.end());
    const auto first = static_cast<double>(cohorts.front().customers);
    const auto usual = static_cast<double>(*middle);
    if (first > kOldCustomers * usual) {
      text += fmt::format(
          " The first month has {} customers, a usual one {}: many of them may be old customers "
          "whose true first order lies before the log.",
          grouped(first, 0), grouped(usual, 0));
    }
  }
  const auto end = history.end_day;
  if (date_of(end).substr(0, 7) == date_of(end + kDaysToSpare).substr(0, 7)) {
    text += " The log ends on " + date_of(end) + ": its last month is not complete.";
  }
  return text;
}

}  // namespace

Figure cohort_figure(const StoreView& view) {
  const auto cohorts = customers::cohort_retention(view.history);
  Figure figure{
      "cohorts",
      "Who comes back, month by month",
      "",
      "Rows: customers by the month of their first order. Columns: months later. Shade: share "
      "of the row with an order in that month." +
          ends_of_the_log(view.history, cohorts),
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

namespace {

/// "62 % place no second order within one year. Half of those who do are gone after 210 days."
std::string survival_finding(const Format& format, const SurvivalCurve& curve,
                             const customers::LifetimeRule& rule) {
  const auto once = curve.step_at(0.0);
  const double back = once ? once->survival : 1.0;
  std::string text;
  if (once) {
    text = fmt::format("{} of customers place no second order within {}. ",
                       format.text(1.0 - back, Unit::kChance), span_of_days(rule.inactive_days));
  }
  if (back <= 0.0) return text + "Nobody comes back.";
  // Where most never come back the median of all would be the day of the first order.
  const auto median = curve.quantile(1.0 - 0.5 * back);
  const std::string who = once ? "those who do" : "the customers";
  if (median) {
    return text +
           fmt::format("Half of {} are gone after {}.", who, format.text(*median, Unit::kDays));
  }
  return text +
         fmt::format("More than half of {} are still there after {}, as far as the log tells.", who,
                     format.text(curve.last_time, Unit::kDays));
}

}  // namespace

Figure survival_figure(const StoreView& view) {
  const customers::LifetimeRule rule;
  const Format& format = view.format;
  const auto curve_of = [&](std::optional<std::uint32_t> region) {
    const auto lifetimes = customers::customer_lifetimes(view.history, rule, region);
    return customers::kaplan_meier(lifetimes.days, lifetimes.left);
  };
  Figure figure{
      "survival",
      "Survival: not yet gone",
      "",
      fmt::format(
          "Kaplan\u2013Meier: share of customers not yet gone so many days after their first "
          "order. "
          "Gone is, from the last order on, who then stays silent for {} days, even if an order "
          "follows later. Band: 95\u00a0% interval of so many customers (log-log). Not the same as "
          "still ordering after a year (key figures by region), which asks only for some order in "
          "the second year.",
          rule.inactive_days),
      nullptr,
      {}};
  figure.table.header = {"Customers of", "Customers", "Gone"};
  for (const double day : kDaysShown) {
    for (const char* end : {"", " low", " high"}) {
      figure.table.header.push_back(fmt::format("Day {:.0f}{}", day, end));
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
                  {"yTitle", "Customers not yet gone, %"},
                  {"x", x},
                  {"series", {line}}};
  figure.finding = survival_finding(format, all, rule);
  return figure;
}

}  // namespace tenure::report
