#pragma once

#include "cli_fwd.hpp"

#include <string>
#include <vector>

/// What the program takes, read off its parser: for completion, the manual and hints.
namespace tenure::apps {

struct OptionEntry {
  std::vector<std::string> names;    ///< "-n", "--count"; none of a positional
  std::string value;                 ///< what stands behind it, "" for a flag
  std::vector<std::string> choices;  ///< all that may stand there, empty where that is free
  std::string limits;                ///< of a number, in words, may be empty
  std::string initial;               ///< value where it is not given, may be empty
  std::string description;
  std::string group;  ///< heading it stands under
  bool required = false;
  bool repeats = false;
};

struct CommandEntry {
  std::string name;
  std::string description;
  std::string examples;
  std::vector<OptionEntry> positionals;
  std::vector<OptionEntry> options;
};

/// Every command in the order of --help.
std::vector<CommandEntry> command_tree(const CLI::App& app);

/// What `tenure --help` prints, or `tenure COMMAND --help`.
std::string help_text(const CLI::App& app, const std::string& command);

}  // namespace tenure::apps
