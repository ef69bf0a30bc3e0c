#include "describe_sections.hpp"
#include "text_table.hpp"

#include <tenure/customers/survival.hpp>

#include <fmt/format.h>

namespace tenure::apps {

namespace {

using customers::Lifetimes;
using customers::SurvivalCurve;
using customers::SurvivalStep;

/// One row of the table, one object of the JSON array.
class SurvivalGroup {
 public:
  SurvivalGroup(const std::string& name, const customers::OrderHistory& history,
                const customers::LifetimeRule& rule, std::optional<std::uint32_t> region)
      : name_(name),
        lifetimes_(customer_lifetimes(history, rule, region)),
        curve_(customers::kaplan_meier(lifetimes_.days, lifetimes_.left)) {}

  Json json() const {
    Json steps = Json::array();
    for (const SurvivalStep& step : curve_.steps) {
      steps.push_back({{"day", step.time},
                       {"at_risk", step.at_risk},
                       {"left", step.left},
                       {"survival", step.survival},
                       {"standard_error", step.standard_error},
                       {"interval", {step.lower, step.upper}}});
    }
    const auto median = curve_.quantile(0.5);
    return {{"name", name_},
            {"customers", curve_.customers},
            {"left", curve_.left},
            {"too_recent", lifetimes_.too_recent},
            {"comebacks", lifetimes_.comebacks},
            {"median_days", median ? Json(*median) : Json(nullptr)},
            {"followed_days", curve_.last_time},
            {"curve", steps}};
  }

  void add_to(TextTable& table) const {
    std::vector<std::string> row = {name_, with_commas(curve_.customers), with_commas(curve_.left)};
    for (const double day : {0.0, 30.0, 90.0, 180.0, 365.0}) {
      const auto step = curve_.step_at(day);
      row.push_back(step ? fmt::format("{:.1f} [{:.1f}, {:.1f}]", 100.0 * step->survival,
                                       100.0 * step->lower, 100.0 * step->upper)
                    : curve_.at(day) ? "100.0"
                                     : "-");
    }
    const auto median = curve_.quantile(0.5);
    row.push_back(median ? fmt::format("{:.0f}", *median) : "-");
    table.add(std::move(row));
  }

  std::uint64_t too_recent() const { return lifetimes_.too_recent; }
  std::uint64_t comebacks() const { return lifetimes_.comebacks; }

 private:
  std::string name_;
  Lifetimes lifetimes_;
  SurvivalCurve curve_;
};

}  // namespace

void add_survival(const SectionOptions& options, const SectionScope& scope, Run& run, Json& json) {
  customers::LifetimeRule rule;
  rule.inactive_days = options.inactive_days;
  std::vector<SurvivalGroup> groups;
  groups.emplace_back("all", scope.history, rule, std::nullopt);
  for (const std::uint32_t code : scope.largest) {
    groups.emplace_back(scope.names[code], scope.history, rule, code);
  }
  TextTable table({"customers of", "customers", "left", "stay over 0 d, %", "30 d", "90 d", "180 d",
                   "365 d", "median days"});
  json["survival"] = {{"inactive_days", rule.inactive_days},
                      {"groups", Json::array()},
                      {"groups_left_out", scope.left_out}};
  for (const SurvivalGroup& group : groups) {
    json["survival"]["groups"].push_back(group.json());
    group.add_to(table);
  }
  run.print(heading(fmt::format("Days from the first order to the last before {} days of silence, "
                                "Kaplan-Meier, 95 % log-log bands",
                                rule.inactive_days)) +
            table.str() +
            fmt::format(
                "  {} customers are too recent to tell; {} came back after such a silence\n",
                with_commas(groups.front().too_recent()), with_commas(groups.front().comebacks())));
}

}  // namespace tenure::apps
