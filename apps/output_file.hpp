#pragma once

#include <string>

namespace tenure::apps {

/// Refuses a text target that cannot be written, before the work is done.
/// @throws DataError for a directory or a folder that is not there.
void check_text_target(const std::string& path);

/// Writes a text file beside its target and renames it. @throws DataError.
void write_text_file(const std::string& path, const std::string& text);

}  // namespace tenure::apps
