#pragma once

#include "scenario/population_config.hpp"

#include <tenure/core/config.hpp>
#include <tenure/simulator/scenario.hpp>

#include <limits>
#include <string>
#include <vector>

/// The parts of a scenario file, each read by its own source.
namespace tenure::simulator {

inline constexpr ConfigRange kCostRange{0.0, kMaxCost, false, false};
inline constexpr ConfigRange kCostOrNoneRange{0.0, kMaxCost, false, true};
inline constexpr ConfigRange kMultiplierRange{0.0, kMaxMultiplier, false, false};
inline constexpr ConfigRange kLogErrorRange{0.0, kMaxLogError, false, false};
inline constexpr ConfigRange kDaysRange{0.0, kMaxHorizonDays, true, false};
inline constexpr ConfigRange kDaysOrZeroRange{0.0, kMaxHorizonDays, false, false};
inline constexpr ConfigRange kDaysOrForeverRange{0.0, kMaxHorizonDays, true, true};
inline constexpr double kForever = std::numeric_limits<double>::infinity();

/// Reads "MM-DD" into a day of the year; 02-29 is refused.
MonthDay read_month_day(const ConfigTable& table, const std::string& key, const std::string& text);
/// Day 0 of the scenario, where it has one: "YYYY-MM-DD".
std::optional<std::int64_t> read_start(const ConfigTable& root);

/// The whole of it: what read_scenario() and parse_scenario() do.
Scenario scenario_from(const ConfigFile& file);

Population read_population(const ConfigTable& table);
std::vector<SeasonSpec> read_seasons(const ConfigTable& root, const Scenario& scenario);
FatigueSpec read_fatigue(const ConfigTable& root);
IndexSpec read_index(const ConfigTable& root);
std::vector<LeverSpec> read_levers(const ConfigTable& root, const Scenario& scenario);
std::vector<StrategySpec> read_strategies(const ConfigTable& root, const Scenario& scenario);

/// Fails at `key` where a name of `names` is no region of the population; a store's regions are
/// not known before it is read.
void check_regions(const ConfigTable& table, const std::string& key,
                   const std::vector<std::string>& names, const Population& population);

}  // namespace tenure::simulator
