#include "list_maker.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/core/random.hpp>
#include <tenure/recommender/evaluate.hpp>
#include <tenure/recommender/metrics.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <memory>
#include <numeric>

namespace tenure::recommender {

namespace {

constexpr std::size_t kMetrics = 4;
constexpr std::array<const char*, kMetrics> kMetricNames{"recall", "recall_min", "ndcg",
                                                         "hit_rate"};
constexpr std::size_t kBootstrapChunk = 8;

void validate(const Model& model, const EvaluationSet& set, const EvaluationOptions& options) {
  if (options.at.empty()) throw ArgumentError("evaluate: no cut-off is given");
  for (const std::uint32_t k : options.at) {
    if (k == 0) throw ArgumentError("evaluate: a cut-off must be at least 1");
  }
  if (!(options.confidence > 0.0 && options.confidence < 1.0)) {
    throw ArgumentError("evaluate: the confidence must lie between 0 and 1, both left out");
  }
  csr_validate(set.known);
  csr_validate(set.test);
  if (set.known.n_columns != model.n_items() || set.test.n_columns < model.n_items()) {
    throw ArgumentError("evaluate: the matrices do not have the model's items");
  }
  if (set.known.rows() != set.test.rows() ||
      (!set.fold_in && set.known.rows() != model.n_users())) {
    throw ArgumentError("evaluate: the matrices do not have the same users");
  }
}

/// Test items that count for a row: without rebuy those that are not known already.
void relevant_items(const EvaluationSet& set, std::size_t row, bool allow_seen,
                    std::vector<std::uint32_t>& relevant) {
  const auto test = set.test.row_columns(row);
  relevant.clear();
  if (allow_seen) {
    relevant.assign(test.begin(), test.end());
  } else {
    const auto known = set.known.row_columns(row);
    std::set_difference(test.begin(), test.end(), known.begin(), known.end(),
                        std::back_inserter(relevant));
  }
}

/// Rows with test items, in order.
std::vector<std::uint32_t> rows_with_tests(const EvaluationSet& set, bool allow_seen) {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> relevant;
  for (std::size_t row = 0; row < set.test.rows(); ++row) {
    relevant_items(set, row, allow_seen, relevant);
    if (!relevant.empty()) rows.push_back(static_cast<std::uint32_t>(row));
  }
  return rows;
}

/// Metrics of every user, users x (cut-offs x kMetrics), and which items were listed.
struct UserTable {
  Matrix<double> values;
  std::vector<std::vector<std::uint8_t>> listed;  // per cut-off, length n_items
  std::uint64_t fallbacks = 0;
};

/// Marks the items of a list's first k places. Marks are only ever set, so threads may share them.
void mark_listed(std::span<const std::uint32_t> ids, std::uint32_t k,
                 std::vector<std::uint8_t>& listed) {
  for (std::size_t i = 0; i < std::min<std::size_t>(k, ids.size()); ++i) {
    std::atomic_ref(listed[ids[i]]).store(1, std::memory_order_relaxed);
  }
}

UserTable score_users(const Execution& execution, const Model& model, const EvaluationSet& set,
                      const EvaluationOptions& options, std::span<const std::uint32_t> rows) {
  RecommendOptions lists_options;
  lists_options.k = *std::max_element(options.at.begin(), options.at.end());
  lists_options.allow_seen = options.allow_seen;
  lists_options.denied = options.denied;
  lists_options.retriever = options.retriever;
  lists_options.fallback = options.fallback;
  const detail::ListMaker maker(execution, model, lists_options);
  UserTable table;
  table.values = Matrix<double>(rows.size(), options.at.size() * kMetrics);
  table.listed.assign(options.at.size(), std::vector<std::uint8_t>(model.n_items()));
  std::atomic<std::uint64_t> fallbacks{0};
  parallel_for(
      execution, rows.size(), detail::ListMaker::kBlock,
      [&](const Chunk& chunk) {
        const std::size_t n = chunk.end - chunk.begin;
        const auto history_rows = rows.subspan(chunk.begin, n);
        const std::vector<std::uint32_t> strangers(set.fold_in ? n : 0, kNewUser);
        const UserBatch batch{
            set.fold_in ? std::span<const std::uint32_t>(strangers) : history_rows, history_rows,
            set.known};
        TopLists lists(n, maker.width());
        std::vector<std::uint8_t> used_fallback(n);
        maker.make(batch, lists, 0, used_fallback);
        std::vector<std::uint32_t> relevant;
        for (std::size_t i = 0; i < n; ++i) {
          relevant_items(set, history_rows[i], options.allow_seen, relevant);
          double* out = table.values.row(chunk.begin + i);
          for (std::size_t c = 0; c < options.at.size(); ++c, out += kMetrics) {
            const ListMetrics m = list_metrics(lists.list_ids(i), relevant, options.at[c]);
            const std::array<double, kMetrics> all{m.recall, m.recall_min, m.ndcg, m.hit_rate};
            std::copy(all.begin(), all.end(), out);
            mark_listed(lists.list_ids(i), options.at[c], table.listed[c]);
          }
          fallbacks.fetch_add(used_fallback[i], std::memory_order_relaxed);
        }
      },
      "evaluate");
  table.fallbacks = fallbacks.load();
  return table;
}

/// Means of users drawn with replacement: samples x columns. Draws are keyed by sample.
Matrix<double> bootstrap_means(const Execution& execution, const Matrix<double>& values,
                               std::uint32_t samples) {
  Matrix<double> means(samples, values.cols());
  const auto users = static_cast<std::uint32_t>(values.rows());
  parallel_for(execution, samples, kBootstrapChunk, [&](const Chunk& chunk) {
    for (std::size_t sample = chunk.begin; sample < chunk.end; ++sample) {
      RandomStream stream(execution.seed,
                          {Purpose::kBootstrap, 0, static_cast<std::uint32_t>(sample), 0});
      double* const mean = means.row(sample);
      for (std::uint32_t i = 0; i < users; ++i) {
        const double* const user = values.row(draw_index(stream, users));
        for (std::size_t j = 0; j < values.cols(); ++j) mean[j] += user[j];
      }
      for (std::size_t j = 0; j < values.cols(); ++j) mean[j] /= static_cast<double>(users);
    }
  });
  return means;
}

/// Quantile of a sorted sample, linear between order statistics.
double quantile(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

Interval percentile_interval(const Matrix<double>& means, std::size_t column, double confidence) {
  std::vector<double> sorted(means.rows());
  for (std::size_t i = 0; i < sorted.size(); ++i) sorted[i] = means(i, column);
  std::sort(sorted.begin(), sorted.end());
  const double tail = (1.0 - confidence) / 2.0;
  return {quantile(sorted, tail), quantile(sorted, 1.0 - tail)};
}

double coverage(const std::vector<std::uint8_t>& listed, std::span<const std::uint8_t> denied) {
  const auto set = [](std::span<const std::uint8_t> marks) {
    return std::count_if(marks.begin(), marks.end(), [](std::uint8_t mark) { return mark != 0; });
  };
  const auto open = static_cast<std::ptrdiff_t>(listed.size()) - set(denied);
  return open > 0 ? static_cast<double>(set(listed)) / static_cast<double>(open) : 0.0;
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
  const std::vector<std::uint32_t> rows = rows_with_tests(set, options.allow_seen);
  if (rows.empty()) throw ArgumentError("evaluate: no user has test items");
  const auto start = std::chrono::steady_clock::now();
  const UserTable table = score_users(execution, model, set, options, rows);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  const Matrix<double> resampled =
      bootstrap_means(execution, table.values, options.bootstrap_samples);
  Evaluation result;
  result.users = rows.size();
  result.users_skipped = set.test.rows() - rows.size();
  result.users_fallback = table.fallbacks;
  result.recommend_seconds = elapsed.count();
  for (std::size_t c = 0; c < options.at.size(); ++c) {
    const std::string suffix = std::string("@").append(std::to_string(options.at[c]));
    for (std::size_t m = 0; m < kMetrics; ++m) {
      const std::size_t column = c * kMetrics + m;
      double sum = 0.0;
      for (std::size_t i = 0; i < rows.size(); ++i) sum += table.values(i, column);
      MetricValue metric{
          std::string(kMetricNames[m]).append(suffix), sum / static_cast<double>(rows.size()), {}};
      if (options.bootstrap_samples > 0) {
        metric.interval = percentile_interval(resampled, column, options.confidence);
      }
      result.metrics.push_back(std::move(metric));
    }
    result.metrics.push_back({std::string("coverage").append(suffix),
                              coverage(table.listed[c], options.denied), std::nullopt});
  }
  return result;
}

}  // namespace tenure::recommender
