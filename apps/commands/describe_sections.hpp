#pragma once

#include "command_options.hpp"
#include "run.hpp"

#include <tenure/core/events.hpp>
#include <tenure/customers/early_warning.hpp>
#include <tenure/customers/key_figures.hpp>
#include <tenure/customers/order_history.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace tenure::apps {

/// What `describe` prints on request.
struct SectionOptions {
  std::string by;
  std::size_t forecast = 0;
  std::string period = "month";
  bool survival = false;
  std::int32_t inactive_days = 365;
  bool funnel = false;
  std::string rules;
  Option alerts;  ///< given, with or without a file of rules
  Option forecast_given;
};

/// Of --period.
customers::PeriodUnit unit_of(const SectionOptions& options);

void add_section_options(const CommandOptions& sub, SectionOptions& options);

/// The sections asked for: each a part of the text and a key of the JSON object.
class Sections {
 public:
  /// Reads the rules. @throws ArgumentError for options that do not go together, DataError.
  explicit Sections(const SectionOptions& options);
  /// @throws DataError where the store `path` has no column for what was asked.
  void check(const std::string& path, const EventTable& events) const;
  /// @throws DataError where the log is too short to forecast from.
  void check(const std::string& path, const customers::OrderHistory& history) const;
  void add(const EventTable& events, const customers::OrderHistory& history, Run& run,
           Json& json) const;

 private:
  bool any() const noexcept;

  const SectionOptions& options_;
  std::vector<customers::WarningRule> rules_;
};

/// The customers that a section is about: everyone, and groups of them held in the history's
/// region, largest first.
struct SectionScope {
  const customers::OrderHistory& history;
  std::vector<std::string> names;      ///< of all groups
  std::vector<std::uint32_t> largest;  ///< codes of those looked at
  std::uint64_t left_out = 0;          ///< smaller groups that are not
};

/// describe_forecast.cpp
void add_forecasts(const SectionOptions& options, const SectionScope& scope,
                   const std::string& currency, Run& run, Json& json);
/// describe_survival.cpp
void add_survival(const SectionOptions& options, const SectionScope& scope, Run& run, Json& json);

}  // namespace tenure::apps
