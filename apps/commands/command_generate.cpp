#include "command.hpp"
#include "import_report.hpp"
#include "stopwatch.hpp"

#include <tenure/core/store.hpp>
#include <tenure/simulator/world.hpp>

#include <fmt/format.h>

namespace tenure::apps {

namespace {

void run_generate(const std::string& world_path, const std::string& output, Run& run) {
  const simulator::World world = simulator::read_world(world_path);
  const Stopwatch watch;
  const EventTable events = simulator::generate(run.execution(), world);
  write_store(run.execution(), events, output);
  const double seconds = watch.seconds();
  run.print(fmt::format("Generated {} into {} in {:.2f} s\n", world_path, output, seconds) +
            import_text(events));
  Json json = import_json(events);
  json["generate_seconds"] = seconds;
  run.write_json(json);
}

}  // namespace

Command add_generate(CLI::App& app) {
  Command command =
      make_command(app, "generate", "Make the log of a synthetic shop whose truth is known",
                   "  tenure generate datasets/worlds/default.toml -o shop.h5\n");
  struct Options {
    std::string world;
    std::string output;
  };
  auto options = std::make_shared<Options>();
  command.options.add_option("WORLD", options->world, "World file")
      .required()
      .type_name("WORLD.toml");
  command.options.add_option("-o,--output", options->output, "Store to write")
      .required()
      .type_name("STORE.h5");
  command.run = [options](Run& run) { run_generate(options->world, options->output, run); };
  return command;
}

}  // namespace tenure::apps
