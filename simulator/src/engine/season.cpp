#include "engine/season.hpp"

#include <tenure/core/time.hpp>

#include <algorithm>
#include <cmath>

namespace tenure::simulator {

namespace {

int code(const MonthDay& day) { return day.month * 100 + day.day; }

double factor_on(const SeasonSpec& spec, const CivilDate& date) {
  double factor = spec.months[static_cast<std::size_t>(date.month - 1)];
  const int today = date.month * 100 + date.day;
  for (const HolidaySpec& holiday : spec.holidays) {
    const int from = code(holiday.from);
    const int to = code(holiday.to);
    const bool inside = from <= to ? today >= from && today <= to : today >= from || today <= to;
    if (inside) factor *= holiday.factor;
  }
  return factor;
}

}  // namespace

Season::Season(const SeasonSpec& spec, std::int64_t start_day, double horizon_days) {
  const auto days = static_cast<std::size_t>(std::ceil(horizon_days));
  for (std::size_t day = 0; day <= days; ++day) {
    const double factor =
        day == days ? 1.0
                    : factor_on(spec, civil_from_days(start_day + static_cast<std::int64_t>(day)));
    const auto from = static_cast<double>(day);
    if (pieces_.empty()) {
      pieces_.push_back({from, factor, 0.0});
    } else if (factor != pieces_.back().factor) {
      const SeasonPiece& last = pieces_.back();
      pieces_.push_back({from, factor, last.before + last.factor * (from - last.from)});
    }
    piece_of_day_.push_back(static_cast<std::uint16_t>(pieces_.size() - 1));
  }
}

Season::Season(const std::vector<double>& factors, std::size_t days_each) {
  for (std::size_t k = 0; k <= factors.size(); ++k) {
    const double factor = k == factors.size() ? 1.0 : factors[k];
    const auto from = static_cast<double>(k * days_each);
    const double before =
        k == 0 ? 0.0 : pieces_.back().before + pieces_.back().factor * (from - pieces_.back().from);
    pieces_.push_back({from, factor, before});
    const std::size_t days = k == factors.size() ? 1 : days_each;
    piece_of_day_.insert(piece_of_day_.end(), days, static_cast<std::uint16_t>(k));
  }
}

std::vector<Season> seasons_of(const Scenario& scenario, const std::vector<std::string>& regions) {
  std::vector<Season> seasons;
  for (const std::string& name : regions) {
    const auto it =
        std::find_if(scenario.seasons.begin(), scenario.seasons.end(), [&](const SeasonSpec& spec) {
          return spec.regions.empty() ||
                 std::find(spec.regions.begin(), spec.regions.end(), name) != spec.regions.end();
        });
    seasons.push_back(it == scenario.seasons.end()
                          ? Season()
                          : Season(*it, scenario.start_day.value_or(0), scenario.horizon_days));
  }
  return seasons;
}

std::vector<double> calendar_days(const std::vector<MonthDay>& days, std::int64_t start_day,
                                  double horizon_days) {
  std::vector<double> found;
  for (std::int64_t day = 0; static_cast<double>(day) < horizon_days; ++day) {
    const CivilDate date = civil_from_days(start_day + day);
    const bool wanted = std::any_of(days.begin(), days.end(), [&](const MonthDay& d) {
      return d.month == date.month && d.day == date.day;
    });
    if (wanted) found.push_back(static_cast<double>(day));
  }
  return found;
}

}  // namespace tenure::simulator
