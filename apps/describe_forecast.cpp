#include "describe_sections.hpp"
#include "text_table.hpp"

#include <tenure/core/time.hpp>
#include <tenure/customers/forecast.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tenure::apps {

namespace {

using customers::Backtest;
using customers::Figure;
using customers::Forecast;
using customers::PeriodFigures;
using customers::PeriodUnit;
using customers::SmoothingFit;

constexpr std::size_t kPeriodsShown = 6;

/// First days of the periods after the last one of the figures.
std::vector<std::int32_t> periods_ahead(const PeriodFigures& figures, std::size_t horizon) {
  std::vector<std::int32_t> days;
  CivilDate month = civil_from_days(figures.first_day.back());
  for (std::size_t h = 1; h <= horizon; ++h) {
    if (figures.unit == PeriodUnit::kWeek) {
      days.push_back(figures.first_day.back() + static_cast<std::int32_t>(7 * h));
      continue;
    }
    month.month = static_cast<std::uint8_t>(month.month % 12 + 1);
    month.year += month.month == 1 ? 1 : 0;
    days.push_back(static_cast<std::int32_t>(days_from_civil(month)));
  }
  return days;
}

/// Interval of a figure that cannot be negative.
std::pair<double, double> interval_of(const Forecast& ahead, std::size_t h, double level) {
  const auto [low, high] = ahead.interval(h, level);
  return {std::max(0.0, low), std::max(0.0, high)};
}

Json backtest_json(const std::optional<Backtest>& result) {
  if (!result) return nullptr;
  const auto seasonal = result->mase_seasonal_naive;
  return {{"origins", result->origins},
          {"forecasts", result->forecasts},
          {"mase",
           {{"model", result->mase},
            {"naive", result->mase_naive},
            {"seasonal_naive", seasonal ? Json(*seasonal) : Json(nullptr)}}},
          {"coverage", {{"80", result->coverage[0]}, {"95", result->coverage[1]}}}};
}

/// Forecasts of one series after the other.
class Forecaster {
 public:
  Forecaster(std::size_t horizon, std::size_t season, Run& run)
      : horizon_(horizon),
        season_(season),
        run_(run),
        table_({"series", "model", "last", "next", "95 % interval"}),
        backtests_({"series", "origins", "MASE model", "naive", "seasonal naive", "inside 80 %",
                    "inside 95 %"}) {}

  void add(const std::string& group, Figure figure, const PeriodFigures& figures) {
    std::vector<double> series;
    for (const auto& value : series_of(figures, figure)) series.push_back(value.value_or(0.0));
    const SmoothingFit fit = customers::fit_best_smoothing(run_.execution(), series, season_);
    const Forecast ahead = forecast(fit, horizon_);
    customers::BacktestOptions options;
    options.horizon = horizon_;
    options.season = season_;
    const auto tested = backtest(run_.execution(), series, options);
    const std::string name = fmt::format("{} {}", group, to_string(figure));
    add_json(group, figure, series, fit, ahead, tested, periods_ahead(figures, horizon_));
    add_rows(name, series.back(), fit, ahead, tested);
  }

  Json take_json() { return std::move(json_); }
  std::string text() const {
    return table_.str() + heading("Backtest: forecasts from earlier periods against what came") +
           backtests_.str() +
           "  MASE: mean absolute error over the mean one-period change before; under the naive "
           "ones is better\n";
  }

 private:
  void add_json(const std::string& group, Figure figure, const std::vector<double>& series,
                const SmoothingFit& fit, const Forecast& ahead,
                const std::optional<Backtest>& tested, const std::vector<std::int32_t>& days) {
    Json rows = Json::array();
    for (std::size_t h = 0; h < horizon_; ++h) {
      const auto narrow = interval_of(ahead, h, 0.80);
      const auto wide = interval_of(ahead, h, 0.95);
      rows.push_back({{"first_day", format_date(std::int64_t{days[h]} * kSecondsPerDay)},
                      {"mean", std::max(0.0, ahead.mean[h])},
                      {"standard_error", ahead.standard_error[h]},
                      {"interval_80", {narrow.first, narrow.second}},
                      {"interval_95", {wide.first, wide.second}}});
    }
    json_.push_back({{"group", group},
                     {"figure", to_string(figure)},
                     {"model", to_string(fit.model)},
                     {"alpha", fit.alpha},
                     {"beta", fit.beta},
                     {"gamma", fit.gamma},
                     {"phi", fit.phi},
                     {"sigma", fit.sigma},
                     {"history", series},
                     {"forecast", rows},
                     {"backtest", backtest_json(tested)}});
  }

  void add_rows(const std::string& name, double last, const SmoothingFit& fit,
                const Forecast& ahead, const std::optional<Backtest>& tested) {
    for (std::size_t h = 0; h < std::min(horizon_, kPeriodsShown); ++h) {
      const auto [low, high] = interval_of(ahead, h, 0.95);
      table_.add({h == 0 ? name : "", h == 0 ? to_string(fit.model) : "",
                  h == 0 ? fmt::format("{:.0f}", last) : "",
                  fmt::format("{:.0f}", std::max(0.0, ahead.mean[h])),
                  fmt::format("[{:.0f}, {:.0f}]", low, high)});
    }
    if (!tested) {
      backtests_.add({name, "-", "-", "-", "-", "-", "-"});
      return;
    }
    const auto seasonal = tested->mase_seasonal_naive;
    backtests_.add({name, std::to_string(tested->origins), fmt::format("{:.2f}", tested->mase),
                    fmt::format("{:.2f}", tested->mase_naive),
                    seasonal ? fmt::format("{:.2f}", *seasonal) : "-",
                    fmt::format("{:.0f} %", 100.0 * tested->coverage[0]),
                    fmt::format("{:.0f} %", 100.0 * tested->coverage[1])});
  }

  std::size_t horizon_;
  std::size_t season_;
  Run& run_;
  Json json_ = Json::array();
  TextTable table_;
  TextTable backtests_;
};

}  // namespace

void add_forecasts(const SectionOptions& options, const SectionScope& scope,
                   const std::string& currency, Run& run, Json& json) {
  const PeriodUnit unit = unit_of(options);
  const PeriodFigures all = period_figures(scope.history, unit);
  // One year is a season; a backtest of a shorter log cannot look a year back.
  const std::size_t year = periods_a_year(unit);
  const std::size_t season = all.size() >= year + options.forecast ? year : 0;
  std::vector<Figure> figures = {Figure::kOrders, Figure::kActiveCustomers};
  if (scope.history.has_value) figures.push_back(Figure::kRevenue);
  Forecaster forecaster(options.forecast, season, run);
  for (const Figure figure : figures) forecaster.add("all", figure, all);
  for (const std::uint32_t code : scope.largest) {
    const PeriodFigures group = period_figures(scope.history, unit, code);
    for (const Figure figure : figures) forecaster.add(scope.names[code], figure, group);
  }
  json["forecast"] = {{"period", options.period},
                      {"horizon", options.forecast},
                      {"series", forecaster.take_json()},
                      {"groups_left_out", scope.left_out}};
  run.print(heading(fmt::format("Forecasts by {}, exponential smoothing{}", options.period,
                                currency.empty() ? "" : ", revenue in " + currency)) +
            forecaster.text());
}

}  // namespace tenure::apps
