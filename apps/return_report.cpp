#include "return_report.hpp"

#include "text_table.hpp"

#include <tenure/core/money.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace tenure::apps {

namespace {

using simulator::Estimate;
using simulator::Interval;
using simulator::Outcome;
using simulator::ReturnReport;
using simulator::StrategyReturn;
using Rows = std::vector<std::vector<std::string>>;

Json interval_json(const std::optional<Interval>& interval) {
  return interval ? Json{interval->low, interval->high} : Json(nullptr);
}

/// "name", "name_interval", "name_mc_interval"; nulls where there is no estimate.
void add_estimate(Json& json, const std::string& name, const Estimate* estimate) {
  json[name] = estimate != nullptr ? Json(estimate->value) : Json(nullptr);
  json[name + "_interval"] =
      estimate != nullptr ? interval_json(estimate->interval) : Json(nullptr);
  json[name + "_mc_interval"] =
      estimate != nullptr ? interval_json(estimate->mc_interval) : Json(nullptr);
}

void add_retention(Json& json, const StrategyReturn& strategy) {
  Json values = Json::object();
  Json worlds = Json::object();
  Json errors = Json::object();
  for (std::size_t i = 0; i < simulator::kRetentionDays.size(); ++i) {
    const std::string day = std::to_string(simulator::kRetentionDays[i]);
    const Estimate* kept = strategy.retention ? &(*strategy.retention)[i] : nullptr;
    values[day] = kept != nullptr ? Json(kept->value) : Json(nullptr);
    worlds[day] = kept != nullptr ? interval_json(kept->interval) : Json(nullptr);
    errors[day] = kept != nullptr ? interval_json(kept->mc_interval) : Json(nullptr);
  }
  json["retention"] = values;
  json["retention_interval"] = worlds;
  json["retention_mc_interval"] = errors;
}

Json days_json(const std::optional<std::int64_t>& days) {
  return days ? Json(*days) : Json(nullptr);
}

Json range_json(const std::optional<simulator::Payback::Range>& range) {
  return range ? Json::array({days_json(range->low), days_json(range->high)}) : Json(nullptr);
}

Json variance_json(const std::optional<simulator::VarianceParts>& parts) {
  if (!parts) return nullptr;
  Json json;
  json["parameter"] = parts->parameter;
  json["within"] = parts->within;
  json["sampling"] = parts->sampling ? Json(*parts->sampling) : Json(nullptr);
  json["noise"] = parts->noise ? Json(*parts->noise) : Json(nullptr);
  json["shown_as_zero"] = parts->negative;
  return json;
}

Json lever_costs_json(const Outcome& outcome, const StrategyReturn& s) {
  Json json = Json::object();
  for (std::size_t i = 0; i < s.lever_costs.size(); ++i) {
    if (s.lever_costs[i] > 0.0) json[outcome.lever_names[i]] = s.lever_costs[i];
  }
  return json;
}

/// What the baseline has too.
void add_figures(Json& json, const StrategyReturn& s) {
  add_estimate(json, "lifetime_value", &s.lifetime_value);
  add_estimate(json, "repurchase_rate", &s.repurchase_rate);
  add_retention(json, s);
  json["rank"] = s.rank;
  json["probability_best"] = s.probability_best;
  add_estimate(json, "behind_best", &s.behind_best);
  json["orders"] = s.orders;
  json["revenue"] = s.revenue;
  json["margin"] = s.margin;
  json["customers"] = s.customers;
  json["acquisition_cost"] = s.acquisition_cost;
}

Json strategy_json(const Outcome& outcome, const StrategyReturn& s) {
  Json json;
  json["name"] = s.name;
  add_estimate(json, "roi", s.roi ? &*s.roi : nullptr);
  json["roi_noise_share"] = s.noise_share ? Json(*s.noise_share) : Json(nullptr);
  json["return"] = s.roi ? Json(s.roi->value + 1.0) : Json(nullptr);
  add_estimate(json, "incremental_margin", &s.incremental_margin);
  add_estimate(json, "cost", &s.cost);
  add_estimate(json, "net", &s.net);
  json["probability_positive"] = s.probability_positive.value;
  json["probability_positive_mc_interval"] = interval_json(s.probability_positive.mc_interval);
  json["payback_days"] = days_json(s.payback.days);
  json["payback_days_interval"] = range_json(s.payback.interval);
  json["payback_days_mc_interval"] = range_json(s.payback.mc_interval);
  add_figures(json, s);
  json["probability_best_roi"] =
      s.probability_best_roi ? Json(*s.probability_best_roi) : Json(nullptr);
  json["control_variate_gain"] = s.control_gain ? Json(*s.control_gain) : Json(nullptr);
  json["variance"] = {{"roi", variance_json(s.roi_variance)},
                      {"incremental_margin", variance_json(s.incremental_margin_variance)}};
  json["contacts"] = s.contacts;
  json["redemptions"] = s.redemptions;
  json["returns"] = s.returns;
  json["complaints"] = s.complaints;
  json["stopped"] = s.stopped;
  json["redesign"] = s.redesign;
  json["cost_by_lever"] = lever_costs_json(outcome, s);
  return json;
}

std::string amount(double units) { return format_money(to_money(units)); }

std::string ratio(const std::optional<Estimate>& estimate) {
  return estimate ? fmt::format("{:+.2f}", estimate->value) : "-";
}

std::string ratio_interval(const std::optional<Interval>& interval) {
  return interval ? fmt::format("[{:+.2f}, {:+.2f}]", interval->low, interval->high) : "-";
}

std::string retained_text(const StrategyReturn& strategy) {
  return strategy.retention ? fmt::format("{:.1f} %", 100.0 * strategy.retention->back().value)
                            : "-";
}

/// The ROI table's cells, of text.
Rows return_rows(const Outcome& outcome, const ReturnReport& report) {
  Rows rows;
  const std::string unit = outcome.currency.empty() ? "" : " " + outcome.currency;
  rows.push_back({"strategy", "ROI", "world's interval", "Monte-Carlo interval",
                  "incr. margin" + unit, "cost" + unit, "P(ROI > 0)", "payback days",
                  "retention 365 d"});
  rows.push_back(
      {report.baseline.name, "-", "-", "-", "-", "-", "-", "-", retained_text(report.baseline)});
  for (const StrategyReturn& s : report.strategies) {
    rows.push_back({s.name, ratio(s.roi), ratio_interval(s.roi ? s.roi->interval : std::nullopt),
                    ratio_interval(s.roi ? s.roi->mc_interval : std::nullopt),
                    amount(s.incremental_margin.value), amount(s.cost.value),
                    fmt::format("{:.2f}", s.probability_positive.value),
                    s.payback.days ? std::to_string(*s.payback.days) : "-", retained_text(s)});
  }
  return rows;
}

/// Strategies whose world's interval is mostly what is left of the simulation's noise.
std::string noise_warning(const ReturnReport& report) {
  constexpr double kMostly = 0.5;
  std::string text;
  for (const StrategyReturn& s : report.strategies) {
    if (!s.noise_share || *s.noise_share <= kMostly) continue;
    text += fmt::format(
        "  {}: {:.0f} % of the draws' variance is the simulation's noise; for a world's interval "
        "to rely on, more replications or customers\n",
        s.name, 100.0 * *s.noise_share);
  }
  return text;
}

std::string amount_interval(const std::optional<Interval>& interval) {
  return interval ? "[" + amount(interval->low) + ", " + amount(interval->high) + "]" : "-";
}

/// Strategies and the baseline by net, with what is known about their order.
Rows ranking_rows(const Outcome& outcome, const ReturnReport& report) {
  Rows rows;
  const std::string unit = outcome.currency.empty() ? "" : " " + outcome.currency;
  rows.push_back({"rank", "strategy", "net" + unit, "P(best)", "P(best ROI)", "behind the best",
                  "Monte-Carlo interval", "value a customer"});
  std::vector<const StrategyReturn*> order = {&report.baseline};
  for (const StrategyReturn& s : report.strategies) order.push_back(&s);
  std::sort(order.begin(), order.end(),
            [](const StrategyReturn* a, const StrategyReturn* b) { return a->rank < b->rank; });
  for (const StrategyReturn* s : order) {
    const bool first = s->rank == 1;
    rows.push_back({std::to_string(s->rank), s->name, amount(s->net.value),
                    fmt::format("{:.2f}", s->probability_best),
                    s->probability_best_roi ? fmt::format("{:.2f}", *s->probability_best_roi) : "-",
                    first ? "-" : amount(s->behind_best.value),
                    first ? "-" : amount_interval(s->behind_best.mc_interval),
                    amount(s->lifetime_value.value)});
  }
  return rows;
}

bool has_parts(const ReturnReport& report) {
  return std::any_of(report.strategies.begin(), report.strategies.end(),
                     [](const StrategyReturn& s) {
                       return s.roi_variance && s.roi_variance->sampling.has_value();
                     });
}

/// Standard deviations of ROI by where they come from.
Rows variance_rows(const ReturnReport& report) {
  Rows rows = {{"strategy", "sd of ROI: parameters", "customers", "luck", "shown as 0"}};
  for (const StrategyReturn& s : report.strategies) {
    if (!s.roi_variance || !s.roi_variance->sampling) continue;
    const auto deviation = [](double variance) {
      return fmt::format("{:.4f}", std::sqrt(variance));
    };
    rows.push_back({s.name, deviation(s.roi_variance->parameter),
                    deviation(*s.roi_variance->sampling), deviation(*s.roi_variance->noise),
                    s.roi_variance->negative.empty()
                        ? "-"
                        : fmt::format("{}", fmt::join(s.roi_variance->negative, ", "))});
  }
  return rows;
}

std::string notes(const Outcome& outcome) {
  return fmt::format(
      "{} customers over {:.0f} days, {} parameter draws x {} replications, gross margin {:.0f} % "
      "of revenue",
      with_commas(outcome.customers), outcome.horizon_days, outcome.parameter_draws,
      outcome.replications, 100.0 * outcome.gross_margin);
}

std::string table_text(const Rows& rows) {
  TextTable table(rows.front());
  for (std::size_t i = 1; i < rows.size(); ++i) table.add(rows[i]);
  return table.str();
}

}  // namespace

Json return_json(const Outcome& outcome, const ReturnReport& report) {
  Json json;
  Json baseline;
  baseline["name"] = report.baseline.name;
  add_figures(baseline, report.baseline);
  baseline["lifetime_value_expected"] =
      report.expected_lifetime_value ? Json(*report.expected_lifetime_value) : Json(nullptr);
  json["baseline"] = baseline;
  json["strategies"] = Json::array();
  for (const StrategyReturn& strategy : report.strategies) {
    json["strategies"].push_back(strategy_json(outcome, strategy));
  }
  json["customers"] = outcome.customers;
  json["replications"] = outcome.replications;
  json["parameter_draws"] = outcome.parameter_draws;
  json["horizon_days"] = outcome.horizon_days;
  json["currency"] = outcome.currency;
  json["gross_margin"] = outcome.gross_margin;
  json["events"] = outcome.events;
  return json;
}

std::string return_text(const Outcome& outcome, const ReturnReport& report) {
  std::string text =
      table_text(return_rows(outcome, report)) + "  " + notes(outcome) +
      "\n  ROI = (incremental margin - cost) / cost, discounted, against the baseline on the same "
      "draws\n" +
      noise_warning(report) + "\n" + table_text(ranking_rows(outcome, report)) +
      "  net = incremental margin - cost; P(best) is over the parameter draws, the simulation's "
      "noise taken out\n";
  if (has_parts(report)) text += "\n" + table_text(variance_rows(report));
  return text;
}

}  // namespace tenure::apps
