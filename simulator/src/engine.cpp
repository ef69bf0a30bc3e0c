#include "lifetime.hpp"
#include "plan.hpp"
#include "population_config.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/customers/order_history.hpp>
#include <tenure/simulator/engine.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace tenure::simulator {

namespace {

constexpr std::size_t kCustomersPerChunk = 1024;

// Streams of Purpose::kLatent of one customer and replication, told apart by event.
constexpr std::uint32_t kLifetimeEvent = 0;
constexpr std::uint32_t kSpendEvent = 1;

template <class T>
void add_all(std::vector<T>& into, const std::vector<T>& from) {
  for (std::size_t i = 0; i < into.size(); ++i) into[i] += from[i];
}

/// Who customer c is in a replication: drawn from prior or posterior.
class Starts {
 public:
  virtual ~Starts() = default;
  virtual std::uint64_t size() const = 0;
  virtual std::uint32_t region(std::uint64_t customer) const = 0;
  virtual std::size_t model(std::uint64_t customer) const = 0;
  virtual CustomerStart draw(const LifetimeModel& model, std::uint64_t seed, std::uint32_t run,
                             std::uint32_t customer) const = 0;
};

CustomerStart finish_start(const LifetimeModel& model, customers::BgNbdLatent latent,
                           double value_rate) {
  CustomerStart start;
  start.latent = latent;
  start.latent.rate /= model.days_per_unit;
  start.value_scale = 1.0 / std::max(value_rate, 1e-30);
  return start;
}

class NewStarts final : public Starts {
 public:
  explicit NewStarts(const Population& population)
      : bounds_(region_bounds(population.regions, population.customers)) {}
  std::uint64_t size() const override { return bounds_.back(); }
  std::uint32_t region(std::uint64_t customer) const override {
    return region_of(bounds_, customer);
  }
  std::size_t model(std::uint64_t customer) const override { return region(customer); }
  CustomerStart draw(const LifetimeModel& model, std::uint64_t seed, std::uint32_t run,
                     std::uint32_t customer) const override {
    RandomStream lifetime(seed, {Purpose::kLatent, run, customer, kLifetimeEvent});
    RandomStream spend(seed, {Purpose::kLatent, run, customer, kSpendEvent});
    CustomerStart start =
        finish_start(model, customers::draw_bg_nbd_prior(lifetime, model.orders),
                     customers::draw_gamma_gamma_rate(spend, model.spend, 0.0, 0.0));
    start.first_order = true;
    start.region = region(customer);
    return start;
  }

 private:
  std::vector<std::uint64_t> bounds_;
};

class ExistingStarts final : public Starts {
 public:
  explicit ExistingStarts(const ExistingCustomers& existing) : existing_(existing) {}
  std::uint64_t size() const override { return existing_.size(); }
  std::uint32_t region(std::uint64_t customer) const override {
    const auto nowhere = static_cast<std::uint32_t>(existing_.region_names.size());
    return existing_.region.empty() ? nowhere : std::min(existing_.region[customer], nowhere);
  }
  std::size_t model(std::uint64_t) const override { return 0; }
  CustomerStart draw(const LifetimeModel& model, std::uint64_t seed, std::uint32_t run,
                     std::uint32_t customer) const override {
    RandomStream lifetime(seed, {Purpose::kLatent, run, customer, kLifetimeEvent});
    RandomStream spend(seed, {Purpose::kLatent, run, customer, kSpendEvent});
    const double x = existing_.frequency[customer];
    const double t_x = existing_.recency[customer];
    const double age = existing_.age[customer];
    const double mean = existing_.mean_value[customer];
    // A customer whose repeat orders came to nothing tells the spend model nothing.
    const double spent =
        existing_.spend_frequency.empty() ? x : existing_.spend_frequency[customer];
    const double valued = mean > 0.0 ? spent : 0.0;
    CustomerStart start = finish_start(
        model, customers::draw_bg_nbd_posterior(lifetime, model.orders, x, t_x, age),
        customers::draw_gamma_gamma_rate(spend, model.spend, valued, valued > 0.0 ? mean : 0.0));
    start.days_idle = (age - t_x) * model.days_per_unit;
    start.region = region(customer);
    return start;
  }

 private:
  const ExistingCustomers& existing_;
};

/// One worker's sums; integers, so that adding the workers up in any order gives the same.
struct Sums {
  std::vector<Totals> totals;
  std::vector<LeverTotals> levers;
  std::vector<MonthTotals> months;
  std::vector<DayTotals> days;

  void size_for(const Outcome& outcome) {
    const std::size_t cells = outcome.strategies() * outcome.parameter_draws * outcome.replications;
    totals.resize(cells);
    levers.resize(cells * outcome.lever_names.size());
    months.resize(outcome.strategies() * outcome.months);
    days.resize(outcome.strategies() * outcome.days);
  }
  Tally tally(const Outcome& outcome, std::size_t strategy, std::uint32_t run) {
    const std::size_t runs = std::size_t{outcome.parameter_draws} * outcome.replications;
    const std::size_t cell = strategy * runs + run;
    return {&totals[cell], levers.data() + cell * outcome.lever_names.size(),
            &months[strategy * outcome.months], &days[strategy * outcome.days]};
  }
};

Outcome empty_outcome(const Scenario& scenario, std::uint64_t customers) {
  Outcome outcome;
  outcome.strategy_names.emplace_back("baseline");
  for (const StrategySpec& strategy : scenario.strategies) {
    outcome.strategy_names.push_back(strategy.name);
  }
  for (const LeverSpec& lever : scenario.levers) outcome.lever_names.push_back(lever.name);
  outcome.currency = scenario.currency;
  outcome.gross_margin = scenario.gross_margin;
  outcome.horizon_days = scenario.horizon_days;
  outcome.customers = customers;
  outcome.parameter_draws = scenario.parameter_draws;
  outcome.replications = scenario.replications;
  outcome.new_customers = !scenario.population.from_store;
  outcome.months = static_cast<std::size_t>(std::ceil(scenario.horizon_days / kDaysPerMonth));
  outcome.days = static_cast<std::size_t>(std::ceil(scenario.horizon_days));
  return outcome;
}

/// Costs that are there whoever is contacted.
void add_fixed_costs(const Scenario& scenario, const LifeContext& context, const Outcome& outcome,
                     Sums& sums) {
  const auto runs = static_cast<std::uint32_t>(outcome.parameter_draws * outcome.replications);
  for (std::size_t s = 1; s < outcome.strategies(); ++s) {
    for (const std::size_t lever : scenario.strategies[s - 1].levers) {
      const CostSpec& cost = scenario.levers[lever].cost;
      for (std::uint32_t run = 0; run < runs; ++run) {
        const Tally tally = sums.tally(outcome, s, run);
        add_cost(context, tally, lever, 0.0, to_money(cost.build));
        for (std::size_t month = 0; month < outcome.months; ++month) {
          add_cost(context, tally, lever, static_cast<double>(month) * kDaysPerMonth,
                   to_money(cost.monthly));
        }
      }
    }
  }
}

Outcome run(const Execution& execution, const Scenario& scenario, const Starts& starts,
            const std::vector<LifetimeModel>& models, const std::vector<std::string>& regions) {
  Outcome outcome = empty_outcome(scenario, starts.size());
  const Discount discount(scenario.discount_rate, scenario.horizon_days);
  const LifeContext context{&discount, scenario.gross_margin, scenario.horizon_days,
                            execution.seed};
  std::vector<Sums> sums(static_cast<std::size_t>(execution.concurrency()));
  for (Sums& worker : sums) worker.size_for(outcome);
  std::vector<PlannedDraw> plans;
  for (std::uint32_t draw = 0; draw < scenario.parameter_draws; ++draw) {
    execution.check_cancelled();
    plans.push_back(plan_draw(execution, scenario, models, regions, draw));
  }
  const std::uint64_t chunks = (starts.size() + kCustomersPerChunk - 1) / kCustomersPerChunk;
  const auto body = [&](const Chunk& chunk) {
    const auto draw = static_cast<std::uint32_t>(chunk.begin / chunks);
    const PlannedDraw& plan = plans[draw];
    Sums& mine = sums[static_cast<std::size_t>(chunk.worker)];
    const std::uint64_t first = chunk.begin % chunks * kCustomersPerChunk;
    const std::uint64_t last = std::min<std::uint64_t>(starts.size(), first + kCustomersPerChunk);
    OrderDraws draws;
    for (std::uint32_t r = 0; r < scenario.replications; ++r) {
      const std::uint32_t run_index = draw * scenario.replications + r;
      for (std::uint64_t c = first; c < last; ++c) {
        const auto customer = static_cast<std::uint32_t>(c);
        const LifetimeModel& model = plan.models[starts.model(c)];
        const CustomerStart start = starts.draw(model, execution.seed, run_index, customer);
        draws.reset(execution.seed, run_index, customer, model.spend.p);
        for (std::size_t s = 0; s < plan.strategies.size(); ++s) {
          simulate_customer(context, plan.strategies[s], start, run_index, customer, draws,
                            mine.tally(outcome, s, run_index));
        }
      }
    }
  };
  parallel_for(execution, chunks * scenario.parameter_draws, 1, body, "simulate");
  add_fixed_costs(scenario, context, outcome, sums.front());
  for (std::size_t worker = 1; worker < sums.size(); ++worker) {
    add_all(sums.front().totals, sums[worker].totals);
    add_all(sums.front().levers, sums[worker].levers);
    add_all(sums.front().months, sums[worker].months);
    add_all(sums.front().days, sums[worker].days);
  }
  outcome.totals = std::move(sums.front().totals);
  outcome.lever_totals = std::move(sums.front().levers);
  outcome.month_totals = std::move(sums.front().months);
  outcome.day_totals = std::move(sums.front().days);
  for (const Totals& totals : outcome.totals) {
    outcome.events += static_cast<std::uint64_t>(totals.orders + totals.contacts);
  }
  return outcome;
}

void check_lever_regions(const Scenario& scenario, const std::vector<std::string>& regions) {
  for (const LeverSpec& lever : scenario.levers) {
    for (const std::string& name : lever.regions) {
      if (std::find(regions.begin(), regions.end(), name) == regions.end()) {
        throw ArgumentError("lever '" + lever.name + "' is for region '" + name +
                            "', which no customer has");
      }
    }
  }
}

bool any_lever_uncertain(const Scenario& scenario) {
  return std::any_of(scenario.levers.begin(), scenario.levers.end(),
                     [](const LeverSpec& lever) { return lever.uncertain(); });
}

}  // namespace

Totals& Totals::operator+=(const Totals& other) noexcept {
  orders += other.orders;
  contacts += other.contacts;
  responses += other.responses;
  redemptions += other.redemptions;
  revenue += other.revenue;
  margin += other.margin;
  cost += other.cost;
  discounted_margin += other.discounted_margin;
  discounted_cost += other.discounted_cost;
  active += other.active;
  for (std::size_t i = 0; i < retained.size(); ++i) retained[i] += other.retained[i];
  return *this;
}

LeverTotals& LeverTotals::operator+=(const LeverTotals& other) noexcept {
  contacts += other.contacts;
  responses += other.responses;
  redemptions += other.redemptions;
  cost += other.cost;
  return *this;
}

MonthTotals& MonthTotals::operator+=(const MonthTotals& other) noexcept {
  orders += other.orders;
  contacts += other.contacts;
  revenue += other.revenue;
  margin += other.margin;
  cost += other.cost;
  return *this;
}

DayTotals& DayTotals::operator+=(const DayTotals& other) noexcept {
  margin += other.margin;
  cost += other.cost;
  return *this;
}

void ExistingCustomers::validate() const {
  validate_model(model, "existing customers");
  const std::size_t n = frequency.size();
  if (n == 0) throw ArgumentError("existing customers: there are none");
  if (n > kMaxCustomers) throw ArgumentError("existing customers: more than 2^32 - 2");
  if (recency.size() != n || age.size() != n || mean_value.size() != n ||
      (!spend_frequency.empty() && spend_frequency.size() != n) ||
      (!region.empty() && region.size() != n)) {
    throw ArgumentError("existing customers: columns differ in length");
  }
  for (std::size_t i = 0; i < n; ++i) {
    const bool fits = frequency[i] >= 0.0 && recency[i] >= 0.0 && recency[i] <= age[i] &&
                      std::isfinite(frequency[i]) && std::isfinite(age[i]) &&
                      std::isfinite(mean_value[i]) && (frequency[i] > 0.0 || recency[i] == 0.0);
    const bool spend_fits =
        spend_frequency.empty() || (spend_frequency[i] >= 0.0 && std::isfinite(spend_frequency[i]));
    const bool region_fits =
        region.empty() || region[i] == customers::kNoRegion || region[i] < region_names.size();
    if (!fits || !spend_fits || !region_fits) {
      throw ArgumentError("existing customers: row " + std::to_string(i) +
                          " has no valid frequency, recency, age, value or region");
    }
  }
}

Outcome simulate(const Execution& execution, const Scenario& scenario) {
  scenario.validate();
  if (scenario.population.from_store) {
    throw ArgumentError("the scenario is about the customers of a store: hand them in");
  }
  std::vector<LifetimeModel> models;
  std::vector<std::string> regions;
  for (const RegionSpec& region : scenario.population.regions) {
    models.push_back(region.model);
    regions.push_back(region.name);
  }
  check_lever_regions(scenario, regions);
  Outcome outcome = run(execution, scenario, NewStarts(scenario.population), models, regions);
  outcome.uncertain = scenario.uncertain();
  return outcome;
}

Outcome simulate(const Execution& execution, const Scenario& scenario,
                 const ExistingCustomers& existing) {
  scenario.validate();
  existing.validate();
  if (!scenario.population.from_store) {
    throw ArgumentError("the scenario has customers of its own: from_store is not set");
  }
  std::vector<std::string> regions = existing.region_names;
  check_lever_regions(scenario, regions);
  regions.emplace_back();  // of customers whose region is unknown: no lever names it
  Outcome outcome = run(execution, scenario, ExistingStarts(existing), {existing.model}, regions);
  outcome.uncertain =
      scenario.parameter_draws > 1 && (existing.model.uncertain() || any_lever_uncertain(scenario));
  return outcome;
}

}  // namespace tenure::simulator
