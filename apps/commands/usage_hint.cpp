#include "usage_hint.hpp"

#include "command_tree.hpp"

#include <tenure/core/suggest.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace tenure::apps {

namespace {

std::string unknown(const std::string& what, const std::string& word,
                    const std::vector<std::string>& names, const std::string& help) {
  const std::string near = nearest_name(word, names);
  return "unknown " + what + " '" + word + "'" +
         (near.empty() ? "" : ", did you mean '" + near + "'?") + " (see " + help + ")";
}

std::optional<std::string> unknown_command(const CLI::App& app) {
  for (const std::string& word : app.remaining()) {
    if (word.starts_with('-')) {
      return unknown("option", word, {"--help", "--version"}, "tenure --help");
    }
    std::vector<std::string> names;
    for (const CommandEntry& command : command_tree(app)) names.push_back(command.name);
    return unknown("command", word, names, "tenure --help");
  }
  return std::nullopt;
}

/// "--option=value" -> "--option".
std::string name_in(const std::string& word) { return word.substr(0, word.find('=')); }

CommandEntry entry_of(const CLI::App& app, const CLI::App& command) {
  for (CommandEntry& entry : command_tree(app)) {
    if (entry.name == command.get_name()) return std::move(entry);
  }
  return {};
}

std::optional<std::string> unknown_option(const CLI::App& app, const CLI::App& command) {
  std::vector<std::string> names = {"--help"};
  for (const OptionEntry& option : entry_of(app, command).options) {
    names.insert(names.end(), option.names.begin(), option.names.end());
  }
  for (const std::string& word : command.remaining()) {
    if (word.size() < 2 || !word.starts_with('-')) continue;
    return unknown("option", name_in(word), names, "tenure " + command.get_name() + " --help");
  }
  return std::nullopt;
}

/// The first word that stands where only certain ones may.
std::optional<std::string> unknown_choice(const CLI::App& app, const CLI::App& command) {
  const CommandEntry entry = entry_of(app, command);
  std::vector<OptionEntry> options = entry.positionals;
  options.insert(options.end(), entry.options.begin(), entry.options.end());
  for (const OptionEntry& option : options) {
    const std::string name = option.names.empty() ? option.value : option.names.back();
    const CLI::Option* const given = command.get_option_no_throw(name);
    if (option.choices.empty() || given == nullptr) continue;
    for (const std::string& word : given->results()) {
      const auto& known = option.choices;
      if (std::find(known.begin(), known.end(), word) != known.end()) continue;
      return name + ": " + not_one_of(word, known);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string usage_hint(const CLI::App& app, const CLI::ParseError& error) {
  const auto parsed = app.get_subcommands();
  const auto found = parsed.empty() ? unknown_command(app) : unknown_option(app, *parsed.front());
  if (found) return *found;
  const std::string help =
      parsed.empty() ? "tenure --help" : "tenure " + parsed.front()->get_name() + " --help";
  std::optional<std::string> choice;
  if (!parsed.empty() && error.get_name() == "ValidationError") {
    choice = unknown_choice(app, *parsed.front());
  }
  return choice.value_or(error.what()) + " (see " + help + ")";
}

}  // namespace tenure::apps
