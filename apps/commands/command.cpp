#include "command.hpp"

#include <memory>

namespace tenure::apps {

Command make_command(CLI::App& app, const std::string& name, const std::string& description,
                     const std::string& examples) {
  Command command;
  command.options = CommandOptions(app, name, description);
  command.common = std::make_shared<CommonOptions>();
  CommonOptions& common = *command.common;
  const std::string group = "Common options";
  command.options
      .add_option("--threads", common.threads, "Threads to use; 0: all. Never changes results")
      .show_default()
      .group(group);
  command.options.add_option("--seed", common.seed, "Seed of every random draw")
      .show_default()
      .group(group);
  command.options
      .add_option("--json", common.json, "Write the results as one JSON object to FILE; -: stdout")
      .type_name("FILE|-")
      .group(group);
  command.options
      .add_option("--csv", common.csv,
                  "Write the results as a csv table to FILE; -: stdout. A row for each strategy, "
                  "model, list or the like")
      .type_name("FILE|-")
      .group(group);
  command.options.add_option("--progress", common.progress, "Progress bar on stderr")
      .one_of({"auto", "always", "never"})
      .show_default()
      .group(group);
  command.options.add_flag("--quiet", common.quiet, "Print errors only").group(group);
  command.options.footer("Examples:\n" + examples);
  return command;
}

}  // namespace tenure::apps
