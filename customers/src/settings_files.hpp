#pragma once

#include <tenure/core/config.hpp>
#include <tenure/customers/early_warning.hpp>
#include <tenure/customers/market_risk.hpp>
#include <tenure/customers/segment_options.hpp>

#include <vector>

/// The readers of this library's files, by a file that is open: what the public ones do.
namespace tenure::customers {

MarketSurvey market_survey_from(const ConfigFile& file);
std::vector<WarningRule> warning_rules_from(const ConfigFile& file);
SegmentOptions segment_options_from(const ConfigFile& file);

}  // namespace tenure::customers
