#include "settings_files.hpp"

#include <tenure/core/config.hpp>
#include <tenure/core/error.hpp>
#include <tenure/customers/early_warning.hpp>

#include <set>
#include <utility>

namespace tenure::customers {
namespace {

// The value called `name`; an error at the key where there is none.
template <class Value>
Value one_of(const ConfigTable& table, const char* key, Value fallback,
             std::initializer_list<Value> values) {
  const std::string name = table.text_or(key, to_string(fallback));
  std::string known;
  for (const Value value : values) {
    if (name == to_string(value)) return value;
    known += (known.empty() ? "" : ", ") + std::string(to_string(value));
  }
  table.fail(key, "'" + name + "' is none of " + known);
}

Figure read_figure(const ConfigTable& table) {
  const std::string name = table.text("figure");
  if (const auto figure = figure_from_string(name)) return *figure;
  std::string known;
  for (const std::string& figure : figure_names()) known += (known.empty() ? "" : ", ") + figure;
  table.fail("figure", "'" + name + "' is none of " + known);
}

WarningRule read_rule(const ConfigTable& table) {
  WarningRule rule;
  rule.name = table.text("name");
  rule.figure = read_figure(table);
  rule.period = one_of(table, "period", rule.period, {PeriodUnit::kWeek, PeriodUnit::kMonth});
  rule.scope = one_of(table, "by", rule.scope,
                      {WarningScope::kAll, WarningScope::kRegion, WarningScope::kChannel});
  rule.reference =
      one_of(table, "against", rule.reference,
             {WarningReference::kPrevious, WarningReference::kYearAgo, WarningReference::kAverage,
              WarningReference::kForecast, WarningReference::kLevel});
  const std::string worse = table.text_or("worse", "down");
  if (worse != "down" && worse != "up") table.fail("worse", "'" + worse + "' is none of down, up");
  rule.worse_down = worse == "down";
  rule.amber = table.real("amber");
  rule.red = table.real("red");
  constexpr std::int64_t kLongestWindow = 520;
  if (rule.reference == WarningReference::kAverage) {
    rule.window = static_cast<std::size_t>(table.integer_or("window", 3, 1, kLongestWindow));
  }
  rule.minimum_orders = table.real_or("minimum_orders", rule.minimum_orders, kNotNegative);
  try {
    check_warning_rule(rule);
  } catch (const ArgumentError& error) {
    table.fail("amber", error.what());
  }
  return rule;
}

}  // namespace

std::vector<WarningRule> default_warning_rules() {
  std::vector<WarningRule> rules(5);
  rules[0].name = "orders under forecast";
  rules[0].reference = WarningReference::kForecast;
  rules[0].amber = 0.80;
  rules[0].red = 0.95;
  rules[1].name = "region shrinks";
  rules[1].figure = Figure::kRevenue;
  rules[1].scope = WarningScope::kRegion;
  rules[1].reference = WarningReference::kYearAgo;
  rules[2].name = "channel shrinks";
  rules[2].figure = Figure::kRevenue;
  rules[2].scope = WarningScope::kChannel;
  rules[2].reference = WarningReference::kYearAgo;
  rules[3].name = "fewer new customers";
  rules[3].figure = Figure::kNewCustomers;
  rules[3].reference = WarningReference::kAverage;
  rules[3].amber = 0.10;
  rules[3].red = 0.25;
  rules[4].name = "few customers return";
  rules[4].figure = Figure::kReturningShare;
  rules[4].reference = WarningReference::kLevel;
  rules[4].amber = 0.30;
  rules[4].red = 0.20;
  return rules;
}

std::vector<WarningRule> warning_rules_from(const ConfigFile& file) {
  std::vector<WarningRule> rules;
  std::set<std::string> names;
  for (const ConfigTable& table : file.root().tables("rule")) {
    rules.push_back(read_rule(table));
    if (!names.insert(rules.back().name).second) {
      table.fail("name", "rule '" + rules.back().name + "' is given twice");
    }
  }
  file.finish();
  if (rules.empty()) throw DataError(file.path(), "needs at least one [[rule]]");
  return rules;
}

std::vector<WarningRule> read_warning_rules(const std::string& path) {
  return warning_rules_from(ConfigFile::read(path));
}

}  // namespace tenure::customers
