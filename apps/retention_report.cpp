#include "retention_report.hpp"

#include "text_table.hpp"

#include <tenure/simulator/retention.hpp>

#include <fmt/format.h>

namespace tenure::apps {

namespace {

using simulator::RetentionRow;

Json row_json(const RetentionRow& row) {
  Json json = {{"region", row.region}, {"followed", row.followed}};
  for (std::size_t i = 0; i < row.retention.size(); ++i) {
    json["retention"][std::to_string(simulator::kRetentionDays[i])] = row.retention[i];
  }
  json["leavers"] = nullptr;
  for (std::size_t i = 0; row.leavers && i < row.leavers->size(); ++i) {
    json["leavers"][std::to_string(simulator::kLeaverDays[i])] = (*row.leavers)[i];
  }
  return json;
}

std::vector<std::string> row_cells(const RetentionRow& row) {
  std::vector<std::string> cells = {row.region.empty() ? "(unknown)" : row.region,
                                    with_commas(static_cast<std::uint64_t>(row.followed))};
  for (const double share : row.retention) cells.push_back(fmt::format("{:.1f} %", 100.0 * share));
  for (std::size_t i = 0; i < simulator::kLeaverDays.size(); ++i) {
    cells.push_back(row.leavers ? fmt::format("{:.1f} %", 100.0 * (*row.leavers)[i]) : "-");
  }
  return cells;
}

}  // namespace

Json retention_table_json(const simulator::Outcome& outcome, std::size_t strategy) {
  const auto retention = simulator::retention_by_region(outcome, strategy);
  if (!retention) return nullptr;
  Json json = Json::array();
  for (const RetentionRow& row : retention->regions) json.push_back(row_json(row));
  json.push_back(row_json(retention->all));
  return json;
}

std::string retention_text(const simulator::Outcome& outcome) {
  const auto retention = simulator::retention_by_region(outcome, 0);
  if (!retention) return {};
  TextTable table({"baseline", "followed", "> 30 d", "> 90 d", "> 180 d", "> 365 d", "left 0-30 d",
                   "31-180", "181-365"});
  for (const RetentionRow& row : retention->regions) table.add(row_cells(row));
  table.add(row_cells(retention->all));
  return "\n" + table.str() +
         "  share of customers followed for two years with an order so long after their first;\n"
         "  of those with none after day 365, when the last one was\n";
}

}  // namespace tenure::apps
