#include "command.hpp"
#include "lookup.hpp"
#include "text_table.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/model_file.hpp>
#include <tenure/recommender/similar.hpp>

#include <fmt/format.h>

namespace tenure::apps {

namespace {

struct Options {
  std::string model;
  std::string item;
  std::string customer;
  std::string key;
  std::uint32_t n = 10;
};

void run_similar(const Options& options, Run& run) {
  const bool items = !options.item.empty();
  if (items == !options.customer.empty()) {
    throw ArgumentError("name one of --item ID and --customer ID");
  }
  if (items && !options.key.empty()) throw ArgumentError("--key goes with --customer");
  const CustomerLookup lookup(options.key);
  const recommender::ModelFile file = recommender::load_model(run.execution(), options.model);
  const Dictionary& dictionary = items ? file.items : file.customers;
  const std::string what = items ? "item" : "customer";
  const auto codes =
      items ? codes_of(what, {options.item}, dictionary)
            : lookup.codes({options.customer}, {options.model, file.customers, file.pseudonym_key});
  const std::string id(dictionary[codes.front()]);
  const recommender::TopLists lists =
      items ? recommender::similar_items(run.execution(), *file.model, codes, options.n,
                                         file.item_is_service)
            : recommender::similar_users(run.execution(), *file.model, codes, options.n);

  TextTable table({what, "cosine"});
  Json json{{what, id}, {"ids", Json::array()}, {"scores", Json::array()}};
  for (std::size_t i = 0; i < lists.list_ids(0).size(); ++i) {
    const std::string near(dictionary[lists.list_ids(0)[i]]);
    table.add({near, fmt::format("{:.4f}", lists.list_scores(0)[i])});
    json["ids"].push_back(near);
    json["scores"].push_back(lists.list_scores(0)[i]);
  }
  run.print(fmt::format("Nearest to {} {}\n", what, id) + table.str());
  run.write_json(json);
}

}  // namespace

Command add_similar(CLI::App& app) {
  Command command = make_command(app, "similar", "Print the nearest items or customers",
                                 "  tenure similar model.h5 --item 85123A -n 5\n"
                                 "  tenure similar model.h5 --customer 12347\n");
  auto options = std::make_shared<Options>();
  const CommandOptions sub = command.options;
  sub.add_option("MODEL", options->model, "Trained model").required().type_name("MODEL.h5");
  sub.add_option("--item", options->item, "Item id").type_name("ID");
  sub.add_option("--customer", options->customer, "Customer id").type_name("ID");
  add_key_option(sub, options->key);
  sub.add_option("-n,--count", options->n, "Neighbours to print").show_default();
  command.run = [options](Run& run) { run_similar(*options, run); };
  return command;
}

}  // namespace tenure::apps
