#pragma once

#include "command_tree.hpp"

#include <string>
#include <vector>

namespace tenure::apps {

/// A script that completes commands, options and their choices; other words as file names.
/// `shell` is bash, zsh or fish.
std::string completion_script(const std::string& shell, const std::vector<CommandEntry>& commands);

/// The program's page for man, in troff.
std::string manual_page(const std::vector<CommandEntry>& commands);

}  // namespace tenure::apps
