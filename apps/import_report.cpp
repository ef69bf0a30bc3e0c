#include "import_report.hpp"

#include "text_table.hpp"

#include <tenure/core/time.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <string>

namespace tenure::apps {

namespace {

std::uint64_t count_of(const std::map<std::string, std::uint64_t>& counts, const std::string& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

std::string faults_text(const ImportCounts& counts) {
  std::set<std::string> reasons;
  for (const auto& [reason, count] : counts.flags) reasons.insert(reason);
  for (const auto& [reason, count] : counts.dropped) reasons.insert(reason);
  if (reasons.empty()) return "  no faulty rows\n";
  TextTable table({"fault", "rows flagged", "rows dropped"});
  std::uint64_t dropped = 0;
  for (const std::string& reason : reasons) {
    const std::uint64_t lost = count_of(counts.dropped, reason);
    dropped += lost;
    table.add({reason, with_commas(count_of(counts.flags, reason)), with_commas(lost)});
  }
  return table.str() + fmt::format("  kept {} + dropped {} = {} rows (flags overlap)\n",
                                   with_commas(counts.kept), with_commas(dropped),
                                   with_commas(counts.rows));
}

}  // namespace

Json import_json(const EventTable& events) {
  Json json;
  json["rows"] = events.counts.rows;
  json["kept"] = events.counts.kept;
  json["dropped"] = Json(events.counts.dropped);
  json["flags"] = Json(events.counts.flags);
  json["customers"] = events.customers.size();
  json["items"] = events.items.size();
  json["orders"] = events.orders.size();
  return json;
}

std::string import_text(const EventTable& events) {
  std::string text =
      fmt::format("  {} rows, {} kept: {} customers, {} items", with_commas(events.counts.rows),
                  with_commas(events.counts.kept), with_commas(events.customers.size()),
                  with_commas(events.items.size()));
  if (!events.orders.empty()) text += fmt::format(", {} orders", with_commas(events.orders.size()));
  if (!events.regions.empty()) text += fmt::format(", {} regions", events.regions.size());
  text += "\n";
  if (events.has_time()) {
    const auto [first, last] = std::minmax_element(events.time.begin(), events.time.end());
    text += fmt::format("  from {} to {}\n", format_date(*first), format_date(*last));
  }
  return text + faults_text(events.counts);
}

}  // namespace tenure::apps
