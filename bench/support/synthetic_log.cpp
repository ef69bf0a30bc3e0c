#include "synthetic_log.hpp"

#include <tenure/core/distributions.hpp>
#include <tenure/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace tenure::bench {

namespace {

constexpr std::uint64_t kPairsPerUser = 20;

/// Items of one user: 1 to 2 kPairsPerUser - 1 of them, popular ones more often (a log-uniform
/// rank), in different orders for customers of different tastes.
void draw_row(std::uint32_t user, std::uint32_t items, std::vector<std::uint32_t>& row) {
  RandomStream stream(1, {Purpose::kSynthetic, 3, user, 0});
  const auto length = 1 + draw_index(stream, 2 * kPairsPerUser - 1);
  const std::uint32_t taste = draw_index(stream, 64);
  row.clear();
  while (row.size() < length) {
    const double rank = std::pow(static_cast<double>(items), stream.uniform()) - 1.0;
    const auto item = static_cast<std::uint32_t>(
        (static_cast<std::uint64_t>(rank) * 7919 + std::uint64_t{taste} * 787) % items);
    if (std::find(row.begin(), row.end(), item) == row.end()) row.push_back(item);
  }
  std::sort(row.begin(), row.end());
}

}  // namespace

Csr synthetic_log(std::uint64_t pairs, std::uint32_t items) {
  Csr matrix;
  matrix.n_columns = items;
  matrix.columns.reserve(pairs + 2 * kPairsPerUser);
  std::vector<std::uint32_t> row;
  for (std::uint32_t user = 0; matrix.columns.size() < pairs; ++user) {
    draw_row(user, items, row);
    matrix.columns.insert(matrix.columns.end(), row.begin(), row.end());
    matrix.row_start.push_back(matrix.columns.size());
  }
  matrix.values.assign(matrix.columns.size(), 1.0F);
  return matrix;
}

}  // namespace tenure::bench
