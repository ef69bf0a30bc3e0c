#pragma once

#include <tenure/core/execution.hpp>
#include <tenure/customers/churn_factors.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// The risk that a customer orders nothing in the next days, learned from earlier days of the same
/// log whose outcome is known.
namespace tenure::customers {

/// The customers of one day, and what became of them.
struct ChurnSnapshot {
  ChurnFactors factors;
  std::vector<std::uint8_t> left;  ///< beside factors.customer: 1 for no order in the window
};

enum class ChurnModelKind : std::uint8_t { kLogistic, kTrees };
std::string_view to_string(ChurnModelKind kind) noexcept;  ///< "logistic", "trees"

/// Whether the library was built with XGBoost, which kTrees needs.
bool churn_trees_available() noexcept;

/// The kinds behind a name: "logistic", "trees", or "both", which is all that this build has.
/// @throws ArgumentError for any other name.
std::vector<ChurnModelKind> churn_model_kinds(std::string_view name);

struct ChurnModelOptions {
  ChurnModelKind kind = ChurnModelKind::kLogistic;
  int window_days = 90;  ///< that of the snapshots
  /// Names of the factors to use; empty: all that every snapshot has and that vary.
  std::vector<std::string> only;
  /// Let p_alive and expected_orders of the BG/NBD in beside the log's own factors.
  bool lifetime_factors = false;
};

namespace detail {
class ChurnScorer;
}

/// A trained model. Copies share what was learned.
struct ChurnModel {
  ChurnModelKind kind = ChurnModelKind::kLogistic;
  std::vector<std::size_t> factors;  ///< ids of churn_factor_list(), in the order of contributions
  std::vector<double> typical;       ///< mean over the training rows, as kept
  std::vector<std::int32_t> trained_on;  ///< days of the snapshots
  /// Those held out first, for regularisation and calibration; increasing.
  std::vector<std::int32_t> calibrated_on;
  double regularization = 0.0;     ///< L2 strength of the logistic model; number of trees
  double held_out_log_loss = 0.0;  ///< mean a row, on calibrated_on, after calibration
  /// Platt's map from the model's log odds: slope x log odds + intercept.
  double calibration_slope = 1.0;
  double calibration_intercept = 0.0;
  std::shared_ptr<const detail::ChurnScorer> scorer;
};

/// Trains on snapshots of increasing days, all of whose outcomes are known. The last four are first
/// held out in turn: models of several strengths of regularisation are trained on the snapshots
/// whose windows end by the held-out one's day. The strength with the best log loss on all of them
/// after calibration is chosen, with that calibration, and the model then learns from all
/// snapshots. Calibration is Platt's (1999): a logistic regression of the outcome on the model's
/// log odds, with one slope for all held-out days and the intercept of the last of them.
///
/// kLogistic: L2-regularised logistic regression on standardised factors held within 4 standard
/// deviations. kTrees: gradient-boosted trees (XGBoost, exact sums on one thread). The same bytes
/// at any number of threads.
/// @throws ArgumentError (snapshots that do not fit together, no window that ends by the day of a
/// later one, a factor that is missing, none that varies, kTrees without XGBoost), NumericalError
/// (one outcome only; not converged), Cancelled.
ChurnModel train_churn_model(const Execution& execution,
                             std::span<const ChurnSnapshot* const> snapshots,
                             const ChurnModelOptions& options = {});

struct ChurnPrediction {
  std::vector<double> probability;  ///< of no order in the window, by customer
  double base = 0.0;                ///< log odds before any factor speaks
  /// Customers x model factors, row-major: log odds each factor adds; with `base` they add up to
  /// the probability's. Logistic: beta_j (z_j - mean); trees: Shapley values (TreeSHAP, Lundberg et
  /// al. 2020).
  std::vector<double> contributions;
};

/// @throws ArgumentError where the table lacks a factor of the model.
ChurnPrediction predict_churn(const Execution& execution, const ChurnModel& model,
                              const ChurnFactors& factors);

/// Why a customer's risk is not the typical one.
struct ChurnReason {
  std::size_t factor = 0;     ///< id in churn_factor_list()
  double contribution = 0.0;  ///< log odds; positive raises the risk
  double value = 0.0;         ///< the customer's, in natural units
  double typical = 0.0;       ///< FactorInfo::natural of the training mean
};

/// The `count` factors that speak loudest about customer `row`, largest magnitude first.
std::vector<ChurnReason> churn_reasons(const ChurnModel& model, const ChurnFactors& factors,
                                       const ChurnPrediction& prediction, std::size_t row,
                                       std::size_t count = 3);

}  // namespace tenure::customers
