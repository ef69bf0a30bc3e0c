#include "item_products.hpp"

#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

namespace tenure::recommender::detail {

namespace {

constexpr std::size_t kParts = 256;       // row ranges of about equal cost
constexpr std::size_t kScanShare = 16;    // rows fuller than 1 / 16 are collected by a scan
constexpr std::uint64_t kRowCost = 1024;  // of a row beyond its additions

/// Memory of one worker: a dense row of sums and the items it holds.
class Accumulator {
 public:
  explicit Accumulator(std::size_t n_items) : sums_(n_items), present_(n_items) {}

  void add(const CsrView& by_user, std::uint32_t user, float factor) {
    const auto items = by_user.row_columns(user);
    const auto values = by_user.row_values(user);
    for (std::size_t i = 0; i < items.size(); ++i) {
      const std::uint32_t item = items[i];
      if (present_[item] == 0) {
        present_[item] = 1;
        sums_[item] = 0.0F;
        touched_.push_back(item);
      }
      sums_[item] += factor * values[i];
    }
  }

  /// Moves the sums into a row, items rising, and starts anew.
  void take(ItemRow& row) {
    row.items.clear();
    row.values.clear();
    if (touched_.size() * kScanShare < present_.size()) {
      std::sort(touched_.begin(), touched_.end());
      row.items.assign(touched_.begin(), touched_.end());
    } else {
      for (std::uint32_t item = 0; item < present_.size(); ++item) {
        if (present_[item] != 0) row.items.push_back(item);
      }
    }
    for (const std::uint32_t item : row.items) {
      row.values.push_back(sums_[item]);
      present_[item] = 0;
    }
    touched_.clear();
  }

 private:
  std::vector<float> sums_;
  std::vector<std::uint8_t> present_;
  std::vector<std::uint32_t> touched_;
};

struct Part {
  std::vector<std::uint64_t> row_sizes;
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
};

Csr join(const Execution& execution, std::vector<Part>& parts, std::uint32_t n_columns) {
  Csr result;
  result.n_columns = n_columns;
  std::vector<std::uint64_t> starts(parts.size() + 1);
  for (std::size_t p = 0; p < parts.size(); ++p) {
    starts[p + 1] = starts[p] + parts[p].columns.size();
    for (const std::uint64_t size : parts[p].row_sizes) {
      result.row_start.push_back(result.row_start.back() + size);
    }
  }
  result.columns.resize(starts.back());
  result.values.resize(starts.back());
  parallel_for(execution, parts.size(), 1, [&](const Chunk& chunk) {
    Part& part = parts[chunk.index];
    std::copy(part.columns.begin(), part.columns.end(),
              result.columns.begin() + static_cast<std::ptrdiff_t>(starts[chunk.index]));
    std::copy(part.values.begin(), part.values.end(),
              result.values.begin() + static_cast<std::ptrdiff_t>(starts[chunk.index]));
    part = {};
  });
  return result;
}

}  // namespace

Csr positive_pairs(const CsrView& user_items, std::string_view model) {
  csr_validate(user_items);
  Csr kept;
  kept.n_columns = user_items.n_columns;
  kept.row_start.assign(user_items.rows() + 1, 0);
  for (std::size_t user = 0; user < user_items.rows(); ++user) {
    for (std::size_t i = 0; i < user_items.row_size(user); ++i) {
      const float value = user_items.row_values(user)[i];
      if (value < 0.0F) {
        throw ArgumentError(std::string(model) + ": user " + std::to_string(user) +
                            " has a negative weight");
      }
      if (value == 0.0F) continue;
      kept.columns.push_back(user_items.row_columns(user)[i]);
      kept.values.push_back(value);
    }
    kept.row_start[user + 1] = kept.columns.size();
  }
  if (kept.nonzeros() == 0) {
    throw ArgumentError(std::string(model) + ": no pair has a weight above 0");
  }
  return kept;
}

Csr item_products(const Execution& execution, const CsrView& by_item, const CsrView& by_user,
                  FinishRow finish, std::string_view stage) {
  const std::size_t n_items = by_item.rows();
  std::vector<std::uint64_t> cost(n_items + 1);
  for (std::size_t item = 0; item < n_items; ++item) {
    cost[item + 1] = cost[item] + kRowCost;
    for (const std::uint32_t user : by_item.row_columns(item)) {
      cost[item + 1] += by_user.row_size(user);
    }
  }
  const std::vector<std::size_t> bounds = partition_by_cost(cost, kParts);
  std::vector<Part> parts(bounds.size() - 1);
  std::vector<std::vector<Accumulator>> workers(static_cast<std::size_t>(execution.concurrency()));
  parallel_for_bounds(
      execution, bounds,
      [&](const Chunk& chunk) {
        auto& own = workers[static_cast<std::size_t>(chunk.worker)];
        if (own.empty()) own.emplace_back(n_items);
        Part& part = parts[chunk.index];
        ItemRow row;
        for (std::size_t item = chunk.begin; item < chunk.end; ++item) {
          const auto users = by_item.row_columns(item);
          for (std::size_t i = 0; i < users.size(); ++i) {
            own.front().add(by_user, users[i], by_item.row_values(item)[i]);
          }
          own.front().take(row);
          finish(static_cast<std::uint32_t>(item), row);
          part.row_sizes.push_back(row.items.size());
          part.columns.insert(part.columns.end(), row.items.begin(), row.items.end());
          part.values.insert(part.values.end(), row.values.begin(), row.values.end());
        }
      },
      stage);
  return join(execution, parts, static_cast<std::uint32_t>(n_items));
}

void keep_largest(ItemRow& row, std::size_t k) {
  if (row.items.size() <= k) return;
  row.order.resize(row.items.size());
  std::iota(row.order.begin(), row.order.end(), 0U);
  // Places rise with items, so a smaller place is a smaller item.
  std::nth_element(row.order.begin(), row.order.begin() + static_cast<std::ptrdiff_t>(k),
                   row.order.end(), [&](std::uint32_t a, std::uint32_t b) {
                     return row.values[a] != row.values[b] ? row.values[a] > row.values[b] : a < b;
                   });
  row.order.resize(k);
  std::sort(row.order.begin(), row.order.end());
  for (std::size_t i = 0; i < k; ++i) {
    row.items[i] = row.items[row.order[i]];
    row.values[i] = row.values[row.order[i]];
  }
  row.items.resize(k);
  row.values.resize(k);
}

}  // namespace tenure::recommender::detail
