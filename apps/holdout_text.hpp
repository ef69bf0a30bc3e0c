#pragma once

#include "run.hpp"

#include <tenure/customers/tracking.hpp>

#include <string>

namespace tenure::apps {

/// {"calibration_end","holdout_end","actual_orders","expected_orders","mean_absolute_error",
/// "tracking":[..],"by_frequency":[..]}.
Json holdout_json(const customers::HoldoutReport& report);

/// Tables of the holdout; `unit` is week, day or year.
std::string holdout_text(const customers::HoldoutReport& report, const std::string& unit);

}  // namespace tenure::apps
