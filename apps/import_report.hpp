#pragma once

#include "run.hpp"

#include <tenure/core/events.hpp>

#include <string>

namespace tenure::apps {

/// {"rows","kept","dropped","flags","customers","items","orders"} of a table's import.
Json import_json(const EventTable& events);

/// The same for people: counts, dates, and where faulty rows went, with what an import met first.
std::string import_text(const EventTable& events);

/// Adds {"examples":{REASON:{"file","line","value"}},"several_lines":{...}} of an import.
void add_examples(Json& json, const ImportCounts& counts);

}  // namespace tenure::apps
