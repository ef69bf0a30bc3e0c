#pragma once

#include <tenure/core/events.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tenure::apps {

/// Codes of external ids. @throws ArgumentError naming the first unknown one; `what` is "customer".
std::vector<std::uint32_t> codes_of(const std::string& what, const std::vector<std::string>& ids,
                                    const Dictionary& dictionary);

}  // namespace tenure::apps
