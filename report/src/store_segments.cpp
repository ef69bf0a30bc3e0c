#include "pieces.hpp"
#include "sections.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/customers/customer_outlook.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/customers/lifetime_value.hpp>
#include <tenure/customers/segments.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace tenure::report {

namespace {

using customers::HealthLevel;
using customers::Segments;
using customers::SegmentSums;
using customers::Tier;

constexpr std::size_t kLevels = 3;
/// Parameter draws for the intervals of value; with so many the 2.5 % quantile is one of them.
constexpr std::size_t kDraws = 39;
constexpr double kYear = 365.0;
constexpr double kDiscount = 0.1;

double ratio(double part, double whole) { return whole > 0.0 ? part / whole : 0.0; }

Figure tiers_figure(const StoreView& view, const Segments& segments) {
  const Format& format = view.format;
  Figure figure{
      "tiers",
      "Where customers stand",
      "",
      "Where each customer stood on the log\u2019s last evening, the first that fits: lost, a year "
      "without an order; silent, 90 days without; churn warning, the last two gaps over 1.5 times "
      "the customer\u2019s usual one; new, within 30 days of the first order; mature, six orders "
      "or "
      "more; growth, the rest.",
      nullptr,
      {}};
  figure.table.header = {
      "Tier",      "Customers", "Of customers", "Orders", format.axis("Revenue", Unit::kMoney),
      "Of revenue"};
  Json names = Json::array();
  std::vector<double> shares;
  std::vector<double> revenues;
  for (const Tier tier : {Tier::kMature, Tier::kGrowth, Tier::kNew, Tier::kChurnWarning,
                          Tier::kSilent, Tier::kLost}) {
    const SegmentSums& sums = segments.by_tier[static_cast<std::size_t>(tier)];
    std::string name(customers::to_string(tier));
    std::replace(name.begin(), name.end(), '-', ' ');
    shares.push_back(
        ratio(static_cast<double>(sums.customers), static_cast<double>(segments.total.customers)));
    revenues.push_back(ratio(to_units(sums.revenue), to_units(segments.total.revenue)));
    names.push_back(name);
    figure.table.rows.push_back(
        {{name},
         format.cell(static_cast<double>(sums.customers), Unit::kCount),
         format.cell(shares.back(), Unit::kPercent),
         format.cell(static_cast<double>(sums.orders), Unit::kCount),
         segments.has_value ? format.cell(to_units(sums.revenue), Unit::kMoney) : Cell{"\u2013"},
         segments.has_value ? format.cell(revenues.back(), Unit::kPercent) : Cell{"\u2013"}});
  }
  Json series = {{{"name", "of customers"}, {"stack", "customers"}, {"values", shares}}};
  if (segments.has_value) {
    series.push_back({{"name", "of revenue"}, {"stack", "revenue"}, {"values", revenues}});
    figure.finding = fmt::format(
        "Mature customers are {} of all and brought {} of the revenue; {} are lost.",
        format.text(shares.front(), Unit::kPercent), format.text(revenues.front(), Unit::kPercent),
        format.text(shares.back(), Unit::kPercent));
  } else {
    figure.finding = fmt::format("{} of customers are mature, {} are lost.",
                                 format.text(shares.front(), Unit::kPercent),
                                 format.text(shares.back(), Unit::kPercent));
  }
  figure.chart = {{"kind", "stack"},  {"unit", "percent"}, {"xTitle", "Share, %"},
                  {"yTitle", "Tier"}, {"names", names},    {"series", series}};
  return figure;
}

Figure health_figure(const StoreView& view, const Segments& segments) {
  const Format& format = view.format;
  const customers::HealthOptions options;
  Figure figure{
      "health",
      "Health of the customers",
      "",
      "Index of up to twelve indicators, 0 to 100: healthy from 75, fair from 50, a warning "
      "under 50.",
      nullptr,
      {}};
  std::array<double, kLevels> all{};
  std::array<double, kLevels> mature{};
  double known = 0.0;
  double index = 0.0;
  for (const auto& row : segments.rows) {
    if (!row.health.index) continue;
    const auto level =
        static_cast<std::size_t>(customers::health_level(*row.health.index, options));
    all[level] += 1.0;
    if (row.tier == Tier::kMature) mature[level] += 1.0;
    known += 1.0;
    index += *row.health.index;
  }
  figure.table.header = {"Health", "Customers", "Of customers", "Of them mature"};
  Json names = Json::array();
  Json rest = Json::array();
  Json matures = Json::array();
  for (std::size_t level = kLevels; level-- > 0;) {
    const std::string name(customers::to_string(static_cast<HealthLevel>(level)));
    names.push_back(name);
    matures.push_back(mature[level]);
    rest.push_back(all[level] - mature[level]);
    figure.table.rows.push_back({{name},
                                 format.cell(all[level], Unit::kCount),
                                 format.cell(ratio(all[level], known), Unit::kPercent),
                                 format.cell(mature[level], Unit::kCount)});
  }
  std::vector<std::string> left_out;
  for (std::size_t i = 0; i < customers::kIndicators; ++i) {
    if (segments.health.left_out[i].empty()) continue;
    left_out.emplace_back(customers::to_string(static_cast<customers::Indicator>(i)));
  }
  if (!left_out.empty()) {
    figure.note += " Left out, since the log does not hold them: " + listed(left_out) + ".";
  }
  figure.finding =
      fmt::format("{} of customers are healthy, {} are a warning; the mean index is {:.0f} of 100.",
                  format.text(ratio(all[2], known), Unit::kPercent),
                  format.text(ratio(all[0], known), Unit::kPercent), ratio(index, known));
  figure.chart = {{"kind", "stack"},
                  {"unit", "count"},
                  {"xTitle", "Customers"},
                  {"yTitle", "Health"},
                  {"names", names},
                  {"series",
                   {{{"name", "mature"}, {"stack", "a"}, {"values", matures}},
                    {{"name", "others"}, {"stack", "a"}, {"values", rest}}}}};
  return figure;
}

/// Mean expected value by group: everyone, then the regions shown.
class ValueByGroup {
 public:
  ValueByGroup(const Execution& execution, const StoreView& view)
      : execution_(execution), view_(view) {
    customers::CalibrationOptions calibration;
    summary_ = customers::summarize(execution, view.history, calibration);
    options_.horizon_days = kYear;
    options_.discount_rate = kDiscount;
    options_.draws = 10;  // the least: only expectations are used
    fit();
  }

  const std::string& model() const { return orders_.model; }
  /// Empty where the fits are of the log alone.
  std::string prior_note() const {
    return customers::prior_note(summary_.counts, {&orders_, &spend_});
  }
  std::size_t groups() const { return view_.largest.size() + 1; }
  double customers_of(std::size_t group) const { return counts_[group]; }

  std::vector<double> means(const customers::FitReport& orders, const customers::FitReport& spend) {
    const auto forecasts =
        customers::forecast_customers(execution_, summary_, orders, spend, options_);
    std::vector<double> sums(groups(), 0.0);
    counts_.assign(groups(), 0.0);
    for (std::size_t i = 0; i < forecasts.size(); ++i) {
      const double value = forecasts[i].value ? forecasts[i].value->expected
                                              : std::numeric_limits<double>::quiet_NaN();
      const auto add = [&](std::size_t group) {
        sums[group] += value;
        counts_[group] += 1.0;
      };
      add(0);
      if (view_.history.region.empty()) continue;
      const std::uint32_t region = view_.history.region[summary_.customer[i]];
      const auto at = std::find(view_.largest.begin(), view_.largest.end(), region);
      if (at != view_.largest.end()) add(static_cast<std::size_t>(at - view_.largest.begin()) + 1);
    }
    for (std::size_t group = 0; group < groups(); ++group) sums[group] /= counts_[group];
    return sums;
  }

  std::vector<double> at_estimates() { return means(orders_, spend_); }

  /// By group, sorted: the means under parameters drawn from the fits' covariances.
  std::vector<std::vector<double>> drawn() {
    std::vector<std::vector<double>> values(groups());
    for (std::uint32_t draw = 0; draw < kDraws; ++draw) {
      execution_.report("value by region", draw, kDraws);
      RandomStream stream(execution_.seed, {Purpose::kForecastModel, draw, 0, 0});
      const auto orders = customers::draw_parameters(stream, orders_);
      const auto spend = customers::draw_parameters(stream, spend_);
      const auto means_drawn = means(orders, spend);
      for (std::size_t group = 0; group < groups(); ++group) {
        if (std::isfinite(means_drawn[group])) values[group].push_back(means_drawn[group]);
      }
    }
    for (auto& group : values) std::sort(group.begin(), group.end());
    return values;
  }

 private:
  void fit() {
    const auto& frequency = summary_.spend_frequency;
    if (std::none_of(frequency.begin(), frequency.end(), [](double x) { return x > 0.0; })) {
      throw NumericalError("the log has no repeat orders of positive value");
    }
    customers::LifetimeFitOptions options;
    options.prior = customers::PriorUse::kWhereNeeded;
    orders_ = *customers::compare_lifetime_models(execution_, summary_.counts, options).front().fit;
    spend_ = customers::fit_report(customers::fit_gamma_gamma(
        execution_, frequency, summary_.mean_value, customers::PriorUse::kWhereNeeded));
  }

  const Execution& execution_;
  const StoreView& view_;
  customers::CalibrationSummary summary_;
  customers::ForecastOptions options_;
  customers::FitReport orders_;
  customers::FitReport spend_;
  std::vector<double> counts_;
};

/// The figure with its chart.
/// @throws NumericalError, ArgumentError where the models do not fit the log.
Figure with_value(const Execution& execution, const StoreView& view, Figure figure) {
  const Format& format = view.format;
  ValueByGroup value(execution, view);
  const auto drawn = value.drawn();
  const auto means = value.at_estimates();
  figure.note = fmt::format(
      "Expected revenue of a customer in the next year, discounted by 10\u00a0% a year, by the "
      "{} model of orders (lowest AIC) and Gamma\u2013Gamma of spend, one fit for all regions. "
      "Interval: 95\u00a0% of what is not known of the parameters, {} draws; who a region\u2019s "
      "customers happen to be is not in it. `tenure customers --gross-margin` gives margins.",
      value.model(), kDraws);
  if (const std::string note = value.prior_note(); !note.empty()) {
    figure.note += " Few customers: " + note + ".";
  }
  figure.table.header = {"Region", "Customers", format.axis("Revenue a customer", Unit::kMoney),
                         "Low",    "High",      format.axis("All customers", Unit::kMoney)};
  Json rows = Json::array();
  for (std::size_t group = 0; group < value.groups(); ++group) {
    if (!std::isfinite(means[group])) continue;
    const std::string name = group == 0 ? "all" : view.regions[view.largest[group - 1]];
    simulator::Estimate mean{means[group], std::nullopt, std::nullopt};
    if (drawn[group].size() == kDraws) {
      mean.interval = simulator::Interval{drawn[group].front(), drawn[group].back()};
    }
    std::vector<Cell> row = {{name},
                             format.cell(value.customers_of(group), Unit::kCount),
                             format.cell(mean.value, Unit::kMoney)};
    format.add_range(row, mean.interval, Unit::kMoney);
    row.push_back(format.cell(mean.value * value.customers_of(group), Unit::kMoney));
    figure.table.rows.push_back(std::move(row));
    rows.push_back(whisker_row(format, name, mean, Unit::kMoney));
    if (group == 0) {
      figure.finding = fmt::format("A customer is worth {} over the next year on average.",
                                   format.with_range(mean, Unit::kMoney));
    }
  }
  if (rows.empty()) throw NumericalError("the spend model has no finite mean");
  figure.chart = {{"kind", "whisker"},
                  {"unit", "money"},
                  {"xTitle", format.axis("Expected revenue a customer, next year", Unit::kMoney)},
                  {"yTitle", "Region"},
                  {"fromZero", true},
                  {"rows", rows}};
  return figure;
}

}  // namespace

std::vector<Figure> segment_figures(const Execution& execution, const StoreView& view) {
  const Segments segments = customers::segment_customers(execution, view.events, view.history);
  return {tiers_figure(view, segments), health_figure(view, segments)};
}

Figure value_figure(const Execution& execution, const StoreView& view) {
  const Figure figure{"value", "What a customer is still worth, by region", "", "", nullptr, {}};
  try {
    return with_value(execution, view, figure);
  } catch (const NumericalError& error) {
    return not_shown(figure, error.what());
  } catch (const ArgumentError& error) {
    return not_shown(figure, error.what());
  }
}

}  // namespace tenure::report
