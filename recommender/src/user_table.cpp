#include "user_table.hpp"

#include "list_maker.hpp"

#include <tenure/core/parallel.hpp>
#include <tenure/recommender/metrics.hpp>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>

namespace tenure::recommender::detail {

namespace {

/// -log2 of the share of users who have each item.
std::vector<double> self_information(const CsrView& train) {
  std::vector<std::uint64_t> users(train.n_columns);
  for (const std::uint32_t item : train.columns) ++users[item];
  const double all = std::log2(static_cast<double>(train.rows()));
  std::vector<double> information(users.size());
  for (std::size_t item = 0; item < users.size(); ++item) {
    const auto counted = static_cast<double>(std::max<std::uint64_t>(users[item], 1));
    information[item] = all - std::log2(counted);
  }
  return information;
}

double mean_of(const std::vector<double>& of_item, std::span<const std::uint32_t> ids) {
  if (ids.empty()) return 0.0;
  double sum = 0.0;
  for (const std::uint32_t id : ids) sum += of_item[id];
  return sum / static_cast<double>(ids.size());
}

RecommendOptions list_options(const EvaluationOptions& options) {
  RecommendOptions lists;
  lists.k = *std::max_element(options.at.begin(), options.at.end());
  lists.allow_seen = options.allow_seen;
  lists.denied = options.denied;
  lists.retriever = options.retriever;
  lists.fallback = options.fallback;
  lists.rules = options.rules;
  return lists;
}

}  // namespace

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

std::vector<std::uint32_t> rows_with_tests(const EvaluationSet& set, bool allow_seen) {
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> relevant;
  for (std::size_t row = 0; row < set.test.rows(); ++row) {
    relevant_items(set, row, allow_seen, relevant);
    if (!relevant.empty()) rows.push_back(static_cast<std::uint32_t>(row));
  }
  return rows;
}

UserTable score_users(const Execution& execution, const Model& model, const EvaluationSet& set,
                      const EvaluationOptions& options, std::span<const std::uint32_t> rows) {
  const ListMaker maker(execution, model, list_options(options));
  const std::vector<double> information =
      self_information(options.train.rows() > 0 ? options.train : set.known);
  UserTable table;
  table.values = Matrix<double>(rows.size(), options.at.size() * kUserMetrics.size());
  table.exposures.assign(options.at.size(), std::vector<std::uint32_t>(model.n_items()));
  table.closed.assign(maker.closed().begin(), maker.closed().end());
  std::atomic<std::uint64_t> fallbacks{0};
  parallel_for(
      execution, rows.size(), ListMaker::kBlock,
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
          for (std::size_t c = 0; c < options.at.size(); ++c) {
            const auto list = lists.list_ids(i);
            const auto shown = list.first(std::min<std::size_t>(options.at[c], list.size()));
            const ListMetrics m = list_metrics(shown, relevant, options.at[c]);
            for (const double value : {m.recall, m.recall_min, m.ndcg, m.hit_rate, m.map, m.mrr,
                                       mean_of(information, shown)}) {
              *out++ = value;
            }
            // Whole numbers: the order in which threads add does not matter.
            for (const std::uint32_t id : shown) {
              std::atomic_ref(table.exposures[c][id]).fetch_add(1, std::memory_order_relaxed);
            }
          }
          fallbacks.fetch_add(used_fallback[i], std::memory_order_relaxed);
        }
      },
      "evaluate");
  table.fallbacks = fallbacks.load();
  return table;
}

}  // namespace tenure::recommender::detail
