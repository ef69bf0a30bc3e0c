#pragma once

#include <CLI/CLI.hpp>

#include <string>

namespace tenure::apps {

/// One line on why the arguments could not be parsed; of an unknown command or option which one,
/// and the nearest that there is.
std::string usage_hint(const CLI::App& app, const CLI::ParseError& error);

}  // namespace tenure::apps
