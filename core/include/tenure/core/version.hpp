#pragma once

#include <string_view>

namespace tenure {

/// "MAJOR.MINOR.PATCH" of the library that was linked.
std::string_view version() noexcept;

}  // namespace tenure
