#include "bootstrap.hpp"
#include "user_table.hpp"

#include <tenure/core/error.hpp>
#include <tenure/recommender/evaluate.hpp>

#include <algorithm>
#include <chrono>
#include <utility>

namespace tenure::recommender {

namespace {

void check_confidence(double confidence) {
  if (!(confidence > 0.0 && confidence < 1.0)) {
    throw ArgumentError("evaluate: the confidence must lie between 0 and 1, both left out");
  }
}

void validate(const Model& model, const EvaluationSet& set, const EvaluationOptions& options) {
  if (options.at.empty()) throw ArgumentError("evaluate: no cut-off is given");
  for (const std::uint32_t k : options.at) {
    if (k == 0) throw ArgumentError("evaluate: a cut-off must be at least 1");
  }
  check_confidence(options.confidence);
  csr_validate(set.known);
  csr_validate(set.test);
  if (set.known.n_columns != model.n_items() || set.test.n_columns < model.n_items()) {
    throw ArgumentError("evaluate: the matrices do not have the model's items");
  }
  if (set.known.rows() != set.test.rows() ||
      (!set.fold_in && set.known.rows() != model.n_users())) {
    throw ArgumentError("evaluate: the matrices do not have the same users");
  }
  if (options.train.rows() > 0) {
    csr_validate(options.train);
    if (options.train.n_columns != model.n_items()) {
      throw ArgumentError("evaluate: the training matrix does not have the model's items");
    }
  }
}

std::string metric_name(const char* metric, std::uint32_t k) {
  return std::string(metric).append("@").append(std::to_string(k));
}

/// How often each item that may be listed was shown, rising.
std::vector<std::uint32_t> open_exposures(const std::vector<std::uint32_t>& exposures,
                                          const std::vector<std::uint8_t>& closed) {
  std::vector<std::uint32_t> open;
  for (std::size_t item = 0; item < exposures.size(); ++item) {
    if (closed.empty() || closed[item] == 0) open.push_back(exposures[item]);
  }
  std::sort(open.begin(), open.end());
  return open;
}

double coverage(const std::vector<std::uint32_t>& rising) {
  const auto shown = rising.end() - std::upper_bound(rising.begin(), rising.end(), 0U);
  return rising.empty() ? 0.0 : static_cast<double>(shown) / static_cast<double>(rising.size());
}

double gini(const std::vector<std::uint32_t>& rising) {
  const auto n = static_cast<double>(rising.size());
  double weighted = 0.0;
  double sum = 0.0;
  for (std::size_t i = 0; i < rising.size(); ++i) {
    const auto x = static_cast<double>(rising[i]);
    weighted += (2.0 * static_cast<double>(i + 1) - n - 1.0) * x;
    sum += x;
  }
  return sum > 0.0 ? weighted / (n * sum) : 0.0;
}

}  // namespace

double Evaluation::value(std::string_view name) const {
  for (const MetricValue& metric : metrics) {
    if (metric.name == name) return metric.value;
  }
  throw ArgumentError("evaluate: there is no metric " + std::string(name));
}

Evaluation evaluate(const Execution& execution, const Model& model, const EvaluationSet& set,
                    const EvaluationOptions& options) {
  validate(model, set, options);
  std::vector<std::uint32_t> rows = detail::rows_with_tests(set, options.allow_seen);
  if (rows.empty()) throw ArgumentError("evaluate: no user has test items");
  const auto start = std::chrono::steady_clock::now();
  detail::UserTable table = detail::score_users(execution, model, set, options, rows);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  const std::vector<double> means = detail::column_means(table.values);
  const Matrix<double> resampled =
      detail::bootstrap_means(execution, table.values, options.bootstrap_samples);
  Evaluation result;
  result.users = rows.size();
  result.users_skipped = set.test.rows() - rows.size();
  result.users_fallback = table.fallbacks;
  result.recommend_seconds = elapsed.count();
  std::vector<std::string> names;
  for (std::size_t c = 0; c < options.at.size(); ++c) {
    const std::uint32_t k = options.at[c];
    for (const char* metric : detail::kUserMetrics) {
      const std::size_t column = names.size();
      MetricValue value{names.emplace_back(metric_name(metric, k)), means[column], std::nullopt};
      if (options.bootstrap_samples > 0) {
        value.interval = detail::percentile_interval(resampled, column, options.confidence);
      }
      result.metrics.push_back(std::move(value));
    }
    const std::vector<std::uint32_t> shown = open_exposures(table.exposures[c], table.closed);
    result.metrics.push_back({metric_name("coverage", k), coverage(shown), std::nullopt});
    result.metrics.push_back({metric_name("gini", k), gini(shown), std::nullopt});
  }
  if (options.keep_user_values) {
    result.user_values = {std::move(names), std::move(rows), std::move(table.values)};
  }
  return result;
}

std::vector<MetricValue> compare(const Execution& execution, const Evaluation& model,
                                 const Evaluation& baseline, std::uint32_t bootstrap_samples,
                                 double confidence) {
  check_confidence(confidence);
  if (bootstrap_samples == 0) throw ArgumentError("compare: at least one sample is needed");
  const UserValues& ours = model.user_values;
  const UserValues& theirs = baseline.user_values;
  if (ours.rows.empty() || theirs.rows.empty()) {
    throw ArgumentError("compare: an evaluation was made without keeping its users' values");
  }
  if (ours.rows != theirs.rows || ours.names != theirs.names) {
    throw ArgumentError("compare: the models were scored on different users or cut-offs");
  }
  Matrix<double> differences(ours.values.rows(), ours.values.cols());
  for (std::size_t i = 0; i < differences.size(); ++i) {
    differences.data()[i] = ours.values.data()[i] - theirs.values.data()[i];
  }
  const std::vector<double> means = detail::column_means(differences);
  const Matrix<double> resampled =
      detail::bootstrap_means(execution, differences, bootstrap_samples);
  std::vector<MetricValue> result;
  for (std::size_t column = 0; column < means.size(); ++column) {
    result.push_back({ours.names[column], means[column],
                      detail::percentile_interval(resampled, column, confidence)});
  }
  return result;
}

}  // namespace tenure::recommender
