#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/recommender/model_file.hpp>
#include <tenure/simulator/composite_index.hpp>
#include <tenure/simulator/engine.hpp>
#include <tenure/simulator/roi.hpp>

#include <memory>
#include <string>
#include <vector>

/// What a result, a store and a model say, as one HTML page for people who decide.
namespace tenure::report {

/// A page that holds everything it shows: it opens without network and asks nobody for anything.
/// Every figure is also a table. docs/REPORT.md says what each figure means.
class Report {
 public:
  /// `title` is plain text.
  explicit Report(std::string title);
  ~Report();
  Report(const Report&) = delete;
  Report& operator=(const Report&) = delete;

  /// The decision and the figures of a simulation. `returns` and `indices` are of the outcome;
  /// `indices` may be empty.
  /// @throws ArgumentError where the outcome's arrays do not fit its counts.
  void add_result(const simulator::Outcome& outcome, const simulator::ReturnReport& returns,
                  const std::vector<simulator::StrategyIndex>& indices);

  /// The customers of a log: key figures, cohorts, survival, tiers, health, value by region.
  /// @throws ArgumentError where the log has no times or nobody ordered; Cancelled.
  void add_store(const Execution& execution, const EventTable& events, const std::string& name);

  /// The recommender's held-out figures.
  void add_model(const recommender::ModelFile& file, const std::string& name);

  /// The page, UTF-8.
  std::string html() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace tenure::report
