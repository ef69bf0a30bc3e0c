#include "scenario/scenario_parts.hpp"

#include <tenure/core/time.hpp>

#include <algorithm>
#include <array>

namespace tenure::simulator {

namespace {

constexpr ConfigRange kGrowthRange{-1.0, 10.0, true, false};
constexpr std::array<int, 12> kDaysOfMonth = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

/// A covariance by either of its keys: NAME_relative_se (a diagonal) or NAME_log_covariance.
template <std::size_t kSize>
std::array<double, kSize * kSize> read_covariance(const ConfigTable& table,
                                                  const std::string& name) {
  std::array<double, kSize * kSize> covariance{};
  const std::string errors_key = name + "_relative_se";
  const std::string matrix_key = name + "_log_covariance";
  const bool has_errors = table.has(errors_key);
  if (table.has(matrix_key)) {
    if (has_errors)
      table.fail(matrix_key, "give " + errors_key + " or " + matrix_key + ", not both");
    const std::vector<double> matrix = table.square_matrix(matrix_key, kSize);
    if (!positive_semidefinite(matrix.data(), kSize)) {
      table.fail(matrix_key, "'" + matrix_key + "' is not symmetric and positive semidefinite");
    }
    std::copy(matrix.begin(), matrix.end(), covariance.begin());
  } else if (has_errors) {
    const std::vector<double> errors = table.reals(errors_key, kSize, kLogErrorRange);
    for (std::size_t i = 0; i < kSize; ++i) covariance[i * (kSize + 1)] = errors[i] * errors[i];
  }
  return covariance;
}

AcquisitionSpec read_acquisition(const ConfigTable& table, const Population& population) {
  AcquisitionSpec entry;
  if (population.from_store) {
    entry.region = table.text_or("region", "");
  } else {
    entry.region = table.text("region");
    check_regions(table, "region", {entry.region}, population);
  }
  entry.per_month = table.real("per_month", {0.0, 1e8, true, false});
  entry.growth = table.real_or("growth", 0.0, kGrowthRange);
  entry.poisson = table.boolean_or("poisson", false);
  entry.cost = table.real_or("cost", 0.0, kCostRange);
  entry.cost_growth = table.real_or("cost_growth", 0.0, kGrowthRange);
  entry.cost_elasticity = table.real_or("cost_elasticity", 0.0, {0.0, 10.0, false, false});
  entry.from_day = table.real_or("from_day", 0.0, kDaysOrZeroRange);
  entry.to_day = table.real_or("to_day", kForever, kDaysOrForeverRange);
  if (entry.to_day <= entry.from_day) {
    table.fail("to_day", "'to_day' is not after from_day: nobody is ever won");
  }
  return entry;
}

HolidaySpec read_holiday(const ConfigTable& table) {
  HolidaySpec holiday;
  holiday.from = read_month_day(table, "from", table.text("from"));
  holiday.to = read_month_day(table, "to", table.text("to"));
  holiday.factor = table.real("factor", {0.0, kMaxMultiplier, true, false});
  return holiday;
}

}  // namespace

MonthDay read_month_day(const ConfigTable& table, const std::string& key, const std::string& text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() == 5 && text[2] == '-' && digit(0) && digit(1) && digit(3) && digit(4)) {
    const int month = (text[0] - '0') * 10 + text[1] - '0';
    const int day = (text[3] - '0') * 10 + text[4] - '0';
    if (month >= 1 && month <= 12 && day >= 1 &&
        day <= kDaysOfMonth[static_cast<std::size_t>(month - 1)]) {
      return {static_cast<std::uint8_t>(month), static_cast<std::uint8_t>(day)};
    }
  }
  table.fail(key, "'" + text + "' is no day of every year such as \"11-29\"");
}

std::optional<std::int64_t> read_start(const ConfigTable& root) {
  if (!root.has("start")) return std::nullopt;
  const auto start = parse_time(root.text("start"));
  if (!start) root.fail("start", "'start' must be a date such as \"2025-01-01\"");
  return day_of(*start);
}

void check_regions(const ConfigTable& table, const std::string& key,
                   const std::vector<std::string>& names, const Population& population) {
  if (population.from_store) return;
  for (const std::string& name : names) {
    const bool known = std::any_of(population.regions.begin(), population.regions.end(),
                                   [&](const RegionSpec& region) { return region.name == name; });
    if (!known) table.fail(key, "unknown region '" + name + "'");
  }
}

Population read_population(const ConfigTable& table) {
  Population population;
  population.from_store = table.boolean_or("from_store", false);
  if (population.from_store) {
    for (const char* key : {"customers", "region", "unit", "uncertainty"}) {
      if (table.has(key)) {
        table.fail(key, std::string("'") + key +
                            "' does not go with from_store = true: "
                            "customers and model come from the store");
      }
    }
    population.return_share = table.real_or("returns", 0.0, kProbability);
  } else {
    population.customers = static_cast<std::uint64_t>(
        table.integer("customers", 1, static_cast<std::int64_t>(kMaxCustomers)));
    population.regions = read_regions(table, read_days_per_unit(table), RegionKeys::kScenario);
    if (const auto uncertainty = table.table_if("uncertainty")) {
      const auto orders = read_covariance<4>(*uncertainty, "orders");
      const auto spend = read_covariance<3>(*uncertainty, "spend");
      for (RegionSpec& region : population.regions) {
        region.model.orders_log_covariance = orders;
        region.model.spend_log_covariance = spend;
      }
    }
  }
  for (const ConfigTable& entry : table.tables("acquisition")) {
    population.acquisition.push_back(read_acquisition(entry, population));
  }
  return population;
}

std::vector<SeasonSpec> read_seasons(const ConfigTable& root, const Scenario& scenario) {
  std::vector<SeasonSpec> seasons;
  std::vector<std::string> taken;
  for (const ConfigTable& table : root.tables("season")) {
    if (!scenario.start_day) {
      table.fail("", "a season needs 'start' at the top of the file: the date of day 0");
    }
    SeasonSpec season;
    season.regions = table.texts_or_empty("regions");
    check_regions(table, "regions", season.regions, scenario.population);
    const std::vector<std::string> names =
        season.regions.empty() ? std::vector<std::string>{"*"} : season.regions;
    for (const std::string& name : names) {
      const bool again = std::find(taken.begin(), taken.end(), name) != taken.end();
      if (again || (!taken.empty() && (name == "*" || taken.front() == "*"))) {
        table.fail("regions", "a region has two seasons");
      }
      taken.push_back(name);
    }
    if (table.has("months")) {
      const std::vector<double> months =
          table.reals("months", 12, {0.0, kMaxMultiplier, true, false});
      std::copy(months.begin(), months.end(), season.months.begin());
    }
    for (const ConfigTable& holiday : table.tables("holiday")) {
      season.holidays.push_back(read_holiday(holiday));
    }
    seasons.push_back(season);
  }
  return seasons;
}

FatigueSpec read_fatigue(const ConfigTable& root) {
  FatigueSpec fatigue;
  const auto table = root.table_if("fatigue");
  if (!table) return fatigue;
  fatigue.half_life_days = table->real_or("half_life_days", 14.0, kDaysRange);
  fatigue.response = table->real_or("response", 0.0, kMultiplierRange);
  fatigue.complaint = table->real_or("complaint", 0.0, kProbability);
  fatigue.unsubscribe = table->real_or("unsubscribe", 0.0, kProbability);
  fatigue.dropout = table->real_or("dropout", 1.0, kMultiplierRange);
  if (const auto cap = table->table_if("cap")) {
    fatigue.cap_contacts = static_cast<std::uint32_t>(
        cap->integer("contacts", 1, static_cast<std::int64_t>(kRememberedContacts)));
    fatigue.cap_days = cap->real("days", kDaysRange);
  }
  return fatigue;
}

}  // namespace tenure::simulator
