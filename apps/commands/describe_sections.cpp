#include "describe_sections.hpp"

#include "describe_figures.hpp"
#include "text_table.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/money.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/forecast.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace tenure::apps {

namespace {

using customers::CustomerGroups;
using customers::EarlyWarnings;
using customers::FunnelStage;
using customers::NewReturning;
using customers::OrderHistory;
using customers::PeriodFigures;
using customers::PeriodUnit;
using customers::Warning;
using customers::WarningLevel;

constexpr std::size_t kPeriodsShown = 24;

std::string date_of(std::int32_t day) { return format_date(std::int64_t{day} * kSecondsPerDay); }

std::string percent(const std::optional<double>& share) {
  return share ? fmt::format("{:.1f} %", 100.0 * *share) : "-";
}

Json new_returning_json(const NewReturning& split) {
  return {{"first_orders", split.first_orders},
          {"later_orders", split.later_orders},
          {"first_revenue", to_units(split.first_revenue)},
          {"later_revenue", to_units(split.later_revenue)}};
}

std::string new_returning_text(const std::string& what, const std::vector<FigureGroup>& groups,
                               const OrderHistory& history, const std::string& currency) {
  TextTable table({what, "first orders", "later orders", fmt::format("revenue {} first", currency),
                   "later", "later, % of revenue"});
  for (std::size_t i = 0; i < std::min(groups.size(), kGroupsShown + 1); ++i) {
    const NewReturning split = new_returning(history, groups[i].region);
    const Money revenue = split.first_revenue + split.later_revenue;
    const double share = revenue > 0 ? to_units(split.later_revenue) / to_units(revenue) : 0.0;
    table.add({groups[i].name, with_commas(split.first_orders), with_commas(split.later_orders),
               format_money(split.first_revenue), format_money(split.later_revenue),
               fmt::format("{:.1f}", 100.0 * share)});
  }
  return table.str();
}

/// Key figures of groups of customers, first orders against later ones.
void add_groups(const std::string& what, const CustomerGroups& groups, const EventTable& events,
                const OrderHistory& history, Run& run, Json& json) {
  const OrderHistory grouped = regrouped(history, groups);
  const std::vector<FigureGroup> figures = figure_groups(grouped, groups.names, what != "cohort");
  Json& section = json["by"] = {{"what", what}, {"groups", Json::array()}};
  for (const FigureGroup& group : figures) {
    Json row = figures_json(group, grouped);
    row["new_returning"] = new_returning_json(new_returning(grouped, group.region));
    section["groups"].push_back(std::move(row));
  }
  run.print(heading("Key figures by " + what) +
            figures_text(what, figures, grouped, events.currency) +
            heading("New and returning customers by " + what) +
            new_returning_text(what, figures, grouped, events.currency));
}

void add_periods(PeriodUnit unit, const EventTable& events, const OrderHistory& history, Run& run,
                 Json& json) {
  const PeriodFigures f = period_figures(history, unit);
  const std::string what = customers::to_string(unit);
  const auto order_value = series_of(f, customers::Figure::kAverageOrderValue);
  const auto returning = series_of(f, customers::Figure::kReturningShare);
  Json& section = json["by"] = {{"what", what}, {"periods", Json::array()}};
  TextTable table({what + " from", "orders", "active", "new", "returning, % of active",
                   fmt::format("revenue {}", events.currency), "of new customers", "order value"});
  const std::size_t shown = std::min(f.size(), kPeriodsShown);
  for (std::size_t i = 0; i < f.size(); ++i) {
    section["periods"].push_back({{"first_day", date_of(f.first_day[i])},
                                  {"orders", f.orders[i]},
                                  {"active_customers", f.active_customers[i]},
                                  {"new_customers", f.new_customers[i]},
                                  {"revenue", to_units(f.revenue[i])},
                                  {"new_revenue", to_units(f.new_revenue[i])},
                                  {"average_order_value", optional_json(order_value[i])},
                                  {"returning_share", optional_json(returning[i])}});
    if (i + shown < f.size()) continue;
    table.add({date_of(f.first_day[i]), with_commas(f.orders[i]),
               with_commas(f.active_customers[i]), with_commas(f.new_customers[i]),
               returning[i] ? fmt::format("{:.1f}", 100.0 * *returning[i]) : "-",
               format_money(f.revenue[i]), format_money(f.new_revenue[i]),
               order_value[i] ? fmt::format("{:.2f}", *order_value[i]) : "-"});
  }
  run.print(heading(fmt::format("Key figures by {}, whole {}s, the last {}", what, what, shown)) +
            table.str());
}

Json stages_json(const std::vector<FunnelStage>& stages) {
  Json json = Json::array();
  for (const FunnelStage& stage : stages) {
    json.push_back({{"kind", to_string(stage.kind)},
                    {"events", stage.events},
                    {"customers", stage.customers},
                    {"with_previous", stage.with_previous},
                    {"conversion", optional_json(stage.conversion)}});
  }
  return json;
}

void add_stages(TextTable& table, const std::string& group,
                const std::vector<FunnelStage>& stages) {
  for (const FunnelStage& stage : stages) {
    table.add({group, std::string(to_string(stage.kind)), with_commas(stage.events),
               with_commas(stage.customers), percent(stage.conversion)});
  }
}

void add_funnel(const std::string& by, const EventTable& events, Run& run, Json& json) {
  const std::vector<FunnelStage> all = customers::funnel(events);
  json["funnel"] = {{"stages", stages_json(all)}};
  if (all.empty()) {
    run.print(heading("Funnel") + "  the log has no kinds of events but purchases and returns\n");
    return;
  }
  TextTable table({"customers of", "stage", "events", "customers", "of the stage before"});
  add_stages(table, "all", all);
  if (by == "region" || by == "channel") {
    const CustomerGroups groups =
        event_groups(events, by == "region" ? customers::GroupColumn::kRegion
                                            : customers::GroupColumn::kChannel);
    json["funnel"]["what"] = by;
    json["funnel"]["groups"] = Json::array();
    for (std::uint32_t g = 0; g < groups.names.size(); ++g) {
      const std::vector<FunnelStage> stages = customers::funnel(events, groups, g);
      json["funnel"]["groups"].push_back(
          {{"name", groups.names[g]}, {"stages", stages_json(stages)}});
      if (g < kGroupsShown) add_stages(table, groups.names[g], stages);
    }
  }
  run.print(heading("Funnel: customers with an event of each kind, and of the kind before too") +
            table.str());
}

Json warning_json(const Warning& warning) {
  Json previous(nullptr);
  if (warning.previous_level) previous = to_string(*warning.previous_level);
  return {{"level", to_string(warning.level)},
          {"previous_level", previous},
          {"rule", warning.rule},
          {"figure", to_string(warning.figure)},
          {"by", to_string(warning.scope)},
          {"group", warning.group},
          {"period", to_string(warning.period)},
          {"first_day", date_of(warning.first_day)},
          {"value", warning.value},
          {"reference", optional_json(warning.reference)},
          {"change", optional_json(warning.change)}};
}

void add_warnings(const EarlyWarnings& found, Run& run, Json& json) {
  Json& section = json["alerts"] = {
      {"warnings", Json::array()}, {"not_judged", found.not_judged}, {"skipped", found.skipped}};
  TextTable table(
      {"rule", "group", "level", "before", "period from", "value", "against", "change"});
  std::uint64_t green = 0;
  for (const Warning& warning : found.warnings) {
    section["warnings"].push_back(warning_json(warning));
    green += warning.level == WarningLevel::kGreen ? 1U : 0U;
    if (warning.level == WarningLevel::kGreen) continue;
    table.add({warning.rule, warning.group, to_string(warning.level),
               warning.previous_level ? to_string(*warning.previous_level) : "-",
               date_of(warning.first_day), format_number(warning.value, 6),
               warning.reference ? format_number(*warning.reference, 6) : "-",
               warning.change ? fmt::format("{:+.1f} %", 100.0 * *warning.change) : "-"});
  }
  std::string text = heading("Early warnings");
  if (green < found.warnings.size()) text += table.str();
  text += fmt::format("  {} green, {} not judged (too few orders or periods)\n", green,
                      found.not_judged);
  for (const std::string& rule : found.skipped) {
    text += fmt::format("  rule '{}' is for a column that the log does not have\n", rule);
  }
  run.print(text);
}

/// Everyone and the largest groups by customers.
SectionScope scope_of(const OrderHistory& grouped, std::vector<std::string> names) {
  std::vector<std::uint64_t> customers(names.size(), 0);
  for (std::size_t c = 0; c < grouped.customers(); ++c) {
    if (!names.empty() && grouped.order_count(c) > 0 && grouped.region[c] < names.size()) {
      ++customers[grouped.region[c]];
    }
  }
  std::vector<std::uint32_t> codes(names.size());
  std::iota(codes.begin(), codes.end(), 0U);
  std::stable_sort(codes.begin(), codes.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return customers[a] > customers[b]; });
  const std::size_t kept = std::min(codes.size(), kGroupsShown);
  const std::uint64_t left_out = codes.size() - kept;
  codes.resize(kept);
  return {grouped, std::move(names), std::move(codes), left_out};
}

}  // namespace

void add_section_options(const CommandOptions& sub, SectionOptions& options) {
  const std::string group = "Sections";
  sub.add_option("--by", options.by,
                 "Key figures, new against returning, by region, channel or cohort, or by month or "
                 "week; --forecast, --survival and --funnel follow region and channel")
      .one_of({"region", "channel", "cohort", "month", "week"})
      .group(group);
  options.forecast_given =
      sub.add_option("--forecast", options.forecast,
                     "Forecast orders, active customers and revenue so many periods ahead, with "
                     "intervals and a backtest")
          .type_name("N")
          .group(group);
  sub.add_option("--period", options.period, "Period of --forecast")
      .one_of({"month", "week"})
      .show_default()
      .group(group);
  sub.add_flag("--survival", options.survival,
               "Kaplan-Meier curve of the days from first to last order")
      .group(group);
  sub.add_option("--inactive-days", options.inactive_days,
                 "Days without an order after which --survival counts a customer as gone")
      .show_default()
      .group(group);
  sub.add_flag("--funnel", options.funnel, "Customers by kind of event").group(group);
  options.alerts = sub.add_option("--alerts", options.rules,
                                  "Early warnings, by the rules of a file or by the defaults")
                       .expected(0, 1)
                       .type_name("[RULES.toml]")
                       .group(group);
}

customers::PeriodUnit unit_of(const SectionOptions& options) {
  return options.period == "week" ? PeriodUnit::kWeek : PeriodUnit::kMonth;
}

Sections::Sections(const SectionOptions& options) : options_(options) {
  constexpr std::size_t kLongest = 520;
  if (options.forecast_given.given() && (options.forecast == 0 || options.forecast > kLongest)) {
    throw ArgumentError("--forecast must be between 1 and 520 periods");
  }
  if (options.inactive_days <= 0) throw ArgumentError("--inactive-days must be over 0");
  if (options.alerts.given()) {
    rules_ = options.rules.empty() ? customers::default_warning_rules()
                                   : customers::read_warning_rules(options.rules);
  }
}

bool Sections::any() const noexcept {
  return !options_.by.empty() || options_.forecast > 0 || options_.survival || options_.funnel ||
         !rules_.empty();
}

void Sections::check(const std::string& path, const EventTable& events) const {
  if (any() && !events.has_time()) {
    throw DataError(path, "the log has no times, and what was asked for needs them");
  }
  const bool missing = (options_.by == "region" && events.region.empty()) ||
                       (options_.by == "channel" && events.channel.empty());
  if (missing) {
    throw DataError(path, fmt::format("the log has no {0}s: --by {0} needs them", options_.by));
  }
}

void Sections::check(const std::string& path, const OrderHistory& history) const {
  if (options_.forecast == 0) return;
  const std::size_t periods = period_figures(history, unit_of(options_)).size();
  if (periods < customers::kShortestSeries) {
    throw DataError(path, fmt::format("the log has {} whole {}s: --forecast needs at least {}",
                                      periods, options_.period, customers::kShortestSeries));
  }
}

void Sections::add(const EventTable& events, const OrderHistory& history, Run& run,
                   Json& json) const {
  const bool by_region = options_.by == "region";
  const bool by_channel = options_.by == "channel";
  const CustomerGroups groups = by_channel  ? channel_groups(events, history)
                                : by_region ? region_groups(events, history)
                                            : CustomerGroups{};
  if (by_region || by_channel) {
    add_groups(options_.by, groups, events, history, run, json);
  } else if (options_.by == "cohort") {
    add_groups(options_.by, cohort_groups(history), events, history, run, json);
  } else if (!options_.by.empty()) {
    add_periods(options_.by == "week" ? PeriodUnit::kWeek : PeriodUnit::kMonth, events, history,
                run, json);
  }
  if (options_.funnel) add_funnel(options_.by, events, run, json);
  if (options_.survival || options_.forecast > 0) {
    const OrderHistory grouped = groups.empty() ? history : regrouped(history, groups);
    const SectionScope scope = scope_of(grouped, groups.names);
    if (options_.survival) add_survival(options_, scope, run, json);
    if (options_.forecast > 0) add_forecasts(options_, scope, events.currency, run, json);
  }
  if (!rules_.empty()) {
    add_warnings(early_warnings(run.execution(), rules_, history, region_groups(events, history),
                                channel_groups(events, history)),
                 run, json);
  }
}

}  // namespace tenure::apps
