#include <tenure/core/error.hpp>
#include <tenure/customers/early_warning.hpp>
#include <tenure/customers/forecast.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

namespace tenure::customers {
namespace {

constexpr std::size_t kForecastHistory = 8;  // fewest periods to forecast from

// What a rule finds at one period.
struct Judgement {
  double value = 0.0;
  std::optional<double> reference;
  std::optional<double> change;
  WarningLevel level = WarningLevel::kGreen;
};

// The last periods of one group.
struct Series {
  std::vector<std::optional<double>> figure;
  std::vector<std::uint64_t> orders;
};

WarningLevel level_of(bool amber, bool red) {
  return red ? WarningLevel::kRed : amber ? WarningLevel::kAmber : WarningLevel::kGreen;
}

// Levels of a value against fixed limits, the worse direction counted.
WarningLevel beyond(const WarningRule& rule, double value) {
  const auto worse = [&](double limit) {
    return rule.worse_down ? value <= limit : value >= limit;
  };
  return level_of(worse(rule.amber), worse(rule.red));
}

double mean_orders(const Series& series, std::size_t begin, std::size_t end) {
  const double sum = std::accumulate(series.orders.begin() + static_cast<std::ptrdiff_t>(begin),
                                     series.orders.begin() + static_cast<std::ptrdiff_t>(end), 0.0);
  return sum / static_cast<double>(end - begin);
}

// Mean of the figure over [begin, end); empty where one of them is.
std::optional<double> mean_figure(const Series& series, std::size_t begin, std::size_t end) {
  double sum = 0.0;
  for (std::size_t i = begin; i < end; ++i) {
    if (!series.figure[i]) return std::nullopt;
    sum += *series.figure[i];
  }
  return sum / static_cast<double>(end - begin);
}

std::optional<Judgement> judge_level(const WarningRule& rule, const Series& series,
                                     std::size_t at) {
  const double orders = static_cast<double>(series.orders[at]);
  if (!series.figure[at] || orders < rule.minimum_orders) return std::nullopt;
  Judgement judgement;
  judgement.value = *series.figure[at];
  judgement.level = beyond(rule, judgement.value);
  return judgement;
}

// Against the mean of the periods [begin, end).
std::optional<Judgement> judge_change(const WarningRule& rule, const Series& series, std::size_t at,
                                      std::size_t begin, std::size_t end) {
  const auto reference = mean_figure(series, begin, end);
  if (!series.figure[at] || !reference || !(*reference > 0.0) ||
      mean_orders(series, begin, end) < rule.minimum_orders) {
    return std::nullopt;
  }
  Judgement judgement;
  judgement.value = *series.figure[at];
  judgement.reference = reference;
  judgement.change = judgement.value / *reference - 1.0;
  const double worse = rule.worse_down ? -*judgement.change : *judgement.change;
  // A fall from 20 to 19 is 5 % although 19 / 20 - 1 is a little more than -0.05.
  constexpr double kRounding = 1e-12;
  judgement.level = level_of(worse >= rule.amber - kRounding, worse >= rule.red - kRounding);
  return judgement;
}

std::optional<Judgement> judge_forecast(const Execution& execution, const WarningRule& rule,
                                        const Series& series, std::size_t at) {
  if (at < kForecastHistory || !series.figure[at] ||
      mean_orders(series, 0, at) < rule.minimum_orders) {
    return std::nullopt;
  }
  std::vector<double> past;
  for (std::size_t i = 0; i < at; ++i) {
    if (!series.figure[i]) return std::nullopt;
    past.push_back(*series.figure[i]);
  }
  const Forecast ahead =
      forecast(fit_best_smoothing(execution, past, periods_a_year(rule.period)), 1);
  Judgement judgement;
  judgement.value = *series.figure[at];
  judgement.reference = ahead.mean[0];
  if (ahead.mean[0] != 0.0) judgement.change = judgement.value / ahead.mean[0] - 1.0;
  const auto passed = [&](double level) {
    const auto [low, high] = ahead.interval(0, level);
    return rule.worse_down ? judgement.value < low : judgement.value > high;
  };
  judgement.level = level_of(passed(rule.amber), passed(rule.red));
  return judgement;
}

std::optional<Judgement> judge(const Execution& execution, const WarningRule& rule,
                               const Series& series, std::size_t at) {
  switch (rule.reference) {
    case WarningReference::kLevel:
      return judge_level(rule, series, at);
    case WarningReference::kForecast:
      return judge_forecast(execution, rule, series, at);
    case WarningReference::kPrevious:
    case WarningReference::kYearAgo:
    case WarningReference::kAverage:
      break;
  }
  const bool year = rule.reference == WarningReference::kYearAgo;
  const bool average = rule.reference == WarningReference::kAverage;
  const std::size_t back = year ? periods_a_year(rule.period) : average ? rule.window : 1;
  if (at < back) return std::nullopt;
  return judge_change(rule, series, at, at - back, year ? at - back + 1 : at);
}

/// Judges every rule on every group it is for.
class Watch {
 public:
  Watch(const Execution& execution, EarlyWarnings& found) : execution_(execution), found_(found) {}

  void group(const WarningRule& rule, const std::string& name, const PeriodFigures& figures) {
    execution_.check_cancelled();
    if (figures.size() == 0) {
      ++found_.not_judged;
      return;
    }
    const Series series{series_of(figures, rule.figure), figures.orders};
    const std::size_t last = figures.size() - 1;
    const auto now = judge(execution_, rule, series, last);
    if (!now) {
      ++found_.not_judged;
      return;
    }
    Warning warning;
    warning.rule = rule.name;
    warning.figure = rule.figure;
    warning.scope = rule.scope;
    warning.group = name;
    warning.first_day = figures.first_day[last];
    warning.period = rule.period;
    warning.value = now->value;
    warning.reference = now->reference;
    warning.change = now->change;
    warning.level = now->level;
    if (last > 0) {
      if (const auto before = judge(execution_, rule, series, last - 1)) {
        warning.previous_level = before->level;
      }
    }
    found_.warnings.push_back(std::move(warning));
  }

 private:
  const Execution& execution_;
  EarlyWarnings& found_;
};

}  // namespace

const char* to_string(WarningLevel level) noexcept {
  switch (level) {
    case WarningLevel::kGreen:
      return "green";
    case WarningLevel::kAmber:
      return "amber";
    case WarningLevel::kRed:
      return "red";
  }
  return "";
}

const char* to_string(WarningReference reference) noexcept {
  switch (reference) {
    case WarningReference::kPrevious:
      return "previous";
    case WarningReference::kYearAgo:
      return "year-ago";
    case WarningReference::kAverage:
      return "average";
    case WarningReference::kForecast:
      return "forecast";
    case WarningReference::kLevel:
      return "level";
  }
  return "";
}

const char* to_string(WarningScope scope) noexcept {
  switch (scope) {
    case WarningScope::kAll:
      return "all";
    case WarningScope::kRegion:
      return "region";
    case WarningScope::kChannel:
      return "channel";
  }
  return "";
}

void check_warning_rule(const WarningRule& rule) {
  const auto refuse = [&](const std::string& why) {
    throw ArgumentError("rule '" + rule.name + "': " + why);
  };
  if (!std::isfinite(rule.amber) || !std::isfinite(rule.red)) refuse("limits must be finite");
  if (rule.reference == WarningReference::kLevel) {
    if (rule.worse_down ? rule.red >= rule.amber : rule.red <= rule.amber) {
      refuse(rule.worse_down ? "red must be under amber where less is worse"
                             : "red must be over amber where more is worse");
    }
  } else if (!(rule.amber > 0.0 && rule.amber < rule.red)) {
    refuse("needs 0 < amber < red");
  }
  if (rule.reference == WarningReference::kForecast && !(rule.red < 1.0)) {
    refuse("amber and red are levels of intervals, under 1");
  }
  if (rule.window == 0) refuse("the window must be at least 1 period");
  if (!std::isfinite(rule.minimum_orders) || rule.minimum_orders < 0.0) {
    refuse("minimum_orders must be finite and not negative");
  }
}

EarlyWarnings early_warnings(const Execution& execution, const std::vector<WarningRule>& rules,
                             const OrderHistory& history, const CustomerGroups& regions,
                             const CustomerGroups& channels) {
  for (const WarningRule& rule : rules) check_warning_rule(rule);
  EarlyWarnings found;
  Watch watch(execution, found);
  for (const WarningScope scope :
       {WarningScope::kAll, WarningScope::kRegion, WarningScope::kChannel}) {
    const CustomerGroups& groups = scope == WarningScope::kChannel ? channels : regions;
    std::vector<const WarningRule*> mine;
    for (const WarningRule& rule : rules) {
      if (rule.scope == scope) mine.push_back(&rule);
    }
    if (mine.empty()) continue;
    if (scope == WarningScope::kAll) {
      for (const WarningRule* rule : mine) {
        watch.group(*rule, "all", period_figures(history, rule->period));
      }
      continue;
    }
    if (groups.empty()) {
      for (const WarningRule* rule : mine) found.skipped.push_back(rule->name);
      continue;
    }
    const OrderHistory grouped = regrouped(history, groups);
    for (const PeriodUnit unit : {PeriodUnit::kWeek, PeriodUnit::kMonth}) {
      const bool wanted = std::any_of(mine.begin(), mine.end(),
                                      [&](const WarningRule* r) { return r->period == unit; });
      for (std::uint32_t g = 0; wanted && g < groups.names.size(); ++g) {
        const PeriodFigures figures = period_figures(grouped, unit, g);
        for (const WarningRule* rule : mine) {
          if (rule->period == unit) watch.group(*rule, groups.names[g], figures);
        }
      }
    }
  }
  // By level; then the rules' order, scope, unit and group order above, made one by the rules.
  const auto order = [&](const Warning& warning) {
    return std::find_if(rules.begin(), rules.end(),
                        [&](const WarningRule& rule) { return rule.name == warning.rule; }) -
           rules.begin();
  };
  std::stable_sort(found.warnings.begin(), found.warnings.end(),
                   [&](const Warning& a, const Warning& b) {
                     return a.level != b.level ? a.level > b.level : order(a) < order(b);
                   });
  return found;
}

}  // namespace tenure::customers
