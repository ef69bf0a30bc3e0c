#pragma once

#include "command_tree.hpp"

#include <string>
#include <vector>

namespace tenure::apps {

/// docs/reference/COMMANDS.md: every command and option, in Markdown.
std::string commands_page(const std::vector<CommandEntry>& commands);

/// docs/reference/MODELS.md: every kind of model and the keys of its file, in Markdown.
std::string models_page();

}  // namespace tenure::apps
