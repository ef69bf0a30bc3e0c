#include "region_groups.hpp"

#include <tenure/core/csv.hpp>
#include <tenure/core/error.hpp>

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace tenure::apps {

void group_regions(const Execution& execution, const std::string& path, const std::string& store,
                   EventTable& events) {
  if (events.region.empty()) throw DataError(store, "has no regions, which --groups puts together");
  const CsvTable table = read_csv_table(execution, path);
  const std::size_t from = table.column("region");
  const std::size_t to = table.column("group");
  std::map<std::string, std::string, std::less<>> group_of;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string& region = table.rows[row][from];
    const std::string& group = table.rows[row][to];
    if (region.empty() || group.empty()) {
      throw DataError(path, table.lines[row], "a region or its group has no name");
    }
    if (!group_of.emplace(region, group).second) {
      throw DataError(path, table.lines[row], "region '" + region + "' for the second time");
    }
  }
  const auto rest = group_of.find("*");
  DictionaryBuilder groups;
  std::vector<std::uint32_t> code;
  for (std::uint32_t region = 0; region < events.regions.size(); ++region) {
    const auto own = group_of.find(events.regions[region]);
    const auto found = own != group_of.end() ? own : rest;
    if (found == group_of.end()) {
      throw DataError(path, "has no group for region '" + std::string(events.regions[region]) +
                                "', and no line for *");
    }
    code.push_back(groups.code(found->second));
  }
  for (std::uint32_t& region : events.region) region = code[region];
  events.regions = std::move(groups).take();
}

}  // namespace tenure::apps
