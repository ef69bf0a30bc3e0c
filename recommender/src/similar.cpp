#include <tenure/core/error.hpp>
#include <tenure/core/parallel.hpp>
#include <tenure/recommender/retriever.hpp>
#include <tenure/recommender/similar.hpp>

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

namespace tenure::recommender {

namespace {

constexpr std::size_t kRowChunk = 2048;

/// Rows scaled to length 1; zero rows stay zero and are marked in `zero`.
Matrix<float> normalized(const Execution& execution, MatrixView<const float> factors,
                         std::vector<std::uint8_t>& zero) {
  Matrix<float> unit(factors.rows, factors.cols);
  zero.assign(factors.rows, 0);
  parallel_for(execution, factors.rows, kRowChunk, [&](const Chunk& chunk) {
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      double square = 0.0;
      for (const float value : factors.row_span(i)) {
        square += static_cast<double>(value) * static_cast<double>(value);
      }
      if (square == 0.0) {
        zero[i] = 1;
        continue;
      }
      const double scale = 1.0 / std::sqrt(square);
      for (std::size_t j = 0; j < factors.cols; ++j) {
        unit(i, j) = static_cast<float>(static_cast<double>(factors(i, j)) * scale);
      }
    }
  });
  return unit;
}

TopLists nearest(const Execution& execution, MatrixView<const float> factors,
                 std::span<const std::uint32_t> codes, std::uint32_t k,
                 std::span<const std::uint8_t> denied) {
  if (k == 0) throw ArgumentError("similar: k must be at least 1");
  if (!denied.empty() && denied.size() != factors.rows) {
    throw ArgumentError("similar: the deny list has another length than the catalogue");
  }
  for (const std::uint32_t code : codes) {
    if (code >= factors.rows) {
      throw ArgumentError("similar: code " + std::to_string(code) + " is out of range");
    }
  }
  std::vector<std::uint8_t> zero;
  const Matrix<float> unit = normalized(execution, factors, zero);
  std::vector<std::uint8_t> left_out = zero;
  for (std::size_t i = 0; i < denied.size(); ++i) {
    left_out[i] = static_cast<std::uint8_t>(left_out[i] | denied[i]);
  }
  Matrix<float> queries(codes.size(), factors.cols);
  std::vector<std::uint64_t> self_start(codes.size() + 1);
  std::iota(self_start.begin(), self_start.end(), std::uint64_t{0});
  const std::vector<float> ones(codes.size(), 1.0F);
  std::vector<std::uint32_t> rows(codes.size());
  std::iota(rows.begin(), rows.end(), 0U);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    std::copy_n(unit.row(codes[i]), factors.cols, queries.row(i));
  }
  SearchFilter filter;
  filter.seen_rows = rows;
  filter.seen = {self_start, codes, ones, static_cast<std::uint32_t>(factors.rows)};
  filter.denied = left_out;
  TopLists lists =
      make_retriever(execution, unit.view())->search(execution, queries.view(), k, filter);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (zero[codes[i]] == 0) continue;
    const ListSlot slot = list_slot(lists, i);
    std::fill(slot.ids.begin(), slot.ids.end(), kNoItem);
    std::fill(slot.scores.begin(), slot.scores.end(), 0.0F);
    *slot.count = 0;
  }
  return lists;
}

FactorView factors_of(const Model& model) {
  const auto factors = model.factors();
  if (!factors) {
    throw ArgumentError("similar: the model " + std::string(model.name()) + " has no factors");
  }
  return *factors;
}

}  // namespace

TopLists similar_items(const Execution& execution, const Model& model,
                       std::span<const std::uint32_t> codes, std::uint32_t k,
                       std::span<const std::uint8_t> denied) {
  return nearest(execution, factors_of(model).items, codes, k, denied);
}

TopLists similar_users(const Execution& execution, const Model& model,
                       std::span<const std::uint32_t> codes, std::uint32_t k) {
  return nearest(execution, factors_of(model).users, codes, k, {});
}

}  // namespace tenure::recommender
