#include <tenure/core/error.hpp>
#include <tenure/customers/lifetime_model.hpp>
#include <tenure/simulator/fitted_customers.hpp>

#include <algorithm>
#include <cstdint>
#include <string>

namespace tenure::simulator {

Family order_family(std::string_view order_model) {
  std::string known;
  for (const Family family : kOrderFamilies) {
    const std::string_view name = to_string(family);
    if (name == order_model) return family;
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  throw ArgumentError("the simulator has no order model '" + std::string(order_model) + "', only " +
                      known);
}

void set_order_model(LifetimeModel& model, const customers::FitReport& orders) {
  model.family = order_family(orders.model);
  const auto& e = orders.estimates;
  model.orders = {e.at(0), e.at(1), e.at(2), e.at(3)};
  model.days_per_unit = orders.days_per_unit;
  std::copy(orders.log_covariance.begin(), orders.log_covariance.end(),
            model.orders_log_covariance.begin());
}

FittedCustomers fit_customers(const Execution& execution, const EventTable& events,
                              const customers::OrderHistory& history,
                              const customers::CalibrationSummary& summary,
                              std::string_view order_model) {
  static_cast<void>(order_family(order_model));
  if (!history.has_value) throw ArgumentError("the log has no prices, which a spend model needs");
  customers::LifetimeFitOptions options;
  options.prior = customers::PriorUse::kWhereNeeded;
  FittedCustomers fitted;
  fitted.orders = customers::fit_lifetime(execution, order_model, summary.counts, options);
  const customers::GammaGammaFit spend = customers::fit_gamma_gamma(
      execution, summary.spend_frequency, summary.mean_value, options.prior);
  fitted.spend = customers::fit_report(spend);
  ExistingCustomers& existing = fitted.customers;
  set_order_model(existing.model, fitted.orders);
  existing.model.spend = spend.parameters;
  existing.model.spend_log_covariance = spend.log_covariance;
  existing.frequency = summary.counts.frequency;
  existing.recency = summary.counts.recency;
  existing.age = summary.counts.age;
  existing.mean_value = summary.mean_value;
  existing.spend_frequency = summary.spend_frequency;
  existing.caveat = customers::prior_note(summary.counts, {&fitted.orders, &fitted.spend});
  if (history.region.empty()) return fitted;
  for (const std::uint32_t customer : summary.customer) {
    existing.region.push_back(history.region[customer]);
  }
  for (std::uint32_t r = 0; r < events.regions.size(); ++r) {
    existing.region_names.emplace_back(events.regions[r]);
  }
  return fitted;
}

}  // namespace tenure::simulator
