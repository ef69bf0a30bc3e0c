#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/simulator/engine.hpp>

#include <string>

namespace tenure::simulator {

/// Layout number of result.h5, described in docs/FORMATS.md.
inline constexpr int kResultVersion = 3;

/// Writes the outcome as result.h5; the target is whole or untouched. Holds no times and no thread
/// counts: equal outcomes give equal bytes.
/// @throws DataError where the file cannot be written, Cancelled.
void write_result(const Execution& execution, const Outcome& outcome, const std::string& path);

/// @throws DataError for any file that is not an intact result.
Outcome read_result(const Execution& execution, const std::string& path);

}  // namespace tenure::simulator
