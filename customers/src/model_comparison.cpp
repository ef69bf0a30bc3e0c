#include <tenure/core/error.hpp>
#include <tenure/customers/lifetime_model.hpp>

#include <boost/math/special_functions/gamma.hpp>

#include <algorithm>
#include <cmath>

namespace tenure::customers {
namespace {

std::vector<ModelScore> score_kinds(const Execution& execution, const RecencyFrequency& rows,
                                    const LifetimeFitOptions& options) {
  std::vector<ModelScore> scores;
  for (const LifetimeKind& kind : lifetime_kinds()) {
    if (kind.discrete) continue;
    ModelScore score;
    score.model = kind.name;
    score.parameters = kind.parameters;
    try {
      if (kind.name == "mbg-cnbd" && rows.log_gaps.empty()) {
        throw NumericalError("the gaps between orders are not known");
      }
      score.fit = fit_lifetime(execution, kind.name, rows, options);
      const double fitted = 2 * score.fit->log_likelihood;
      score.aic = 2 * kind.parameters - fitted;
      score.bic = kind.parameters * std::log(static_cast<double>(score.fit->customers)) - fitted;
    } catch (const NumericalError& error) {
      score.fault = error.what();
    }
    scores.push_back(std::move(score));
  }
  return scores;
}

// A maximum of the likelihood and one that a prior holds are not compared: where there is one of
// the first kind, the others count as failed.
void leave_out_held(std::vector<ModelScore>& scores) {
  const auto free = [](const ModelScore& score) {
    return score.fit && score.fit->prior_reason.empty();
  };
  if (std::none_of(scores.begin(), scores.end(), free)) return;
  for (ModelScore& score : scores) {
    if (!score.fit || free(score)) continue;
    score.fault = std::string(lifetime_kind(score.model).title) + ": " + score.fit->prior_reason;
    score.fit.reset();
    score.aic = score.bic = 0.0;
  }
}

}  // namespace

LikelihoodRatio likelihood_ratio(double smaller, double larger, int degrees_of_freedom) {
  if (!std::isfinite(smaller) || !std::isfinite(larger) || degrees_of_freedom < 1) {
    throw ArgumentError("likelihood ratio: finite log-likelihoods and 1 degree of freedom or more");
  }
  // Two searches for a maximum end within rounding of it.
  if (smaller - larger > 1e-6 * (1 + std::abs(larger))) {
    throw ArgumentError("likelihood ratio: the larger model has the smaller likelihood");
  }
  LikelihoodRatio ratio;
  ratio.statistic = std::max(0.0, 2 * (larger - smaller));
  ratio.degrees_of_freedom = degrees_of_freedom;
  ratio.p_value = boost::math::gamma_q(degrees_of_freedom / 2.0, ratio.statistic / 2);
  return ratio;
}

std::vector<ModelScore> compare_lifetime_models(const Execution& execution,
                                                const RecencyFrequency& data,
                                                const LifetimeFitOptions& options) {
  std::vector<ModelScore> scores = score_kinds(execution, compress(data), options);
  if (options.prior == PriorUse::kWhereNeeded) leave_out_held(scores);
  std::stable_sort(scores.begin(), scores.end(), [](const ModelScore& l, const ModelScore& r) {
    if (l.fit.has_value() != r.fit.has_value()) return l.fit.has_value();
    return l.fit.has_value() && l.aic < r.aic;
  });
  if (!scores.front().fit)
    throw NumericalError("no model could be fitted: " + scores.front().fault);
  return scores;
}

}  // namespace tenure::customers
