#include "import_rows.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/import.hpp>

#include <algorithm>
#include <iterator>

namespace tenure {

namespace {

using detail::LogReader;

std::unique_ptr<LogReader> open_log(const Execution& execution, const std::string& path,
                                    LogFormat format, const ImportOptions& options) {
  switch (format) {
    case LogFormat::kOnlineRetail:
      return detail::open_online_retail(execution, path, options);
    case LogFormat::kCdnow:
      return detail::open_cdnow(execution, path, options);
    case LogFormat::kAdjacency:
      return detail::open_adjacency(execution, path, options);
    case LogFormat::kPairs:
      return detail::open_pairs(execution, path, options);
    case LogFormat::kAuto:
    case LogFormat::kCsv:
      break;
  }
  return detail::open_csv(execution, path, options);
}

std::uint64_t rows_of(const std::vector<detail::ChunkRows>& chunks) {
  std::uint64_t rows = 0;
  for (const auto& chunk : chunks) rows += chunk.rows;
  return rows;
}

/// "; the first bad_date is "12.5.2024" in line 2; dates are ...": of the most frequent reason.
std::string example_of_most(const ImportCounts& counts) {
  const auto most =
      std::max_element(counts.dropped.begin(), counts.dropped.end(),
                       [](const auto& a, const auto& b) { return a.second < b.second; });
  if (most == counts.dropped.end()) return {};
  const auto found = counts.examples.find(most->first);
  if (found == counts.examples.end()) return {};
  const ImportExample& example = found->second;
  std::string text = "; the first " + most->first + " is ";
  if (!example.value.empty()) text += "\"" + example.value + "\" ";
  text += "in line " + std::to_string(example.line);
  const std::string_view advice = import_advice(most->first);
  if (!advice.empty()) text.append("; ").append(advice);
  return text;
}

void check_some_kept(const std::string& path, const EventTable& events) {
  if (events.rows() > 0) return;
  std::string reasons;
  for (const auto& [reason, count] : events.counts.dropped) {
    reasons += (reasons.empty() ? "" : ", ") + reason + " " + std::to_string(count);
  }
  throw DataError(path, "no row was kept of " + std::to_string(events.counts.rows) + " (" +
                            reasons + ")" + example_of_most(events.counts));
}

void mark_services(const LogReader& log, EventTable& events) {
  if (!log.has_services()) return;
  events.item_is_service.resize(events.items.size());
  for (std::uint32_t code = 0; code < events.items.size(); ++code) {
    events.item_is_service[code] = log.is_service(events.items[code]) ? 1 : 0;
  }
}

}  // namespace

std::string_view import_advice(std::string_view reason) noexcept {
  if (reason == "bad_date") {
    return "dates are YYYY-MM-DD or YYYY/MM/DD, alone or with HH:MM or HH:MM:SS behind them, "
           "YYYYMMDD, or Unix seconds";
  }
  if (reason == "bad_number") return "numbers have a decimal point and no thousands separators";
  if (reason == "bad_kind") {
    return "kinds are purchase, return, view, cart, favourite, share, review, visit";
  }
  if (reason == "stray_quote") {
    return "a quotation mark that opens a field and never properly closes it is taken as a "
           "character";
  }
  return {};
}

EventTable read_events(const Execution& execution, const std::vector<std::string>& paths,
                       const ImportOptions& options) {
  if (paths.empty()) throw ArgumentError("import: no input file");
  std::vector<detail::ChunkRows> chunks;
  std::unique_ptr<LogReader> first;
  LogFormat format = options.format;
  for (const std::string& path : paths) {
    const LogFormat found = detail::detect_format(path, options);
    auto log = open_log(execution, path, found, options);
    if (first != nullptr && (found != format || log->columns() != first->columns())) {
      throw DataError(path, "is of another format or has other columns than " + paths.front());
    }
    auto parsed = detail::parse_log(execution, *log, options);
    if (rows_of(parsed) == 0) throw DataError(path, "has no rows");
    chunks.insert(chunks.end(), std::make_move_iterator(parsed.begin()),
                  std::make_move_iterator(parsed.end()));
    if (first == nullptr) {
      first = std::move(log);
      format = found;
    }
  }
  EventTable events = detail::merge_chunks(execution, std::move(chunks), first->columns());
  check_some_kept(paths.front(), events);
  if (!options.items.empty()) detail::add_catalogue(execution, options.items, events);
  mark_services(*first, events);
  events.currency = options.currency.empty() ? std::string(first->currency()) : options.currency;
  if (options.pseudonym_key) pseudonymize(execution, *options.pseudonym_key, events);
  return events;
}

}  // namespace tenure
