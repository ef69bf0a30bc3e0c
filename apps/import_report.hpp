#pragma once

#include "run.hpp"

#include <tenure/core/events.hpp>

#include <string>

namespace tenure::apps {

/// {"rows","kept","dropped","flags","customers","items","orders"} of a table's import.
Json import_json(const EventTable& events);

/// The same for people: counts, dates, and where faulty rows went.
std::string import_text(const EventTable& events);

}  // namespace tenure::apps
