#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/execution.hpp>

#include <optional>

namespace tenure::bench {

/// The training half of the Gowalla split (29,858 x 40,981, 810,128 pairs) from the folder that
/// TENURE_DATA_DIR names, or ../shared/data; nothing where it is absent. Read once.
const std::optional<Csr>& gowalla();

/// Two threads, what the published comparisons use.
Execution two_threads();

}  // namespace tenure::bench
