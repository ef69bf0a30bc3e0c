#include "engine/people.hpp"
#include "results/order_flow.hpp"
#include "scenario/population_config.hpp"

#include <tenure/core/parallel.hpp>
#include <tenure/simulator/expectation.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace tenure::simulator {

namespace {

/// A region's expected discounted margin of one customer by the day of its first order.
class RegionValue {
 public:
  RegionValue(const Scenario& scenario, const RegionSpec& region, const LifetimeModel& model,
              const Season& season, const Discount& discount, bool by_day)
      : initial_(0.0) {
    const customers::GammaGammaParameters& spend = model.spend;
    const double value = spend.p * spend.gamma / (spend.q - 1.0);
    const double margin = (1.0 - region.return_share) * scenario.gross_margin * value -
                          region.return_share * scenario.return_cost;
    const OrderFlow flow(model, season, scenario.horizon_days);
    initial_ = margin * flow.discounted_orders(discount, 0.0);
    for (double day = 0.0; by_day && day < scenario.horizon_days; day += 1.0) {
      const double middle = day + 0.5 * std::min(1.0, scenario.horizon_days - day);
      by_day_.push_back(margin * flow.discounted_orders(discount, middle));
    }
  }

  double of_day_zero() const { return initial_; }
  /// Mean over customers who come evenly over [from, from + days).
  double over(double from, double days) const {
    double sum = 0.0;
    const double to = from + days;
    for (double begin = from; begin < to;) {
      const double end = std::min(std::floor(begin) + 1.0, to);
      const auto day = std::min(static_cast<std::size_t>(begin), by_day_.size() - 1);
      sum += (end - begin) * by_day_[day];
      begin = end;
    }
    return sum / days;
  }

 private:
  double initial_;
  std::vector<double> by_day_;
};

bool has_acquisition(const Scenario& scenario, const std::string& region) {
  const auto& entries = scenario.population.acquisition;
  return std::any_of(entries.begin(), entries.end(),
                     [&](const AcquisitionSpec& entry) { return entry.region == region; });
}

}  // namespace

std::vector<double> expected_baseline_margins(const Execution& execution,
                                              const Scenario& scenario) {
  scenario.validate();
  if (scenario.population.from_store) return {};
  std::vector<LifetimeModel> models;
  std::vector<std::string> names;
  for (const RegionSpec& region : scenario.population.regions) {
    models.push_back(region.model);
    names.push_back(region.name);
  }
  const Discount discount(scenario.discount_rate, scenario.horizon_days);
  const std::vector<Season> seasons = seasons_of(scenario, names);
  const People people(scenario, nullptr, names, execution.seed);
  const auto bounds = region_bounds(scenario.population.regions, scenario.population.customers);
  const std::uint32_t draws = scenario.parameter_draws;
  const std::uint32_t replications = scenario.replications;
  std::vector<double> margins(std::size_t{draws} * replications, 0.0);
  const auto body = [&](const Chunk& chunk) {
    const auto draw = static_cast<std::uint32_t>(chunk.begin);
    const PlannedDraw plan = plan_draw(execution, scenario, models, names, draw);
    std::vector<RegionValue> values;
    double initial = 0.0;
    for (std::size_t i = 0; i < names.size(); ++i) {
      values.emplace_back(scenario, scenario.population.regions[i], plan.models[i].model,
                          seasons[i], discount, has_acquisition(scenario, names[i]));
      initial += static_cast<double>(bounds[i + 1] - bounds[i]) * values[i].of_day_zero();
    }
    for (std::uint32_t r = 0; r < replications; ++r) {
      double& margin = margins[std::size_t{draw} * replications + r];
      margin = initial;
      // The run's key, as Work::key has it.
      for (const Intake& intake :
           people.roster(plan.strategies.front(), r * draws + draw).intakes) {
        if (intake.count == 0) continue;
        margin += static_cast<double>(intake.count) *
                  values[intake.region].over(intake.from_day, intake.days);
      }
    }
  };
  parallel_for(execution, draws, 1, body, "expectations");
  return margins;
}

}  // namespace tenure::simulator
