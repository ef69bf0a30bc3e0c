#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>

namespace tenure::apps {

/// The log of a small synthetic shop, for who has none at hand: datasets/worlds/default.toml, as it
/// was when the program was built, with kStandInCustomers customers.
inline constexpr unsigned kStandInCustomers = 5000;
EventTable stand_in_log(const Execution& execution);

}  // namespace tenure::apps
