#include "five_year.hpp"

#include <filesystem>

namespace tenure::bench {

simulator::Scenario five_year_scenario(std::uint64_t customers) {
  const auto path =
      std::filesystem::path(TENURE_SOURCE_DIR) / "datasets/scenarios/cross-border-5y.toml";
  simulator::Scenario scenario = simulator::read_scenario(path.string());
  const double times =
      static_cast<double>(customers) / static_cast<double>(scenario.population.customers);
  scenario.population.customers = customers;
  scenario.parameter_draws = 1;
  scenario.replications = 1;
  scenario.strategies.resize(1);
  for (auto& entry : scenario.population.acquisition) entry.per_month *= times;
  for (auto& lever : scenario.levers) {
    lever.capacity_per_week *= times;
    lever.cost.build *= times;
    lever.cost.monthly *= times;
  }
  for (auto& phase : scenario.strategies.front().phases) phase.budget *= times;
  return scenario;
}

}  // namespace tenure::bench
