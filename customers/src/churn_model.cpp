#include "churn_design.hpp"
#include "churn_scorer.hpp"

#include <tenure/core/error.hpp>
#include <tenure/customers/churn_metrics.hpp>
#include <tenure/customers/churn_model.hpp>
#include <tenure/customers/logistic.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace tenure::customers {
namespace {

using detail::Candidate;
using detail::Design;
using Snapshots = std::span<const ChurnSnapshot* const>;

// The latest held-out days that choose strength and calibration: one alone has a season of its own.
constexpr std::size_t kMostFolds = 4;

// A held-out snapshot, and the snapshots whose windows end by its day.
struct Fold {
  Snapshots base;
  const ChurnSnapshot* held_out;
};

std::vector<Fold> folds_of(Snapshots snapshots, int window_days) {
  std::vector<Fold> folds;
  for (std::size_t i = 1; i < snapshots.size(); ++i) {
    std::size_t known = 0;
    while (snapshots[known]->factors.as_of + window_days <= snapshots[i]->factors.as_of) ++known;
    if (known > 0) folds.push_back({snapshots.first(known), snapshots[i]});
  }
  if (folds.empty()) {
    throw ArgumentError(
        "churn: the log is too short: no snapshot's window ends by the day of a later one");
  }
  const std::size_t surplus = folds.size() - std::min(folds.size(), kMostFolds);
  folds.erase(folds.begin(), folds.begin() + static_cast<std::ptrdiff_t>(surplus));
  return folds;
}

struct Platt {
  double slope = 1.0;
  double intercept = 0.0;
  double log_loss = 0.0;  // total
};

// One slope for all folds and an intercept for each, of which the last one's stays: a share of
// leavers that moves from window to window does not bend the slope.
Platt calibrate(const Execution& execution, const std::vector<Fold>& folds,
                const std::vector<const std::vector<double>*>& log_odds) {
  std::vector<double> all;
  std::vector<std::uint8_t> y;
  for (std::size_t f = 0; f < folds.size(); ++f) {
    all.insert(all.end(), log_odds[f]->begin(), log_odds[f]->end());
    y.insert(y.end(), folds[f].held_out->left.begin(), folds[f].held_out->left.end());
  }
  const auto n = static_cast<double>(all.size());
  const double mean = std::accumulate(all.begin(), all.end(), 0.0) / n;
  double spread = 0.0;
  for (const double value : all) spread += (value - mean) * (value - mean);
  spread = std::sqrt(spread / n);
  if (!(spread > 0)) throw NumericalError("churn: the model gives everybody the same risk");
  std::vector<double> x;
  for (std::size_t f = 0; f < folds.size(); ++f) {
    for (const double value : *log_odds[f]) {
      x.push_back((value - mean) / spread);
      for (std::size_t other = 0; other + 1 < folds.size(); ++other) {
        x.push_back(other == f ? 1.0 : 0.0);
      }
    }
  }
  const LogisticFit fit = fit_logistic(execution, x, folds.size(), y);
  const double slope = fit.coefficients[0] / spread;
  return {slope, fit.intercept - slope * mean, -fit.log_likelihood};
}

struct Choice {
  double regularization = 0.0;
  Platt platt;
};

// The strength with the best held-out log loss over all folds after calibration.
Choice choose(const Execution& execution, const std::vector<Fold>& folds,
              const std::vector<std::size_t>& factors, bool is_logistic) {
  std::vector<std::vector<Candidate>> candidates;
  for (const Fold& fold : folds) {
    const Design train = detail::stack(fold.base, factors);
    const Design held_out = detail::design_of(fold.held_out->factors, factors);
    candidates.push_back(is_logistic ? detail::logistic_candidates(execution, train, held_out)
                                     : detail::trees_candidates(execution, train, held_out));
  }
  Choice best;
  for (std::size_t k = 0; k < candidates.front().size(); ++k) {
    std::vector<const std::vector<double>*> log_odds;
    for (const auto& of_fold : candidates) log_odds.push_back(&of_fold[k].log_odds);
    const Platt platt = calibrate(execution, folds, log_odds);
    if (k > 0 && platt.log_loss >= best.platt.log_loss) continue;
    best = {candidates.front()[k].regularization, platt};
  }
  return best;
}

void check(Snapshots snapshots, const ChurnModelOptions& options) {
  if (snapshots.empty()) throw ArgumentError("churn: no snapshot to train on");
  if (options.window_days < 1) throw ArgumentError("churn: the window must be at least one day");
  for (std::size_t i = 0; i < snapshots.size(); ++i) {
    const ChurnSnapshot& snapshot = *snapshots[i];
    const std::size_t rows = snapshot.factors.rows();
    if (rows == 0 || snapshot.left.size() != rows ||
        snapshot.factors.values.size() != rows * snapshot.factors.factors.size()) {
      throw ArgumentError("churn: a snapshot's rows, outcomes and values do not fit together");
    }
    if (i > 0 && snapshot.factors.as_of <= snapshots[i - 1]->factors.as_of) {
      throw ArgumentError("churn: snapshots must be of increasing days");
    }
  }
}

// Factors that vary among the fewest rows a model is trained on, and so among all.
std::vector<std::size_t> varying(std::vector<std::size_t> ids, Snapshots base) {
  const detail::Moments moments = detail::moments_of(detail::stack(base, ids));
  std::vector<std::size_t> kept;
  for (std::size_t j = 0; j < ids.size(); ++j) {
    if (moments.deviation[j] > 1e-9 * (1 + std::abs(moments.mean[j]))) kept.push_back(ids[j]);
  }
  if (kept.empty()) throw ArgumentError("churn: no factor varies among the customers");
  return kept;
}

}  // namespace

std::string_view to_string(ChurnModelKind kind) noexcept {
  return kind == ChurnModelKind::kLogistic ? "logistic" : "trees";
}

std::vector<ChurnModelKind> churn_model_kinds(std::string_view name) {
  if (name == "logistic") return {ChurnModelKind::kLogistic};
  if (name == "trees") return {ChurnModelKind::kTrees};
  if (name != "both") {
    throw ArgumentError("churn: there is no model '" + std::string(name) +
                        "', only logistic, trees, both");
  }
  std::vector<ChurnModelKind> kinds = {ChurnModelKind::kLogistic};
  if (churn_trees_available()) kinds.push_back(ChurnModelKind::kTrees);
  return kinds;
}

ChurnModel train_churn_model(const Execution& execution, Snapshots snapshots,
                             const ChurnModelOptions& options) {
  check(snapshots, options);
  const std::vector<Fold> folds = folds_of(snapshots, options.window_days);
  ChurnModel model;
  model.kind = options.kind;
  model.factors = varying(detail::common_factors(snapshots, options), folds.front().base);
  for (const ChurnSnapshot* snapshot : snapshots) {
    model.trained_on.push_back(snapshot->factors.as_of);
  }
  std::size_t held_out = 0;
  for (const Fold& fold : folds) {
    model.calibrated_on.push_back(fold.held_out->factors.as_of);
    held_out += fold.held_out->left.size();
  }
  const bool is_logistic = options.kind == ChurnModelKind::kLogistic;
  const Choice choice = choose(execution, folds, model.factors, is_logistic);
  model.regularization = choice.regularization;
  model.held_out_log_loss = choice.platt.log_loss / static_cast<double>(held_out);
  model.calibration_slope = choice.platt.slope;
  model.calibration_intercept = choice.platt.intercept;
  const Design all = detail::stack(snapshots, model.factors);
  model.typical = detail::moments_of(all).mean;
  model.scorer = is_logistic
                     ? detail::train_logistic(execution, all, choice.regularization)
                     : detail::train_trees(execution, all, static_cast<int>(choice.regularization));
  return model;
}

ChurnPrediction predict_churn(const Execution& execution, const ChurnModel& model,
                              const ChurnFactors& factors) {
  execution.check_cancelled();
  if (!model.scorer) throw ArgumentError("churn: the model was never trained");
  const Design design = detail::design_of(factors, model.factors);
  const std::vector<double> parts = model.scorer->contributions(design);
  ChurnPrediction prediction;
  const std::size_t columns = design.columns;
  for (std::size_t i = 0; i < design.rows(); ++i) {
    const double before = parts[i * (columns + 1) + columns];
    prediction.base = model.calibration_intercept + model.calibration_slope * before;
    double log_odds = prediction.base;
    for (std::size_t j = 0; j < columns; ++j) {
      const double part = model.calibration_slope * parts[i * (columns + 1) + j];
      prediction.contributions.push_back(part);
      log_odds += part;
    }
    prediction.probability.push_back(logistic(log_odds));
  }
  return prediction;
}

std::vector<ChurnReason> churn_reasons(const ChurnModel& model, const ChurnFactors& factors,
                                       const ChurnPrediction& prediction, std::size_t row,
                                       std::size_t count) {
  const std::size_t columns = model.factors.size();
  if (row >= factors.rows() || prediction.contributions.size() != factors.rows() * columns) {
    throw ArgumentError("churn: no such customer in the prediction");
  }
  std::vector<std::size_t> order(columns);
  std::iota(order.begin(), order.end(), std::size_t{0});
  const double* parts = prediction.contributions.data() + row * columns;
  const std::size_t wanted = std::min(count, columns);
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(wanted), order.end(),
                    [&](std::size_t l, std::size_t r) {
                      const double left = std::abs(parts[l]);
                      const double right = std::abs(parts[r]);
                      return left > right || (left == right && l < r);
                    });
  order.resize(wanted);
  std::vector<ChurnReason> reasons;
  for (const std::size_t j : order) {
    const std::size_t id = model.factors[j];
    const FactorInfo& info = churn_factor_list()[id];
    double value = 0.0;
    if (info.name == "p_alive") {
      value = factors.lifetime->p_alive[row];
    } else if (info.name == "expected_orders") {
      value = factors.lifetime->expected_orders[row];
    } else {
      const auto at = std::lower_bound(factors.factors.begin(), factors.factors.end(), id);
      value =
          info.natural(factors.row(row)[static_cast<std::size_t>(at - factors.factors.begin())]);
    }
    reasons.push_back({id, parts[j], value, info.natural(model.typical[j])});
  }
  return reasons;
}

}  // namespace tenure::customers
