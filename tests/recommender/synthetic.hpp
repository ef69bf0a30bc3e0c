#pragma once

#include <tenure/core/csr.hpp>
#include <tenure/core/distributions.hpp>
#include <tenure/core/events.hpp>
#include <tenure/core/matrix.hpp>
#include <tenure/core/random.hpp>
#include <tenure/recommender/model.hpp>

#include <cmath>
#include <cstdint>
#include <numeric>
#include <string>
#include <vector>

namespace tenure::recommender::test {

inline Execution threads(int n, std::uint64_t seed = 1) {
  Execution execution;
  execution.threads = n;
  execution.seed = seed;
  return execution;
}

/// Users with tastes: items fall into groups, users mostly stay within one. User lengths vary from
/// 0 (every 17th user) to about four times the mean; item popularity falls off within the group.
inline Csr synthetic_matrix(std::uint32_t users, std::uint32_t items, std::uint32_t mean_length,
                            bool weighted = false) {
  constexpr std::uint32_t kGroups = 5;
  std::vector<std::uint32_t> rows;
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  for (std::uint32_t user = 0; user < users; ++user) {
    if (user % 17 == 16) continue;
    RandomStream stream(99, {Purpose::kSynthetic, 0, user, 0});
    const std::uint32_t length =
        1 + static_cast<std::uint32_t>(draw_exponential(stream) * mean_length);
    for (std::uint32_t i = 0; i < length; ++i) {
      const std::uint32_t group =
          draw_bernoulli(stream, 0.8) ? user % kGroups : draw_index(stream, kGroups);
      const double rank = std::pow(stream.uniform(), 2.0) * (items / kGroups);
      rows.push_back(user);
      columns.push_back(static_cast<std::uint32_t>(rank) * kGroups + group);
      values.push_back(1.0F);
    }
  }
  Csr matrix = csr_from_triplets(threads(1), users, items, rows, columns, values);
  if (!weighted) std::fill(matrix.values.begin(), matrix.values.end(), 1.0F);
  return matrix;
}

/// Holds out every fifth pair.
struct Held {
  Csr train;
  Csr test;
};

inline Held hold_out(const Csr& pairs) {
  std::vector<std::uint32_t> rows[2];
  std::vector<std::uint32_t> columns[2];
  for (std::uint32_t user = 0; user < pairs.rows(); ++user) {
    for (auto i = pairs.row_start[user]; i < pairs.row_start[user + 1]; ++i) {
      const std::size_t side = i % 5 == 0 ? 1 : 0;
      rows[side].push_back(user);
      columns[side].push_back(pairs.columns[i]);
    }
  }
  const auto n_users = static_cast<std::uint32_t>(pairs.rows());
  return {csr_from_triplets(threads(1), n_users, pairs.n_columns, rows[0], columns[0], {}),
          csr_from_triplets(threads(1), n_users, pairs.n_columns, rows[1], columns[1], {})};
}

inline Matrix<float> random_factors(std::size_t rows, std::size_t d, std::uint32_t stream_id) {
  Matrix<float> factors(rows, d);
  RandomStream stream(7, {Purpose::kSynthetic, 1, stream_id, 0});
  for (std::size_t i = 0; i < factors.size(); ++i) {
    factors.data()[i] = static_cast<float>(draw_normal(stream));
  }
  return factors;
}

inline std::vector<std::uint32_t> all_rows(std::size_t n) {
  std::vector<std::uint32_t> rows(n);
  std::iota(rows.begin(), rows.end(), 0U);
  return rows;
}

/// A table of purchases: customers c0, c1, ..., items i0, i1, ...
struct Row {
  std::uint32_t customer;
  std::uint32_t item;
  std::int64_t time = 0;
  float quantity = 1.0F;
  EventKind kind = EventKind::kPurchase;
};

inline EventTable table(const std::vector<Row>& rows, std::uint32_t customers,
                        std::uint32_t items) {
  EventTable events;
  for (std::uint32_t i = 0; i < customers; ++i)
    events.customers.append(std::string("c").append(std::to_string(i)));
  for (std::uint32_t i = 0; i < items; ++i)
    events.items.append(std::string("i").append(std::to_string(i)));
  for (const Row& row : rows) {
    events.customer.push_back(row.customer);
    events.item.push_back(row.item);
    events.time.push_back(row.time);
    events.quantity.push_back(row.quantity);
    events.kind.push_back(row.kind);
  }
  return events;
}

}  // namespace tenure::recommender::test
