#include "engine/people.hpp"

#include "engine/life.hpp"
#include "families/families.hpp"
#include "scenario/budget.hpp"
#include "scenario/population_config.hpp"

#include <tenure/core/distributions.hpp>

#include <algorithm>
#include <cmath>

namespace tenure::simulator {

namespace {

// Streams of Purpose::kAcquisition whose work item is a share of the acquisition. Referrals use the
// customer's index and an event of their own; these events are over all of theirs.
constexpr std::uint32_t kCountEvent = 0xFFFFFFFEU;
constexpr std::uint32_t kExtraEvent = 0xFFFFFFFFU;

double grown(double growth, double day) { return std::pow(1.0 + growth, day / 365.0); }

}  // namespace

People::People(const Scenario& scenario, const ExistingCustomers* existing,
               const std::vector<std::string>& region_names, std::uint64_t seed)
    : scenario_(scenario), existing_(existing), region_names_(region_names), seed_(seed) {
  if (existing_ == nullptr) {
    bounds_ = region_bounds(scenario.population.regions, scenario.population.customers);
    initial_ = bounds_.back();
  } else {
    initial_ = existing_->size();
  }
  const auto& entries = scenario.population.acquisition;
  const double horizon = scenario.horizon_days;
  for (std::size_t month = 0; !entries.empty() && month_start(month) < horizon; ++month) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const double from = std::max(month_start(month), entries[i].from_day);
      const double to = std::min({month_start(month + 1), entries[i].to_day, horizon});
      if (!(to > from)) continue;
      const double mean =
          entries[i].per_month * grown(entries[i].growth, from) * (to - from) / kDaysPerMonth;
      shares_.push_back({i, from, to - from, mean});
    }
  }
}

std::uint32_t People::region_code(const std::string& name) const {
  const auto it = std::find(region_names_.begin(), region_names_.end(), name);
  const auto at = static_cast<std::uint32_t>(it - region_names_.begin());
  return std::min(at, static_cast<std::uint32_t>(region_names_.size() - 1));
}

const PlannedModel& People::model_of(const PlannedDraw& plan, std::uint32_t region) const {
  return plan.models.size() == 1 ? plan.models.front() : plan.models[region];
}

/// Poisson, or the mean with what rounding leaves carried to the entry's next month.
std::uint64_t People::draw_count(const Share& share, std::size_t place, double mean,
                                 double& carried, std::uint32_t run, std::uint32_t event) const {
  if (mean <= 0.0) return 0;
  if (scenario_.population.acquisition[share.entry].poisson) {
    RandomStream stream(seed_,
                        {Purpose::kAcquisition, run, static_cast<std::uint32_t>(place), event});
    return draw_poisson(stream, mean);
  }
  const double before = carried;
  carried += mean;
  return static_cast<std::uint64_t>(std::floor(carried + 0.5) - std::floor(before + 0.5));
}

Roster People::roster(const PlannedStrategy& strategy, std::uint32_t run) const {
  Roster roster;
  roster.shared = initial_;
  std::vector<double> carried(scenario_.population.acquisition.size(), 0.0);
  std::vector<double> carried_extra = carried;
  std::vector<Intake> extra;
  for (std::size_t place = 0; place < shares_.size(); ++place) {
    const Share& share = shares_[place];
    const AcquisitionSpec& entry = scenario_.population.acquisition[share.entry];
    const std::uint32_t region = region_code(entry.region);
    double volume = 1.0;
    double price = 1.0;
    for (const PlannedLever& lever : strategy.levers) {
      if (lever.kind != TriggerKind::kAlways || lever.eligible[region] == 0 ||
          share.from_day < lever.from_day) {
        continue;
      }
      volume *= lever.acquisition;
      price *= lever.acquisition_cost;
    }
    Intake intake;
    intake.first = roster.shared;
    intake.count = draw_count(share, place, share.mean, carried[share.entry], run, kCountEvent);
    intake.from_day = share.from_day;
    intake.days = share.days;
    intake.region = region;
    Intake more = intake;
    more.count = draw_count(share, place, share.mean * (volume - 1.0), carried_extra[share.entry],
                            run, kExtraEvent);
    const double usual = entry.per_month * share.days / kDaysPerMonth;
    const auto won = static_cast<double>(intake.count + more.count);
    const double crowding = won > 0.0 ? std::pow(won / usual, entry.cost_elasticity) : 1.0;
    intake.cost = to_money(std::min(
        kMaxCost, entry.cost * price * crowding * grown(entry.cost_growth, share.from_day)));
    more.cost = intake.cost;
    roster.shared += intake.count;
    roster.intakes.push_back(intake);
    extra.push_back(more);
  }
  roster.total = roster.shared;
  for (Intake& intake : extra) {
    intake.first = roster.total;
    roster.total += intake.count;
    if (intake.count > 0) roster.intakes.push_back(intake);
  }
  return roster;
}

CustomerState People::existing_customer(const PlannedDraw& plan, std::uint32_t run,
                                        std::uint32_t customer) const {
  const auto nowhere = static_cast<std::uint32_t>(existing_->region_names.size());
  const double x = existing_->frequency[customer];
  History history{x, existing_->recency[customer], existing_->age[customer], x,
                  existing_->mean_value[customer]};
  if (!existing_->spend_frequency.empty()) {
    history.spend_frequency = existing_->spend_frequency[customer];
  }
  CustomerState state;
  ObservableState& seen = state.seen;
  seen.region =
      0xFFU &
      (existing_->region.empty() ? nowhere : std::min(existing_->region[customer], nowhere));
  const LifetimeModel& model = model_of(plan, seen.region).model;
  state.latent = posterior_latent(model, history, seed_, run, customer);
  seen.first_order = static_cast<float>(-history.age * model.days_per_unit);
  seen.last_order = static_cast<float>((history.recency - history.age) * model.days_per_unit);
  seen.orders =
      0xFFFFU & static_cast<std::uint32_t>(std::min(x + 1.0, static_cast<double>(kMaxOrders - 1)));
  return state;
}

void People::arrive_new(const PlannedDraw& plan, std::uint32_t run, std::uint64_t first,
                        std::uint64_t last, std::uint32_t region, std::uint32_t intake,
                        const Roster& roster, std::vector<Arrival>& out) const {
  constexpr std::size_t kBatch = 256;
  std::array<Latent, kBatch> latents;
  const PlannedModel& model = model_of(plan, region);
  for (std::uint64_t begin = first; begin < last; begin += kBatch) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kBatch, last - begin));
    draw_latents(seed_, run, static_cast<std::uint32_t>(begin), model.latents,
                 std::span(latents).first(count));
    for (std::size_t i = 0; i < count; ++i) {
      Arrival& arrival = out.emplace_back();
      const double day = intake == kFromTheStart ? 0.0 : roster.intakes[intake].day_of(begin + i);
      arrival.state.latent = new_latent(model.model, latents[i], day);
      arrival.state.seen.region = region & 0xFFU;
      arrival.intake = intake;
    }
  }
}

void People::arrive(const PlannedDraw& plan, const Roster& roster, std::uint32_t run,
                    std::uint64_t first, std::uint64_t last, std::vector<Arrival>& out) const {
  out.clear();
  while (first < last) {
    if (first < initial_ && existing_ != nullptr) {
      out.emplace_back().state = existing_customer(plan, run, static_cast<std::uint32_t>(first));
      ++first;
      continue;
    }
    if (first < initial_) {
      const std::uint32_t region = region_of(bounds_, first);
      const std::uint64_t end = std::min(last, bounds_[region + 1]);
      arrive_new(plan, run, first, end, region, kFromTheStart, roster, out);
      first = end;
      continue;
    }
    const auto it = std::upper_bound(
        roster.intakes.begin(), roster.intakes.end(), first,
        [](std::uint64_t customer, const Intake& intake) { return customer < intake.first; });
    const auto place = static_cast<std::uint32_t>(it - roster.intakes.begin() - 1);
    const Intake& intake = roster.intakes[place];
    const std::uint64_t end = std::min(last, intake.first + intake.count);
    arrive_new(plan, run, first, end, intake.region, place, roster, out);
    first = end;
  }
}

CustomerState People::brought(const PlannedDraw& plan, std::uint32_t run, std::uint32_t customer,
                              const Spawn& spawn, double day) const {
  const PlannedModel& model = model_of(plan, spawn.region);
  CustomerState state;
  state.latent = new_latent(model.model, draw_latent(seed_, run, customer, model.latents), day);
  state.seen.region = spawn.region;
  state.seen.generation = spawn.generation & 3U;
  return state;
}

}  // namespace tenure::simulator
