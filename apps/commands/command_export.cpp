#include "command.hpp"
#include "lookup.hpp"
#include "private_files.hpp"
#include "text_table.hpp"

#include <tenure/core/erase.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>
#include <tenure/core/time.hpp>
#include <tenure/recommender/customer_data.hpp>
#include <tenure/recommender/model_file.hpp>

#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <vector>

namespace tenure::apps {

namespace {

struct Options {
  std::vector<std::string> files;
  std::string customer;
  std::string key;
};

/// What the files hold of the customer, and how much that is.
struct Found {
  Json files = Json::array();
  std::string text;
  bool pseudonyms = false;  ///< some file holds pseudonyms
};

/// The shortest decimal that is this float, so that 0.1F reads 0.1.
double plain(float value) { return std::strtod(fmt::format("{}", value).c_str(), nullptr); }

Json text_or_null(const Dictionary& column, std::uint32_t code) {
  return column.empty() || column[code].empty() ? Json(nullptr) : Json(std::string(column[code]));
}

Json event_json(const EventTable& events, std::size_t row) {
  Json json;
  const std::uint32_t item = events.item[row];
  if (events.has_time()) json["time"] = format_time(events.time[row]);
  json["kind"] = std::string(to_string(events.kind_of(row)));
  json["item"] = std::string(events.items[item]);
  if (!events.item_text.empty()) json["text"] = text_or_null(events.item_text, item);
  if (!events.item_category.empty()) json["category"] = text_or_null(events.item_category, item);
  if (!events.quantity.empty()) json["quantity"] = plain(events.quantity[row]);
  if (events.has_price()) json["unit_price"] = events.unit_price[row];
  if (!events.order.empty()) json["order"] = std::string(events.orders[events.order[row]]);
  if (!events.region.empty()) json["region"] = std::string(events.regions[events.region[row]]);
  if (!events.channel.empty()) {
    json["channel"] = std::string(events.channels[events.channel[row]]);
  }
  return json;
}

/// What every file tells: which it is, and as whom it holds the customer.
Json file_json(const CustomerIds& ids, const char* format, std::uint32_t code) {
  return {{"file", ids.path},
          {"format", format},
          {"customer", std::string(ids.ids[code])},
          {"pseudonym", !ids.pseudonym_key.empty()}};
}

void export_store(const Options& options, const CustomerLookup& lookup, const std::string& path,
                  Run& run, Found& found) {
  const EventTable events = read_store(run.execution(), path);
  const CustomerIds ids{path, events.customers, events.pseudonym_key};
  found.pseudonyms = found.pseudonyms || !events.pseudonym_key.empty();
  const auto code = lookup.find(options.customer, ids);
  if (!code) return;
  Json json = file_json(ids, "store", *code);
  if (!events.currency.empty()) json["currency"] = events.currency;
  json["events"] = Json::array();
  for (const std::size_t row : rows_of_customer(events, *code)) {
    json["events"].push_back(event_json(events, row));
  }
  found.text += fmt::format("  {}: {} events\n", path, with_commas(json["events"].size()));
  found.files.push_back(std::move(json));
}

Json row_json(const recommender::CustomerRow& row, const Dictionary& items, bool sparse) {
  if (!sparse) {
    Json values = Json::array();
    for (const float value : row.values) values.push_back(plain(value));
    return values;
  }
  Json pairs = Json::array();
  for (std::size_t i = 0; i < row.items.size(); ++i) {
    pairs.push_back({{"item", std::string(items[row.items[i]])}, {"value", plain(row.values[i])}});
  }
  return pairs;
}

void export_model(const Options& options, const CustomerLookup& lookup, const std::string& path,
                  Run& run, Found& found) {
  const recommender::ModelFile model = recommender::load_model(run.execution(), path);
  const CustomerIds ids{path, model.customers, model.pseudonym_key};
  found.pseudonyms = found.pseudonyms || !model.pseudonym_key.empty();
  const auto code = lookup.find(options.customer, ids);
  if (!code) return;
  const auto data = recommender::customer_data(run.execution(), path, *code);
  Json json = file_json(ids, "model", *code);
  json["model"] = std::string(model.model->name());
  json["interactions"] = row_json(data.rows.front(), model.items, true);
  json["learnt"] = Json::object();
  for (std::size_t i = 1; i < data.rows.size(); ++i) {
    const recommender::CustomerRow& row = data.rows[i];
    json["learnt"][row.name] = row_json(row, model.items, row.sparse);
  }
  json["groups"] = Json::object();
  for (const auto& [place, group] : data.groups) {
    json["groups"][place] = group.empty() ? Json(nullptr) : Json(group);
  }
  found.text += fmt::format("  {}: {} known pairs, {} rows learnt\n", path,
                            with_commas(json["interactions"].size()), json["learnt"].size());
  found.files.push_back(std::move(json));
}

void run_export(const Options& options, const std::string& target, Run& run) {
  const CustomerLookup lookup(options.key);
  Found found;
  for (const std::string& path : options.files) {
    const bool store = customer_file(path) == CustomerFile::kStore;
    (store ? export_store : export_model)(options, lookup, path, run, found);
  }
  if (found.files.empty()) {
    throw ArgumentError(lookup.unknown(options.customer, found.pseudonyms));
  }
  run.write_json({{"customer", options.customer}, {"files", std::move(found.files)}});
  run.print(fmt::format("Wrote what is held of customer {} into {}\n", options.customer, target) +
            found.text);
}

}  // namespace

Command add_export(CLI::App& app) {
  Command command =
      make_command(app, "export", "Write all that stores and models hold of a customer, as JSON",
                   "  tenure export shop.h5 model.h5 --customer 12347 -o 12347.json\n"
                   "  tenure export shop.h5 --customer 12347 --key shop.key\n");
  auto options = std::make_shared<Options>();
  const CommandOptions sub = command.options;
  sub.add_option("FILE", options->files, "Stores and models")
      .required()
      .type_name("STORE.h5|MODEL.h5");
  sub.add_option("--customer", options->customer, "Customer id, in one of the files at least")
      .required()
      .type_name("ID");
  add_key_option(sub, options->key);
  // The document is the command's JSON object: two names for one target.
  const auto common = command.common;
  sub.add_option("-o,--output", common->json, "File to write; standard output unless told")
      .type_name("FILE.json")
      .excludes("--json");
  sub.when_parsed([common] {
    if (common->json.empty()) common->json = "-";
  });
  command.run = [options, common](Run& run) { run_export(*options, common->json, run); };
  return command;
}

}  // namespace tenure::apps
