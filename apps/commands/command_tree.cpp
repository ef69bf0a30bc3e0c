#include "command_tree.hpp"

#include <CLI/CLI.hpp>

namespace tenure::apps {

namespace {

/// "TEXT:{a,b}" -> {"a", "b"}.
std::vector<std::string> choices_of(const std::string& type) {
  std::vector<std::string> choices;
  const std::size_t open = type.find('{');
  const std::size_t close = type.rfind('}');
  if (open == std::string::npos || close == std::string::npos || close < open) return choices;
  std::string word;
  for (const char c : type.substr(open + 1, close - open - 1) + ",") {
    if (c != ',') {
      word += c;
    } else if (!word.empty()) {
      choices.push_back(std::move(word));
      word.clear();
    }
  }
  return choices;
}

/// The parser's "INT in [2 - 9]" and "POSITIVE" in words.
std::string limits_of(const std::string& check) {
  if (check == "POSITIVE") return "over 0";
  if (check == "NONNEGATIVE") return "at least 0";
  const std::size_t open = check.find(" in [");
  const std::size_t dash = check.find(" - ");
  if (open == std::string::npos || dash == std::string::npos || check.back() != ']') return check;
  return check.substr(open + 5, dash - open - 5) + " to " +
         check.substr(dash + 3, check.size() - dash - 4);
}

OptionEntry entry_of(const CLI::Option& option) {
  OptionEntry entry;
  for (const std::string& name : option.get_snames()) entry.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) entry.names.push_back("--" + name);
  if (option.get_items_expected_max() > 0) {
    const std::string type = option.get_type_name();
    entry.choices = choices_of(type);
    const std::size_t colon = type.find(':');
    entry.value = type.substr(0, colon);
    if (colon != std::string::npos && entry.choices.empty())
      entry.limits = limits_of(type.substr(colon + 1));
  }
  entry.initial = option.get_default_str();
  entry.description = option.get_description();
  entry.group = option.get_group();
  entry.required = option.get_required();
  entry.repeats = option.get_items_expected_max() > 1;
  return entry;
}

}  // namespace

std::vector<CommandEntry> command_tree(const CLI::App& app) {
  std::vector<CommandEntry> commands;
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    CommandEntry entry;
    entry.name = command->get_name();
    entry.description = command->get_description();
    entry.examples = command->get_footer();
    for (const CLI::Option* option : command->get_options()) {
      OptionEntry one = entry_of(*option);
      if (one.names.empty()) {
        one.names.clear();
        one.value = option->get_name(true);
        entry.positionals.push_back(std::move(one));
      } else {
        entry.options.push_back(std::move(one));
      }
    }
    commands.push_back(std::move(entry));
  }
  return commands;
}

std::string help_text(const CLI::App& app, const std::string& command) {
  const std::string program = app.get_name();
  if (!command.empty()) return app.get_subcommand(command)->help(program);
  return app.get_formatter()->make_help(&app, program, CLI::AppFormatMode::Normal);
}

}  // namespace tenure::apps
