#include "settings_files.hpp"

#include <tenure/core/config.hpp>
#include <tenure/core/error.hpp>
#include <tenure/customers/market_risk.hpp>

#include <cmath>
#include <set>

namespace tenure::customers {
namespace {

// Judgements of `n` things, checked where they stand; one thing needs none.
std::vector<double> read_pairwise(const ConfigTable& table, std::size_t n) {
  if (n == 1 && !table.has("pairwise")) return {1.0};
  std::vector<double> matrix = table.square_matrix("pairwise", n);
  try {
    pairwise_weights(matrix, n);
  } catch (const ArgumentError& error) {
    table.fail("pairwise", error.what());
  }
  return matrix;
}

RiskIndicator read_indicator(const ConfigTable& table, std::set<std::string>& names) {
  RiskIndicator indicator;
  indicator.name = table.text("name");
  if (indicator.name == "name") table.fail("name", "no indicator can be called 'name'");
  if (!names.insert(indicator.name).second) {
    table.fail("name", "indicator '" + indicator.name + "' is given twice");
  }
  indicator.unit = table.text_or("unit", "");
  indicator.low = table.real("low");
  indicator.medium = table.real("medium");
  indicator.high = table.real("high");
  try {
    risk_membership(indicator, indicator.low);
  } catch (const ArgumentError& error) {
    table.fail("low", error.what());
  }
  return indicator;
}

RiskGroup read_group(const ConfigTable& table, std::set<std::string>& names) {
  RiskGroup group;
  group.name = table.text("name");
  const std::vector<ConfigTable> indicators = table.tables("indicator");
  if (indicators.empty()) {
    table.fail("", "group '" + group.name + "' needs at least one [[group.indicator]]");
  }
  if (indicators.size() > kLargestPairwise) {
    table.fail("", "group '" + group.name + "' has more than " + std::to_string(kLargestPairwise) +
                       " indicators; split it");
  }
  for (const ConfigTable& indicator : indicators) {
    group.indicators.push_back(read_indicator(indicator, names));
  }
  group.pairwise = read_pairwise(table, group.indicators.size());
  return group;
}

Market read_market(const ConfigTable& table, const std::vector<RiskGroup>& groups,
                   std::set<std::string>& names) {
  Market market;
  market.region = table.text("name");
  if (!names.insert(market.region).second) {
    table.fail("name", "region '" + market.region + "' is given twice");
  }
  for (const RiskGroup& group : groups) {
    for (const RiskIndicator& indicator : group.indicators) {
      market.values.push_back(table.real(indicator.name));
    }
  }
  return market;
}

}  // namespace

MarketSurvey market_survey_from(const ConfigFile& file) {
  const std::string& path = file.path();
  const ConfigTable root = file.root();
  MarketSurvey survey;
  survey.distinguishing_coefficient =
      root.real_or("distinguishing_coefficient", survey.distinguishing_coefficient,
                   ConfigRange{0.0, 1.0, true, false});
  const std::vector<ConfigTable> groups = root.tables("group");
  if (groups.empty()) throw DataError(path, "needs at least one [[group]] of indicators");
  if (groups.size() > kLargestPairwise) {
    throw DataError(path, "has more than " + std::to_string(kLargestPairwise) + " groups");
  }
  std::set<std::string> group_names;
  std::set<std::string> indicator_names;
  for (const ConfigTable& table : groups) {
    survey.groups.push_back(read_group(table, indicator_names));
    if (!group_names.insert(survey.groups.back().name).second) {
      table.fail("name", "group '" + survey.groups.back().name + "' is given twice");
    }
  }
  survey.pairwise = read_pairwise(root, survey.groups.size());
  const std::vector<ConfigTable> regions = root.tables("region");
  if (regions.empty()) throw DataError(path, "needs at least one [[region]]");
  std::set<std::string> region_names;
  for (const ConfigTable& table : regions) {
    survey.markets.push_back(read_market(table, survey.groups, region_names));
  }
  file.finish();
  return survey;
}

MarketSurvey read_market_survey(const std::string& path) {
  return market_survey_from(ConfigFile::read(path));
}

}  // namespace tenure::customers
