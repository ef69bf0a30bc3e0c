#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/roi.hpp>
#include <tenure/simulator/scenario.hpp>

#include <cstdint>
#include <optional>

/// A simulation with all that can be said about its result: enough replications, control variates,
/// parts of the variance.
namespace tenure::simulator {

struct StudyOptions {
  /// Half-width of roi_mc_interval that every strategy's ROI shall have; 0: as many replications as
  /// the scenario says.
  double precision = 0.0;
  /// With precision: no more replications than so many, the scenario's at least.
  std::uint32_t max_replications = 1000;
  /// Simulates everything once more, the same customers with other luck, to tell sampling from
  /// noise in the variance.
  bool decompose = false;
};

struct PrecisionReached {
  double asked = 0.0;
  /// Greatest half-width over the strategies that have an ROI; empty where one is unbounded.
  std::optional<double> half_width;
  bool met = false;
  std::uint32_t max_replications = 0;
  std::uint32_t rounds = 1;  ///< simulations it took
};

struct Study {
  Outcome outcome;
  ReturnReport report;
  std::optional<PrecisionReached> precision;
};

/// simulate() and assess_returns(). With a precision, replications are added, at most four times as
/// many as there are at a time, until it is reached: an outcome with n replications is the same,
/// byte for byte, however they were added. `existing` is null for new customers.
/// @throws ArgumentError, Cancelled as simulate(); ArgumentError where options are out of range.
Study run_study(const Execution& execution, const Scenario& scenario,
                const ExistingCustomers* existing, const StudyOptions& options = {});

/// Adds the replications of `more`, which are those that follow `outcome`'s.
/// @throws ArgumentError where the two are not of the same simulation.
void append_replications(Outcome& outcome, const Outcome& more);

}  // namespace tenure::simulator
