#include <tenure/core/error.hpp>
#include <tenure/core/time.hpp>
#include <tenure/customers/churn_study.hpp>

#include <algorithm>
#include <utility>

namespace tenure::customers {
namespace {

constexpr int kYearDays = 365;

ChurnModelOptions model_options(const ChurnStudy& study, ChurnModelKind kind) {
  ChurnModelOptions options;
  options.kind = kind;
  options.window_days = study.options().window_days;
  options.lifetime_factors = study.options().lifetime_factors;
  return options;
}

std::vector<std::int32_t> days_to_learn_from(const ChurnStudy& study, std::int32_t known_until) {
  std::vector<std::int32_t> days = study.training_days(known_until);
  const int window = study.options().window_days;
  if (days.empty() || days.front() + window > days.back()) {
    throw ArgumentError("churn: the log reaches back too little from " +
                        format_date(known_until * kSecondsPerDay) + " for windows of " +
                        std::to_string(window) + " days: three are needed");
  }
  return days;
}

/// Forecasts of one test day, as they come.
class Bench {
 public:
  Bench(const Execution& execution, ChurnStudy& study, std::int32_t as_of,
        const AssessmentOptions& assessment)
      : execution_(execution),
        study_(study),
        test_(study.snapshot(execution, as_of)),
        assessment_(assessment) {
    result_.as_of = as_of;
    result_.window_end = as_of + study.options().window_days;
    result_.customers = test_.left.size();
    result_.left = static_cast<std::uint64_t>(std::count(test_.left.begin(), test_.left.end(), 1));
    result_.left_out = test_.factors.left_out;
  }

  // The same training on one factor alone.
  void add_factor(const std::string& factor) {
    ChurnModelOptions options = model_options(study_, ChurnModelKind::kLogistic);
    options.only = {factor};
    try {
      const ChurnModel model = study_.train(execution_, result_.as_of, options);
      add(factor, true, predict_churn(execution_, model, test_.factors).probability);
    } catch (const ArgumentError& error) {
      result_.left_out.push_back("baseline " + factor + ": " + error.what());
    }
  }

  void add_lifetime() {
    if (test_.factors.lifetime) add("bg-nbd", true, test_.factors.lifetime->no_order);
  }

  void add_model(ChurnModelKind kind) {
    ChurnModel model = study_.train(execution_, result_.as_of, model_options(study_, kind));
    add(std::string(to_string(kind)), false,
        predict_churn(execution_, model, test_.factors).probability);
    result_.trained_on = model.trained_on;
    result_.models.push_back(std::move(model));
  }

  ChurnEvaluation finish() && {
    for (const ChurnForecast& model : result_.forecasts) {
      if (model.baseline) continue;
      for (const ChurnForecast& other : result_.forecasts) {
        if (other.name == model.name) break;  // those before it: baselines and earlier models
        result_.comparisons.push_back(
            {model.name, other.name,
             compare_forecasts(execution_, model.probability, other.probability, test_.left,
                               assessment_)});
      }
    }
    return std::move(result_);
  }

 private:
  void add(std::string name, bool baseline, std::vector<double> probability) {
    ForecastAssessment assessment =
        assess_forecast(execution_, probability, test_.left, assessment_);
    result_.forecasts.push_back(
        {std::move(name), baseline, std::move(probability), std::move(assessment)});
  }

  const Execution& execution_;
  ChurnStudy& study_;
  const ChurnSnapshot& test_;
  AssessmentOptions assessment_;
  ChurnEvaluation result_;
};

}  // namespace

ChurnStudy::ChurnStudy(const EventTable& events, const ChurnStudyOptions& options)
    : events_(&events), options_(options) {
  if (!events.has_time() || events.rows() == 0) {
    throw ArgumentError("churn: the log has no times or no rows");
  }
  if (options.window_days < 1 || options.active_days < 1 || options.step_days < 1 ||
      options.max_snapshots < 1) {
    throw ArgumentError("churn: window, active days, step and snapshots must be at least 1");
  }
  const auto [first, last] = std::minmax_element(events.time.begin(), events.time.end());
  first_day_ = static_cast<std::int32_t>(day_of(*first));
  last_day_ = options.log_end.value_or(static_cast<std::int32_t>(day_of(*last)));
}

ChurnFactors ChurnStudy::customers(const Execution& execution, std::int32_t day) const {
  ChurnFactorOptions options;
  options.as_of = day;
  options.active_days = options_.active_days;
  options.window_days = options_.window_days;
  options.lifetime = options_.lifetime || options_.lifetime_factors;
  return churn_factors(execution, *events_, options);
}

const ChurnSnapshot& ChurnStudy::snapshot(const Execution& execution, std::int32_t day) {
  const auto found = snapshots_.find(day);
  if (found != snapshots_.end()) return found->second;
  ChurnSnapshot made;
  made.factors = customers(execution, day);
  made.left = churn_outcomes(execution, *events_, made.factors.customer, day, options_.window_days,
                             last_day_);
  return snapshots_.emplace(day, std::move(made)).first->second;
}

std::vector<std::int32_t> ChurnStudy::training_days(std::int32_t known_until) const {
  const int window = options_.window_days;
  const bool years = known_until - 2 * window - kYearDays >= first_day_;
  const std::int32_t earliest = first_day_ + (years ? kYearDays : window);
  std::vector<std::int32_t> days;
  for (std::int32_t day = known_until - window;
       day >= earliest && days.size() < static_cast<std::size_t>(options_.max_snapshots);
       day -= options_.step_days) {
    days.push_back(day);
  }
  std::reverse(days.begin(), days.end());
  return days;
}

ChurnModel ChurnStudy::train(const Execution& execution, std::int32_t known_until,
                             const ChurnModelOptions& options) {
  const std::vector<std::int32_t> days = days_to_learn_from(*this, known_until);
  std::vector<const ChurnSnapshot*> snapshots;
  for (const std::int32_t day : days) {
    execution.report("snapshots", snapshots.size(), days.size());
    snapshots.push_back(&snapshot(execution, day));
  }
  return train_churn_model(execution, snapshots, options);
}

ChurnModel train_best_churn_model(const Execution& execution, ChurnStudy& study,
                                  std::int32_t known_until, std::span<const ChurnModelKind> kinds) {
  if (kinds.empty()) throw ArgumentError("churn: no kind of model to train");
  ChurnModel best;
  for (const ChurnModelKind kind : kinds) {
    ChurnModel model = study.train(execution, known_until, model_options(study, kind));
    if (!best.scorer || model.held_out_log_loss < best.held_out_log_loss) best = std::move(model);
  }
  return best;
}

ChurnEvaluation evaluate_churn(const Execution& execution, ChurnStudy& study, std::int32_t as_of,
                               std::span<const ChurnModelKind> kinds,
                               const AssessmentOptions& assessment) {
  days_to_learn_from(study, as_of);  // a log that is too short is told before the work
  Bench bench(execution, study, as_of, assessment);
  bench.add_factor("recency");
  bench.add_factor("p_alive");
  bench.add_lifetime();
  for (const ChurnModelKind kind : kinds) bench.add_model(kind);
  return std::move(bench).finish();
}

}  // namespace tenure::customers
