#include <tenure/core/version.hpp>

namespace tenure {

std::string_view version() noexcept { return TENURE_VERSION; }

}  // namespace tenure
