#include "population_config.hpp"

#include <tenure/core/error.hpp>
#include <tenure/simulator/engine.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace tenure::simulator {

namespace {

constexpr double kShareTolerance = 1e-6;
constexpr ConfigRange kScale{0.0, 1e9, true, false};
constexpr ConfigRange kShape{kLeastShape, kMostShape, false, false};

bool positive(double value) { return std::isfinite(value) && value > 0.0; }

Family read_family(const ConfigTable& table) {
  const std::string name = table.text_or("family", "bg-nbd");
  for (const Family family : {Family::kBgNbd, Family::kMbgNbd, Family::kParetoNbd, Family::kSbg}) {
    if (name == to_string(family)) return family;
  }
  table.fail("family", "'family' must be bg-nbd, mbg-nbd, pareto-nbd or sbg, not '" + name + "'");
}

/// What only scenarios have: the family, returns, customers of one order.
void read_family_and_returns(const ConfigTable& table, RegionSpec& region) {
  LifetimeModel& model = region.model;
  model.family = read_family(table);
  if (model.family == Family::kSbg) {
    model.period_days = table.real("period_days", {0.0, kMaxHorizonDays, true, false});
  }
  model.one_time_share = table.real_or("one_time_share", 0.0, kProbability);
  region.return_share = table.real_or("returns", 0.0, kProbability);
}

RegionSpec read_region(const ConfigTable& table, double days_per_unit, bool only, RegionKeys keys) {
  RegionSpec region;
  region.name = table.text("name");
  region.share =
      only ? table.real_or("share", 1.0, kProbability) : table.real("share", kProbability);
  LifetimeModel& model = region.model;
  model.days_per_unit = days_per_unit;
  if (keys == RegionKeys::kScenario) read_family_and_returns(table, region);
  if (model.family != Family::kSbg) {
    model.orders.r = table.real("r", kShape);
    model.orders.alpha = table.real("alpha", kScale);
  }
  const bool pareto = model.family == Family::kParetoNbd;
  model.orders.a = table.real(pareto ? "s" : "a", kShape);
  model.orders.b = table.real(pareto ? "beta" : "b", pareto ? kScale : kShape);
  model.spend.p = table.real("p", kShape);
  model.spend.q = table.real("q", {1.0, kMostShape, true, false});
  model.spend.gamma = table.real("gamma", kScale);
  return region;
}

/// Cholesky that lets pivots be zero. False where a pivot is negative beyond rounding, or where a
/// zero pivot has a column that is not zero.
bool factor(const double* matrix, std::size_t n, std::vector<double>& lower) {
  lower.assign(n * n, 0.0);
  double scale = 0.0;
  for (std::size_t i = 0; i < n; ++i) scale = std::max(scale, std::fabs(matrix[i * n + i]));
  const double slack = 1e-10 * scale;
  for (std::size_t j = 0; j < n; ++j) {
    double pivot = matrix[j * n + j];
    for (std::size_t k = 0; k < j; ++k) pivot -= lower[j * n + k] * lower[j * n + k];
    if (!(pivot >= -slack)) return false;
    const double root = pivot > slack ? std::sqrt(pivot) : 0.0;
    lower[j * n + j] = root;
    for (std::size_t i = j + 1; i < n; ++i) {
      double rest = matrix[i * n + j];
      for (std::size_t k = 0; k < j; ++k) rest -= lower[i * n + k] * lower[j * n + k];
      if (root == 0.0 && std::fabs(rest) > 1e-5 * scale) return false;
      lower[i * n + j] = root > 0.0 ? rest / root : 0.0;
    }
  }
  return true;
}

}  // namespace

double read_days_per_unit(const ConfigTable& table) {
  const std::string unit = table.text("unit");
  if (unit == "day") return 1.0;
  if (unit == "week") return 7.0;
  if (unit == "month") return kDaysPerMonth;
  if (unit == "year") return 365.0;
  table.fail("unit", "'unit' must be day, week, month or year, not '" + unit + "'");
}

std::vector<RegionSpec> read_regions(const ConfigTable& table, double days_per_unit,
                                     RegionKeys keys) {
  const std::vector<ConfigTable> tables = table.tables("region");
  if (tables.empty()) table.fail("region", "no region: write at least one [[region]] table here");
  if (tables.size() > kMaxRegions) table.fail("region", "at most 250 regions");
  std::vector<RegionSpec> regions;
  std::vector<std::string> names;
  double total = 0.0;
  for (const ConfigTable& entry : tables) {
    regions.push_back(read_region(entry, days_per_unit, tables.size() == 1, keys));
    add_unique(entry, "region", regions.back().name, names);
    total += regions.back().share;
  }
  if (std::fabs(total - 1.0) > kShareTolerance) {
    tables.back().fail("share",
                       "the regions' shares add up to " + std::to_string(total) + ", not 1");
  }
  return regions;
}

void add_unique(const ConfigTable& table, const std::string& kind, const std::string& name,
                std::vector<std::string>& names) {
  if (std::find(names.begin(), names.end(), name) != names.end()) {
    table.fail("name", "a second " + kind + " is named '" + name + "'");
  }
  names.push_back(name);
}

void validate_model(const LifetimeModel& model, const std::string& what) {
  const auto& [r, alpha, a, b] = model.orders;
  if (!positive(r) || !positive(alpha) || !positive(a) || !positive(b)) {
    throw ArgumentError(what + ": r, alpha, a and b must be positive");
  }
  if (!positive(model.spend.p) || !positive(model.spend.q) || !positive(model.spend.gamma)) {
    throw ArgumentError(what + ": p, q and gamma must be positive");
  }
  if (!positive(model.days_per_unit))
    throw ArgumentError(what + ": days_per_unit must be positive");
  if (!positive(model.period_days)) throw ArgumentError(what + ": period_days must be positive");
  if (!(model.one_time_share >= 0.0 && model.one_time_share <= 1.0)) {
    throw ArgumentError(what + ": one_time_share must be a probability");
  }
  if (!positive_semidefinite(model.orders_log_covariance.data(), 4) ||
      !positive_semidefinite(model.spend_log_covariance.data(), 3)) {
    throw ArgumentError(what + ": a covariance is not symmetric and positive semidefinite");
  }
}

void validate_regions(const std::vector<RegionSpec>& regions) {
  if (regions.size() > kMaxRegions) throw ArgumentError("population: at most 250 regions");
  if (regions.empty()) throw ArgumentError("population: needs at least one region");
  double total = 0.0;
  for (const RegionSpec& region : regions) {
    validate_model(region.model, "region " + region.name);
    if (!(region.share >= 0.0 && region.share <= 1.0)) {
      throw ArgumentError("region " + region.name + ": share must be between 0 and 1");
    }
    if (!(region.return_share >= 0.0 && region.return_share <= 1.0)) {
      throw ArgumentError("region " + region.name + ": returns must be between 0 and 1");
    }
    total += region.share;
  }
  if (!(std::fabs(total - 1.0) <= kShareTolerance)) {
    throw ArgumentError("population: the regions' shares must add up to 1");
  }
}

std::vector<std::uint64_t> region_bounds(const std::vector<RegionSpec>& regions,
                                         std::uint64_t customers) {
  std::vector<std::uint64_t> counts;
  std::vector<std::pair<double, std::size_t>> remainders;
  std::uint64_t given = 0;
  for (std::size_t i = 0; i < regions.size(); ++i) {
    const double exact = regions[i].share * static_cast<double>(customers);
    counts.push_back(std::min(customers - given, static_cast<std::uint64_t>(exact)));
    given += counts.back();
    remainders.emplace_back(exact - std::floor(exact), i);
  }
  std::stable_sort(remainders.begin(), remainders.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  for (std::size_t i = 0; given < customers; ++i, ++given) {
    ++counts[remainders[i % remainders.size()].second];
  }
  std::vector<std::uint64_t> bounds(counts.size() + 1, 0);
  std::partial_sum(counts.begin(), counts.end(), bounds.begin() + 1);
  return bounds;
}

std::uint32_t region_of(const std::vector<std::uint64_t>& bounds, std::uint64_t customer) {
  const auto it = std::upper_bound(bounds.begin(), bounds.end(), customer);
  return static_cast<std::uint32_t>(it - bounds.begin() - 1);
}

bool positive_semidefinite(const double* matrix, std::size_t n) {
  double scale = 0.0;
  for (std::size_t i = 0; i < n * n; ++i) {
    if (!std::isfinite(matrix[i])) return false;
    scale = std::max(scale, std::fabs(matrix[i]));
  }
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (std::fabs(matrix[i * n + j] - matrix[j * n + i]) > 1e-9 * scale) return false;
    }
  }
  std::vector<double> lower;
  return factor(matrix, n, lower);
}

std::vector<double> cholesky(const double* matrix, std::size_t n) {
  std::vector<double> lower;
  factor(matrix, n, lower);
  return lower;
}

}  // namespace tenure::simulator
