#include "churn_design.hpp"

#include "churn_factor_list.hpp"

#include <tenure/core/error.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace tenure::customers::detail {
namespace {

bool has(const ChurnFactors& table, std::size_t id) {
  if (id >= kLogFactors) return table.lifetime.has_value();
  return std::binary_search(table.factors.begin(), table.factors.end(), id);
}

// Writes one factor of all customers into its column.
void fill(const ChurnFactors& table, std::size_t id, std::size_t column, Design& design) {
  const auto at = std::lower_bound(table.factors.begin(), table.factors.end(), id);
  const auto source = static_cast<std::size_t>(at - table.factors.begin());
  for (std::size_t i = 0; i < table.rows(); ++i) {
    double value = 0.0;
    if (id == kPAlive) {
      value = table.lifetime->p_alive[i];
    } else if (id == kExpectedOrders) {
      value = std::log1p(table.lifetime->expected_orders[i]);
    } else {
      value = table.values[i * table.factors.size() + source];
    }
    design.x[i * design.columns + column] = value;
  }
}

}  // namespace

Design design_of(const ChurnFactors& table, std::span<const std::size_t> ids) {
  Design design;
  design.columns = ids.size();
  design.x.resize(table.rows() * ids.size());
  for (std::size_t j = 0; j < ids.size(); ++j) {
    if (!has(table, ids[j])) {
      throw ArgumentError("churn: the table lacks the factor " +
                          std::string(churn_factor_list()[ids[j]].name));
    }
    fill(table, ids[j], j, design);
  }
  return design;
}

Design stack(std::span<const ChurnSnapshot* const> snapshots, std::span<const std::size_t> ids) {
  Design all;
  all.columns = ids.size();
  for (const ChurnSnapshot* snapshot : snapshots) {
    const Design part = design_of(snapshot->factors, ids);
    all.x.insert(all.x.end(), part.x.begin(), part.x.end());
    all.y.insert(all.y.end(), snapshot->left.begin(), snapshot->left.end());
  }
  return all;
}

std::vector<std::size_t> common_factors(std::span<const ChurnSnapshot* const> snapshots,
                                        const ChurnModelOptions& options) {
  std::vector<std::size_t> wanted;
  if (options.only.empty()) {
    const std::size_t count = options.lifetime_factors ? kFactorCount : kLogFactors;
    for (std::size_t id = 0; id < count; ++id) wanted.push_back(id);
  } else {
    for (const std::string& name : options.only) wanted.push_back(churn_factor(name));
    std::sort(wanted.begin(), wanted.end());
    wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
  }
  std::vector<std::size_t> ids;
  for (const std::size_t id : wanted) {
    const bool everywhere =
        std::all_of(snapshots.begin(), snapshots.end(),
                    [&](const ChurnSnapshot* snapshot) { return has(snapshot->factors, id); });
    if (everywhere) {
      ids.push_back(id);
    } else if (!options.only.empty() || id >= kLogFactors) {
      throw ArgumentError("churn: not every day's table has the factor " +
                          std::string(churn_factor_list()[id].name));
    }
  }
  return ids;
}

Moments moments_of(const Design& design) {
  Moments moments{std::vector<double>(design.columns, 0.0),
                  std::vector<double>(design.columns, 0.0)};
  const auto n = static_cast<double>(design.rows());
  for (std::size_t i = 0; i < design.x.size(); ++i) {
    moments.mean[i % design.columns] += design.x[i];
  }
  for (double& m : moments.mean) m /= n;
  for (std::size_t i = 0; i < design.x.size(); ++i) {
    const double d = design.x[i] - moments.mean[i % design.columns];
    moments.deviation[i % design.columns] += d * d;
  }
  for (double& d : moments.deviation) d = std::sqrt(d / n);
  return moments;
}

}  // namespace tenure::customers::detail
