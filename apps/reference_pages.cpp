#include "reference_pages.hpp"

#include <tenure/recommender/model_kind.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace tenure::apps {

namespace {

using recommender::ModelKind;
using recommender::OptionSpec;

/// Text inside a cell of a table.
std::string cell(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '|' || c == '*' || c == '<' || c == '[') safe += '\\';
    safe += c;
  }
  return safe;
}

/// As code inside a cell: nothing but the bar needs care there.
std::string code(const std::string& text) {
  std::string safe;
  for (const char c : text) safe += c == '|' ? std::string("\\|") : std::string(1, c);
  return "`" + safe + "`";
}

std::string value_of(const OptionEntry& option) {
  if (!option.choices.empty()) {
    return fmt::format("`{}`", fmt::join(option.choices, "`, `"));
  }
  std::string text = option.value.empty() ? "" : code(option.value);
  if (!option.limits.empty()) text += ", " + cell(option.limits);
  if (option.repeats) text += "; several";
  return text;
}

std::string initial_of(const OptionEntry& option) {
  if (option.required) return "required";
  return option.initial.empty() ? "" : code(option.initial);
}

std::string option_table(const std::vector<OptionEntry>& options) {
  std::string text = "| option | value | default | meaning |\n| --- | --- | --- | --- |\n";
  for (const OptionEntry& option : options) {
    std::string names = fmt::format("`{}`", fmt::join(option.names, "`, `"));
    std::string value = value_of(option);
    if (option.names.empty()) {
      names = code(option.value);
      value = option.repeats ? "one or more" : "";
      if (!option.choices.empty()) {
        value = fmt::format("`{}`", fmt::join(option.choices, "`, `"));
      }
    }
    text += fmt::format("| {} | {} | {} | {} |\n", names, value, initial_of(option),
                        cell(option.description));
  }
  return text;
}

bool same(const OptionEntry& a, const OptionEntry& b) {
  return a.names == b.names && a.value == b.value && a.choices == b.choices &&
         a.initial == b.initial && a.description == b.description && a.required == b.required;
}

/// Options under one heading that several commands have alike.
struct SharedGroup {
  std::string name;
  std::vector<OptionEntry> options;
  std::vector<std::string> commands;
  bool alike = true;
};

std::vector<OptionEntry> options_of_group(const CommandEntry& command, const std::string& group) {
  std::vector<OptionEntry> options;
  std::copy_if(command.options.begin(), command.options.end(), std::back_inserter(options),
               [&](const OptionEntry& option) { return option.group == group; });
  return options;
}

std::vector<SharedGroup> shared_groups(const std::vector<CommandEntry>& commands) {
  std::vector<SharedGroup> groups;
  for (const CommandEntry& command : commands) {
    for (const OptionEntry& option : command.options) {
      if (option.group == "Options") continue;
      auto found = std::find_if(groups.begin(), groups.end(), [&](const SharedGroup& group) {
        return group.name == option.group;
      });
      if (found == groups.end()) {
        found = groups.insert(groups.end(), SharedGroup{option.group, {}, {}});
        found->options = options_of_group(command, option.group);
      }
      if (!found->commands.empty() && found->commands.back() == command.name) continue;
      found->commands.push_back(command.name);
      const auto own = options_of_group(command, option.group);
      found->alike = found->alike && std::equal(own.begin(), own.end(), found->options.begin(),
                                                found->options.end(), same);
    }
  }
  groups.erase(std::remove_if(groups.begin(), groups.end(),
                              [](const SharedGroup& group) {
                                return !group.alike || group.commands.size() < 2;
                              }),
               groups.end());
  return groups;
}

std::string command_section(const CommandEntry& command, const std::vector<SharedGroup>& shared) {
  std::string usage = "tenure " + command.name + " [OPTIONS]";
  for (const OptionEntry& option : command.positionals) {
    usage += " " + option.value + (option.repeats ? "..." : "");
  }
  std::vector<OptionEntry> own = command.positionals;
  std::vector<std::string> elsewhere;
  for (const OptionEntry& option : command.options) {
    if (option.names.back() == "--help") continue;
    const bool is_shared = std::any_of(shared.begin(), shared.end(), [&](const SharedGroup& group) {
      return group.name == option.group;
    });
    if (!is_shared) {
      own.push_back(option);
    } else if (std::find(elsewhere.begin(), elsewhere.end(), option.group) == elsewhere.end()) {
      elsewhere.push_back(option.group);
    }
  }
  std::string text = fmt::format("\n## `tenure {}`\n\n{}.\n\n    {}\n", command.name,
                                 cell(command.description), usage);
  if (!own.empty()) text += "\n" + option_table(own);
  if (!elsewhere.empty()) {
    text += fmt::format("\nAnd the {} above.\n", fmt::join(elsewhere, ", the "));
  }
  const std::string heading = "Examples:\n";
  if (command.examples.starts_with(heading)) {
    text += "\n```sh\n";
    std::string line;
    for (const char c : command.examples.substr(heading.size())) {
      line += c;
      if (c != '\n') continue;
      text += line.substr(std::min(line.find_first_not_of(' '), line.size() - 1));
      line.clear();
    }
    text += "```\n";
  }
  return text;
}

std::string range_of(const OptionSpec& spec) {
  if (spec.type == OptionSpec::Type::kChoice) {
    std::string words(spec.choices);
    for (std::size_t at = 0; (at = words.find('|', at)) != std::string::npos; at += 4) {
      words.replace(at, 1, "`, `");
    }
    return "`" + words + "`";
  }
  return fmt::format("{:g} to {:g}", spec.low, spec.high);
}

std::string search_of(const OptionSpec& spec) {
  if (spec.type == OptionSpec::Type::kChoice || spec.search_low == spec.search_high) return "";
  return fmt::format("{:g} to {:g}{}", spec.search_low, spec.search_high,
                     spec.search_log ? ", log" : "");
}

std::string initial_of(const OptionSpec& spec) {
  if (spec.type == OptionSpec::Type::kChoice) {
    return fmt::format("`{}`", spec.choices.substr(0, spec.choices.find('|')));
  }
  return fmt::format("{:g}", spec.fallback);
}

std::string kind_section(const ModelKind& kind) {
  std::string text = fmt::format("\n## `{}`\n\n{}.", kind.name, cell(std::string(kind.help)));
  if (kind.needs_components) text += " Made of `[[component]]` tables.";
  if (kind.needs_regions) text += " Needs regions.";
  if (kind.needs_text) text += " Needs texts or categories of the items.";
  text += "\n";
  if (kind.options.empty()) return text;
  text +=
      "\n| key | type | range | default | `tenure tune` looks in | meaning |\n"
      "| --- | --- | --- | --- | --- | --- |\n";
  for (const OptionSpec& spec : kind.options) {
    const char* const type = spec.type == OptionSpec::Type::kChoice    ? "text"
                             : spec.type == OptionSpec::Type::kInteger ? "whole number"
                                                                       : "number";
    text += fmt::format("| `{}` | {} | {} | {} | {} | {} |\n", spec.name, type, range_of(spec),
                        initial_of(spec), search_of(spec), cell(std::string(spec.help)));
  }
  return text;
}

}  // namespace

std::string commands_page(const std::vector<CommandEntry>& commands) {
  const std::vector<SharedGroup> shared = shared_groups(commands);
  std::string text =
      "# Commands\n\n"
      "Every command and option of the program, as the program itself tells them: this page is "
      "`tenure manual commands`, and a test holds it to that. `tenure --version` tells version, "
      "vector instructions and threads; `tenure --help` the commands, as does "
      "`tenure` alone, with exit status 2; `tenure COMMAND --help` and `tenure help COMMAND` the "
      "options of one.\n\n"
      "| exit status | means |\n| --- | --- |\n"
      "| 0 | done |\n| 2 | the arguments are wrong |\n| 3 | a file is missing or at fault |\n"
      "| 4 | a computation did not converge or left the finite numbers |\n"
      "| 130 | interrupted; nothing half-written is left |\n\n"
      "An error is one line on stderr, `tenure: error: ...`. Of the environment it reads "
      "`NO_COLOR` "
      "and `TERM`, for bold and colour on a terminal.\n";
  for (const SharedGroup& group : shared) {
    text += fmt::format("\n## {}\n\nOf `{}`.\n\n{}", group.name, fmt::join(group.commands, "`, `"),
                        option_table(group.options));
  }
  for (const CommandEntry& command : commands) text += command_section(command, shared);
  return text;
}

std::string models_page() {
  std::string text =
      "# Model files\n\n"
      "What `--config FILE.toml` of `train`, `evaluate` and `tune` takes: this page is `tenure "
      "manual models`, and a test holds it to that. On the command line each key is an option with "
      "dashes, and the command line wins. A key that the model has not is an error with file and "
      "line. What the models do: [RECOMMENDER.md](../RECOMMENDER.md).\n\n"
      "| key | type | range | default | meaning |\n| --- | --- | --- | --- | --- |\n"
      "| `model` | text | a heading below | `ials`, or `--model` | which model |\n"
      "| the model's own | | | | the tables below |\n\n"
      "Of each `[[component]]`, for models made of others:\n\n"
      "| key | type | range | default | meaning |\n| --- | --- | --- | --- | --- |\n"
      "| `model` | text | a heading below that is not made of others itself | required | which "
      "model |\n"
      "| `weight` | number | at least 0 | 1 | of its standardised scores in the sum |\n"
      "| the component's own | | | | the tables below |\n";
  for (const ModelKind& kind : recommender::model_kinds()) text += kind_section(kind);
  return text;
}

}  // namespace tenure::apps
