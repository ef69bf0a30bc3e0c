#include "return_report.hpp"

#include "text_table.hpp"

#include <tenure/core/money.hpp>

#include <fmt/format.h>

#include <cmath>

namespace tenure::apps {

namespace {

using simulator::Interval;
using simulator::Outcome;
using simulator::ReturnReport;
using simulator::StrategyReturn;

Json interval_json(const std::optional<Interval>& interval) {
  return interval ? Json{interval->low, interval->high} : Json(nullptr);
}

Json retention_json(const StrategyReturn& strategy) {
  Json json = Json::object();
  for (std::size_t i = 0; i < simulator::kRetentionDays.size(); ++i) {
    json[std::to_string(simulator::kRetentionDays[i])] =
        strategy.retention ? Json((*strategy.retention)[i]) : Json(nullptr);
  }
  return json;
}

Json lever_costs_json(const Outcome& outcome, const StrategyReturn& s) {
  Json json = Json::object();
  for (std::size_t i = 0; i < s.lever_costs.size(); ++i) {
    if (s.lever_costs[i] > 0.0) json[outcome.lever_names[i]] = s.lever_costs[i];
  }
  return json;
}

Json strategy_json(const Outcome& outcome, const StrategyReturn& s) {
  Json json;
  json["name"] = s.name;
  json["roi"] = s.roi ? Json(*s.roi) : Json(nullptr);
  json["roi_interval"] = interval_json(s.roi_interval);
  json["roi_mc_interval"] = interval_json(s.roi_mc_interval);
  json["return"] = s.roi ? Json(*s.roi + 1.0) : Json(nullptr);
  json["incremental_margin"] = s.incremental_margin;
  json["incremental_margin_interval"] = interval_json(s.incremental_margin_interval);
  json["incremental_margin_mc_interval"] = interval_json(s.incremental_margin_mc_interval);
  json["cost"] = s.cost;
  json["probability_positive"] = s.probability_positive;
  json["payback_days"] = s.payback_days ? Json(*s.payback_days) : Json(nullptr);
  json["retention"] = retention_json(s);
  json["orders"] = s.orders;
  json["contacts"] = s.contacts;
  json["redemptions"] = s.redemptions;
  json["revenue"] = s.revenue;
  json["margin"] = s.margin;
  json["customers"] = s.customers;
  json["acquisition_cost"] = s.acquisition_cost;
  json["returns"] = s.returns;
  json["complaints"] = s.complaints;
  json["stopped"] = s.stopped;
  json["redesign"] = s.redesign;
  json["cost_by_lever"] = lever_costs_json(outcome, s);
  return json;
}

std::string amount(double units) { return format_money(to_money(units)); }

std::string ratio(const std::optional<double>& value) {
  return value ? fmt::format("{:+.2f}", *value) : "-";
}

std::string ratio_interval(const std::optional<Interval>& interval) {
  return interval ? fmt::format("[{:+.2f}, {:+.2f}]", interval->low, interval->high) : "-";
}

std::string retained_text(const StrategyReturn& strategy) {
  return strategy.retention ? fmt::format("{:.1f} %", 100.0 * strategy.retention->back()) : "-";
}

/// The ROI table's cells, for text and HTML alike.
std::vector<std::vector<std::string>> return_rows(const Outcome& outcome,
                                                  const ReturnReport& report) {
  std::vector<std::vector<std::string>> rows;
  const std::string unit = outcome.currency.empty() ? "" : " " + outcome.currency;
  rows.push_back({"strategy", "ROI", "world's interval", "Monte-Carlo interval",
                  "incr. margin" + unit, "cost" + unit, "P(ROI > 0)", "payback days",
                  "retention 365 d"});
  rows.push_back(
      {report.baseline.name, "-", "-", "-", "-", "-", "-", "-", retained_text(report.baseline)});
  for (const StrategyReturn& s : report.strategies) {
    rows.push_back({s.name, ratio(s.roi), ratio_interval(s.roi_interval),
                    ratio_interval(s.roi_mc_interval), amount(s.incremental_margin), amount(s.cost),
                    fmt::format("{:.2f}", s.probability_positive),
                    s.payback_days ? std::to_string(*s.payback_days) : "-", retained_text(s)});
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

std::string escape(const std::string& text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      default:
        escaped += c;
    }
  }
  return escaped;
}

std::string html_table(const std::vector<std::vector<std::string>>& rows) {
  std::string html = "<table>\n";
  for (std::size_t r = 0; r < rows.size(); ++r) {
    const char* cell = r == 0 ? "th" : "td";
    html += "<tr>";
    for (const std::string& text : rows[r]) {
      html += fmt::format("<{0}>{1}</{0}>", cell, escape(text));
    }
    html += "</tr>\n";
  }
  return html + "</table>\n";
}

std::vector<std::vector<std::string>> month_rows(const Outcome& outcome) {
  const double runs = static_cast<double>(outcome.parameter_draws) * outcome.replications;
  std::vector<std::vector<std::string>> rows = {{"month"}};
  for (const std::string& name : outcome.strategy_names) rows.front().push_back(name + ": orders");
  for (const std::string& name : outcome.strategy_names) rows.front().push_back(name + ": margin");
  for (std::size_t m = 0; m < outcome.months; ++m) {
    std::vector<std::string> row = {std::to_string(m + 1)};
    for (std::size_t s = 0; s < outcome.strategies(); ++s) {
      row.push_back(fmt::format(
          "{:.1f}",
          static_cast<double>(outcome.month_totals[s * outcome.months + m].orders) / runs));
    }
    for (std::size_t s = 0; s < outcome.strategies(); ++s) {
      row.push_back(amount(to_units(outcome.month_totals[s * outcome.months + m].margin) / runs));
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

constexpr const char* kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;"
    "color:#1c1c1c;background:#fff}"
    "table{border-collapse:collapse;display:block;overflow-x:auto;font-size:.9rem}"
    "th,td{padding:.3rem .7rem;text-align:right;white-space:nowrap;border-bottom:1px solid #d0d0d0}"
    "th:first-child,td:first-child{text-align:left}"
    "@media(prefers-color-scheme:dark){body{color:#e6e6e6;background:#161616}"
    "th,td{border-color:#444}}";

}  // namespace

Json return_json(const Outcome& outcome, const ReturnReport& report) {
  Json json;
  json["baseline"] = {{"name", report.baseline.name},
                      {"orders", report.baseline.orders},
                      {"revenue", report.baseline.revenue},
                      {"margin", report.baseline.margin},
                      {"retention", retention_json(report.baseline)}};
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
  const auto rows = return_rows(outcome, report);
  TextTable table(rows.front());
  for (std::size_t i = 1; i < rows.size(); ++i) table.add(rows[i]);
  return table.str() + "  " + notes(outcome) +
         "\n  ROI = (incremental margin - cost) / cost, discounted, against the baseline on the "
         "same "
         "draws\n";
}

std::string return_html(const std::string& title, const Outcome& outcome,
                        const ReturnReport& report) {
  const std::string safe = escape(title);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
      "<title>{0}</title>\n<style>{1}</style></head>\n<body>\n<h1>{0}</h1>\n<p>{2}.</p>\n"
      "<h2>What each strategy pays back</h2>\n{3}"
      "<p>ROI is (incremental margin - cost) / cost, both discounted, against the baseline on the "
      "same draws. The world's interval is what is not known of the world; it does not narrow with "
      "more replications. The Monte-Carlo interval is the error of the simulation alone.</p>\n"
      "<h2>Month by month, mean over runs</h2>\n{4}</body>\n</html>\n",
      safe, kStyle, escape(notes(outcome)), html_table(return_rows(outcome, report)),
      html_table(month_rows(outcome)));
}

}  // namespace tenure::apps
