#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>

#include <string>

namespace tenure::apps {

/// Puts the regions of a store together as a csv with the columns region and group says: from then
/// on the groups are its regions. The region `*` stands for all that have no line of their own.
/// Lines of regions that the store does not have are left alone.
/// @throws DataError with the line at fault: a column missing, no name, a region twice; naming
/// `store` where it has no regions, or the first region without a group.
void group_regions(const Execution& execution, const std::string& path, const std::string& store,
                   EventTable& events);

}  // namespace tenure::apps
