#pragma once

#include "run.hpp"

#include <string>

namespace tenure::apps {

/// A command's JSON object as csv (RFC 4180, with a header): a row for each object of its first
/// array of objects (strategies, lists, models), or one row where it has none. Members of members
/// are columns "outer.inner", the two ends of an interval "name.low" and "name.high", other arrays
/// "name.1", "name.2". A cell is empty where a row has no such member.
std::string csv_of(const Json& object);

}  // namespace tenure::apps
