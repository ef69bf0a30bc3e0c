#include "command.hpp"
#include "output_file.hpp"

#include <tenure/core/container.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/store.hpp>
#include <tenure/recommender/model_file.hpp>
#include <tenure/report/report.hpp>
#include <tenure/simulator/result_file.hpp>

#include <fmt/format.h>

#include <filesystem>

namespace tenure::apps {

namespace {

struct Options {
  std::vector<std::string> files;
  std::string output;
  std::string title;
};

/// The files by what they hold, each at most once.
struct Sources {
  std::string result;
  std::string store;
  std::string model;
};

Sources sources_of(const std::vector<std::string>& files) {
  Sources sources;
  for (const std::string& path : files) {
    const std::string format = container_format(path);
    std::string* place = format == "result"  ? &sources.result
                         : format == "store" ? &sources.store
                         : format == "model" ? &sources.model
                                             : nullptr;
    if (place == nullptr) {
      throw DataError(path, "is a " + format + "; a report takes a store, a model and a result");
    }
    if (!place->empty()) {
      throw ArgumentError(
          fmt::format("{} and {} are both a {}: one of each at most", *place, path, format));
    }
    *place = path;
  }
  return sources;
}

std::string name_of(const std::string& path) { return std::filesystem::path(path).stem().string(); }

void run_report(const Options& options, Run& run) {
  check_text_target(options.output);
  const Sources sources = sources_of(options.files);
  report::Report page(options.title.empty() ? "Retention report: " + name_of(options.files.front())
                                            : options.title);
  if (!sources.result.empty()) {
    const simulator::Outcome outcome = simulator::read_result(run.execution(), sources.result);
    page.add_result(outcome, simulator::assess_returns(outcome), {});
  }
  if (!sources.store.empty()) {
    const EventTable events = read_store(run.execution(), sources.store);
    if (!events.has_time()) throw DataError(sources.store, "has no times, which a report needs");
    page.add_store(run.execution(), events, name_of(sources.store));
  }
  if (!sources.model.empty()) {
    page.add_model(recommender::load_model(run.execution(), sources.model), name_of(sources.model));
  }
  const std::string html = page.html();
  write_text_file(options.output, html);
  run.print(fmt::format("Report in {} ({:.1f} MB)\n", options.output,
                        static_cast<double>(html.size()) / 1e6));
  run.write_json({{"output", options.output},
                  {"bytes", html.size()},
                  {"result", sources.result},
                  {"store", sources.store},
                  {"model", sources.model}});
}

}  // namespace

Command add_report(CLI::App& app) {
  Command command = make_command(
      app, "report",
      "Write one HTML page for people who decide, from a store, a model and a result",
      "  tenure report result.h5 -o report.html\n"
      "  tenure report shop.h5 model.h5 result.h5 -o report.html --title \"Autumn review\"\n");
  auto options = std::make_shared<Options>();
  const CommandOptions sub = command.options;
  sub.add_option("FILE", options->files,
                 "A store, a model, a result: one of each at most, in any order")
      .required()
      .expected(1, 3)
      .type_name("STORE.h5 | MODEL.h5 | RESULT.h5");
  sub.add_option("-o,--output", options->output, "HTML page to write")
      .required()
      .type_name("REPORT.html");
  sub.add_option("--title", options->title, "Heading of the page (default: the first file's name)")
      .type_name("TEXT");
  command.run = [options](Run& run) { run_report(*options, run); };
  return command;
}

}  // namespace tenure::apps
