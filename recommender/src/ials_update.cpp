#include "ials_state.hpp"

#include <tenure/core/parallel.hpp>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

namespace tenure::recommender {

namespace {

constexpr std::size_t kFoldChunk = 16;

/// A copy with more rows, zeros.
Matrix<float> extended(const Matrix<float>& matrix, std::size_t rows) {
  Matrix<float> result(rows, matrix.cols());
  std::copy_n(matrix.data(), matrix.size(), result.data());
  return result;
}

/// Solves some rows of one side given the other, fixed, side. The two sides of iALS are alike, so
/// that solving an item is folding in a user of a model whose items are the users.
void solve_rows(const Execution& execution, const IalsOptions& options, const CsrView& pairs,
                std::span<const std::uint32_t> rows, const Matrix<float>& fixed,
                Matrix<float>& solved, std::string_view stage) {
  const IalsModel side(execution, options, Matrix<float>(0, fixed.cols()), fixed);
  parallel_for(
      execution, rows.size(), kFoldChunk,
      [&](const Chunk& chunk) {
        const std::size_t n = chunk.end - chunk.begin;
        const std::vector<std::uint32_t> strangers(n, kNewUser);
        Matrix<float> found(n, fixed.cols());
        side.user_vectors({strangers, rows.subspan(chunk.begin, n), pairs}, found.view());
        for (std::size_t i = 0; i < n; ++i) {
          std::copy_n(found.row(i), fixed.cols(), solved.row(rows[chunk.begin + i]));
        }
      },
      stage);
}

}  // namespace

std::unique_ptr<Model> IalsModel::updated(const Execution& execution,
                                          const ModelChange& change) const {
  check_change(*this, change);
  const State& state = *state_;
  Matrix<float> users = extended(state.users, change.after.rows());
  Matrix<float> items = extended(state.items, change.after.n_columns);
  const Csr by_item = csr_transpose(execution, change.after);
  for (std::uint32_t sweep = 0; sweep < change.sweeps; ++sweep) {
    solve_rows(execution, state.options, change.after, change.users, items, users, "update users");
    solve_rows(execution, state.options, by_item, change.items, users, items, "update items");
  }
  return std::make_unique<IalsModel>(execution, state.options, std::move(users), std::move(items),
                                     state.solver);
}

}  // namespace tenure::recommender
