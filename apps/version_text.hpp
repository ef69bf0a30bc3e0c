#pragma once

#include <string>

namespace tenure::apps {

/// "tenure MAJOR.MINOR.PATCH", then what decides speed here: vector instructions in use, those
/// there are, threads.
std::string version_text();

}  // namespace tenure::apps
