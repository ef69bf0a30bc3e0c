#pragma once

#include <tenure/customers/activity.hpp>
#include <tenure/customers/customer_risk.hpp>
#include <tenure/customers/health.hpp>
#include <tenure/customers/rfm.hpp>
#include <tenure/customers/tiers.hpp>

#include <string>
#include <string_view>

namespace tenure::customers {

/// Every threshold and weight of the segments. The defaults are those of
/// datasets/segments/default.toml; docs/CUSTOMERS.md describes each.
struct SegmentOptions {
  ActivityWindows windows;
  RfmOptions rfm;
  ClassOptions classes;
  TierOptions tiers;
  PyramidOptions pyramid;
  HealthOptions health;
  RiskCuts risk;
  friend bool operator==(const SegmentOptions&, const SegmentOptions&) = default;
};

/// Reads a TOML file; keys it does not have keep their defaults.
/// @throws DataError with file and line: not TOML, an unknown key, a value out of its range.
SegmentOptions read_segment_options(const std::string& path);
/// From memory; `path` names the text in messages.
SegmentOptions parse_segment_options(std::string_view text, const std::string& path);

}  // namespace tenure::customers
