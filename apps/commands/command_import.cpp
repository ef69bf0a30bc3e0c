#include "command.hpp"
#include "foreign_file.hpp"
#include "import_report.hpp"
#include "stopwatch.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/import.hpp>
#include <tenure/core/store.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>

namespace tenure::apps {

namespace {

struct Options {
  std::vector<std::string> inputs;
  std::string output;
  std::string format = "auto";
  std::string columns;
  std::string currency;
  std::string items;
  bool strict = false;
  std::string key;
  bool new_key = false;
};

const std::map<std::string, LogFormat>& formats() {
  static const std::map<std::string, LogFormat> kFormats = {
      {"auto", LogFormat::kAuto},   {"online-retail", LogFormat::kOnlineRetail},
      {"cdnow", LogFormat::kCdnow}, {"adjacency", LogFormat::kAdjacency},
      {"pairs", LogFormat::kPairs}, {"csv", LogFormat::kCsv}};
  return kFormats;
}

/// "customer=id,time=date" -> {customer: id, time: date}.
std::map<std::string, std::string> parse_columns(const std::string& text) {
  std::map<std::string, std::string> columns;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    const std::string pair = text.substr(at, comma - at);
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == pair.size()) {
      throw ArgumentError("--columns: '" + pair + "' is not ROLE=COLUMN");
    }
    if (!columns.emplace(pair.substr(0, equals), pair.substr(equals + 1)).second) {
      throw ArgumentError("--columns: role '" + pair.substr(0, equals) + "' is given twice");
    }
    at = comma + 1;
  }
  return columns;
}

/// The key to pseudonymise with: read, or made and not yet written.
std::optional<PseudonymKey> key_of(const Options& options) {
  if (options.key.empty()) {
    if (options.new_key) throw ArgumentError("--new-key makes the file of --pseudonymize KEYFILE");
    return std::nullopt;
  }
  if (!options.new_key) return read_key_file(options.key);
  if (std::filesystem::exists(options.key)) {
    throw DataError(options.key,
                    "is there already; a key is never overwritten: leave out --new-key");
  }
  return PseudonymKey::generate();
}

/// read_events() that says what a file is which is no log at all.
EventTable read_log(const std::vector<std::string>& inputs, const ImportOptions& import, Run& run) {
  try {
    return read_events(run.execution(), inputs, import);
  } catch (const DataError& error) {
    const bool given = std::find(inputs.begin(), inputs.end(), error.path()) != inputs.end();
    const std::string kind = given ? not_a_log(error.path(), error.line()) : std::string();
    if (kind.empty()) throw;
    throw DataError(error.path(), kind);
  }
}

void run_import(const Options& options, Run& run) {
  ImportOptions import;
  import.format = formats().at(options.format);
  import.columns = parse_columns(options.columns);
  import.columns_option = "--columns ";
  import.currency = options.currency;
  import.items = options.items;
  import.strict = options.strict;
  import.pseudonym_key = key_of(options);
  const Stopwatch watch;
  const EventTable events = read_log(options.inputs, import, run);
  // The key first: a store whose key is lost would be of no use.
  if (options.new_key) write_new_key_file(*import.pseudonym_key, options.key);
  write_store(run.execution(), events, options.output);
  const double seconds = watch.seconds();

  run.print(fmt::format("Imported into {} in {:.2f} s\n", options.output, seconds) +
            import_text(events));
  Json json = import_json(events);
  add_examples(json, events.counts);
  json["import_seconds"] = seconds;
  run.write_json(json);
}

}  // namespace

Command add_import(CLI::App& app) {
  Command command = make_command(
      app, "import", "Read a log of orders into a store",
      "  tenure import online_retail_II.csv -o shop.h5\n"
      "  tenure import orders.csv -o shop.h5 --columns customer=client,time=day,price=amount\n"
      "  tenure import orders.csv -o shop.h5 --items catalogue.csv\n"
      "  tenure import orders.csv -o shop.h5 --pseudonymize shop.key --new-key\n");
  auto options = std::make_shared<Options>();
  CLI::App& sub = *command.app;
  sub.add_option("INPUT", options->inputs, "Log files, read in this order as one log")->required();
  sub.add_option("-o,--output", options->output, "Store to write")
      ->required()
      ->type_name("STORE.h5");
  std::vector<std::string> names;
  for (const auto& [name, format] : formats()) names.push_back(name);
  sub.add_option("--format", options->format, "Layout of the log; auto looks at the first lines")
      ->check(CLI::IsMember(names))
      ->capture_default_str();
  sub.add_option("--columns", options->columns,
                 "Column names of a csv by role: customer, item, time, quantity, price, region, "
                 "channel, order, kind, text, category (of the item)")
      ->type_name("ROLE=COLUMN,...");
  sub.add_option("--currency", options->currency, "Currency of the prices, kept with the store");
  sub.add_option("--items", options->items,
                 "Catalogue: columns item and text, category or both; also of items without events")
      ->type_name("ITEMS.csv");
  sub.add_flag("--strict", options->strict, "Stop at the first faulty row instead of counting it");
  sub.add_option("--pseudonymize", options->key,
                 "Replace customer ids by keyed hashes (HMAC-SHA-256); the key file is one line of "
                 "64 or more hexadecimal digits, not readable by everybody")
      ->type_name("KEYFILE");
  sub.add_flag("--new-key", options->new_key,
               "Make that key file first; an error where it is there already");
  command.run = [options](Run& run) { run_import(*options, run); };
  return command;
}

}  // namespace tenure::apps
