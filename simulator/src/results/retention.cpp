#include <tenure/core/error.hpp>
#include <tenure/simulator/retention.hpp>

namespace tenure::simulator {

namespace {

RetentionRow row_of(const std::string& name, const RegionRetention& sums) {
  RetentionRow row;
  row.region = name;
  row.followed = sums.followed;
  const auto all = static_cast<double>(sums.followed);
  for (std::size_t i = 0; i < row.retention.size(); ++i) {
    row.retention[i] = static_cast<double>(sums.retained[i]) / all;
  }
  // kRetentionDays holds the three bounds at 0, 2 and 3.
  const std::array<std::int64_t, 4> later = {sums.followed, sums.retained[0], sums.retained[2],
                                             sums.retained[3]};
  const std::int64_t left = later.front() - later.back();
  if (left > 0) {
    row.leavers.emplace();
    for (std::size_t i = 0; i < kLeaverDays.size(); ++i) {
      (*row.leavers)[i] = static_cast<double>(later[i] - later[i + 1]) / static_cast<double>(left);
    }
  }
  return row;
}

}  // namespace

std::optional<Retention> retention_by_region(const Outcome& outcome, std::size_t strategy) {
  const std::size_t regions = outcome.region_names.size();
  if (strategy >= outcome.strategies() ||
      outcome.retention.size() != outcome.strategies() * regions) {
    throw ArgumentError("outcome: no retention by region of strategy " + std::to_string(strategy));
  }
  Retention retention;
  RegionRetention sum;
  for (std::size_t r = 0; r < regions; ++r) {
    const RegionRetention& region = outcome.retention[strategy * regions + r];
    if (region.followed == 0) continue;
    sum += region;
    retention.regions.push_back(row_of(outcome.region_names[r], region));
  }
  if (sum.followed == 0 || !outcome.new_customers) return std::nullopt;
  retention.all = row_of("all", sum);
  return retention;
}

}  // namespace tenure::simulator
