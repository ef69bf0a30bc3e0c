#pragma once

#include <tenure/core/events.hpp>
#include <tenure/core/execution.hpp>
#include <tenure/customers/churn_metrics.hpp>
#include <tenure/customers/churn_model.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// Churn models of a whole log: which days to learn from, and how good what was learned is.
namespace tenure::customers {

struct ChurnStudyOptions {
  int window_days = 90;   ///< churn: no order in so many days
  int active_days = 365;  ///< asked of customers with an order in the last so many days
  int step_days = 30;     ///< between the days learned from
  int max_snapshots = 24;
  bool lifetime_factors = false;  ///< let the BG/NBD's figures in as factors
  /// Fit a BG/NBD on each day, which the baselines of evaluate_churn and lifetime_factors need.
  bool lifetime = true;
  /// Evening until which the log is whole; the day of its last event where empty.
  std::optional<std::int32_t> log_end;
};

/// Snapshots of a log by day, each made once. Keeps a reference to the events.
class ChurnStudy {
 public:
  /// @throws ArgumentError where the log has no times or no rows, or an option is below 1.
  ChurnStudy(const EventTable& events, const ChurnStudyOptions& options);

  const ChurnStudyOptions& options() const noexcept { return options_; }
  std::int32_t first_day() const noexcept { return first_day_; }  ///< of the log
  std::int32_t last_day() const noexcept { return last_day_; }

  /// Customers of a day with their outcomes. @throws ArgumentError (churn_outcomes).
  const ChurnSnapshot& snapshot(const Execution& execution, std::int32_t day);

  /// Customers of a day, outcome unknown.
  ChurnFactors customers(const Execution& execution, std::int32_t day) const;

  /// Days to learn from on the evening of `known_until`: known_until - window_days and steps back
  /// from it, as long as the log reaches a year further back; where that leaves no day to train on
  /// beside the one to calibrate on, window_days further back.
  std::vector<std::int32_t> training_days(std::int32_t known_until) const;

  /// A model that has seen nothing after the evening of `known_until`.
  ChurnModel train(const Execution& execution, std::int32_t known_until,
                   const ChurnModelOptions& options);

 private:
  const EventTable* events_;
  ChurnStudyOptions options_;
  std::int32_t first_day_ = 0;
  std::int32_t last_day_ = 0;
  std::map<std::int32_t, ChurnSnapshot> snapshots_;
};

/// A model of each kind that has seen nothing after the evening of `known_until`, of which the one
/// with the least held-out log loss stays. @throws as ChurnStudy::train, ArgumentError without a
/// kind.
ChurnModel train_best_churn_model(const Execution& execution, ChurnStudy& study,
                                  std::int32_t known_until, std::span<const ChurnModelKind> kinds);

struct ChurnForecast {
  /// A model's name, or a baseline: "recency" and "p_alive" (the same training on that factor
  /// alone), "bg-nbd" (the lifetime model's own probability of no order in the window).
  std::string name;
  bool baseline = false;
  std::vector<double> probability;
  ForecastAssessment assessment;
};

struct ChurnComparison {
  std::string model;
  std::string baseline;
  ForecastDifference difference;  ///< model - baseline
};

struct ChurnEvaluation {
  std::int32_t as_of = 0;  ///< the day of the test; windows learned from end by it
  std::int32_t window_end = 0;
  std::vector<std::int32_t> trained_on;
  std::uint64_t customers = 0;
  std::uint64_t left = 0;
  std::vector<ChurnForecast> forecasts;  ///< baselines first
  std::vector<ChurnComparison> comparisons;
  std::vector<ChurnModel> models;     ///< as they were tested, in the order of `kinds`
  std::vector<std::string> left_out;  ///< factors and baselines the log cannot support
};

/// Trains on what was known on the evening of `as_of`, and tests on its customers.
/// @throws as train() and assess_forecast(); ArgumentError where the log ends before as_of +
/// window.
ChurnEvaluation evaluate_churn(const Execution& execution, ChurnStudy& study, std::int32_t as_of,
                               std::span<const ChurnModelKind> kinds,
                               const AssessmentOptions& assessment = {});

}  // namespace tenure::customers
