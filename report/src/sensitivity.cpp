#include "pieces.hpp"
#include "sections.hpp"

#include <tenure/core/money.hpp>
#include <tenure/simulator/intervals.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tenure::report {

namespace {

using simulator::Outcome;
using simulator::StrategyReturn;
using simulator::Totals;

constexpr std::size_t kShown = 10;
constexpr std::uint32_t kFewestDraws = 6;
constexpr std::uint32_t kFewDraws = 30;

/// Something the shop could see, in every outer draw.
struct Driver {
  std::string name;
  Unit unit = Unit::kNumber;
  std::vector<double> values;
};

/// Least-squares line of the draws' returns on a driver.
struct Swing {
  const Driver* driver = nullptr;
  double mean = 0.0;        ///< of the driver
  double deviation = 0.0;   ///< of the driver over the draws
  double effect = 0.0;      ///< on the return, of one deviation more
  double half_width = 0.0;  ///< of the effect's 95 % interval, Student's
  double correlation = 0.0;
};

/// Sums over the replications of one draw.
struct DrawSums {
  Totals baseline;
  Totals own;
  std::vector<simulator::LeverTotals> levers;
};

std::vector<DrawSums> sums_by_draw(const Outcome& outcome, std::size_t strategy) {
  std::vector<DrawSums> draws(outcome.parameter_draws);
  for (std::size_t draw = 0; draw < draws.size(); ++draw) {
    DrawSums& sums = draws[draw];
    sums.levers.resize(outcome.lever_names.size());
    for (std::size_t r = 0; r < outcome.replications; ++r) {
      sums.baseline += outcome.at(0, draw, r);
      sums.own += outcome.at(strategy, draw, r);
      const auto levers = outcome.levers_at(strategy, draw, r);
      for (std::size_t lever = 0; lever < levers.size(); ++lever) {
        sums.levers[lever] += levers[lever];
      }
    }
  }
  return draws;
}

double share(std::int64_t part, std::int64_t whole) {
  return static_cast<double>(part) / static_cast<double>(whole);
}

/// Adds a driver where every draw has it.
template <class Value>
void add(std::vector<Driver>& drivers, const std::vector<DrawSums>& draws, std::string name,
         Unit unit, const Value& value) {
  Driver driver{std::move(name), unit, {}};
  for (const DrawSums& sums : draws) {
    const double x = value(sums);
    if (!std::isfinite(x)) return;
    driver.values.push_back(x);
  }
  drivers.push_back(std::move(driver));
}

std::vector<Driver> drivers_of(const Outcome& outcome, const std::vector<DrawSums>& draws) {
  std::vector<Driver> drivers;
  add(drivers, draws, "orders a customer of the baseline", Unit::kNumber,
      [](const DrawSums& s) { return share(s.baseline.orders, s.baseline.customers); });
  add(drivers, draws, "order value of the baseline", Unit::kMoney, [](const DrawSums& s) {
    return to_units(s.baseline.revenue) / static_cast<double>(s.baseline.orders);
  });
  add(drivers, draws, "repeat buyers of the baseline", Unit::kPercent,
      [](const DrawSums& s) { return share(s.baseline.repurchased, s.baseline.customers); });
  add(drivers, draws, "orders added by the levers", Unit::kPercent,
      [](const DrawSums& s) { return share(s.own.orders, s.baseline.orders) - 1.0; });
  for (std::size_t lever = 0; lever < outcome.lever_names.size(); ++lever) {
    add(drivers, draws, "answer rate of " + outcome.lever_names[lever], Unit::kPercent,
        [lever](const DrawSums& s) {
          return share(s.levers[lever].responses, s.levers[lever].contacts);
        });
  }
  return drivers;
}

std::optional<Swing> swing_of(const Driver& driver, const std::vector<double>& returns) {
  const auto n = static_cast<double>(returns.size());
  double x_mean = 0.0;
  double y_mean = 0.0;
  for (std::size_t i = 0; i < returns.size(); ++i) {
    x_mean += driver.values[i] / n;
    y_mean += returns[i] / n;
  }
  double xx = 0.0;
  double xy = 0.0;
  double yy = 0.0;
  for (std::size_t i = 0; i < returns.size(); ++i) {
    const double x = driver.values[i] - x_mean;
    const double y = returns[i] - y_mean;
    xx += x * x;
    xy += x * y;
    yy += y * y;
  }
  // One that hardly moves says nothing.
  if (!(xx > 1e-12 * n * x_mean * x_mean) || !(yy > 0.0)) return std::nullopt;
  Swing swing{&driver, x_mean, std::sqrt(xx / (n - 1.0)), 0.0, 0.0, xy / std::sqrt(xx * yy)};
  swing.effect = xy / xx * swing.deviation;
  const double residual = std::max(0.0, yy - xy * xy / xx) / (n - 2.0);
  swing.half_width =
      simulator::student_quantile(n - 2.0) * std::sqrt(residual / xx) * swing.deviation;
  return swing;
}

void add_rows(Figure& figure, const ResultView& view, const std::vector<Swing>& swings,
              double centre) {
  const Format& format = view.format;
  figure.table.header = {
      "Driver",           "Mean",           "Low (\u2212 1 sd)", "High (+ 1 sd)", "Return when low",
      "Return when high", "Effect low end", "Effect high end",   "Correlation"};
  Json rows = Json::array();
  for (const Swing& swing : swings) {
    const Driver& driver = *swing.driver;
    const double low = centre - swing.effect;
    const double high = centre + swing.effect;
    const simulator::Interval effect = {swing.effect - swing.half_width,
                                        swing.effect + swing.half_width};
    std::vector<Cell> row = {{driver.name},
                             format.cell(swing.mean, driver.unit),
                             format.cell(swing.mean - swing.deviation, driver.unit),
                             format.cell(swing.mean + swing.deviation, driver.unit),
                             format.cell(low, Unit::kReturn),
                             format.cell(high, Unit::kReturn)};
    format.add_range(row, effect, Unit::kReturn);
    row.push_back(format.cell(swing.correlation, Unit::kNumber));
    figure.table.rows.push_back(std::move(row));
    rows.push_back({{"name", driver.name},
                    {"low", low},
                    {"high", high},
                    {"text", "at " + format.text(swing.mean - swing.deviation, driver.unit) +
                                 " return " + format.text(low, Unit::kReturn) + ", at " +
                                 format.text(swing.mean + swing.deviation, driver.unit) + " " +
                                 format.text(high, Unit::kReturn) + "; change a deviation " +
                                 format.with_range(swing.effect, effect, Unit::kReturn)}});
  }
  figure.chart = {{"kind", "tornado"},  {"unit", "return"}, {"xTitle", "Return on cost, %"},
                  {"yTitle", "Driver"}, {"centre", centre}, {"rows", rows}};
}

}  // namespace

Figure sensitivity_figure(const ResultView& view) {
  const Outcome& outcome = view.outcome;
  const StrategyReturn& s = *view.first_strategy();
  Figure figure{"sensitivity",
                fmt::format("What moves the return of \u201c{}\u201d", s.name),
                "",
                "",
                nullptr,
                {}};
  const auto returns = simulator::roi_by_draw(outcome, view.index_of(s));
  if (!outcome.uncertain || outcome.parameter_draws < kFewestDraws || returns.empty()) {
    return not_shown(
        figure, fmt::format("it takes {} parameter draws of something uncertain, and a cost in "
                            "each, to see what moves the return",
                            kFewestDraws));
  }
  const auto drivers = drivers_of(outcome, sums_by_draw(outcome, view.index_of(s)));
  std::vector<Swing> swings;
  for (const Driver& driver : drivers) {
    if (const auto swing = swing_of(driver, returns)) swings.push_back(*swing);
  }
  std::stable_sort(swings.begin(), swings.end(), [](const Swing& a, const Swing& b) {
    return std::abs(a.effect) > std::abs(b.effect);
  });
  if (swings.size() > kShown) swings.resize(kShown);
  figure.note = fmt::format(
      "A straight line through the {} worlds for each driver alone, from one standard deviation "
      "under its mean to one over it. The draws are what the shop would see, not the parameters "
      "themselves, which a result does not hold; drivers move together, and going together is no "
      "proof "
      "of cause.{}",
      outcome.parameter_draws,
      outcome.parameter_draws < kFewDraws
          ? " With so few draws most of it can be chance: see the ends "
            "of the effects in the table."
          : "");
  if (swings.empty()) {
    figure.finding = "Nothing that was looked at differs between the draws.";
    return figure;
  }
  add_rows(figure, view, swings, s.roi->value);
  std::vector<std::string> sure;
  for (const Swing& swing : swings) {
    if (std::abs(swing.effect) > swing.half_width) sure.push_back(swing.driver->name);
  }
  if (sure.size() > 3) sure.resize(3);
  figure.finding = sure.empty() ? "No single driver stands out from chance."
                                : "The return moves most with " + listed(sure) + ".";
  return figure;
}

Figure variance_figure(const ResultView& view) {
  Figure figure{
      "variance",
      "Where the doubt about the return comes from",
      "",
      "Standard deviation of the return that one shop sees, in percentage points: from what is "
      "not known of the world, and from the luck of one shop at known parameters. `tenure simulate "
      "--decompose` "
      "tells the luck of which customers there are from what they happen to do, in the "
      "command\u2019s own tables.",
      nullptr,
      {}};
  const Format& format = view.format;
  figure.table.header = {"Strategy",
                         "Not known of the world",
                         "Luck of one shop",
                         "of it: which customers",
                         "of it: what they do",
                         "Shown as 0"};
  Json names = Json::array();
  std::vector<double> worlds;
  std::vector<double> luck;
  const StrategyReturn* first = view.first_strategy();
  for (const StrategyReturn& s : view.returns.strategies) {
    if (!s.roi_variance) continue;
    const auto deviation = [](double variance) { return std::sqrt(variance); };
    const auto& parts = *s.roi_variance;
    names.push_back(s.name);
    worlds.push_back(deviation(parts.parameter));
    luck.push_back(deviation(parts.within));
    const auto optional = [&](const std::optional<double>& part) {
      return part ? format.cell(deviation(*part), Unit::kPoints) : Cell{"\u2013"};
    };
    figure.table.rows.push_back({{s.name},
                                 format.cell(worlds.back(), Unit::kPoints),
                                 format.cell(luck.back(), Unit::kPoints),
                                 optional(parts.sampling),
                                 optional(parts.noise),
                                 {parts.negative.empty() ? "\u2013" : listed(parts.negative)}});
    if (&s == first) {
      figure.finding = fmt::format(
          "For \u201c{}\u201d the return differs by {} between worlds, and by {} between shops in "
          "the same world (one standard deviation).",
          s.name, format.text(worlds.back(), Unit::kPoints),
          format.text(luck.back(), Unit::kPoints));
    }
  }
  if (names.empty()) {
    return not_shown(figure, "it takes two replications to tell the world from luck");
  }
  const Json series = {{{"name", "not known of the world"}, {"stack", "world"}, {"values", worlds}},
                       {{"name", "luck of one shop"}, {"stack", "luck"}, {"values", luck}}};
  figure.chart = {{"kind", "stack"},
                  {"unit", "percent"},
                  {"xTitle", "Standard deviation of the return, points"},
                  {"yTitle", "Strategy"},
                  {"names", names},
                  {"series", series}};
  return figure;
}

}  // namespace tenure::report
