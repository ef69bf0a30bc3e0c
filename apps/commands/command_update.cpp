#include "command.hpp"
#include "stopwatch.hpp"
#include "text_table.hpp"

#include <tenure/core/pseudonym.hpp>
#include <tenure/core/store.hpp>
#include <tenure/recommender/model_file.hpp>
#include <tenure/recommender/update.hpp>

#include <fmt/format.h>

namespace tenure::apps {

namespace {

struct Options {
  std::string model;
  std::string store;
  std::string output;
  std::uint32_t sweeps = 2;
};

void run_update(const Options& options, Run& run) {
  const recommender::ModelFile before = recommender::load_model(run.execution(), options.model);
  const EventTable events = read_store(run.execution(), options.store);
  check_same_pseudonyms(options.model, before.pseudonym_key, options.store, events.pseudonym_key);
  recommender::UpdateOptions update;
  update.sweeps = options.sweeps;
  recommender::UpdateReport report;
  const Stopwatch watch;
  const recommender::ModelFile after =
      recommender::update_model(run.execution(), before, events, update, &report);
  const double seconds = watch.seconds();
  recommender::save_model(run.execution(), after, options.output);
  run.print(
      fmt::format("Updated {} with {} into {}\n"
                  "  {} new pairs, {} new customers, {} new items\n"
                  "  {} of {} customers and {} of {} items solved again in {:.2f} s\n",
                  options.model, options.store, options.output, with_commas(report.new_pairs),
                  with_commas(report.new_customers), with_commas(report.new_items),
                  with_commas(report.changed_customers), with_commas(after.customers.size()),
                  with_commas(report.changed_items), with_commas(after.items.size()), seconds));
  run.write_json({{"model", std::string(after.model->name())},
                  {"new_pairs", report.new_pairs},
                  {"new_customers", report.new_customers},
                  {"new_items", report.new_items},
                  {"changed_customers", report.changed_customers},
                  {"changed_items", report.changed_items},
                  {"customers", after.customers.size()},
                  {"items", after.items.size()},
                  {"update_seconds", seconds}});
}

}  // namespace

Command add_update(CLI::App& app) {
  Command command =
      make_command(app, "update", "Bring new events into a trained model without training it again",
                   "  tenure update model.h5 week.h5 -o model2.h5\n");
  auto options = std::make_shared<Options>();
  const CommandOptions sub = command.options;
  sub.add_option("MODEL", options->model, "Trained model").required().type_name("MODEL.h5");
  sub.add_option("STORE", options->store,
                 "Store with the new events, of known and new customers and items")
      .required()
      .type_name("STORE.h5");
  sub.add_option("-o,--output", options->output, "Model to write")
      .required()
      .type_name("MODEL2.h5");
  sub.add_option("--sweeps", options->sweeps,
                 "Passes over the customers, then the items, that the events touch")
      .show_default();
  command.run = [options](Run& run) { run_update(*options, run); };
  return command;
}

}  // namespace tenure::apps
