#pragma once

#include <tenure/core/csr.hpp>

#include <cstdint>

namespace tenure::bench {

/// A log in which the items of a customer follow popularity and one of 64 tastes, each with an
/// order of the items of its own: about 20 items a customer, at least `pairs` pairs in all.
Csr synthetic_log(std::uint64_t pairs, std::uint32_t items);

}  // namespace tenure::bench
