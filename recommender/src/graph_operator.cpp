#include "graph_operator.hpp"

#include "item_products.hpp"

#include <algorithm>
#include <cmath>

namespace tenure::recommender::detail {

namespace {

using Lanes = GraphOperator::Lanes;

/// out[i] = sum over the row's columns of value * in[column], lane by lane.
void gather(const CsrView& matrix, std::span<const Lanes> in, std::span<Lanes> out) {
  for (std::size_t row = 0; row < matrix.rows(); ++row) {
    Lanes sum{};
    const auto columns = matrix.row_columns(row);
    const auto values = matrix.row_values(row);
    for (std::size_t k = 0; k < columns.size(); ++k) {
      const Lanes& from = in[columns[k]];
      for (std::size_t lane = 0; lane < sum.size(); ++lane) sum[lane] += values[k] * from[lane];
    }
    out[row] = sum;
  }
}

}  // namespace

PairSums pair_sums(const CsrView& pairs) {
  PairSums sums{std::vector<double>(pairs.rows()), std::vector<double>(pairs.n_columns)};
  for (std::size_t user = 0; user < pairs.rows(); ++user) {
    for (std::size_t i = 0; i < pairs.row_size(user); ++i) {
      const auto value = static_cast<double>(pairs.row_values(user)[i]);
      sums.users[user] += value;
      sums.items[pairs.row_columns(user)[i]] += value;
    }
  }
  return sums;
}

GraphOperator::GraphOperator(const Execution& execution, const CsrView& pairs, double user_exponent,
                             double power) {
  by_user_.n_columns = pairs.n_columns;
  by_user_.row_start.assign(pairs.row_start.begin(), pairs.row_start.end());
  by_user_.columns.assign(pairs.columns.begin(), pairs.columns.end());
  by_user_.values.assign(pairs.values.begin(), pairs.values.end());
  const PairSums sums = pair_sums(pairs);
  for (std::size_t user = 0; user < pairs.rows(); ++user) {
    for (std::uint64_t i = by_user_.row_start[user]; i < by_user_.row_start[user + 1]; ++i) {
      const double scale = std::pow(sums.users[user], -user_exponent) *
                           std::pow(sums.items[by_user_.columns[i]], user_exponent - 1.0);
      by_user_.values[i] = static_cast<float>(static_cast<double>(by_user_.values[i]) * scale);
    }
  }
  by_item_ = csr_transpose(execution, by_user_);
  if (power == 1.0) return;
  const auto raise = [power](std::uint32_t, ItemRow& row) {
    for (float& value : row.values) {
      value = static_cast<float>(std::pow(static_cast<double>(value), power));
    }
  };
  product_ = item_products(execution, by_item_, by_user_, raise, "train");
}

void GraphOperator::apply(std::span<const std::uint32_t> items, std::span<const float> values,
                          Scratch& scratch, float* out) const {
  std::fill(out, out + by_item_.rows(), 0.0F);
  const auto add_row = [&](const CsrView& matrix, std::size_t row, float factor, float* sums) {
    const auto columns = matrix.row_columns(row);
    const auto weights = matrix.row_values(row);
    for (std::size_t k = 0; k < columns.size(); ++k) sums[columns[k]] += factor * weights[k];
  };
  if (product_) {
    for (std::size_t i = 0; i < items.size(); ++i) add_row(*product_, items[i], values[i], out);
    return;
  }
  scratch.user_sums.assign(by_user_.rows(), 0.0F);
  scratch.touched.clear();
  for (std::size_t i = 0; i < items.size(); ++i) {
    add_row(by_item_, items[i], values[i], scratch.user_sums.data());
    const auto users = by_item_.view().row_columns(items[i]);
    scratch.touched.insert(scratch.touched.end(), users.begin(), users.end());
  }
  std::sort(scratch.touched.begin(), scratch.touched.end());
  const auto last = std::unique(scratch.touched.begin(), scratch.touched.end());
  for (auto user = scratch.touched.begin(); user != last; ++user) {
    add_row(by_user_, *user, scratch.user_sums[*user], out);
  }
}

void GraphOperator::apply(std::span<const Lanes> in, Scratch& scratch, std::span<Lanes> out) const {
  if (product_) {
    gather(*product_, in, out);  // P is symmetric
    return;
  }
  scratch.users.resize(by_user_.rows());
  gather(by_user_, in, scratch.users);
  gather(by_item_, scratch.users, out);
}

}  // namespace tenure::recommender::detail
