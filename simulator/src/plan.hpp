#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/core/money.hpp>
#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/scenario.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

/// A scenario made ready for the event loop: one outer draw's parameters, times in days, money in
/// micro-units.
namespace tenure::simulator {

/// A lever as a strategy uses it.
struct PlannedLever {
  std::size_t index = 0;  ///< into Scenario::levers: keys the random numbers of its contacts
  double days_idle = 0.0;
  double repeat_days = 0.0;
  unsigned max_times = 1;
  double max_days_idle = 0.0;
  double redemption_days = 0.0;
  Money contact_cost = 0;
  Money redemption_cost = 0;
  double redemption_share = 0.0;
  double uptake = 0.0;
  double rate_excess = 0.0;  ///< multiplier - 1 at the moment of a response
  double dropout_excess = 0.0;
  double basket_excess = 0.0;
  double decay = 0.0;                  ///< ln 2 / half-life, a day; 0 for ever
  std::vector<std::uint8_t> eligible;  ///< by region code
};

struct PlannedStrategy {
  std::vector<PlannedLever> levers;
  bool changes_rate = false;
};

/// Discount factor by day, linear within a day: within 1e-8 of (1 + rate)^(-t / 365) up to a rate
/// of 10 %.
class Discount {
 public:
  Discount(double rate, double horizon_days);
  double at(double day) const noexcept {
    const auto whole = static_cast<std::size_t>(day);
    const double low = factors_[whole];
    return low + (day - static_cast<double>(whole)) * (factors_[whole + 1] - low);
  }

 private:
  std::vector<double> factors_;
};

/// Everything an outer draw fixes.
struct PlannedDraw {
  std::vector<LifetimeModel> models;        ///< by region; one for customers of a store
  std::vector<PlannedStrategy> strategies;  ///< the baseline first
};

/// Parameters of outer draw `draw`: the stated values where nothing is uncertain, else draws from
/// Purpose::kParameter, equal for every strategy.
PlannedDraw plan_draw(const Execution& execution, const Scenario& scenario,
                      const std::vector<LifetimeModel>& models,
                      const std::vector<std::string>& region_names, std::uint32_t draw);

}  // namespace tenure::simulator
