#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/core/function_ref.hpp>

#include <string>
#include <string_view>

namespace tenure::detail {

/// What `hash` makes of each id, under the same codes. Calls it from any thread.
/// @throws DataError where two ids become the same: they must not be merged in silence.
Dictionary hashed_ids(const Execution& execution, const Dictionary& ids,
                      FunctionRef<std::string(std::string_view)> hash);

}  // namespace tenure::detail
