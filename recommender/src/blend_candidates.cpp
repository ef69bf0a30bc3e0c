#include "blend_candidates.hpp"

#include "component_candidates.hpp"
#include "user_table.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kBlock = 32;
constexpr std::size_t kMostCustomers = 20000;
constexpr std::size_t kFewestCandidates = 200;
constexpr float kClosed = -std::numeric_limits<float>::infinity();

std::vector<std::uint32_t> evenly(std::vector<std::uint32_t> rows, std::size_t most) {
  if (rows.size() <= most) return rows;
  std::vector<std::uint32_t> kept;
  for (std::size_t i = 0; i < most; ++i) kept.push_back(rows[i * rows.size() / most]);
  return kept;
}

}  // namespace

ListMetric list_metric(const std::string& name) {
  constexpr std::pair<const char*, double ListMetrics::*> kNames[] = {
      {"recall", &ListMetrics::recall}, {"recall_min", &ListMetrics::recall_min},
      {"ndcg", &ListMetrics::ndcg},     {"hit_rate", &ListMetrics::hit_rate},
      {"map", &ListMetrics::map},       {"mrr", &ListMetrics::mrr}};
  const std::size_t at = name.find('@');
  ListMetric metric;
  if (at != std::string::npos) {
    const char* const end = name.data() + name.size();
    const auto parsed = std::from_chars(name.data() + at + 1, end, metric.k);
    if (parsed.ec != std::errc() || parsed.ptr != end) metric.k = 0;
    for (const auto& [text, value] : kNames) {
      if (name.compare(0, at, text) == 0) metric.value = value;
    }
  }
  if (metric.k == 0 || metric.value == nullptr) {
    throw ArgumentError("tune: '" + name + "' is no metric of a list such as ndcg@20");
  }
  return metric;
}

BlendCandidates::BlendCandidates(const Execution& execution, const BlendModel& blend,
                                 const EvaluationSet& set, const EvaluationOptions& options,
                                 const ListMetric& metric)
    : metric_(metric) {
  if (set.known.rows() != set.test.rows() || set.known.n_columns != blend.n_items()) {
    throw ArgumentError("tune: the matrices do not fit the model");
  }
  const auto rows = evenly(rows_with_tests(set, options.allow_seen), kMostCustomers);
  if (rows.empty()) throw ArgumentError("tune: no customer has items to predict");
  customers_.resize(rows.size());
  parallel_for(
      execution, rows.size(), kBlock,
      [&](const Chunk& chunk) {
        gather(blend, set, options, std::span(rows).subspan(chunk.begin, chunk.end - chunk.begin),
               &customers_[chunk.begin]);
      },
      "score");
}

void BlendCandidates::gather(const BlendModel& blend, const EvaluationSet& set,
                             const EvaluationOptions& options, std::span<const std::uint32_t> rows,
                             Customer* out) const {
  const std::size_t wanted = std::max(kFewestCandidates, std::size_t{10} * metric_.k);
  const std::vector<std::uint32_t> strangers(set.fold_in ? rows.size() : 0, kNewUser);
  const UserBatch batch{set.fold_in ? std::span<const std::uint32_t>(strangers) : rows, rows,
                        set.known};
  std::vector<Matrix<float>> scores = standardized_scores(blend.parts(), batch);
  for (std::size_t b = 0; b < rows.size(); ++b) {
    Customer& customer = out[b];
    const auto known = set.known.row_columns(rows[b]);
    for (Matrix<float>& own : scores) {
      for (std::size_t i = 0; i < options.denied.size(); ++i) {
        if (options.denied[i] != 0) own(b, i) = kClosed;
      }
      if (!options.allow_seen) {
        for (const std::uint32_t item : known) own(b, item) = kClosed;
      }
    }
    customer.items = best_of_each(scores, b, wanted);
    for (const Matrix<float>& own : scores) {
      for (const std::uint32_t item : customer.items) customer.scores.push_back(own(b, item));
    }
    relevant_items(set, rows[b], options.allow_seen, customer.relevant);
  }
}

double BlendCandidates::list_score(const Customer& customer,
                                   std::span<const double> weights) const {
  const std::size_t n = customer.items.size();
  std::vector<std::pair<float, std::uint32_t>> ranked(n);
  for (std::size_t i = 0; i < n; ++i) ranked[i].second = customer.items[i];
  for (std::size_t m = 0; m < weights.size(); ++m) {
    const auto weight = static_cast<float>(weights[m]);
    const float* const own = customer.scores.data() + m * n;
    for (std::size_t i = 0; i < n; ++i) ranked[i].first -= weight * own[i];
  }
  const std::size_t k = std::min<std::size_t>(metric_.k, n);
  std::partial_sort(ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(k), ranked.end());
  std::vector<std::uint32_t> list(k);
  for (std::size_t i = 0; i < k; ++i) list[i] = ranked[i].second;
  return list_metrics(list, customer.relevant, metric_.k).*metric_.value;
}

double BlendCandidates::score(const Execution& execution, std::span<const double> weights) const {
  constexpr std::size_t kCustomerChunk = 64;
  const double sum = parallel_reduce(
      execution, customers_.size(), kCustomerChunk, 0.0,
      [&](const Chunk& chunk) {
        double part = 0.0;
        for (std::size_t c = chunk.begin; c < chunk.end; ++c) {
          part += list_score(customers_[c], weights);
        }
        return part;
      },
      [](double& into, double from) { into += from; });
  return sum / static_cast<double>(customers_.size());
}

}  // namespace tenure::recommender::detail
