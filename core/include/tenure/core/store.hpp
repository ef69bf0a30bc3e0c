#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>

#include <string>

namespace tenure {

/// Layout number of store.h5, described in docs/FORMATS.md.
inline constexpr int kStoreVersion = 1;

/// Writes the table as store.h5; the target is whole or untouched.
/// @throws DataError where the file cannot be written; Cancelled.
void write_store(const Execution& execution, const EventTable& events, const std::string& path);

/// Reads a store.
/// @throws DataError for any file that is not an intact store.
EventTable read_store(const Execution& execution, const std::string& path);

}  // namespace tenure
