#include "import_report.hpp"

#include "text_table.hpp"

#include <tenure/core/import.hpp>
#include <tenure/core/time.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

namespace tenure::apps {

namespace {

std::uint64_t count_of(const std::map<std::string, std::uint64_t>& counts, const std::string& key) {
  const auto found = counts.find(key);
  return found == counts.end() ? 0 : found->second;
}

/// Items with a text, with a category, and without any row.
struct ItemCounts {
  std::size_t with_text = 0;
  std::size_t with_category = 0;
  std::size_t without_events = 0;
};

ItemCounts count_items(const EventTable& events) {
  ItemCounts counts;
  std::vector<std::uint8_t> sold(events.items.size());
  for (const std::uint32_t item : events.item) sold[item] = 1;
  for (std::uint32_t item = 0; item < events.items.size(); ++item) {
    const auto known = [&](const Dictionary& column) {
      return !column.empty() && !column[item].empty() ? 1U : 0U;
    };
    counts.with_text += known(events.item_text);
    counts.with_category += known(events.item_category);
    counts.without_events += sold[item] == 0 ? 1U : 0U;
  }
  return counts;
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

/// "line 7 of orders.csv"
std::string place_text(std::uint64_t line, const std::string& path) {
  return fmt::format("line {} of {}", with_commas(line),
                     std::filesystem::path(path).filename().string());
}

/// Of an import, the first row of each reason and what such a field should have been.
std::string examples_text(const ImportCounts& counts) {
  std::string text;
  for (const auto& [reason, example] : counts.examples) {
    text += fmt::format("  first {}: {}", reason, place_text(example.line, example.path));
    if (!example.value.empty()) text += fmt::format(", \"{}\"", example.value);
    text += "\n";
    if (const auto advice = import_advice(reason); !advice.empty()) {
      text += fmt::format("    {}\n", advice);
    }
  }
  const ImportedLines& lines = counts.several_lines;
  if (lines.rows == 0) return text;
  text += fmt::format(
      "  rows of several lines, by line ends in quotes: {}, the longest {} lines from {}\n",
      with_commas(lines.rows), with_commas(lines.longest), place_text(lines.line, lines.path));
  constexpr std::uint64_t kSuspicious = 20;
  if (lines.longest > kSuspicious) {
    text += "    so long a field may be a quotation mark too many: see what it swallowed there\n";
  }
  return text;
}

}  // namespace

void add_examples(Json& json, const ImportCounts& counts) {
  json["examples"] = Json::object();
  for (const auto& [reason, example] : counts.examples) {
    json["examples"][reason] = {
        {"file", example.path}, {"line", example.line}, {"value", example.value}};
  }
  const ImportedLines& lines = counts.several_lines;
  json["several_lines"] = {{"rows", lines.rows}, {"longest", lines.longest}};
  json["several_lines"]["file"] = lines.rows > 0 ? Json(lines.path) : Json(nullptr);
  json["several_lines"]["line"] = lines.rows > 0 ? Json(lines.line) : Json(nullptr);
}

Json import_json(const EventTable& events) {
  Json json;
  json["rows"] = events.counts.rows;
  json["kept"] = events.counts.kept;
  json["dropped"] = Json(events.counts.dropped);
  json["flags"] = Json(events.counts.flags);
  json["customers"] = events.customers.size();
  json["items"] = events.items.size();
  json["orders"] = events.orders.size();
  if (!events.pseudonym_key.empty()) json["pseudonym_key"] = events.pseudonym_key;
  const ItemCounts items = count_items(events);
  json["items_with_text"] = items.with_text;
  json["items_with_category"] = items.with_category;
  json["items_without_events"] = items.without_events;
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
  if (!events.pseudonym_key.empty()) {
    text += fmt::format("  customers are pseudonyms of the key {}\n", events.pseudonym_key);
  }
  const ItemCounts items = count_items(events);
  if (items.with_text + items.with_category + items.without_events > 0) {
    text += fmt::format("  of the items {} have a text, {} a category, {} no event\n",
                        with_commas(items.with_text), with_commas(items.with_category),
                        with_commas(items.without_events));
  }
  if (events.has_time()) {
    const auto [first, last] = std::minmax_element(events.time.begin(), events.time.end());
    text += fmt::format("  from {} to {}\n", format_date(*first), format_date(*last));
  }
  return text + faults_text(events.counts) + examples_text(events.counts);
}

}  // namespace tenure::apps
