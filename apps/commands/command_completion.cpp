#include "command.hpp"
#include "completion.hpp"
#include "reference_pages.hpp"

#include <string>
#include <vector>

namespace tenure::apps {

namespace {

/// A subcommand that prints one text made of the program's own options.
Command add_printer(CLI::App& app, const std::string& name, const std::string& description,
                    std::function<std::string()> text) {
  Command command;
  command.options = CommandOptions(app, name, description);
  command.common = std::make_shared<CommonOptions>();
  command.run = [text = std::move(text)](Run& run) { run.print(text()); };
  return command;
}

}  // namespace

// Added last: it knows the commands that there are by then.
Command add_help(CLI::App& app) {
  std::vector<std::string> names;
  for (const CommandEntry& command : command_tree(app)) names.push_back(command.name);
  names.emplace_back("help");
  auto about = std::make_shared<std::string>();
  Command command = add_printer(app, "help", "Print the commands, or the options of one",
                                [&app, about] { return help_text(app, *about); });
  command.options.add_option("COMMAND", *about, "As tenure COMMAND --help; none: as tenure --help")
      .one_of(names);
  command.options.footer("Examples:\n  tenure help\n  tenure help import\n");
  return command;
}

Command add_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  Command command =
      add_printer(app, "completion", "Print a script that completes commands and options",
                  [&app, shell] { return completion_script(*shell, command_tree(app)); });
  command.options.add_option("SHELL", *shell, "bash, zsh or fish")
      .required()
      .one_of({"bash", "zsh", "fish"});
  command.options.footer("Examples:\n  source <(tenure completion bash)\n");
  return command;
}

Command add_manual(CLI::App& app) {
  auto page = std::make_shared<std::string>("man");
  Command command =
      add_printer(app, "manual", "Print the page for man, or a reference", [&app, page] {
        if (*page == "commands") return commands_page(command_tree(app));
        if (*page == "models") return models_page();
        return manual_page(command_tree(app));
      });
  command.options
      .add_option("PAGE", *page,
                  "man: for man; commands, models: every command and option, every key of a model "
                  "file, in Markdown")
      .one_of({"man", "commands", "models"})
      .show_default();
  command.options.footer("Examples:\n  tenure manual | man -l -\n  tenure manual commands\n");
  return command;
}

}  // namespace tenure::apps
