#pragma once

#include <tenure/core/execution.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

/// How good probabilities of a yes-or-no outcome are. Everywhere `probability` is in [0, 1],
/// `outcome` is 0 or 1, both have one entry a customer; ArgumentError otherwise, and where there is
/// nobody.
namespace tenure::customers {

/// Share of pairs (one outcome 1, one outcome 0) in which the first has the higher probability;
/// ties count half. @throws ArgumentError unless both outcomes occur.
double area_under_curve(std::span<const double> probability, std::span<const std::uint8_t> outcome);

/// Mean of -log(probability given to what came), probabilities held within [1e-15, 1 - 1e-15].
double log_loss(std::span<const double> probability, std::span<const std::uint8_t> outcome);

/// Mean squared distance of probability and outcome.
double brier_score(std::span<const double> probability, std::span<const std::uint8_t> outcome);

/// Share of customers on whose side of one half the probability lies (one half itself says 1).
double accuracy(std::span<const double> probability, std::span<const std::uint8_t> outcome);

/// Logistic regression of the outcome on the log odds of the probability (Cox 1958): slope 1 and
/// intercept 0 for calibrated probabilities; a slope below 1 means too extreme ones.
struct CalibrationLine {
  double slope = 1.0;
  double intercept = 0.0;
};
/// Empty where no finite line exists: one outcome only, one probability only, or outcomes that the
/// probabilities separate.
std::optional<CalibrationLine> calibration_line(std::span<const double> probability,
                                                std::span<const std::uint8_t> outcome);

/// A figure with its interval.
struct Measured {
  double value = 0.0;
  double low = 0.0;
  double high = 0.0;
};

/// A tenth of the customers by probability: a point of the calibration curve and a row of the lift
/// table.
struct RiskBand {
  std::uint64_t customers = 0;
  double predicted = 0.0;  ///< mean probability
  Measured observed;       ///< share with outcome 1
  Measured lift;           ///< observed over the share among all customers
  double captured = 0.0;   ///< share of all outcomes 1 that is in this group and those before it
};

struct AssessmentOptions {
  /// Bootstrap samples of the customers, 2^24 at most, drawn by Purpose::kBootstrap and the seed:
  /// two forecasts of the same customers are measured on the same samples.
  int replicates = 1000;
  double level = 0.95;  ///< of the percentile intervals
  std::size_t groups = 10;
};

struct ForecastAssessment {
  std::uint64_t customers = 0;
  std::uint64_t positives = 0;
  double base_rate = 0.0;      ///< share of outcome 1
  double base_accuracy = 0.0;  ///< of saying the more frequent outcome to everybody
  Measured auc;
  Measured log_loss;
  Measured brier;
  Measured accuracy;
  std::optional<Measured> calibration_slope;  ///< empty where calibration_line is
  std::optional<Measured> calibration_intercept;
  /// Highest probability first. Groups are cut once, on all customers; ties go by position.
  std::vector<RiskBand> groups;
};

/// The same bytes at any number of threads. A bootstrap sample in which a figure does not exist
/// (one outcome only) is left out of that figure's interval.
/// @throws ArgumentError (also: options out of range, fewer customers than groups), Cancelled.
ForecastAssessment assess_forecast(const Execution& execution, std::span<const double> probability,
                                   std::span<const std::uint8_t> outcome,
                                   const AssessmentOptions& options = {});

/// First forecast minus second, on the same bootstrap samples.
struct ForecastDifference {
  Measured auc;       ///< positive where the first is better
  Measured log_loss;  ///< negative where the first is better
  Measured brier;     ///< negative where the first is better
};
ForecastDifference compare_forecasts(const Execution& execution, std::span<const double> first,
                                     std::span<const double> second,
                                     std::span<const std::uint8_t> outcome,
                                     const AssessmentOptions& options = {});

}  // namespace tenure::customers
