#include "scenario/scenario_parts.hpp"

#include <algorithm>

namespace tenure::simulator {

namespace {

constexpr ConfigRange kWeightRange{0.0, 1e6, false, false};

void read_dimension(const ConfigTable& index, Dimension dimension, DimensionSpec& spec) {
  const auto table = index.table_if(to_string(dimension));
  if (!table) return;
  spec.weight = table->real_or("weight", spec.weight, kWeightRange);
  spec.low = table->real_or("low", spec.low);
  spec.high = table->real_or("high", spec.high);
  if (spec.low == spec.high) {
    table->fail(table->has("high") ? "high" : "low", "'low' and 'high' must differ");
  }
}

}  // namespace

IndexSpec read_index(const ConfigTable& root) {
  IndexSpec spec;
  const auto table = root.table_if("index");
  if (!table) return spec;
  for (std::size_t i = 0; i < kIndexGroups; ++i) {
    const std::string name(to_string(static_cast<IndexGroup>(i)));
    spec.groups[i] = table->real_or(name, spec.groups[i], kWeightRange);
  }
  for (std::size_t i = 0; i < kDimensions; ++i) {
    read_dimension(*table, static_cast<Dimension>(i), spec.dimensions[i]);
  }
  spec.customer_cost = table->real_or("customer_cost", spec.customer_cost, {0.0, kMaxCost, true});
  if (std::all_of(spec.groups.begin(), spec.groups.end(), [](double w) { return w == 0.0; })) {
    table->fail("results", "one of the weights of results, process and health must be over 0");
  }
  return spec;
}

}  // namespace tenure::simulator
