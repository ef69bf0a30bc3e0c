#pragma once

#include <string>

namespace tenure::apps {

/// Standard output is a terminal that takes colours, and NO_COLOR is not set.
bool stdout_takes_style();

/// Text with the heads of its tables in bold and their rules dimmed.
std::string styled(const std::string& text);

}  // namespace tenure::apps
