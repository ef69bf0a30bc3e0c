#include "command.hpp"
#include "lookup.hpp"
#include "private_files.hpp"
#include "text_table.hpp"

#include <tenure/core/erase.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>
#include <tenure/recommender/customer_data.hpp>
#include <tenure/recommender/model_file.hpp>

#include <fmt/format.h>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace tenure::apps {

namespace {

struct Options {
  std::vector<std::string> files;
  std::vector<std::string> customers;
  std::string key;
  std::string output;
  bool in_place = false;
  bool drop_items = false;
};

/// What became of one file.
struct Erased {
  std::string path;
  CustomerFile format = CustomerFile::kStore;
  std::size_t customers = 0;
  std::size_t events = 0;  ///< of a store; of a model the pairs it knew
  std::size_t orders = 0;
  std::size_t items = 0;
  std::vector<Replacement> replacement;  ///< one, or none where the file has none of the customers
};

/// The customers asked for, and which of them have been found in some file.
class Wanted {
 public:
  explicit Wanted(const Options& options)
      : lookup_(options.key), ids_(options.customers), found_(options.customers.size()) {}

  std::vector<std::uint32_t> in(const CustomerIds& file) {
    std::vector<std::uint32_t> codes;
    pseudonyms_ = pseudonyms_ || !file.pseudonym_key.empty();
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      const auto code = lookup_.find(ids_[i], file);
      if (!code) continue;
      codes.push_back(*code);
      found_[i] = true;
    }
    return codes;
  }
  void check_all_found() const {
    for (std::size_t i = 0; i < ids_.size(); ++i) {
      if (!found_[i]) throw ArgumentError(lookup_.unknown(ids_[i], pseudonyms_));
    }
  }

 private:
  CustomerLookup lookup_;
  std::vector<std::string> ids_;
  std::vector<bool> found_;
  bool pseudonyms_ = false;
};

void check(const Options& options) {
  if (options.in_place == !options.output.empty()) {
    throw ArgumentError("say where to: -o FILE, or --in-place");
  }
  if (!options.output.empty() && options.files.size() > 1) {
    throw ArgumentError("-o takes one file; several are rewritten with --in-place");
  }
  std::set<std::filesystem::path> seen;
  for (const std::string& path : options.files) {
    std::error_code ignored;
    if (!seen.insert(std::filesystem::weakly_canonical(path, ignored)).second) {
      throw ArgumentError("'" + path + "' is given twice");
    }
  }
}

/// Refuses to leave a file without customers.
void check_some_stay(const std::string& path, std::size_t gone, std::size_t known) {
  if (gone < known) return;
  throw DataError(path, "holds nobody else; delete the file instead");
}

void erase_from_store(const Options& options, Wanted& wanted, const PrivateFiles& files, Run& run,
                      Erased& erased) {
  const EventTable events = read_store(run.execution(), erased.path);
  const auto codes = wanted.in({erased.path, events.customers, events.pseudonym_key});
  if (codes.empty()) return;
  EraseOptions erase;
  erase.keep_items = !options.drop_items;
  check_some_stay(erased.path, std::set(codes.begin(), codes.end()).size(),
                  events.customers.size());
  const EventTable rest = erase_customers(events, codes, erase);
  erased.customers = events.customers.size() - rest.customers.size();
  erased.events = events.rows() - rest.rows();
  erased.orders = events.orders.size() - rest.orders.size();
  erased.items = events.items.size() - rest.items.size();
  erased.replacement.emplace_back(options.in_place ? erased.path : options.output, files.before());
  write_store(run.execution(), rest, erased.replacement.back().path());
}

void erase_from_model(const Options& options, Wanted& wanted, const PrivateFiles& files, Run& run,
                      Erased& erased) {
  std::vector<std::uint32_t> codes;
  {
    const auto model = recommender::load_model(run.execution(), erased.path);
    codes = wanted.in({erased.path, model.customers, model.pseudonym_key});
    if (codes.empty()) return;
    const std::set<std::uint32_t> gone(codes.begin(), codes.end());
    check_some_stay(erased.path, gone.size(), model.customers.size());
    erased.customers = gone.size();
    for (const std::uint32_t code : gone) erased.events += model.train.view().row_size(code);
  }
  erased.replacement.emplace_back(options.in_place ? erased.path : options.output, files.before());
  recommender::erase_customers(run.execution(), erased.path, codes,
                               erased.replacement.back().path());
}

/// New versions are whole before the first takes its place.
void put_in_place(std::vector<Erased>& all) {
  std::string done;
  for (Erased& erased : all) {
    if (erased.replacement.empty()) continue;
    try {
      erased.replacement.front().put_in_place();
    } catch (const DataError& error) {
      throw DataError(erased.path, fmt::format("{}; erased from before: {}", error.what(),
                                               done.empty() ? "no file" : done));
    }
    done += (done.empty() ? "" : ", ") + erased.path;
  }
}

std::string text_of(const Erased& erased) {
  const bool store = erased.format == CustomerFile::kStore;
  if (erased.replacement.empty())
    return fmt::format("  {}: none of them, left as it is\n", erased.path);
  std::string text = fmt::format("  {}: {} customer{}, {} {}", erased.path, erased.customers,
                                 erased.customers == 1 ? "" : "s", with_commas(erased.events),
                                 store ? "events" : "known pairs");
  if (store) {
    text +=
        fmt::format(", {} orders, {} items", with_commas(erased.orders), with_commas(erased.items));
  }
  return text + "\n";
}

Json json_of(const Erased& erased) {
  const bool store = erased.format == CustomerFile::kStore;
  Json json{{"file", erased.path},
            {"format", store ? "store" : "model"},
            {"customers", erased.customers},
            {store ? "events" : "interactions", erased.events}};
  if (store) json["orders"] = erased.orders;
  if (store) json["items"] = erased.items;
  return json;
}

void run_erase(const Options& options, Run& run) {
  check(options);
  const PrivateFiles files;
  Wanted wanted(options);
  std::vector<Erased> all;
  for (const std::string& path : options.files) {
    Erased erased;
    erased.path = path;
    erased.format = customer_file(path);
    const bool store = erased.format == CustomerFile::kStore;
    (store ? erase_from_store : erase_from_model)(options, wanted, files, run, erased);
    all.push_back(std::move(erased));
  }
  wanted.check_all_found();
  put_in_place(all);
  std::string text = "Erased\n";
  Json json{{"files", Json::array()}};
  bool models = false;
  for (const Erased& erased : all) {
    text += text_of(erased);
    json["files"].push_back(json_of(erased));
    models = models || erased.format == CustomerFile::kModel;
  }
  if (models) {
    text += "  what a model learnt of items from them stays until it is trained again\n";
  }
  run.print(text);
  run.write_json(json);
}

}  // namespace

Command add_erase(CLI::App& app) {
  Command command =
      make_command(app, "erase", "Take customers out of stores and models",
                   "  tenure erase shop.h5 model.h5 --customer 12347 --in-place\n"
                   "  tenure erase shop.h5 --customer 12347 --customer 12350 -o without.h5\n"
                   "  tenure erase shop.h5 --customer 12347 --key shop.key --in-place\n");
  auto options = std::make_shared<Options>();
  const CommandOptions sub = command.options;
  sub.add_option("FILE", options->files, "Stores and models")
      .required()
      .type_name("STORE.h5|MODEL.h5");
  sub.add_option("--customer", options->customers,
                 "Customer id, in one of the files at least; may be given several times")
      .required()
      .one_value()
      .type_name("ID");
  add_key_option(sub, options->key);
  sub.add_option("-o,--output", options->output, "File to write instead, where one is given")
      .type_name("OUT.h5");
  sub.add_flag("--in-place", options->in_place,
               "Replace the files themselves, once the new ones are whole");
  sub.add_flag("--drop-items", options->drop_items,
               "Of stores: also the items that nobody else had; the catalogue is kept otherwise");
  command.run = [options](Run& run) { run_erase(*options, run); };
  return command;
}

}  // namespace tenure::apps
