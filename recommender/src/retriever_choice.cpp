#include "retrievers.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kManyItems = 2000000;  // above, a graph takes too long to build
constexpr std::size_t kSampleRows = 200;
constexpr std::uint32_t kRecallAt = 20;
constexpr int kFirstEffort = 16;

std::string number(std::size_t value) { return std::to_string(value); }
std::string three_digits(double value) { return std::to_string(value).substr(0, 5); }

/// Rows that are not zero, spread evenly.
Matrix<float> sample_of(MatrixView<const float> queries) {
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < queries.rows; ++i) {
    const auto row = queries.row_span(i);
    if (std::any_of(row.begin(), row.end(), [](float value) { return value != 0.0F; })) {
      rows.push_back(i);
    }
  }
  const std::size_t n = std::min(kSampleRows, rows.size());
  Matrix<float> sample(n, queries.cols);
  for (std::size_t i = 0; i < n; ++i) {
    std::copy_n(queries.row(rows[i * rows.size() / n]), queries.cols, sample.row(i));
  }
  return sample;
}

double recall(const TopLists& truth, const TopLists& found) {
  std::size_t hits = 0;
  std::size_t all = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const auto right = truth.list_ids(i);
    for (const std::uint32_t id : found.list_ids(i)) {
      hits += static_cast<std::size_t>(std::count(right.begin(), right.end(), id));
    }
    all += right.size();
  }
  return static_cast<double>(hits) / static_cast<double>(all);
}

}  // namespace

Chosen choose_retriever(const Execution& execution, MatrixView<const float> items,
                        const RetrieverOptions& options, std::unique_ptr<Retriever> exact) {
  const std::string size = number(items.rows) + " items";
  if (options.recall_target >= 1.0) {
    return {std::move(exact), "exact: every true best item is asked for"};
  }
  if (items.rows < options.exact_below) {
    return {std::move(exact), "exact: " + size + ", few enough to scan"};
  }
  const Matrix<float> sample =
      sample_of(options.sample_queries.rows > 0 ? options.sample_queries : items);
  if (sample.rows() == 0) return {std::move(exact), "exact: nothing to measure recall with"};
  const TopLists truth = exact->search(execution, sample.view(), kRecallAt);
  std::unique_ptr<TunableRetriever> fast = items.rows > kManyItems
                                               ? make_ivf_retriever(execution, items, options)
                                               : make_hnsw_retriever(execution, items, options);
  const std::string asked = "recall@20 of " + three_digits(options.recall_target) + " asked for, ";
  const std::string name(to_string(fast->kind()));
  double reached = 0.0;
  // Past a sixteenth of the catalogue an exact scan is as cheap.
  for (std::size_t effort = kFirstEffort; effort <= items.rows / 16; effort *= 2) {
    fast->set_effort(static_cast<int>(effort));
    reached = recall(truth, fast->search(execution, sample.view(), kRecallAt));
    if (reached < options.recall_target) continue;
    std::string reason = name + ": " + size + ", " + asked + three_digits(reached) +
                         " measured on " + number(sample.rows()) + " queries at " +
                         fast->effort_name() + " " + number(effort);
    return {std::move(fast), std::move(reason)};
  }
  return {std::move(exact),
          "exact: " + size + ", " + asked + name + " reached " + three_digits(reached)};
}

}  // namespace tenure::recommender::detail
